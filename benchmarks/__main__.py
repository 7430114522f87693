"""Every goal with its figure: `make bench`, or `python -m benchmarks [NAME ...] [--quick] [--write]`.

A NAME is a benchmark (lifecycle, approvals, ...) or a goal (G3). `--write` puts the result into docs/performance.md,
where figures of benchmarks that did not run stay, each with the time it was measured. `--quick` sizes only show that
it runs.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.goals import GOALS, UNMEASURED, modules
from benchmarks.measuring import HEADINGS, Figure, goal_rows, goals_table, note, table

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
QUICK = ", quick"
"""Marks figures of small sizes; they never take the place of others."""
BEGIN, END = "<!-- result: written by make bench ARGS=--write -->", "<!-- end of the result -->"


def chosen(names: list[str]) -> list[str]:
    """The benchmarks these names mean, in the order of the goals; all of them without names."""
    wanted = set()
    for name in names:
        if name in modules():
            wanted.add(name)
            continue
        found = {one.module for one in GOALS if one.code.partition(" ")[0] == name.upper()}
        if not found:
            known = ", ".join((*modules(), *dict.fromkeys(one.code.partition(" ")[0] for one in GOALS)))
            raise SystemExit(f"there is no benchmark {name!r}; there are {known}")
        wanted |= found
    return [name for name in modules() if not names or name in wanted]


async def run(names: list[str], quick: bool) -> list[Figure]:
    """The figures of these benchmarks; one that fails is told, and its goals count as not measured."""
    figures: list[Figure] = []
    for name in names:
        begun = time.monotonic()
        sys.stdout.write(f"\n{name}\n")
        sys.stdout.flush()
        try:
            figures += await importlib.import_module(f"benchmarks.{name}").measure(quick)
        except Exception:
            traceback.print_exc()
        note(f"{name} took {time.monotonic() - begun:.0f} s")
        measured = {one.code for one in figures}
        lacking = [one.code for one in GOALS if one.module == name and one.code not in measured]
        figures += [Figure(code, float("nan")) for code in lacking]
    order = [one.code for one in GOALS]
    return sorted(figures, key=lambda one: order.index(one.code))


def conditions(when: str, load: tuple[float, float, float], names: list[str]) -> str:
    """When, on what and what was measured, and how busy the machine was before."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return (
        f"- {when}: {', '.join(names)}; {os.cpu_count()} cores, Python {version}, "
        f"load before it began {load[0]:.1f}, over fifteen minutes {load[2]:.1f}."
    )


def merged(known: str, line: str, when: str, figures: list[Figure]) -> str:
    """The result with these figures in it: of what was not measured this time, what stood there stays.

    `known` is the result so far, `line` says how these were measured, and `when` marks their rows.
    """
    rows = {}
    for row in known.splitlines():
        cells = tuple(cell.strip() for cell in row.strip("|").split("|"))
        if row.startswith("| G") and len(cells) == len(HEADINGS):
            rows[cells[0]] = cells
    for fresh in goal_rows(figures, when):
        there = rows.get(fresh[0])
        lesser = fresh[4] == UNMEASURED or (
            when.endswith(QUICK) and there is not None and not there[5].endswith(QUICK)
        )
        if there is None or there[4] == UNMEASURED or not lesser:
            rows[fresh[0]] = fresh
    kept = [rows[one.code] for one in GOALS if one.code in rows]
    stamps = {row[5] for row in kept}
    runs = [run for run in known.splitlines() if run.startswith("- ") and _stamp(run) in stamps - {when}]
    return "\n".join([*runs, line, "", table(HEADINGS, kept)])


def _stamp(run: str) -> str:
    """When the run of a line was, as its rows are marked."""
    return run.removeprefix("- ").partition(": ")[0]


def write(line: str, when: str, figures: list[Figure]) -> None:
    """Put the figures into their place in docs/performance.md."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    known, _, after = rest.partition(END)
    if not rest or not after:
        raise SystemExit(f"{PAGE.name} has no place for the result ({BEGIN} ... {END})")
    PAGE.write_text(f"{before}{BEGIN}\n\n{merged(known, line, when, figures)}\n\n{END}{after}")


def main() -> int:
    flags = [word for word in sys.argv[1:] if word.startswith("-")]
    if unknown := set(flags) - {"--quick", "--write"}:
        raise SystemExit(f"unknown option {', '.join(sorted(unknown))}; there are --quick and --write")
    names = chosen([word for word in sys.argv[1:] if not word.startswith("-")])
    load, quick = os.getloadavg(), "--quick" in flags
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC{QUICK if quick else ''}"
    figures = asyncio.run(run(names, quick))
    line = conditions(when, load, names)
    sys.stdout.write(f"\n{line}\n\n{goals_table(figures, when)}\n")
    if "--write" in flags:
        write(line, when, figures)
    return 0 if all(one.value == one.value for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
