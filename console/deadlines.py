"""A deadline's receipt: the reckoning day by day, for a person to check by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from client import people
from client.reading import entity
from console import showing, telling
from console.options import flag
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.clocks import DayKind, Receipt, ReceiptDay
from domain.values import Refusal, listed


def deadline(
    ctx: typer.Context,
    receipt_id: Annotated[str, typer.Argument(metavar="RECEIPT-ID", help="Such as C1-01/G5.review/2.")],
    everything: Annotated[bool, flag("--all", "Every day on a line of its own.")] = False,
    as_json: AsJson = False,
) -> None:
    """How a deadline came about: its start, rule, calendar, days counted and left out, and stops."""
    code, slash, clock = receipt_id.partition("/")
    if not slash or not clock:
        raise Refusal(
            f"{receipt_id!r} names no deadline: a receipt's id is a partnership and a clock, such as "
            "C1-01/G5.review/2; `tandem tasks` shows them"
        )
    with records(ctx) as ledger:
        state = entity(ledger, code)
        receipt = state.receipt(clock)
        names = telling.Names(people.names(ledger))
    title = next((gate.terms.title for gate in state.gates if gate.clock.id == clock), "")
    if as_json:
        told = receipt.model_dump(mode="json")
        showing.as_json({"receipt": receipt_id, "title": title, **told})
        return
    showing.heading(f"Deadline {receipt_id}{f': {title}' if title else ''}")
    showing.facts(_reckoning(receipt, names))
    showing.line()
    rows = receipt.lines if everything else ()
    _table((_Run((one,)) for one in rows) if everything else _folded(receipt.lines))


def _reckoning(receipt: Receipt, names: telling.Names) -> Iterator[tuple[str, str | None]]:
    zone = ZoneInfo(receipt.zone)
    where = "" if receipt.allowance.kind is DayKind.CALENDAR else f" of {listed(receipt.countries)}"
    yield "allowed", f"{receipt.allowance}{where}"
    began = receipt.start.astimezone(zone)
    if receipt.before is not None:
        target = f"{receipt.before.astimezone(zone):%Y-%m-%d %H:%M} in {receipt.zone}"
        yield "before", f"{target}, counted back from that day"
        yield "set on", f"{began:%Y-%m-%d}; it is due no earlier"
    else:
        yield "from", f"{began:%Y-%m-%d %H:%M} in {receipt.zone}; the day of the start is not counted"
    yield "calendar", f"edition {receipt.edition!r}, {receipt.edition_hash}"
    for span in receipt.spans:
        if span.until is not None and span.until < receipt.start:
            continue  # over before this clock began
        since = f"{span.since.astimezone(zone):%Y-%m-%d}"
        until = f"to {span.until.astimezone(zone):%Y-%m-%d}" if span.until else "and still is"
        by = f", by {names(span.by)}" if span.by else ""
        late = receipt.deadline is not None and span.since >= receipt.deadline.at
        after = "; its time was over before, so nothing moved" if late else ""
        if receipt.before is not None and span.until is not None:
            after = "; counted back, so nothing moved"
        yield "stopped", f"{since} {until}: {telling.plain(span.why)}{by}{after}"
    if receipt.rolled_from is not None:
        yield "rolled", f"from {receipt.rolled_from}, which is not worked, to the next day that is"
    if receipt.deadline is not None:
        last = receipt.deadline
        mark = "; provisional, a country's list ends before it" if last.provisional else ""
        yield "until", f"{last.on}, end of the day in {receipt.zone} ({showing.minute(last.at)} UTC){mark}"
    elif receipt.before is not None:
        yield "until", "no date while it stands still; afterwards it is counted back from the same day"
    else:
        left = showing.days(receipt.remaining or 0)
        yield "until", f"no date while it stands still; {left} remain once it runs again"


@dataclass(frozen=True)
class _Run:
    """Days in a row that all counted, or all did not."""

    days: tuple[ReceiptDay, ...]

    def period(self) -> str:
        first, last = self.days[0].day, self.days[-1].day
        if first == last:
            return f"{first:%a %Y-%m-%d}"
        return f"{first:%a %Y-%m-%d} to {last:%a %Y-%m-%d}"

    def counted(self) -> str:
        numbers = [one.counted for one in self.days if one.counted is not None]
        if not numbers:
            return ""
        return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"

    def reason(self) -> str:
        return ", ".join(dict.fromkeys(one.reason for one in self.days if one.reason))


def _folded(lines: tuple[ReceiptDay, ...]) -> Iterator[_Run]:
    """Runs of days; a day that counts although it would not be expected to stands alone."""
    for _, days in groupby(
        lines, key=lambda one: (one.counted is not None, one.reason if one.counted else "")
    ):
        yield _Run(tuple(days))


def _table(runs: Iterable[_Run]) -> None:
    showing.table(
        [Column("Days"), number("Counted"), loose("Why not, or why after all")],
        [(run.period(), run.counted(), run.reason()) for run in runs],
    )
