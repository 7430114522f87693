"""What a suspension of everything would move, with 1,000 and 10,000 partnerships on record (G15).

    .venv/bin/python -m benchmarks.preview [--quick]

Copies of one life are written by SQL, as for the board. Each partnership is read from its snapshot, asked what the
authority's order would do, and its dates and letters are worked out: as `tandem preview suspend --totals` does.
"""

from __future__ import annotations

import sys
import time

from benchmarks import measuring
from benchmarks.measuring import Figure, note
from benchmarks.places import folder
from benchmarks.templates import CODE, code_of, fill, template
from client.reading import partnership
from console.reaching import reached
from domain import requests as rq
from domain.scopes import Scope
from domain.values import NO_TEXT
from ledger import open_ledger
from ledger.store import SqlLedger
from tests.ledger.lives import batches


def _previewed(ledger: SqlLedger) -> tuple[float, int, int]:
    """The seconds of CPU for all partnerships, the dates that would move and the letters that would go out."""
    at = partnership(ledger, code_of(0)).now  # all stand where the life they are copies of stood
    begun, dates, letters = time.process_time(), 0, 0
    scope = Scope(programme=partnership(ledger, code_of(0)).programme)
    for one in reached(ledger, scope, rq.Suspend(order=NO_TEXT), at, totals=True):
        dates += one.dates
        letters += one.mail
    return time.process_time() - begun, dates, letters


async def measure(quick: bool) -> list[Figure]:
    sizes = (100, 300) if quick else (1_000, 10_000)
    took = {}
    with folder() as home:
        made = template(home, batches(CODE))
        for size in sizes:
            path = home / f"{size}.sqlite"
            fill(path, made, size, spread=True)
            ledger = open_ledger(f"sqlite:///{path}")
            took[size], dates, letters = _previewed(ledger)
            ledger.close()
            if not dates or not letters:
                raise RuntimeError(f"a suspension of {size:,} partnerships would move {dates} dates")
            note(f"{size:,} partnerships: {dates:,} dates, {letters:,} letters, {took[size]:.1f} s")
    few, many = sizes
    sys.stdout.write(f"\n{many:,} partnerships {took[many]:.1f} s, {many / took[many]:,.0f} a second\n")
    how = f"{many:,}" if quick else ""
    flat = took[many] / many / (took[few] / few)
    return [
        Figure("G15 flat", flat, how),
        Figure("G15 preview", took[many] / many * 10_000, how and f"from {how}"),
    ]


if __name__ == "__main__":
    measuring.alone(measure)
