"""`tandem indicators`: the programme's figures as they were true on a day, each with the entries it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from client.reading import SqlLedger, present, programmes
from client.targets import kept
from console import showing
from console.options import flag, last_moment
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.indicators import Figure, Indicator, counted
from domain.targets import beside

_RESULTS = ("O1", "O3", "O5", "R1", "R2", "R3")


def indicators(
    ctx: typer.Context,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", metavar="DAY", parser=last_moment, help="As it was on record then; without it, now."
        ),
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", metavar="CODE", help="Only this programme.")
    ] = None,
    evidence: Annotated[bool, flag("--evidence", "List the entries each figure stands on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count the programme's indicators: no evidence, no count, and for an earlier day what was true then.

    Beside them, where a programme's file gives any, its targets as they are now.
    """
    with records(ctx) as ledger:
        known = programmes(ledger, programme)
        all_of_them = _counted(ledger, programme, as_of)
    # of several programmes together there is a count, and no target that it could be held against
    found = beside(all_of_them, kept(known[0]) if len(known) == 1 else {})
    if as_json:
        showing.as_json({"as_of": as_of, "indicators": list(found)})
        return
    if as_of is not None:
        showing.line(f"as on record at {showing.minute(as_of)} UTC")
    _table(found)
    for one in found:
        if one.uncounted:
            left = showing.counted(len(one.uncounted), "entry has", "entries have")
            showing.line(
                f"{one.code}: {left} no evidence and {'is' if len(one.uncounted) == 1 else 'are'} not counted"
            )
    if evidence:
        showing.line()
        for one in found:
            for figure in one.figures:
                if figure.evidence:
                    of = f" ({figure.split})" if figure.split else ""
                    showing.line(f"{one.code}{of}: {', '.join(figure.evidence)}")
            if one.uncounted:
                showing.line(f"{one.code} without evidence: {', '.join(one.uncounted)}")


def _counted(
    ledger: SqlLedger, programme: str | None = None, as_of: datetime | None = None
) -> tuple[Indicator, ...]:
    lives = [ledger.entries(one.entity) for one in ledger.standings(programme=programme)]
    now = max((present(ledger, one.code) for one in programmes(ledger, programme)), default=datetime.now(UTC))
    return counted(lives, as_of or now)


def results(ledger: SqlLedger) -> None:
    """What a programme is first asked for, in short: without rules, and without parts that came to nothing."""
    rows = [
        (one.code, one.title, figure.split, _told(figure))
        for one in _counted(ledger)
        if one.code in _RESULTS
        for figure in one.figures
        if figure.value
    ]
    showing.table((Column("code"), loose("indicator"), Column("of which"), number("figure")), rows)


def _table(found: tuple[Indicator, ...]) -> None:
    """A line for each figure; the targets have a column where there are any."""
    rows = [row for one in found for row in _rows(one)]
    columns = [Column("code"), loose("indicator"), Column("of which"), number("figure"), number("target")]
    if not any(target for *_, target, _ in rows):
        columns.pop()
        rows = [(*row, rule) for *row, _, rule in rows]
    showing.table((*columns, loose("counting rule")), rows)


def _rows(one: Indicator) -> Iterator[tuple[str, ...]]:
    """A line for each figure; what they share is on the first."""
    code, title, rule, whole = one.code, one.title, one.rule, _aim(one.target, one)
    if whole and len(one.figures) > 1:
        whole += " in all"
    for figure in one.figures:
        yield code, title, figure.split, _told(figure), _aim(figure.target, one) or whole, rule
        code = title = rule = whole = ""


def _aim(target: int | None, one: Indicator) -> str:
    if target is None:
        return ""
    share = any(figure.of is not None for figure in one.figures)
    return f"{'at most ' if one.at_most else ''}{target:,}{'%' if share else ''}"


def _told(figure: Figure) -> str:
    if figure.value is None:
        return "no value"
    if figure.of is None:
        return f"{figure.value:,}"
    share = f" ({figure.value / figure.of:.0%})" if figure.of else ""
    return f"{figure.value:,} of {figure.of:,}{share}"
