"""Verifying the ledger: entries a second, whether it is linear, and how long 10,000 partnerships take (G9).

    .venv/bin/python -m benchmarks.verification [--quick]

The ledgers hold copies of one life of some thirty entries, written by SQL with a whole chain. Structural verification
is `audit.verify.verify(..., lives=False)`: every entry, every column, the chain, the guards. With lives, as `tandem
ledger verify` does it, every entry is folded too; that is printed beside it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from audit.verify import verify
from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median, note
from benchmarks.places import folder
from benchmarks.templates import CODE, fill, template
from ledger import open_ledger
from tests.ledger.lives import batches


async def measure(quick: bool) -> list[Figure]:
    small, large, rounds = (20, 200, 1) if quick else (500, 5_000, 3)
    huge = 400 if quick else 10_000
    with folder() as home:
        made = template(home, batches(CODE))
        for size in dict.fromkeys((small, large, huge)):
            fill(_file(home, size), made, size, without=("states", "letters"))
        note("the ledgers are written")
        arms = {str(size): _arm(_file(home, size), lives=False) for size in (small, large)}
        await arms[str(small)]()  # the first one warms everything up
        taken = await in_turn(arms, rounds)
        with_lives = await _arm(_file(home, small), lives=True)()
        entries, seconds = await _arm(_file(home, huge), lives=False)()
    speed = {name: median(number / took for number, took in each) for name, each in taken.items()}
    each = {name: [took / number for number, took in of] for name, of in taken.items()}
    sys.stdout.write(
        f"\nstructural: {', '.join(f'{name} partnerships {value:,.0f} entries/s' for name, value in speed.items())}; "
        f"{huge:,} partnerships with {entries:,} entries {seconds:.1f} s; "
        f"with every entry folded {with_lives[0] / with_lives[1]:,.0f} entries/s\n"
    )
    figures = [
        Figure("G9 speed", speed[str(large)]),
        Figure("G9 linear", measuring.ratio(each[str(large)], each[str(small)])),
    ]
    if not quick:
        figures.append(Figure("G9 large", seconds, f"{entries:,} entries"))
    return figures


def _file(home: Path, size: int) -> Path:
    return home / f"{size}.sqlite"


def _arm(file: Path, *, lives: bool) -> Callable[[], Awaitable[tuple[int, float]]]:
    async def run() -> tuple[int, float]:
        ledger = open_ledger(f"sqlite:///{file}")
        try:
            begun = time.process_time()
            report = verify(ledger, lives=lives)
            took = time.process_time() - begun
        finally:
            ledger.close()
        if report.problems:
            raise RuntimeError(f"the ledger is not sound: {report.problems[0]}")
        return report.entries, took

    return run


if __name__ == "__main__":
    measuring.alone(measure)
