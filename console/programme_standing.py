"""Where a programme stands, in tables: its cut-offs and whom they affect, its broadcasts and what each entity said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer

from client import people
from client.reading import SqlLedger, entity, present
from console import showing, tasks, telling
from console.partnerships import gates, people_of, stages
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain import events as ev
from domain.entities import kind_of
from domain.programme import Programme
from domain.programmes import cascade
from domain.programmes.cascade import KINDS
from domain.programmes.state import PACK, errand_of
from domain.values import Refusal, listed

Code = Annotated[str, typer.Argument(metavar="CODE", help="A programme, such as 11438.")]


def programme(ledger: SqlLedger, code: str) -> Programme:
    """Where a programme stands; Refusal, naming those on record, where there is none of this code."""
    state = entity(ledger, code, "programme")
    assert isinstance(state, Programme)  # its kind was asked for
    return state


def show(ledger: SqlLedger, code: str) -> None:
    """Print people, reports, cut-offs, broadcasts and what is owed."""
    state = programme(ledger, code)
    names = telling.Names(people.names(ledger))
    stops = "; ".join(
        f"{telling.plain(span.why)} since {showing.day(span.since)}" for span in state.stops if not span.until
    )
    showing.facts(
        [
            ("stands", telling.plain(state.standing()).replace("+", ", ")),
            ("ends", f"{showing.last_day(state.ends)}"),
            ("stopped", stops),
            ("calendar", state.edition.name),
        ]
    )
    people_of(state, names)
    stages(state)
    gates(state, names)
    showing.line()
    showing.heading("Cut-offs")
    _cut_offs(state)
    if state.broadcasts:
        showing.line()
        showing.heading("Broadcasts")
        _broadcasts(state)
    owed = tasks.owed_of(ledger.tasks(entity=state.entity), names, lambda _: present(ledger, code))
    if owed:
        showing.line()
        showing.heading("Owed now")
        tasks.show(owed)


def _cut_offs(state: Programme) -> None:
    showing.table(
        (Column("Cut-off"), Column("Last day"), Column("Reached"), loose("What")),
        [
            (one["code"], str(showing.last_day(one["at"])), "yes" if one["reached"] else "", one["name"])
            for one in _cascade(state)
        ],
    )


def _cascade(state: Programme) -> list[dict[str, Any]]:
    rows = [
        {"code": f"E-{days}", "name": name, "at": state.ends - timedelta(days=days)}
        for name, days in state.terms.cut_offs
    ]
    rows += [
        {"code": "E", "name": "end of the programme", "at": state.ends},
        {"code": f"E+{state.rules.pack}", "name": PACK, "at": state.pack_due()},
    ]
    return [one | {"reached": one["name"] in state.cut_offs} for one in rows]


def _broadcasts(state: Programme) -> None:
    showing.table(
        (
            number("Number"),
            loose("What"),
            Column("Ordered"),
            number("Took it"),
            number("Refused"),
            Column("Over"),
        ),
        [
            (
                one.number,
                telling.plain(one.what),
                showing.day(one.at),
                one.done,
                one.refused or "",
                "yes" if one.over else "under way",
            )
            for one in state.broadcasts
        ],
    )


def cut_offs(
    ctx: typer.Context,
    code: Code,
    affected: Annotated[
        str | None,
        typer.Option("--affected", metavar="CUT-OFF", help="Whom this one affects, such as E-270."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The cut-off cascade with its dates, or the partnerships, visits and pilots that one of them affects."""
    with records(ctx) as ledger:
        state = programme(ledger, code)
        rows = _cascade(state)
        found = [*_affected(ledger, state, affected)] if affected is not None else None
    if found is not None:
        if as_json:
            showing.as_json(found)
        elif not found:
            showing.line(f"Nothing under way is affected by {affected}.")
        else:
            showing.table(
                (Column("Kind"), Column("Code"), loose("Title"), loose("Stands"), loose("Why")),
                [
                    (one["kind"], one["code"], one["title"], telling.plain(one["stands"]), one["why"])
                    for one in found
                ],
            )
    elif as_json:
        showing.as_json(rows)
    else:
        _cut_offs(state)


def _affected(ledger: SqlLedger, state: Programme, cut_off: str) -> Iterator[dict[str, str]]:
    known = [one["code"] for one in _cascade(state)]
    wanted = cut_off.upper()
    if wanted not in known:
        raise Refusal(f"there is no cut-off {cut_off!r}; there are {listed(known)}")
    found = [one for kind in KINDS for one in ledger.standings(kind, programme=state.programme)]
    held = [ledger.state(record.entity) for record in found]
    for one, why in cascade.affected(wanted, [state for state in held if state is not None]):
        yield {
            "kind": kind_of(one.entity),
            "code": one.code,
            "title": one.own_title(),
            "stands": one.standing(),
            "why": why,
        }


def broadcast_report(
    ctx: typer.Context,
    code: Code,
    which: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Which broadcast.")],
    as_json: AsJson = False,
) -> None:
    """What each entity said to a broadcast, from the entries: took it, or refused with which sentence."""
    with records(ctx) as ledger:
        state = programme(ledger, code)
        held = next((one for one in state.broadcasts if one.number == which), None)
        if held is None:
            numbers = listed([str(one.number) for one in state.broadcasts]) or "none"
            raise Refusal(f"{state.code} has no broadcast {which}; on record are {numbers}")
        found = [*_items(ledger, state, which)]
        told = _ordered(ledger, state, which)
    if as_json:
        showing.as_json({"broadcast": held, "ordered": told, "items": found})
        return
    showing.line(told)
    if found:
        showing.table(
            (Column("Entity"), Column("Answer"), loose("Why not"), Column("Recorded")),
            [
                (one["entity"], "refused" if one["why"] else "took it", one["why"], one["recorded"])
                for one in found
            ],
        )
    refused = f", {held.refused} refused" if held.refused else ""
    showing.line(
        f"{held.done} took it{refused}; {'all have been asked' if held.over else 'the others follow'}"
    )


def _ordered(ledger: SqlLedger, state: Programme, which: int) -> str:
    tell = telling.Telling(telling.Names(people.names(ledger)))
    for entry in ledger.entries(state.entity):
        if isinstance(entry.event, ev.BroadcastOrdered) and entry.event.number == which:
            return tell(entry.event, state)
    return ""


def _items(ledger: SqlLedger, state: Programme, which: int) -> Iterator[dict[str, str]]:
    for entry in ledger.entries(state.entity):
        if isinstance(entry.event, ev.ErrandCarried) and entry.event.errand == errand_of(which):
            at = showing.minute(entry.recorded_at)
            for done in entry.event.done:
                yield {"entity": done, "why": "", "recorded": at}
            for refused in entry.event.refused:
                why = people.named(ledger, refused.sentence)
                yield {"entity": refused.entity, "why": why, "recorded": at}
