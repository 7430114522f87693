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


Foresight = tuple[Foreseen, Foreseen | None]
"""What a request would do where it is asked, and then, for a proposal, once confirmed."""


def foresight(desk: Asking, request: rq.AnyRequest) -> Foresight:
    """What it would do now; Refusal as the request would be refused. Nothing is sent or kept."""
    number = desk.ledger.last_number(desk.state.entity)
    at_once = foresee(desk.state, number, request, desk.by, desk.at)
    if isinstance(request, rq.Propose):
        return at_once, confirmed(at_once, number, desk.by, desk.at)
    return at_once, None


def told(desk: Asking, foreseen: Foresight, *, as_json: bool, most: int | None = None) -> None:
    """Print what is foreseen. Of what many entities would see, each date and letter if they are no more than `most`."""
    at_once, then = foreseen
    orders = [reaching.ordered_in(one.events) for one in (at_once, then) if one is not None]
    reach = [
        [*reaching.reached(desk.ledger, one.scope, one.request, desk.at)] for one in orders if one is not None
    ]
    known = people.names(desk.ledger)
    names, second = telling.Names(known), telling.Names(known, nobody="a second person")
    if as_json:
        plain = _plain(at_once, names)
        if then is not None:
            plain["once_confirmed"] = _plain(then, second)
        for found in reach:
            plain["reaches"] = reaching.plain(found, names)
        showing.as_json({kind_of(desk.state.entity): desk.state.code, "dry_run": True, **plain})
        return
    showing.line("Nothing was sent. This would happen:")
    _shown(at_once, names)
    if then is not None:
        showing.line()
        showing.line("Once a second person confirms it:")
        _shown(then, second)
    for found in reach:
        showing.line()
        showing.line("Once it has reached everybody it is meant for:")
        reaching.shown(found, names, most)


def numbers(desk: Asking, request: rq.AnyRequest) -> str:
    """What a broadcast that is proposed or confirmed would come to, in numbers; empty for any other request."""
    if not isinstance(request, rq.Propose | rq.Confirm):
        return ""
    try:
        at_once, then = foresight(desk, request)
    except Refusal:
        return ""  # it is for the entity to say so, and to keep the attempt
    ordered = reaching.ordered_in((then or at_once).events)
    if ordered is None:
        return ""
    found = reaching.reached(desk.ledger, ordered.scope, ordered.request, desk.at, totals=True)
    return f"as of now, {reaching.counted([*found])}"


def concerns_many(desk: Asking, request: rq.AnyRequest) -> bool:
    """Whether it is, or confirms, what moves the dates of many: a broadcast, or the end of the programme."""
    matters = {held.number: held.matter for held in desk.state.proposals}
    matter = matters.get(request.proposal) if isinstance(request, rq.Confirm) else None
    return isinstance(matter, rq.Broadcast | rq.Extend)


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
