"""What a step over many entities would do to each of them: dates, letters, and those that would refuse."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rich.progress import track

from client import people
from client.errands import in_scope
from client.reading import SqlLedger, present
from console import showing, telling
from console.showing import Column, loose
from domain import events as ev
from domain import requests as rq
from domain.broad_requests import Spread
from domain.entities import kind_of
from domain.foresight import Foreseen, confirmed, foresee
from domain.life import secretariat
from domain.living import Entity
from domain.scopes import Scope
from domain.values import PersonId, Refusal

ANYBODY = "p-anybodyelse"
"""Stands for the second person, whoever it will be."""


@dataclass(frozen=True)
class Seen:
    """What would happen to one entity, counted, and, where wanted, each date and letter; or why it cannot."""

    code: str
    dates: int = 0
    mail: int = 0
    moved: tuple[ev.Moved, ...] = ()
    letters: tuple[tuple[str, PersonId], ...] = ()
    """The kind of each, and to whom."""
    refused: str = ""


def ordered_in(events: tuple[ev.AnyEvent, ...]) -> ev.BroadcastOrdered | None:
    """The broadcast among what would happen, where there is one."""
    return next((event for event in events if isinstance(event, ev.BroadcastOrdered)), None)


def reached(
    ledger: SqlLedger, scope: Scope, request: Spread, at: datetime | None = None, *, totals: bool = False
) -> Iterator[Seen]:
    """What it would do to each entity meant, one after the other, at a time, else now; with `totals` only counted."""
    at = at or present(ledger, scope.programme)
    # whether it is meant may need the state that is asked right after
    read = lru_cache(maxsize=1)(ledger.state)
    for entity in _watched(in_scope(ledger, scope, read=read)):
        state = read(entity)
        if state is None:
            continue
        try:
            foreseen = _foreseen(state, request, at)
        except Refusal as refusal:
            yield Seen(state.code, refused=people.named(ledger, refusal.sentence))
        else:
            yield _seen(state.code, foreseen, totals=totals)


def _seen(code: str, foreseen: Foreseen, *, totals: bool) -> Seen:
    moved, letters = foreseen.moved, foreseen.letters
    if totals:  # ten thousand entities have more of them than anybody reads
        return Seen(code, len(moved), len(letters))
    told = tuple((letter.kind, letter.recipient) for letter in letters)
    return Seen(code, len(moved), len(letters), moved, told)


def _foreseen(state: Entity, request: Spread, at: datetime) -> Foreseen:
    """What the request would do to an entity, asked by its operator."""
    staff = secretariat(state, at)
    if isinstance(request, rq.ChangeEnd) and request.second == ANYBODY and staff:
        second = next((held.person for held in staff[1:] if held.person != staff[0].person), None)
        if second is None:
            raise Refusal(f"{state.code} has nobody but {staff[0].person}, and two persons have to want it")
        request = request.model_copy(update={"second": second})
    second = request.second if isinstance(request, rq.ChangeEnd) else None
    asking = next((held for held in staff if held.person != second), None)
    if asking is None:
        raise Refusal(f"{state.code} has no operator, who would have to ask for it")
    by = asking.in_person()
    if isinstance(request, rq.ChangeEnd) and kind_of(state.entity) == "programme":
        # its own end is moved by two persons in itself, and everybody else's follows
        matter = rq.Extend(ends=request.ends, addendum=request.addendum)
        return confirmed(foresee(state, 0, rq.Propose(matter=matter, reason="addendum"), by, at), 0, by, at)
    return foresee(state, 0, request, by, at)


def _watched(entities: Iterator[str]) -> Iterable[str]:
    if not sys.stderr.isatty():
        return entities
    known = list(entities)
    if len(known) < 200:
        return known
    return track(known, "looking ahead", console=showing.terminal(stderr=True), transient=True)


def counted(found: list[Seen]) -> str:
    """`3 entities: 7 dates would move, 9 letters would go out; 1 would refuse`."""
    possible = [one for one in found if not one.refused]
    refusing = len(found) - len(possible)
    dates, letters = sum(one.dates for one in possible), sum(one.mail for one in possible)
    return (
        f"{showing.counted(len(possible), 'entity', 'entities')}: {showing.counted(dates, 'date')} would move, "
        f"{showing.counted(letters, 'letter')} would go out"
        + (f"; {refusing} would refuse" if refusing else "")
    )


def shown(found: list[Seen], names: telling.Names, most: int | None = None) -> None:
    """Print each date and letter, unless there are more than so many, the sum, and who would refuse why."""
    moves = [(one.code, moved) for one in found for moved in one.moved]
    mail = [(one.code, telling.plain(kind), names(who)) for one in found for kind, who in one.letters]
    if most is not None and len(moves) + len(mail) > most:
        showing.line("More dates and letters than can be read here; --dry-run lists each of them.")
        moves, mail = [], []
    if moves:
        showing.table(
            (Column("Code"), Column("Date"), Column("Was"), Column("Would be")),
            [(code, one.clock, showing.due_day(one.was), showing.due_day(one.now)) for code, one in moves],
        )
        showing.line()
    if mail:
        showing.table((Column("Code"), Column("Letter"), loose("To")), mail)
        showing.line()
    showing.line(counted(found))
    for one in found:
        if one.refused:
            showing.line(f"{one.code}: would refuse: {one.refused}", style="yellow")


def plain(found: list[Seen], names: telling.Names, *, totals: bool = False) -> dict[str, object]:
    """The same as JSON values."""
    possible = [one for one in found if not one.refused]
    return {
        "entities": len(possible),
        "dates": sum(one.dates for one in possible),
        "letters": sum(one.mail for one in possible),
        "refused": [{"entity": one.code, "why": one.refused} for one in found if one.refused],
        "each": [
            {
                "entity": one.code,
                "moved": one.moved,
                "letters": [{"kind": kind, "to": names(who)} for kind, who in one.letters],
            }
            for one in possible
            if not totals
        ],
    }
