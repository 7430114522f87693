"""How answers look: tables and lines on a terminal, plain columns in a pipe, JSON where it is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel
from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 4000
"""Columns of a pipe: nothing is folded or cut there."""

_RULED = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
"""A line under the names of columns and nothing else."""

Cell = str | Text | int | None
Justify = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Column:
    """A column of a table; a `firm` one keeps its words on one line when the terminal is narrow."""

    name: str
    justify: Justify = "left"
    style: str = ""
    firm: bool = True


def loose(name: str) -> Column:
    """A column whose text may be folded."""
    return Column(name, firm=False)


def number(name: str) -> Column:
    return Column(name, justify="right")


def terminal(*, stderr: bool = False) -> Console:
    """Where things are shown now: made anew each time, since tests and pipes put other files in place."""
    stream = sys.stderr if stderr else sys.stdout
    plain = Console(file=stream, highlight=False)
    if plain.is_terminal:
        return plain
    return Console(file=stream, highlight=False, width=_WIDE, color_system=None, soft_wrap=True)


def line(text: str | Text = "", style: str | None = None) -> None:
    """One line (or paragraph) as it is: no markup is read out of it, so brackets in names are safe."""
    told = text if isinstance(text, Text) else Text(text)
    terminal().print(told, style=style)


def heading(text: str) -> None:
    line(text, style="bold")


def aside(text: str, style: str = "dim") -> None:
    """Something beside the answer, on stderr: a pipe does not get it."""
    terminal(stderr=True).print(Text(text), style=style)


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Rows under their columns; cells that are None stay empty."""
    told = [[_text(cell) for cell in row] for row in rows]
    console = terminal()
    if console.is_terminal:
        _drawn(console, columns, told)
    else:
        _written(columns, told)


def _text(cell: Cell) -> Text:
    if isinstance(cell, Text):
        return cell
    return Text("" if cell is None else str(cell))


def _drawn(console: Console, columns: Sequence[Column], rows: list[list[Text]]) -> None:
    drawing = Table(
        box=_RULED, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 1, 0, 0), expand=False
    )
    for column in columns:
        drawing.add_column(
            column.name,
            justify=column.justify,
            style=column.style,
            no_wrap=column.firm,
            overflow="fold",
        )
    for row in rows:
        drawing.add_row(*row)
    console.print(drawing)


def _written(columns: Sequence[Column], rows: list[list[Text]]) -> None:
    """Columns two blanks apart, as wide as they need to be: for pipes, files and `grep`."""
    cells = [[column.name for column in columns], *([cell.plain for cell in row] for row in rows)]
    widths = [max(cell_len(row[place]) for row in cells) for place in range(len(columns))]
    for row in cells:
        padded = []
        for column, cell, width in zip(columns, row, widths, strict=True):
            blanks = " " * (width - cell_len(cell))
            padded.append(blanks + cell if column.justify == "right" else cell + blanks)
        print("  ".join(padded).rstrip())


def facts(pairs: Iterable[tuple[str, Cell]]) -> None:
    """Names and what they stand for, one pair a line; pairs without a value are left out."""
    known = [(name, _text(value)) for name, value in pairs if value is not None and str(value)]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        line(Text.assemble((f"{name:<{width}}  ", "dim"), value))


def as_json(value: Any) -> None:
    """A value as JSON on stdout, and nothing else."""
    print(json.dumps(jsonable(value), ensure_ascii=False, indent=2))


def jsonable(value: Any) -> Any:
    """Models, times and enums as JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(name): jsonable(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(held) for held in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def last_day(due: datetime) -> date:
    """The last day of a deadline, of which `due` is the midnight after it.

    That midnight lies between 10:00 and 24:00 UTC of the same day in every zone east of Greenwich, which is
    where the programme's members and offices are.
    """
    return (due - timedelta(microseconds=1)).astimezone(UTC).date()


def due_day(due: datetime | None) -> str:
    """The last day of a deadline that may stand still."""
    return "stands still" if due is None else str(last_day(due))


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def minute(at: datetime) -> str:
    """A moment to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 letter`, `3 letters`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def short(version: str) -> str:
    """A content hash as people read it: `sha256:ab12cd34…`."""
    return f"{version[:15]}…" if len(version) > 16 else version


def closest(wanted: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` where a known word is near, else nothing."""
    from difflib import get_close_matches

    near = get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def plain(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ").replace("fao ", "FAO ")
