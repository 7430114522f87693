"""`tandem preview`: what a step would do to many entities at once, before anybody proposes it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from client import people
from client.reading import SqlLedger, programmes
from console import reaching, scoping, showing, telling
from console.errors import misused
from console.options import SuspendedSince, flag, last_day
from console.session import AsJson, records
from console.showing import Column, number
from domain import requests as rq
from domain.broad_requests import Spread
from domain.values import NO_TEXT, Refusal, listed


class Step(StrEnum):
    SUSPEND = "suspend"
    HOLD = "hold"
    EXTEND = "extend"


def preview(
    ctx: typer.Context,
    step: Annotated[Step, typer.Argument(metavar="STEP", help="suspend, hold or extend.")],
    codes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE]...", help="Of any kind; without any, all that fit.", show_default=False
        ),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option(
            "--ends", metavar="DAY", parser=last_day, help="With extend: the programme's new last day."
        ),
    ] = None,
    programme: Annotated[
        str | None,
        typer.Option("--programme", metavar="CODE", help="Of which programme, where several are on record."),
    ] = None,
    kind: scoping.Kind = None,
    of: scoping.Member = None,
    side: scoping.MembersSide = None,
    component: scoping.InComponent = None,
    cluster: scoping.InCluster = None,
    stage: scoping.InStage = None,
    since: SuspendedSince = None,
    totals: Annotated[bool, flag("--totals", "Only count, without each date and letter.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every date a suspension, a hold or an extension would move, and every letter; nothing is sent."""
    request = _request(step, to, since)
    wishes = scoping.Wishes(tuple(codes or ()), tuple(kind or ()), of, side, component, cluster, stage)
    with records(ctx) as ledger:
        scope = scoping.scope_of(ledger, _programme(ledger, programme, wishes.codes), wishes)
        found = list(reaching.reached(ledger, scope, request, totals=totals))
        names = telling.Names(people.names(ledger, {who for one in found for _, who in one.letters}))
    if as_json:
        showing.as_json({"step": step, **reaching.plain(found, names, totals=totals)})
        return
    possible = [one for one in found if not one.refused]
    if len(possible) <= 50:
        rows = [(one.code, one.dates, one.mail) for one in possible]
        showing.table((Column("Code"), number("Dates"), number("Letters")), rows)
        showing.line()
    reaching.shown(found, names)
    showing.aside("Nothing was sent. It is as of now; what happens until the step is taken changes it.")


def _request(step: Step, ends: datetime | None, since: datetime | None) -> Spread:
    if since is not None and step is not Step.SUSPEND:
        raise misused("--since is the day a suspension holds from; it goes with suspend")
    if ends is not None:
        if step is not Step.EXTEND:
            raise misused("--ends is the new last day of an extension")
        return rq.ChangeEnd(ends=ends, addendum=NO_TEXT, second=reaching.ANYBODY)
    match step:
        case Step.SUSPEND:
            return rq.Suspend(order=NO_TEXT, since=since)
        case Step.HOLD:
            return rq.Hold(reason="force_majeure")
        case Step.EXTEND:
            raise misused("an extension needs its --ends DAY")


def _programme(ledger: SqlLedger, given: str | None, codes: tuple[str, ...]) -> str:
    """The programme meant: the one given, that of the first entity named, or the only one on record."""
    named = ledger.standings(code=codes[0]) if codes else ()
    if given is None and named:
        return named[0].programme
    known = [one.code for one in programmes(ledger, given)]
    if not known:
        raise Refusal("the ledger is empty; `tandem programme load FILE` loads a programme")
    if len(known) > 1:
        raise misused(f"several programmes are on record; say which with --programme: {listed(known)}")
    return known[0]
