"""A request tried without being made: what it would do, which dates it would move, whom it would write to."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from client import people
from client.reading import SqlLedger
from console import reaching, showing, telling
from console.showing import Column, loose
from domain import requests as rq
from domain.entities import kind_of
from domain.events import ProposalConfirmed
from domain.foresight import Foreseen, confirmed, foresee
from domain.living import Entity
from domain.values import Actor, Refusal


class Asking(Protocol):
    """Who asks what of which partnership, and when."""

    @property
    def ledger(self) -> SqlLedger: ...
    @property
    def state(self) -> Entity: ...
    @property
    def by(self) -> Actor: ...
    @property
    def at(self) -> datetime: ...


def told(desk: Asking, request: rq.AnyRequest, *, as_json: bool) -> None:
    """Print what the request would do now. Raises Refusal where it would be refused; nothing is sent or kept."""
    number = desk.ledger.last_number(desk.state.entity)
    first = foresee(desk.state, number, request, desk.by, desk.at)
    then = None
    if isinstance(request, rq.Propose):
        then = confirmed(first, number, desk.by, desk.at)
    orders = [reaching.ordered_in(one.events) for one in (first, then) if one is not None]
    reach = [[*reaching.reached(desk.ledger, one)] for one in orders if one is not None]
    known = people.names(desk.ledger)
    names, second = telling.Names(known), telling.Names(known, nobody="a second person")
    if as_json:
        plain = _plain(first, names)
        if then is not None:
            plain["once_confirmed"] = _plain(then, second)
        for found in reach:
            plain["reaches"] = reaching.plain(found, names)
        showing.as_json({kind_of(desk.state.entity): desk.state.code, "dry_run": True, **plain})
        return
    showing.line("Nothing was sent. This would happen:")
    _shown(first, names)
    if then is not None:
        showing.line()
        showing.line("Once a second person confirms it:")
        _shown(then, second)
    for found in reach:
        reaching.shown(found, names)


def numbers(desk: Asking, request: rq.AnyRequest) -> str:
    """What a broadcast that is proposed or confirmed would come to, in numbers; empty for any other request."""
    if not isinstance(request, rq.Propose | rq.Confirm):
        return ""
    try:
        then = foresee(desk.state, 0, request, desk.by, desk.at)
        if isinstance(request, rq.Propose):
            then = confirmed(then, 0, desk.by, desk.at)
    except Refusal:
        return ""  # it is for the entity to say so, and to keep the attempt
    ordered = reaching.ordered_in(then.events)
    if ordered is None:
        return ""
    return f"as of now, {reaching.counted([*reaching.reached(desk.ledger, ordered, totals=True)])}"


def _sentences(foreseen: Foreseen, names: telling.Names) -> list[str]:
    tell = telling.Telling(names)
    told = [event for event in foreseen.events if not isinstance(event, (*telling.QUIET, ProposalConfirmed))]
    return [tell(event, foreseen.after) for event in told]


def _plain(foreseen: Foreseen, names: telling.Names) -> dict[str, object]:
    return {
        "happens": _sentences(foreseen, names),
        "events": foreseen.events,
        "moved": foreseen.moved,
        "owed": foreseen.owed,
        "over": foreseen.over,
        "letters": [
            {
                "kind": letter.kind,
                "to": names(letter.recipient),
                "copies": [names(copy) for copy in letter.copies],
                "about": letter.about,
            }
            for letter in foreseen.letters
        ],
        "standing": foreseen.after.standing(),
        "status": foreseen.after.status(),
    }


def _shown(foreseen: Foreseen, names: telling.Names) -> None:
    for sentence in _sentences(foreseen, names):
        showing.line(f"{foreseen.after.code}: {sentence}")
    if foreseen.moved:
        showing.line()
        showing.table(
            (Column("Date"), Column("Was"), Column("Would be")),
            [(one.clock, showing.due_day(one.was), showing.due_day(one.now)) for one in foreseen.moved],
        )
    for words, ids in (("owed then", foreseen.owed), ("not owed any more", foreseen.over)):
        if ids:
            showing.line(f"{words}: {', '.join(telling.task_words(one) for one in ids)}")
    if foreseen.letters:
        showing.line()
        showing.table(
            (Column("Letter"), Column("To"), loose("Copies")),
            [
                (telling.plain(letter.kind), names(letter.recipient), ", ".join(map(names, letter.copies)))
                for letter in foreseen.letters
            ],
        )
    else:
        showing.line("no letter would go out")
