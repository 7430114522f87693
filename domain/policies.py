"""What terms asked about would have been for an entity: as its founding would have drawn them, for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import events as ev
from domain.clusters.steps import CLUSTER_STEPS, cluster_terms
from domain.entities import KINDS, AnyFounding, folded, founded, kind_of
from domain.entries import Entry
from domain.life import secretariat
from domain.living import RULES, Entity
from domain.pilots.steps import PILOT_STEPS, pilot_terms
from domain.programmes.steps import REPORTS, programme_terms
from domain.requests import AdoptTerms
from domain.stages import LIFECYCLE
from domain.stages.step import Step
from domain.terms import Restriction, Terms
from domain.values import NO_TEXT, Refusal, Value
from domain.visits.steps import STEPS as VISIT_STEPS
from domain.visits.visit import visit_terms

_PARTS = ("sessions", "visits", "pilots", "clusters", "programme")
"""Parts of terms that only some have."""


@dataclass(frozen=True)
class _Drawing:
    """How a kind comes to its terms: what its founding makes of its partnerships', its own stages and its own part.

    `keeps` are fields that its founding fills in by itself, whatever they are in its partnerships' terms.
    """

    made: Callable[[Terms], Terms]
    steps: tuple[Step, ...]
    part: str | None = None
    keeps: tuple[str, ...] = ()


_DRAWINGS: Mapping[str, _Drawing] = {
    "partnership": _Drawing(lambda of: of, LIFECYCLE),
    "visit": _Drawing(visit_terms, VISIT_STEPS, "visits", ("cut_offs",)),
    "pilot": _Drawing(pilot_terms, PILOT_STEPS, "pilots", ("cut_offs",)),
    "programme": _Drawing(programme_terms, REPORTS, "programme", ("cut_offs",)),
    "cluster": _Drawing(cluster_terms, CLUSTER_STEPS, "clusters"),
}


def concerns(terms: Terms, kind: str) -> bool:
    """Whether terms say anything about a kind: those of partnerships do of every kind, others of their own."""
    drawing = _DRAWINGS[kind]
    part = drawing.part is not None and getattr(terms, drawing.part) is not None
    return part or _has(terms, LIFECYCLE) or _has(terms, drawing.steps)


def _has(terms: Terms, steps: Sequence[Step]) -> bool:
    held = [one.stage for one in terms.stages]
    return any(step.stage in held for step in steps)


def drawn(terms: Terms, kind: str, known: Terms) -> Terms:
    """What these terms come to for a kind, as a founding makes them; what they do not hold is as it is `known`.

    Refusal where they say nothing about the kind.
    """
    if not concerns(terms, kind):
        raise Refusal(
            f"the terms {terms.name!r} say nothing about a {KINDS[kind].noun}: they have neither stages of "
            "partnerships, from which every kind draws its terms, nor any of its own"
        )
    drawing = _DRAWINGS[kind]
    if drawing.part is None:
        return terms
    made = terms.model_copy(update={name: _part(terms, known, name) for name in _PARTS})
    if _has(terms, LIFECYCLE):
        kept = {name: getattr(known, name) for name in drawing.keeps}
        made = drawing.made(made).model_copy(update=kept)
    held = {one.stage: one for one in terms.stages}
    return made.model_copy(update={"stages": tuple(held.get(one.stage, one) for one in known.stages)})


def _part(terms: Terms, known: Terms, name: str) -> Value | None:
    """A part of the terms, of which a file may give some fields alone: no command prints those of a visit."""
    given: Value | None = getattr(terms, name)
    before: Value | None = getattr(known, name)
    if given is None or before is None:
        return given or before
    return before.model_copy(update={field: getattr(given, field) for field in given.model_fields_set})


def filled(terms: Terms, known: Terms | None = None) -> Terms:
    """Terms to be lived by: a part of which only some fields are given has the others as they hold, or as founded with.

    `known` are the terms they take the place of. What a field is where nobody gave it is for entries of before it.
    """
    parts: dict[str, Value | None] = {}
    for drawing in _DRAWINGS.values():
        if drawing.part is not None and getattr(terms, drawing.part) is not None:
            holds = known if known is not None and getattr(known, drawing.part) is not None else None
            usual = drawing.made(terms.model_copy(update={drawing.part: None}))
            parts[drawing.part] = _part(terms, holds or usual, drawing.part)
    return terms.model_copy(update=parts)


class Policy:
    """Terms asked about, for one entity: in place of those it was founded with, and of those it adopted since."""

    def __init__(self, terms: Terms, entries: Sequence[Entry]) -> None:
        """Refusal where the entity could not live by them, or they say nothing about its kind."""
        first = entries[0].event
        assert isinstance(first, AnyFounding)
        self._kind = kind_of(entries[0].entity)
        self._terms = terms
        self._ordered = _ordered(entries)
        self.founding: AnyFounding = first.model_copy(update={"terms": self._instead_of(first.terms)})
        _adoptable(founded(first), self.founding.terms)

    def adopted(self, known: Terms, entry: int) -> Terms:
        """What is adopted in place of these terms, those of an entry, which would put an end to those asked about."""
        made = self._instead_of(known)
        # it is adopted all the same, since that somebody acted stops reminders
        name = f"{made.name}, in place of {known.name}"
        # the same name may be adopted again with something changed
        return made.model_copy(update={"name": f"{name[:180]} (entry {entry})"})

    def _instead_of(self, known: Terms) -> Terms:
        made = drawn(self._terms, self._kind, known)
        return made.model_copy(update={"restrictions": self._restrictions(known.restrictions)})

    def _restrictions(self, known: tuple[Restriction, ...]) -> tuple[Restriction, ...]:
        """Restrictions of travel that orders brought or changed come and go as on record; others as asked about."""
        asked = {_key(one): one for one in self._terms.restrictions}
        kept = []
        for one in known:
            other = asked.pop(_key(one), None)
            if other is None:
                # what other kinds were founded with may have been ordered of their partnerships
                kept += [one] if _key(one) in self._ordered or self._kind != "partnership" else []
            else:
                kept.append(one if other.until in self._ordered.get(_key(one), ()) else other)
        return (*kept, *(one for key, one in asked.items() if key not in self._ordered))


_Key = tuple[str, datetime]


def _key(one: Restriction) -> _Key:
    """What tells a restriction from others, also after an order changed its end."""
    return (one.country, one.since)


def _ordered(entries: Sequence[Entry]) -> dict[_Key, tuple[datetime, ...]]:
    """The restrictions of travel that orders on record brought or changed, with every end each of them had."""
    found: dict[_Key, tuple[datetime, ...]] = {}
    state: Entity | None = None
    for entry in entries:
        before = state.terms.restrictions if state is not None else ()
        state = folded(entry.entity, state, entry.event)
        if isinstance(entry.event, ev.TravelRestricted | ev.TravelResumed):
            after = state.terms.restrictions
            for one in (*before, *after):
                if one not in before or one not in after:
                    found[_key(one)] = (*found.get(_key(one), ()), one.until)
    return found


def _adoptable(state: Entity, terms: Terms) -> None:
    """Refuse terms that the entity could not have adopted on the day of its founding."""
    staff = secretariat(state, state.founded)
    if terms != state.terms and staff:
        adopt = state.own_rules.get(AdoptTerms) or RULES[AdoptTerms]
        asked = AdoptTerms(terms=terms, decision=NO_TEXT)
        adopt(state, asked, staff[0].in_person(), state.founded)
