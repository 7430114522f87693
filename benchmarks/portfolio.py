"""The board and the task list with 100, 1,000, 10,000 and 100,000 partnerships on record (G6).

    .venv/bin/python -m benchmarks.portfolio [--quick]

Every ledger holds copies of the same life (some thirty entries, with its tasks, gates and letters, written by SQL).
Asked for in turn are a page of fifty lines from the middle of the board and a page of fifty tasks, as `tandem board
--limit 50` and `tandem tasks --limit 50` ask for them; beside the goals it prints how long the whole board takes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median, note
from benchmarks.places import folder
from benchmarks.templates import CODE, code_of, fill, template
from console.board import lines_of
from ledger import open_ledger
from ledger.store import SqlLedger
from tests.ledger.lives import batches

PAGE = 50
ASKED = 20
"""So often each page is asked for in one turn."""
WHOLE = 1_000
"""Up to so many partnerships the whole board is timed too."""


async def measure(quick: bool) -> list[Figure]:
    sizes = (100, 1_000) if quick else (100, 1_000, 10_000, 100_000)
    with folder() as home, ExitStack() as open_:
        made = template(home, batches(CODE))
        ledgers = {}
        for size in sizes:
            begun = time.monotonic()
            # the board needs neither entries nor snapshots, and of 100,000 partnerships they would fill the disk
            fill(
                home / f"{size}.sqlite",
                made,
                size,
                without=("entries", "states") if size > WHOLE else (),
                spread=True,
            )
            ledgers[size] = open_ledger(f"sqlite:///{home / f'{size}.sqlite'}")
            open_.callback(ledgers[size].close)
            note(f"{size:,} partnerships written in {time.monotonic() - begun:.0f} s")

        def pages(ledger: SqlLedger, size: int) -> Callable[[], Awaitable[tuple[float, float]]]:
            middle = code_of(size // 2)

            async def ask() -> tuple[float, float]:
                board, tasks = [], []
                for _ in range(ASKED):
                    begun = time.perf_counter()
                    lines = ledger.board_lines(after=middle, limit=PAGE)
                    board.append(time.perf_counter() - begun)
                    begun = time.perf_counter()
                    owed = ledger.task_page(PAGE)
                    tasks.append(time.perf_counter() - begun)
                    if len(owed) != PAGE or len(lines) != min(PAGE, size - size // 2 - 1):
                        raise RuntimeError(
                            f"a page of {size} is not full: {len(lines)} lines, {len(owed)} tasks"
                        )
                return median(board), median(tasks)

            return ask

        for size, ledger in ledgers.items():
            await pages(ledger, size)()
        taken = await in_turn({str(size): pages(ledgers[size], size) for size in sizes}, 1 if quick else 5)
        whole = {size: _whole(ledgers[size]) for size in sizes if size <= WHOLE}
    _show(taken, whole)
    figures = []
    for what, place in (("board", 0), ("tasks", 1)):
        for name, size in (("10k", 10_000), ("100k", 100_000)):
            if str(size) in taken:
                over, under = ([one[place] for one in taken[of]] for of in (str(size), "100"))
                value = measuring.ratio(over, under)
                figures.append(Figure(f"G6 {what} {name}", value, f"{median(over) * 1000:.1f} ms"))
    return figures


def _whole(ledger: SqlLedger) -> float:
    begun = time.perf_counter()
    lines_of(ledger)
    return time.perf_counter() - begun


def _show(taken: dict[str, list[tuple[float, float]]], whole: dict[int, float]) -> None:
    rows = [
        (
            f"{int(size):,}",
            f"{median(one[0] for one in each) * 1000:.2f}",
            f"{median(one[1] for one in each) * 1000:.2f}",
            f"{whole[int(size)]:.2f}" if int(size) in whole else "",
        )
        for size, each in taken.items()
    ]
    head = ("partnerships", "page of the board, ms", "page of tasks, ms", "whole board with funnel, s")
    sys.stdout.write(f"\n{measuring.table(head, rows)}\n")


if __name__ == "__main__":
    measuring.alone(measure)
