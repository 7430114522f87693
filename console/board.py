"""The programme's board: every partnership on one line, the totals, and the funnel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.text import Text

from client.reading import BoardLine, PartnershipRecord, SqlLedger, programmes
from console import errors, showing, telling
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.entities import partnership_of
from domain.events import End
from domain.partnership import Partnership
from domain.terms import Stage

_ENDS = tuple(end.value for end in End)
_GOOD = (End.COMPLETED.value, End.PARTIAL.value, End.MERGED.value)


def standing(record: PartnershipRecord) -> str:
    """Where a partnership stands, with what stops it."""
    stands = telling.plain(record.stage).replace("+", ", ")
    if record.status in ("on_hold", "suspended"):
        return f"{stands} ({telling.plain(record.status)})"
    return stands


def plain(line: BoardLine) -> dict[str, Any]:
    """A line as JSON values."""
    return {
        **line.record.model_dump(mode="json"),
        "gates_settled": line.gates_settled,
        "gates_in_time": line.gates_in_time,
        "gates_open": line.gates_open,
        "letters": line.letters,
        "reminders": line.reminders,
    }


@dataclass(frozen=True)
class Line:
    """A partnership on the board, and all the facts for the funnel."""

    line: BoardLine
    state: Partnership

    @property
    def record(self) -> PartnershipRecord:
        return self.line.record


def lines_of(ledger: SqlLedger, programme: str | None = None) -> list[Line]:
    """Every partnership on record (of a programme) with its gates and letters counted."""
    found = []
    for line in ledger.board_lines(programme):
        state = ledger.state(line.record.entity)
        if state is not None:
            found.append(Line(line, partnership_of(state)))
    return found


_FUNNEL: tuple[tuple[str, Callable[[Line], bool]], ...] = (
    ("founded", lambda one: True),
    ("scoping passed", lambda one: _ever_passed(one, Stage.SCOPING)),
    ("exchange with evidence", lambda one: any(held.evidence for held in one.state.exchanges)),
    ("study visit accepted", lambda one: _ever_passed(one, Stage.STUDY_VISITS)),
    ("action plan handed in", lambda one: _handed_in(one, Stage.ACTION_PLAN)),
    ("action plan adopted", lambda one: one.record.plan_adopted is not None),
    ("agreement (MoU) signed", lambda one: one.record.signed is not None),
    ("pilot endorsed", lambda one: one.record.pilots_endorsed > 0),
    ("closed, completed", lambda one: one.state.end is End.COMPLETED),
)


def funnel(lines: list[Line]) -> list[tuple[str, int]]:
    """How many partnerships came how far."""
    return [(name, sum(1 for one in lines if reached(one))) for name, reached in _FUNNEL]


def _ever_passed(line: Line, stage: Stage) -> bool:
    """Whether the stage was ever passed, be it open again since."""
    codes = [gate.code for gate in line.state.terms.stage(stage).gates]
    return any(
        gate.code == codes[-1] and gate.outcome and gate.outcome.passes for gate in line.state.gates
    ) or (line.state.passed(stage))


def _handed_in(line: Line, stage: Stage) -> bool:
    held = line.state.stage(stage)
    return held is not None and bool(held.versions)


def board(
    ctx: typer.Context,
    programme: Annotated[
        str | None, typer.Option("--programme", metavar="CODE", help="Only this programme.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="So many lines, without totals and funnel."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="CODE", help="With --limit: the lines after this partnership."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every partnership on one line: where it stands, gates in time, letters and reminders; and the funnel."""
    if after is not None and limit is None:
        raise errors.misused("--after goes with --limit")
    with records(ctx) as ledger:
        programmes(ledger, programme)
        if limit is not None:
            page(ledger.board_lines(programme, after=after, limit=limit), limit, as_json)
            return
        lines = lines_of(ledger, programme)
    if as_json:
        showing.as_json(
            {
                "partnerships": [plain(one.line) for one in lines],
                "funnel": dict(funnel(lines)),
                "totals": _totals([one.line for one in lines]),
            }
        )
        return
    show(lines)


def page(lines: Sequence[BoardLine], limit: int, as_json: bool) -> None:
    """A page of the board, and how to see the next one."""
    if as_json:
        showing.as_json({"partnerships": [plain(line) for line in lines]})
    elif not lines:
        showing.line("No further partnership is on record.")
    else:
        _table(lines)
        if len(lines) == limit:
            showing.line()
            showing.line(f"The next ones: tandem board --limit {limit} --after {lines[-1].record.code}")


def show(lines: list[Line]) -> None:
    """The board, its totals and the funnel."""
    if not lines:
        showing.line("No partnership is on record; `tandem programme load FILE` founds those of a file.")
        return
    _table([one.line for one in lines])
    totals = _totals([one.line for one in lines])
    showing.line()
    showing.line(
        f"{showing.counted(totals['partnerships'], 'partnership')}; "
        f"{totals['gates_in_time']} of {totals['gates_settled']} gates settled in time; "
        f"{showing.counted(totals['letters'], 'letter')} and {showing.counted(totals['reminders'], 'reminder')} sent"
    )
    showing.line()
    show_funnel(lines)


def _table(lines: Sequence[BoardLine]) -> None:
    showing.table(
        [
            Column("Code"),
            loose("Members"),
            loose("Stands"),
            Column("Plan"),
            Column("MoU"),
            number("In time"),
            number("Letters"),
            number("Rem."),
            number("Late"),
        ],
        [
            (
                one.record.code,
                f"{one.record.eu_member} – {one.record.cn_member}",
                Text(standing(one.record), style=_style(one.record)),
                showing.day(one.record.plan_adopted) if one.record.plan_adopted else "",
                showing.day(one.record.signed) if one.record.signed else "",
                f"{one.gates_in_time}/{one.gates_settled}",
                one.letters,
                one.reminders,
                one.record.overdue or "",
            )
            for one in lines
        ],
    )


def show_funnel(lines: list[Line]) -> None:
    """How many came how far, as bars."""
    most = max(len(lines), 1)
    width = max(len(name) for name, _ in _FUNNEL)
    for name, count in funnel(lines):
        bar = Text("  " + "█" * round(24 * count / most), style="cyan") if count else Text()
        showing.line(Text.assemble(f"{name:<{width}}  {count:>3}", bar))


def _style(record: PartnershipRecord) -> str:
    if record.status in _GOOD:
        return "green"
    if record.status in _ENDS:
        return "red"
    return "yellow" if record.at_risk or record.overdue else ""


def _totals(lines: Sequence[BoardLine]) -> dict[str, int]:
    return {
        "partnerships": len(lines),
        "gates_settled": sum(one.gates_settled for one in lines),
        "gates_in_time": sum(one.gates_in_time for one in lines),
        "letters": sum(one.letters for one in lines),
        "reminders": sum(one.reminders for one in lines),
        "tasks_overdue": sum(one.record.overdue for one in lines),
    }
