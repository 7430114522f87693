"""What a broadcast would do to each entity it reaches: dates, letters, and those that would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from client import people
from client.errands import in_scope
from client.reading import SqlLedger, present
from console import previewing, showing, telling
from console.previewing import Seen
from domain import events as ev
from domain import requests as rq
from domain.broad_requests import Spread
from domain.foresight import Foreseen, foresee
from domain.life import SECRETARIAT
from domain.living import Entity
from domain.values import Refusal, Side


def ordered_in(events: tuple[ev.AnyEvent, ...]) -> ev.BroadcastOrdered | None:
    """The broadcast among what would happen, where there is one."""
    return next((event for event in events if isinstance(event, ev.BroadcastOrdered)), None)


def reached(ledger: SqlLedger, ordered: ev.BroadcastOrdered, *, totals: bool = False) -> Iterator[Seen]:
    """What it would do to each entity, one after the other, as of now; with `totals` only counted."""
    at = present(ledger, ordered.scope.programme)
    for entity in in_scope(ledger, ordered.scope):
        state = ledger.state(entity)
        if state is None:
            continue
        try:
            foreseen = _foreseen(state, ordered.request, at)
        except Refusal as refusal:
            yield Seen(state.code, refused=people.named(ledger, refusal.sentence))
        else:
            yield previewing.seen(state.code, foreseen, totals=totals)


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


def shown(found: list[Seen], names: telling.Names) -> None:
    """Print each date and letter, the sum, and who would refuse why."""
    showing.line()
    showing.line("Once it has reached everybody it is meant for:")
    previewing.dates(found)
    previewing.letters(found, names)
    showing.line(counted(found))
    for one in found:
        if one.refused:
            showing.line(f"{one.code}: would refuse: {one.refused}", style="yellow")


def plain(found: list[Seen], names: telling.Names) -> dict[str, object]:
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
        ],
    }


def _foreseen(state: Entity, request: Spread, at: datetime) -> Foreseen:
    """What the request would do to an entity, asked by its operator."""
    second = request.second if isinstance(request, rq.ChangeEnd) else None
    for role in SECRETARIAT:
        for held in state.holders_of(role, Side.PROGRAMME, at):
            if held.person != second:
                return foresee(state, 0, request, held.in_person(), at)
    raise Refusal(f"{state.code} has no operator, who would have to ask for it")
