"""Loading a programme: its people into the registry, its partnerships onto the engine, as often as one likes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from client.programme_files import PersonFacts, Programme, WrongFile, read, read_script
from domain.clockwork import Clockwork
from domain.entities import AnyFounding
from domain.entries import Entry
from domain.events import PartnershipFounded, ProgrammeFounded
from domain.programmes.steps import programme_terms
from domain.rehearsal import Script, Stagehands
from domain.values import Holder, Value
from ledger.rows import Person
from ledger.rows import Programme as ProgrammeRow

__all__ = [
    "Loaded",
    "Programme",
    "WrongFile",
    "as_scripted",
    "foundings",
    "load",
    "programme_founding",
    "read",
    "read_script",
    "stagehands",
]

_AT_ONCE = 8
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_COMPARED = ("component", "mode", "cluster", "themes", "ends")
_OF_A_MEMBER = ("name", "name_zh", "country", "level", "zone", "acting")

Progress = Callable[[str, bool], None]
"""Told of each partnership: its code, and whether it is new."""


class Founding(Protocol):
    """What loading needs of the door (client.door.Door)."""

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool: ...


class Registry(Protocol):
    """What loading needs of the ledger (ledger.store.SqlLedger); its methods block, and are called in threads."""

    def put_person(self, person: Person) -> None: ...
    def people(self) -> dict[str, Person]: ...
    def put_programme(self, programme: ProgrammeRow) -> None: ...
    def programme(self, code: str) -> ProgrammeRow | None: ...
    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]: ...


class Loaded(Value):
    """What loading came to. `differences` says where the file and a founded partnership part ways.

    `programme` is whether the programme itself was founded now.
    """

    programme: bool = False
    founded: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    people_new: tuple[str, ...] = ()
    people_changed: tuple[str, ...] = ()


async def load(
    programme: Programme,
    door: Founding,
    ledger: Registry,
    clockwork: Clockwork,
    at: datetime,
    progress: Progress | None = None,
) -> Loaded:
    """Enter people and programme in the ledger and found it and every partnership, at the programme time `at`.

    Loaded again, people and what is published of the programme are brought up to date; a partnership that
    was founded before is left as it is, and where the file says otherwise, that is told. Raises Refusal or
    Trouble as the door does; what was loaded by then stays, and loading again goes on from there.
    """
    new, changed = await asyncio.to_thread(_enter_people, programme, ledger)
    await asyncio.to_thread(_enter_programme, programme, ledger, clockwork)
    ids = await asyncio.to_thread(ids_by_key, ledger)
    known = clockwork.speed == 1
    events = foundings(programme, ids, at, everything_known=known)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def found(event: PartnershipFounded) -> bool:
        async with gate:
            is_new = await door.found(event, clockwork)
        if progress is not None:
            progress(event.code, is_new)
        return is_new

    itself = await door.found(programme_founding(programme, ids, at, everything_known=known), clockwork)
    # one that fails must not leave the others running behind the caller's back
    answers = await asyncio.gather(*(found(event) for event in events), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    there = [event for event, is_new in zip(events, answers, strict=True) if not is_new]
    return Loaded(
        programme=itself,
        founded=tuple(event.code for event, is_new in zip(events, answers, strict=True) if is_new),
        there=tuple(event.code for event in there),
        differences=tuple(
            await asyncio.to_thread(
                lambda: [*_of_itself(programme, ledger), *_differences(programme, there, ledger)]
            )
        ),
        people_new=new,
        people_changed=changed,
    )


def ids_by_key(ledger: Registry) -> dict[str, str]:
    """The ids under which people are on file, by their handles."""
    return {person.key: person.id for person in ledger.people().values()}


def foundings(
    programme: Programme, ids: Mapping[str, str], at: datetime, *, everything_known: bool = False
) -> tuple[PartnershipFounded, ...]:
    """The first event of each partnership, for people with these ids.

    The calendars are those known at `at`; with `everything_known` those known today.
    """
    edition = programme.edition(at.date(), everything=everything_known)
    return tuple(
        PartnershipFounded(
            at=at,
            programme=programme.code,
            code=one.code,
            component=one.component,
            mode=one.mode,
            cluster=one.cluster,
            themes=one.themes,
            members=one.members(at),
            holders=tuple(
                holder(person, ids[person.key], at) for person in programme.people if person.serves(one)
            ),
            terms=programme.terms,
            edition=edition.only(*programme.countries(one)),
            ends=programme.ends,
        )
        for one in programme.partnerships
    )


def programme_founding(
    programme: Programme, ids: Mapping[str, str], at: datetime, *, everything_known: bool = False
) -> ProgrammeFounded:
    """The first event of the programme itself: its staff, all its calendars, its dates; none of its members."""
    edition = programme.edition(at.date(), everything=everything_known)
    return ProgrammeFounded(
        at=at,
        programme=programme.code,
        code=programme.code,
        title=programme.facts.title,
        title_zh=programme.facts.title_zh,
        starts=programme.starts,
        ends=programme.ends,
        holders=tuple(holder(person, ids[person.key], at) for person in programme.staff),
        terms=programme_terms(programme.terms),
        edition=edition,
    )


def as_scripted(facts: Programme, script: Script) -> Programme:
    """The programme before anything of a script has happened: what is still to be ordered is not known in it.

    For plays in which the programme itself takes part, which gives the orders.
    """
    if script.travel is None:
        return facts
    told = facts.facts.model_copy(update={"travel_restriction": None})
    # made anew: a copy would keep the terms that were worked out before
    return Programme(
        facts=told,
        partnerships=facts.partnerships,
        people=facts.people,
        demonstration=facts.demonstration,
    )


def stagehands(
    programme: Programme, script: Script, ids: Mapping[str, str], at: datetime, seed: int
) -> Stagehands:
    """What a rehearsal of this programme is made with: calendars still to come, and the spare people."""
    spare = {one.key: holder(one, ids[one.key], at) for one in programme.people if one.spare}
    return Stagehands(seed=seed, script=script, editions=programme.later_editions(at.date()), spare=spare)


def holder(person: PersonFacts, id: str, since: datetime) -> Holder:
    """A person in their role, from a moment on."""
    return Holder(
        person=id,
        role=person.role,
        side=person.stands_for,
        zone=person.zone,
        country=person.country,
        since=since,
    )


def _enter_people(programme: Programme, ledger: Registry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = {person.key: person for person in ledger.people().values()}
    new: list[str] = []
    changed: list[str] = []
    for person in programme.people:
        before = known.get(person.key)
        row = Person(
            id=before.id if before else new_id(),
            key=person.key,
            name=person.written,
            email=person.email,
            language=person.language,
            zone=person.zone,
            phone=person.phone,
            demo=programme.demonstration,
        )
        if row != before:
            ledger.put_person(row)
            (changed if before else new).append(person.key)
    return tuple(new), tuple(changed)


def new_id() -> str:
    """An opaque id: 130 random bits, so that nothing of the person can be read from it."""
    return f"p-{''.join(secrets.choice(_BASE32) for _ in range(26))}"


def _enter_programme(programme: Programme, ledger: Registry, clockwork: Clockwork) -> None:
    before = ledger.programme(programme.code)
    row = ProgrammeRow(code=programme.code, title=programme.facts.title, facts=programme.told())
    if before is not None:
        # the clock of a programme that runs is never set anew
        clock = {"origin": before.origin, "anchor": before.anchor, "speed": before.speed}
    elif clockwork == Clockwork():
        clock = {}
    else:
        clock = {"origin": clockwork.origin, "anchor": clockwork.anchor, "speed": float(clockwork.speed)}
    row = row.model_copy(update=clock)
    if row != before:
        ledger.put_programme(row)


def _of_itself(programme: Programme, ledger: Registry) -> Iterator[str]:
    first = next((one.event for one in ledger.entries(f"programme/{programme.code}")), None)
    if isinstance(first, ProgrammeFounded):
        for what, was, now in (
            ("title", first.title, programme.facts.title),
            ("ends", first.ends, programme.ends),
        ):
            if was != now:
                yield (
                    f"{programme.code}: {what} was founded as {_worded(was)}, the file says {_worded(now)}; "
                    "left as it is"
                )


def _differences(programme: Programme, there: list[PartnershipFounded], ledger: Registry) -> Iterator[str]:
    keys = {person.id: person.key for person in ledger.people().values()}
    for event in there:
        entries = ledger.entries(f"partnership/{event.code}")
        first = entries[0].event if entries else None
        if not isinstance(first, PartnershipFounded):
            continue
        for what, was, now in _compared(first, event, keys):
            yield f"{event.code}: {what} was founded as {was}, the file says {now}; left as it is"


def _compared(
    was: PartnershipFounded, now: PartnershipFounded, keys: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    if was.programme != now.programme:
        yield "its programme", was.programme, now.programme
    for name in _COMPARED:
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            yield name, _worded(before), _worded(after)
    for old, new in zip(was.members, now.members, strict=False):
        for name in _OF_A_MEMBER:
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                yield f"{old.side.value}.{name}", _worded(before), _worded(after)
    before, after = _holding(was, keys), _holding(now, keys)
    for role in dict.fromkeys((*before, *after)):
        if before.get(role) != after.get(role):
            yield role, before.get(role) or "vacant", after.get(role) or "vacant"


def _holding(event: PartnershipFounded, keys: Mapping[str, str]) -> dict[str, str]:
    held: dict[str, list[str]] = {}
    for one in event.holders:
        name = f"{one.side.value} {one.role.value}".removeprefix("programme ").replace("_", " ")
        held.setdefault(name, []).append(keys.get(one.person, one.person))
    return {name: ", ".join(sorted(persons)) for name, persons in held.items()}


def _worded(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return str(getattr(value, "value", value)) or "nothing"
