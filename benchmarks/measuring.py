"""What every benchmark shares: figures, medians, runs in turn, the CPU and memory of processes, tables."""

from __future__ import annotations

import asyncio
import math
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.goals import UNMEASURED, goal, told

T = TypeVar("T")
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Figure:
    """What was measured for a goal, and a word on how."""

    code: str
    value: float
    how: str = ""

    @property
    def verdict(self) -> str:
        wanted = goal(self.code)
        if self.value != self.value:
            return UNMEASURED
        if wanted.later:
            return "later"
        return "holds" if wanted.holds(self.value) else "falls short"


Measure = Callable[[bool], Coroutine[Any, Any, list[Figure]]]
"""A benchmark: takes whether it is to be quick, prints what it sees, and hands back its figures."""


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value within which this share of all values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def in_turn(
    arms: Mapping[str, Callable[[], Awaitable[T]]], rounds: int, say: str = ""
) -> dict[str, list[T]]:
    """Each arm once in each round, in one order and then the other: what disturbs one disturbs its neighbour."""
    results: dict[str, list[T]] = {name: [] for name in arms}
    for number in range(rounds):
        order = list(arms) if number % 2 == 0 else list(arms)[::-1]
        for name in order:
            results[name].append(await arms[name]())
        note(f"{say or 'round'} {number + 1} of {rounds}")
    return results


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios of neighbouring runs."""
    return median(a / b for a, b in zip(over, under, strict=True))


def cpu(*processes: int) -> float:
    """Seconds of CPU these processes and all below them have used so far."""
    ticks = 0
    for process in _trees(processes):
        fields = _stat(process)
        if fields:
            ticks += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return ticks / _TICK


async def quiet(*processes: int, patience: float = 30) -> None:
    """Wait until these processes have next to nothing left to do, for so many seconds at most."""
    until = time.monotonic() + patience
    before = cpu(*processes)
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        now = cpu(*processes)
        if now - before <= 0.1:  # a fifth of a core: engine and worker ask each other for work even so
            return
        before = now


def memory(process: int) -> int:
    """Bytes of real memory a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE


def _trees(roots: Iterable[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def _stat(process: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold blanks; none for one that has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def note(sentence: str) -> None:
    """Say how far a benchmark is, beside its results."""
    sys.stderr.write(f"  {sentence}\n")
    sys.stderr.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as a Markdown table whose columns line up in plain text too."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]])


HEADINGS = ("goal", "what", "wanted", "figure", "verdict", "measured")


def goal_rows(figures: Iterable[Figure], when: str = "now") -> list[tuple[str, ...]]:
    """Goal, figure, holds or falls short, and when it was measured."""
    rows: list[tuple[str, ...]] = []
    for one in figures:
        wanted = goal(one.code)
        what = f"{wanted.what} ({one.how})" if one.how else wanted.what
        rows.append((one.code, what, wanted.wanted, told(one.value, wanted.unit), one.verdict, when))
    return rows


def goals_table(figures: Iterable[Figure], when: str = "now") -> str:
    """The rows of these figures as a table."""
    return table(HEADINGS, goal_rows(figures, when))


def alone(measure: Measure) -> None:
    """Run one benchmark by itself; `--quick` makes it small."""
    figures = asyncio.run(measure("--quick" in sys.argv[1:]))
    sys.stdout.write(f"\n{goals_table(figures)}\n")
