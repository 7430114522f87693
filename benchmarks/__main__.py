"""Every goal with its figure: `make bench`, or `python -m benchmarks [NAME ...] [--quick] [--write]`.

A NAME is a benchmark (lifecycle, approvals, ...) or a goal (G3). `--write` puts the result into docs/performance.md.
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

from benchmarks.goals import GOALS, modules
from benchmarks.measuring import Figure, goals_table, note

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
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


def conditions(load: tuple[float, float, float], quick: bool) -> str:
    """When and on what it was measured, and how busy the machine was before."""
    when = datetime.now(UTC)
    size = "quick sizes, which only show that it runs; " if quick else ""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return (
        f"Measured {when:%Y-%m-%d %H:%M} UTC on {os.cpu_count()} cores with Python {version}; {size}"
        f"load before it began {load[0]:.1f}, over fifteen minutes {load[2]:.1f}."
    )


def write(result: str) -> None:
    """Put the result into its place in docs/performance.md."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        raise SystemExit(f"{PAGE.name} has no place for the result ({BEGIN} ... {END})")
    PAGE.write_text(f"{before}{BEGIN}\n\n{result}\n\n{END}{after}")


def main() -> int:
    flags = [word for word in sys.argv[1:] if word.startswith("-")]
    if unknown := set(flags) - {"--quick", "--write"}:
        raise SystemExit(f"unknown option {', '.join(sorted(unknown))}; there are --quick and --write")
    names = chosen([word for word in sys.argv[1:] if not word.startswith("-")])
    load, quick = os.getloadavg(), "--quick" in flags
    figures = asyncio.run(run(names, quick))
    result = f"{conditions(load, quick)}\n\n{goals_table(figures)}"
    sys.stdout.write(f"\n{result}\n")
    if "--write" in flags:
        write(result)
    return 0 if all(one.value == one.value for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
