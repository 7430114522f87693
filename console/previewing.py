"""`tandem preview`: what a step would do to many partnerships at once, before anybody takes it in any of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.progress import track

from client import people
from client.reading import SqlLedger, partnership, unknown
from console import showing, telling
from console.errors import misused
from console.options import SuspendedSince, country, flag, last_day
from console.session import AsJson, records
from console.showing import Column, loose, number
from console.tasks import moments
from domain import requests as rq
from domain.events import End, Moved
from domain.foresight import Foreseen, confirmed, foresee
from domain.partnership import Partnership
from domain.terms import Stage
from domain.values import Component, PersonId, Refusal, Role, Side

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

    def codes_of(self, ledger: SqlLedger) -> list[str]:
        """The partnerships under way that may fit, by their records; Refusal for a code that is not on record."""
        for code in self.codes:
            if ledger.partnership(code) is None:
                raise Refusal(unknown(ledger, code, "partnership"))
        records = ledger.partnerships(
            component=self.component.value if self.component else None,
            cluster=self.cluster,
            stage=self.stage.value if self.stage else None,
        )
        return [
            one.code
            for one in records
            if one.status not in tuple(End) and (not self.codes or one.code in self.codes)
        ]

    def fits(self, state: Partnership) -> bool:
        """Whether a partnership of these is meant: which countries it is of its record does not tell."""
        return self.country in (None, *(one.country for one in state.members if one.until is None))


@dataclass(frozen=True)
class Seen:
    """What would happen to one partnership, counted, and, where wanted, each date and letter; or why it cannot."""

    code: str
    dates: int = 0
    mail: int = 0
    moved: tuple[Moved, ...] = ()
    letters: tuple[tuple[str, PersonId], ...] = ()
    """The kind of each, and to whom."""
    refused: str = ""


def previewed(
    ledger: SqlLedger,
    scope: Scope,
    step: Step,
    ends: datetime | None,
    present: Callable[[str], datetime],
    *,
    totals: bool,
    since: datetime | None = None,
) -> Iterator[Seen]:
    """What the step would do to each partnership of a scope, one after the other; with `totals` only counted."""
    for code in _watched(scope.codes_of(ledger)):
        state = partnership(ledger, code)
        if not scope.fits(state):
            continue
        try:
            foreseen = _foreseen(state, step, ends, present(code), since)
        except Refusal as refusal:
            yield Seen(code, refused=people.named(ledger, refusal.sentence))
            continue
        yield seen(code, foreseen, totals=totals)


def seen(code: str, foreseen: Foreseen, *, totals: bool) -> Seen:
    """What was foreseen of an entity, with each date and letter or only counted."""
    moved, letters = foreseen.moved, foreseen.letters
    if totals:  # ten thousand entities have more of them than anybody reads
        return Seen(code, len(moved), len(letters))
    told = tuple((letter.kind, letter.recipient) for letter in letters)
    return Seen(code, len(moved), len(letters), moved, told)


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
    since: SuspendedSince = None,
    totals: Annotated[bool, flag("--totals", "Only count, without each date and letter.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every date a suspension, a hold or an extension would move, and every letter; nothing is sent."""
    if (step is Step.EXTEND) != (to is not None):
        raise misused(
            "--ends is the new last day of an extension" if to else "an extension needs its --ends DAY"
        )
    if since is not None and step is not Step.SUSPEND:
        raise misused("--since is the day a suspension holds from; it goes with suspend")
    scope = Scope(tuple(codes or ()), of, component, cluster, stage)
    with records(ctx) as ledger:
        found = list(previewed(ledger, scope, step, to, moments(ledger), totals=totals, since=since))
        if not found:
            raise Refusal("no partnership that is under way fits; `tandem partnership list` shows all")
        names = telling.Names(people.names(ledger, {who for one in found for _, who in one.letters}))
    if as_json:
        showing.as_json(_plain(step, found, names, totals=totals))
        return
    dates(found)
    letters(found, names)
    _counts(found)
    for one in found:
        if one.refused:
            showing.line(f"{one.code}: not possible: {one.refused}", style="yellow")
    showing.aside("Nothing was sent. It is as of now; what happens until the step is taken changes it.")


def _foreseen(
    state: Partnership, step: Step, ends: datetime | None, at: datetime, since: datetime | None
) -> Foreseen:
    """What the step would do to a partnership, asked by its operator; an extension as if confirmed already."""
    held = next(iter(state.holders_of(Role.OPERATOR, Side.PROGRAMME, at)), None)
    if held is None:
        raise Refusal(f"{state.code} has no operator, who would have to ask for it")
    by = held.in_person()
    match step:
        case Step.SUSPEND:
            return foresee(state, 0, rq.Suspend(order=_NOBODY_YET, since=since), by, at)
        case Step.HOLD:
            return foresee(state, 0, rq.Hold(reason="force_majeure"), by, at)
        case Step.EXTEND:
            assert ends is not None
            matter = rq.Extend(ends=ends, addendum=_NOBODY_YET)
            asked = foresee(state, 0, rq.Propose(matter=matter, reason="addendum"), by, at)
            return confirmed(asked, 0, by, at)


def _watched(codes: list[str]) -> Iterable[str]:
    if not sys.stderr.isatty() or len(codes) < 200:
        return codes
    return track(codes, "previewing", console=showing.terminal(stderr=True), transient=True)


def dates(found: list[Seen]) -> None:
    """Print each date that would move."""
    rows = [(one.code, moved) for one in found for moved in one.moved]
    if rows:
        showing.table(
            (Column("Code"), Column("Date"), Column("Was"), Column("Would be")),
            [(code, one.clock, showing.due_day(one.was), showing.due_day(one.now)) for code, one in rows],
        )
        showing.line()


def letters(found: list[Seen], names: telling.Names) -> None:
    """Print each letter that would go out."""
    rows = [(one.code, telling.plain(kind), names(who)) for one in found for kind, who in one.letters]
    if rows:
        showing.table((Column("Code"), Column("Letter"), loose("To")), rows)
        showing.line()


def _counts(found: list[Seen]) -> None:
    possible = [one for one in found if not one.refused]
    if len(possible) <= 50:
        rows = [(one.code, one.dates, one.mail) for one in possible]
        showing.table((Column("Code"), number("Dates"), number("Letters")), rows)
    moves, mail = sum(one.dates for one in possible), sum(one.mail for one in possible)
    showing.line(
        f"{showing.counted(len(possible), 'partnership')}: {showing.counted(moves, 'date')} would move, "
        f"{showing.counted(mail, 'letter')} would go out"
    )


def _plain(step: Step, found: list[Seen], names: telling.Names, *, totals: bool) -> dict[str, object]:
    possible = [one for one in found if not one.refused]
    each = [
        {
            "partnership": one.code,
            "moved": one.moved,
            "letters": [{"kind": kind, "to": names(who)} for kind, who in one.letters],
        }
        for one in possible
    ]
    return {
        "step": step,
        "partnerships": len(possible),
        "dates": sum(one.dates for one in possible),
        "letters": sum(one.mail for one in possible),
        "refused": [{"partnership": one.code, "why": one.refused} for one in found if one.refused],
        "each": [] if totals else each,
    }
