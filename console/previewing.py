"""`tandem preview`: what a step would do to many partnerships at once, before anybody takes it in any of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.progress import track

from client import people
from client.reading import SqlLedger, partnership
from console import showing, telling
from console.errors import misused
from console.options import country, flag, last_day
from console.session import AsJson, records
from console.showing import Column, loose, number
from console.tasks import moments
from domain import requests as rq
from domain.events import End
from domain.foresight import Foreseen, confirmed, foresee
from domain.partnership import Partnership
from domain.terms import Stage
from domain.values import Actor, Component, Refusal, Role, Side

_NOBODY_YET = f"sha256:{'0' * 64}"
"""Stands for the text (an order, an addendum) that is kept when the step is taken."""


class Step(StrEnum):
    SUSPEND = "suspend"
    HOLD = "hold"
    EXTEND = "extend"


@dataclass(frozen=True)
class Scope:
    """Which partnerships are meant: all that every wish given fits."""

    codes: tuple[str, ...] = ()
    country: str | None = None
    component: Component | None = None
    cluster: str | None = None
    stage: Stage | None = None

    def of(self, ledger: SqlLedger) -> Iterator[Partnership]:
        """The states of these partnerships; Refusal for a code that is not on record."""
        named = [partnership(ledger, code) for code in dict.fromkeys(self.codes)]
        records = ledger.partnerships(
            component=self.component.value if self.component else None,
            cluster=self.cluster,
            stage=self.stage.value if self.stage else None,
        )
        wanted = {one.code for one in named} or {one.code for one in records}
        for record in records:
            if record.code not in wanted or record.status in tuple(End):
                continue
            state = partnership(ledger, record.code)
            if self.country in (None, *(one.country for one in state.members if one.until is None)):
                yield state


def preview(
    ctx: typer.Context,
    step: Annotated[Step, typer.Argument(metavar="STEP", help="suspend, hold or extend.")],
    codes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE]...", help="Partnerships; without any, all that fit.", show_default=False
        ),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option(
            "--ends", metavar="DAY", parser=last_day, help="With extend: the programme's new last day."
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option("--country", metavar="CODE", parser=country, help="Only those with a member there."),
    ] = None,
    component: Annotated[
        Component | None, typer.Option("--component", help="Only of this component.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="CODE", help="Only of this cluster.")
    ] = None,
    stage: Annotated[Stage | None, typer.Option("--stage", help="Only those in this stage now.")] = None,
    totals: Annotated[bool, flag("--totals", "Only count, without each date and letter.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every date a suspension, a hold or an extension would move, and every letter; nothing is sent."""
    if (step is Step.EXTEND) != (to is not None):
        raise misused(
            "--ends is the new last day of an extension" if to else "an extension needs its --ends DAY"
        )
    scope = Scope(tuple(codes or ()), of, component, cluster, stage)
    with records(ctx) as ledger:
        present = moments(ledger)
        states = list(scope.of(ledger))
        if not states:
            raise Refusal("no partnership that is under way fits; `tandem partnership list` shows all")
        seen: list[tuple[Partnership, Foreseen]] = []
        refused: list[tuple[str, str]] = []
        for state in _shown(states, quiet=as_json):
            try:
                seen.append((state, foreseen(state, step, to, present(state.code))))
            except Refusal as refusal:
                refused.append((state.code, people.named(ledger, refusal.sentence)))
        names = telling.Names(people.names(ledger))
        told = [(state.code, one, names) for state, one in seen]
        if as_json:
            showing.as_json(_plain(step, told, refused, totals=totals))
            return
        if not totals:
            _dates(told)
            _letters(told)
        _counts(told)
        for code, why in refused:
            showing.line(f"{code}: not possible: {why}", style="yellow")
        showing.aside("Nothing was sent. It is as of now; what happens until the step is taken changes it.")


def foreseen(state: Partnership, step: Step, ends: datetime | None, at: datetime) -> Foreseen:
    """What the step would do to a partnership, asked by its operator; an extension as if confirmed already."""
    held = next(iter(state.holders_of(Role.OPERATOR, Side.PROGRAMME, at)), None)
    if held is None:
        raise Refusal(f"{state.code} has no operator, who would have to ask for it")
    by = Actor(person=held.person, role=held.role, side=held.side)
    match step:
        case Step.SUSPEND:
            return foresee(state, 0, rq.Suspend(order=_NOBODY_YET), by, at)
        case Step.HOLD:
            return foresee(state, 0, rq.Hold(reason="force_majeure"), by, at)
        case Step.EXTEND:
            assert ends is not None
            matter = rq.Extend(ends=ends, addendum=_NOBODY_YET)
            asked = foresee(state, 0, rq.Propose(matter=matter, reason="addendum"), by, at)
            return confirmed(asked, 0, by, at)


def _shown(states: list[Partnership], *, quiet: bool) -> Iterable[Partnership]:
    if quiet or not sys.stderr.isatty() or len(states) < 200:
        return states
    return track(states, "previewing", console=showing.terminal(stderr=True), transient=True)


_Told = list[tuple[str, Foreseen, telling.Names]]


def _dates(told: _Told) -> None:
    rows = [(code, one.clock, one.was, one.now) for code, seen, _ in told for one in seen.moved]
    if rows:
        showing.table(
            (Column("Code"), Column("Date"), Column("Was"), Column("Would be")),
            [(code, clock, showing.due_day(was), showing.due_day(now)) for code, clock, was, now in rows],
        )
        showing.line()


def _letters(told: _Told) -> None:
    rows = [(code, letter, names) for code, seen, names in told for letter in seen.letters]
    if rows:
        showing.table(
            (Column("Code"), Column("Letter"), loose("To")),
            [(code, telling.plain(letter.kind), names(letter.recipient)) for code, letter, names in rows],
        )
        showing.line()


def _counts(told: _Told) -> None:
    rows = [(code, len(seen.moved), len(seen.letters)) for code, seen, _ in told]
    if len(rows) <= 50:
        showing.table((Column("Code"), number("Dates"), number("Letters")), rows)
    dates, letters = sum(row[1] for row in rows), sum(row[2] for row in rows)
    showing.line(
        f"{showing.counted(len(rows), 'partnership')}: {showing.counted(dates, 'date')} would move, "
        f"{showing.counted(letters, 'letter')} would go out"
    )


def _plain(step: Step, told: _Told, refused: list[tuple[str, str]], *, totals: bool) -> dict[str, object]:
    return {
        "step": step,
        "partnerships": len(told),
        "dates": sum(len(seen.moved) for _, seen, _ in told),
        "letters": sum(len(seen.letters) for _, seen, _ in told),
        "refused": [{"partnership": code, "why": why} for code, why in refused],
        "each": []
        if totals
        else [
            {
                "partnership": code,
                "moved": seen.moved,
                "letters": [{"kind": one.kind, "to": names(one.recipient)} for one in seen.letters],
            }
            for code, seen, names in told
        ],
    }
