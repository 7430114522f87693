"""Which letters follow from an entry, to whom; their wording lives elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field

from domain import events as ev
from domain.entity import EntityState
from domain.entries import Entry
from domain.events import AnyEvent
from domain.gates import Gate
from domain.tasks import Task, beside, for_signature, recipients, tasks_of
from domain.terms import Reach, Seat
from domain.values import POLITICAL, SIDES, PersonId, Role, Side, UtcTime, Value


class LetterItem(Value):
    """One thing a letter asks for: the task it is about, by when, and what happens without an answer."""

    task: str
    what: str
    """A code the templates know: `submit`, `decide`, `answer`, `advise`, `confirm`, `step`..."""
    subject: str = ""
    """What it is about, in the programme's own words: a gate's or a stage's title."""
    version: str = ""
    since: UtcTime | None = None
    due: UtcTime | None = None
    provisional: bool = False
    offset: int | None = None
    silence: str = ""
    basis: str = ""
    receipt: str = ""
    when: UtcTime | None = Field(default=None, exclude_if=lambda when: when is None)
    """The moment of what it is about, where that has one: a session's start."""


class Letter(Value):
    """A letter to be written: its key is unique for ever, its facts are all that a template may use.

    `recipient` and `copies` are people by id; `facts` holds codes, counts and hashes, never free text.
    `about` names the open tasks the letter asks to do: when all are done before it was sent, it is withdrawn.
    """

    key: str
    entity: str
    number: int
    kind: str
    recipient: PersonId
    copies: tuple[PersonId, ...] = ()
    at: UtcTime
    items: tuple[LetterItem, ...] = ()
    about: tuple[str, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict)


def letters_for(before: EntityState | None, after: EntityState, entry: Entry) -> tuple[Letter, ...]:
    """The letters this entry causes, at most one of a kind to a person.

    Whatever has come up for somebody to do is asked for; beyond that each event has those who must know. The
    political level is written to by people only (domain.md 2.9).
    """
    news = [*_news(before, after, entry.event)]
    drafts = [*news, *_asked(before, after, news)]
    # nothing goes out under a suspension except to those who keep it; the rest is in the letter that ends it
    unwritten = [*after.political(), *_beyond_the_secretariat(after)]
    letters: dict[str, Letter] = {}
    for draft in drafts:
        for recipient in dict.fromkeys(draft.to):
            if recipient in unwritten:
                continue
            key = f"{entry.entity}/{entry.number}/{draft.kind}/{recipient}"
            letters.setdefault(
                key,
                Letter(
                    key=key,
                    entity=entry.entity,
                    number=entry.number,
                    kind=draft.kind,
                    recipient=recipient,
                    copies=tuple(one for one in draft.copies if one != recipient and one not in unwritten),
                    at=entry.recorded_at,
                    items=draft.items,
                    about=tuple(item.task for item in draft.items) if draft.asks else (),
                    facts=_facts(after, draft.facts, recipient),
                ),
            )
    return tuple(letters.values())


@dataclass(frozen=True)
class Draft:
    """A letter as its cause has it: what kind, to whom, what it asks for or tells."""

    kind: str
    to: tuple[PersonId, ...]
    items: tuple[LetterItem, ...] = ()
    copies: tuple[PersonId, ...] = ()
    asks: bool = False
    facts: dict[str, str] = field(default_factory=dict)


def _facts(state: EntityState, own: dict[str, str], recipient: PersonId) -> dict[str, str]:
    held = state.holder(recipient, state.now) or state.last_known(recipient)
    return {
        "your_role": held.role.value if held else "",
        "your_side": held.side.value if held else "",
        "code": state.code,
        "programme": state.programme,
        **state.own_facts(),
        **own,
    }


def item_of(state: EntityState, task: Task, offset: int | None = None) -> LetterItem:
    """A task as one thing a letter asks for."""
    terms = task.gate.terms if task.gate is not None and task.what == "decide" else None
    return LetterItem(
        task=task.id,
        what=task.what,
        subject=task.subject,
        version=task.gate.version if task.gate is not None else task.version,
        since=task.since,
        due=task.deadline.at if task.deadline else None,
        provisional=task.deadline.provisional if task.deadline else False,
        offset=offset,
        silence=terms.on_silence.value if terms else "",
        basis=terms.basis if terms else "",
        receipt=f"{state.code}/{task.clock.id}" if task.clock else "",
        when=task.when,
    )


def _asked(before: EntityState | None, after: EntityState, news: list[Draft]) -> Iterator[Draft]:
    """What has come up with this event, for each person in one letter, where no news asks them for it."""
    known = _owed(before) if before is not None else []
    told = [(item.task, person) for one in news if one.asks for item in one.items for person in one.to]
    fresh: dict[tuple[str, PersonId], list[LetterItem]] = {}
    for task in tasks_of(after):
        kind = {"answer": "question", "at_risk": "at_risk"}.get(task.what, "asked")
        if for_signature(after, task):
            kind = "signature"
        for person in recipients(after, task):
            begun = (task.id, task.clock.start if task.clock else None, person)
            if begun not in known and (task.id, person) not in told:
                fresh.setdefault((kind, person), []).append(item_of(after, task))
    for (kind, person), items in fresh.items():
        yield Draft(kind=kind, to=(person,), items=tuple(items), asks=True)


def _owed(state: EntityState) -> list[tuple[str, datetime | None, PersonId]]:
    """Who is asked for what, told apart by when its clock began: a stage that opens again asks anew."""
    return [
        (task.id, task.clock.start if task.clock else None, person)
        for task in tasks_of(state)
        for person in recipients(state, task)
    ]


def _beyond_the_secretariat(state: EntityState) -> tuple[PersonId, ...]:
    """Everybody but operators and team leaders while the entity is suspended, else nobody."""
    if not state.suspended:
        return ()
    kept = (*operators(state), *team_leaders(state))
    return tuple(held.person for held in state.holders if held.person not in kept)


def people_in(state: EntityState, *wanted: tuple[Role, Side]) -> tuple[PersonId, ...]:
    """Who holds one of these roles now."""
    return tuple(holder.person for role, side in wanted for holder in state.holders_of(role, side, state.now))


def focal_points(state: EntityState) -> tuple[PersonId, ...]:
    """The focal points of both sides."""
    return people_in(state, *((Role.FOCAL_POINT, side) for side in SIDES))


def operators(state: EntityState) -> tuple[PersonId, ...]:
    """The operators of now."""
    return people_in(state, (Role.OPERATOR, Side.PROGRAMME))


def team_leaders(state: EntityState) -> tuple[PersonId, ...]:
    """The team leaders of now."""
    return people_in(state, (Role.TEAM_LEADER, Side.PROGRAMME))


def own_items(state: EntityState, person: PersonId) -> tuple[LetterItem, ...]:
    """All that a person is asked for."""
    return tuple(item_of(state, task) for task in tasks_of(state) if person in recipients(state, task))


def _news(before: EntityState | None, after: EntityState, event: AnyEvent) -> Iterator[Draft]:
    focal = focal_points(after)
    match event:
        case ev.ReminderFell():
            assert before is not None
            yield from _reminders(before, after, event)
        case ev.GateSettled():
            yield from _outcome(after, event)
        case ev.LateObjectionRecorded():
            gate = after.gate(event.gate)
            facts = _gate_facts(gate) | {"verdict": event.verdict.value, "seat": str(gate.seats[event.seat])}
            yield Draft("late_objection", (*operators(after), *after.makers_of(gate.stage)), facts=facts)
        case ev.DecisionTakenBack():
            gate = after.gate(event.gate)
            voided = before.gate(event.voids) if before is not None and event.voids else None
            seated = [person for seat in (voided.seats if voided else ()) for person in _seated(after, seat)]
            yield Draft("taken_back", (*seated, *after.makers_of(gate.stage)), facts=_gate_facts(gate))
        case ev.SeatHandedOver():
            for task in tasks_of(after):
                if task.id == f"decide/{event.gate}/{event.seat}":
                    kind = "signature" if for_signature(after, task) else "handed_over"
                    told = recipients(after, task)
                    facts = _gate_facts(after.gate(event.gate))
                    yield Draft(kind, told, (item_of(after, task),), asks=True, facts=facts)
        case ev.AdviceGiven():
            gate = after.gate(event.gate)
            askers = tuple(one.by for one in gate.advice if event.by and one.of == event.by.person)
            yield Draft("advice", askers[-1:], facts=_gate_facts(gate))
        case ev.ClarificationAnswered():
            gate = after.gate(event.gate)
            waiting = [task for task in tasks_of(after) if task.id.startswith(f"decide/{gate.id}/")]
            for person in dict.fromkeys(one for task in waiting for one in recipients(after, task)):
                own = tuple(item_of(after, task) for task in waiting if person in recipients(after, task))
                yield Draft("answered", (person,), own, asks=True, facts=_gate_facts(gate))
        case ev.HoldPlaced():
            yield Draft("paused", focal, facts={"why": "hold", "reason": event.reason})
        case ev.SuspensionOrdered():
            yield Draft("paused", operators(after), facts={"why": "suspension"})
        case ev.HoldLifted() | ev.SuspensionLifted():
            why = "hold" if isinstance(event, ev.HoldLifted) else "suspension"
            everyone = [person for task in tasks_of(after) for person in recipients(after, task)]
            for person in dict.fromkeys((*focal, *everyone)):
                yield Draft("resumed", (person,), own_items(after, person), facts={"why": why})
        case ev.CalendarAdopted():
            yield from _moved(after, event)
        case _:
            yield from _news_ofpeople_in(before, after, event)


def _news_ofpeople_in(before: EntityState | None, after: EntityState, event: AnyEvent) -> Iterator[Draft]:
    focal = focal_points(after)
    match event:
        case ev.EndDateChanged():
            facts = {"was": event.was.isoformat(), "ends": event.ends.isoformat()}
            yield Draft("extended", (*focal, *operators(after), *team_leaders(after)), facts=facts)
        case ev.HolderChanged() if event.to is not None and event.role not in POLITICAL:
            own = own_items(after, event.to.person)
            facts = {"role": event.role.value, "side": event.side.value}
            yield Draft("holder_changed", (event.to.person,), own, asks=bool(own), facts=facts)
            others = tuple(person for person in focal if person != event.to.person)
            yield Draft("holder_changed", others, facts=facts)
        case ev.DeadlinePassed():
            items = tuple(item_of(after, task) for task in tasks_of(after) if task.id == event.task)
            seats = {task.id: str(task.seat) for task in tasks_of(after)}
            yield Draft(
                "overdue", operators(after), items, asks=True, facts={"owner": seats.get(event.task, "")}
            )
        case ev.CutOffReached():
            facts = {"cut_off": event.cut_off, "standing": after.standing()}
            own = tuple(item_of(after, task) for task in tasks_of(after) if event.cut_off == task.subject)
            yield Draft("cut_off", operators(after), own, asks=bool(own), facts=facts)
        case _:
            yield from after.own_news(before, event)


def _seated(state: EntityState, seat: Seat) -> tuple[PersonId, ...]:
    if seat.role in POLITICAL:
        return state.persons_for(beside(seat, Role.FOCAL_POINT), state.now)
    return state.persons_for(seat, state.now)


def _gate_facts(gate: Gate) -> dict[str, str]:
    return {
        "gate": gate.code,
        "title": gate.terms.title,
        "stage": gate.stage.value,
        "version": gate.version,
        "number": gate.id.rpartition("/")[2],
    }


def _next_gate(state: EntityState, gate: Gate) -> str:
    """The gate that comes after this one on the same version, if one does."""
    gates = state.terms.stage(gate.stage).gates
    places = [place for place, terms in enumerate(gates) if terms.code == gate.code]
    following = gates[places[0] + 1].code if places and places[0] + 1 < len(gates) else ""
    return f"{following}/{gate.id.rpartition('/')[2]}" if following else ""


def _outcome(after: EntityState, event: ev.GateSettled) -> Iterator[Draft]:
    gate = after.gate(event.gate)
    told = (*after.makers_of(gate.stage), *focal_points(after))
    facts = _gate_facts(gate) | {
        "outcome": event.outcome.value,
        "silent": "yes" if event.silent else "",
        "basis": event.basis,
        "overridden": "yes" if event.overridden else "",
        "next": _next_gate(after, gate) if event.outcome.passes else "",
    }
    decider = event.by.person if event.by else None
    yield Draft("outcome", tuple(person for person in told if person != decider), facts=facts)


def _reminders(before: EntityState, after: EntityState, event: ev.ReminderFell) -> Iterator[Draft]:
    by_id = {task.id: task for task in tasks_of(before)}
    items: dict[str, list[LetterItem]] = {}
    copies: list[PersonId] = []
    late: list[LetterItem] = []
    for reminder in event.reminders:
        task = by_id[reminder.task]
        item = item_of(before, task, reminder.offset)
        if reminder.reach is Reach.AUTHORITY:
            continue  # the authorities are written to by hand: the operator has a task for it
        kind = "signature" if for_signature(before, task) else "reminder"
        items.setdefault(kind, []).append(item)
        if reminder.reach is not Reach.RECIPIENT:
            deputy = beside(task.seat, Role.DEPUTY)
            superiors = before.persons_for(deputy, before.now) if task.seat.side in SIDES else ()
            copies += superiors or operators(before)
        if reminder.reach is Reach.TEAM_LEADER:
            late.append(item)
    for kind, own in items.items():
        yield Draft(kind, (event.recipient,), tuple(own), tuple(dict.fromkeys(copies)), asks=True)
    if late:
        facts = {"owner": str(by_id[late[0].task].seat)}
        yield Draft("escalation", team_leaders(after), tuple(late), asks=True, facts=facts)


def _moved(after: EntityState, event: ev.CalendarAdopted) -> Iterator[Draft]:
    clocks = {moved.clock: moved for moved in event.moved}
    own: dict[PersonId, list[tuple[Task, ev.Moved]]] = {}
    for task in tasks_of(after):
        moved = clocks.get(task.clock.id) if task.clock else None
        if moved is not None:
            for person in recipients(after, task):
                own.setdefault(person, []).append((task, moved))
    for person, changes in own.items():
        facts = {"edition": event.edition.name}
        for place, (_, moved) in enumerate(changes):
            facts[f"was.{place}"] = moved.was.isoformat() if moved.was else ""
        items = tuple(item_of(after, task) for task, _ in changes)
        yield Draft("moved", (person,), items, facts=facts)
