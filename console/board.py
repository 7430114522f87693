"""The programme's board: every partnership on one line, the totals, and the funnel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.text import Text

from client.reading import GateRecord, PartnershipRecord, SqlLedger
from console import showing, telling
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.events import End
from domain.partnership import Partnership
from domain.terms import Stage
from domain.values import Refusal

REMINDERS = ("reminder", "signature", "escalation")
_GOOD = (End.COMPLETED.value, End.PARTIAL.value, End.MERGED.value)


@dataclass(frozen=True)
class Line:
    """A partnership on the board."""

    record: PartnershipRecord
    state: Partnership
    gates: tuple[GateRecord, ...]
    letters: int
    reminders: int

    @property
    def settled(self) -> int:
        return sum(1 for gate in self.gates if gate.settled is not None)

    @property
    def in_time(self) -> int:
        return sum(1 for gate in self.gates if gate.in_time)

    @property
    def members(self) -> str:
        return f"{self.record.eu_member} – {self.record.cn_member}"

    @property
    def standing(self) -> str:
        """Where it stands, with what stops it."""
        stands = telling.plain(self.record.stage).replace("+", ", ")
        if self.record.status in ("on_hold", "suspended"):
            return f"{stands} ({telling.plain(self.record.status)})"
        return stands

    def plain(self) -> dict[str, Any]:
        return {
            **self.record.model_dump(mode="json"),
            "gates_settled": self.settled,
            "gates_in_time": self.in_time,
            "gates_open": len(self.gates) - self.settled,
            "letters": self.letters,
            "reminders": self.reminders,
        }


def lines_of(ledger: SqlLedger, programme: str | None = None) -> list[Line]:
    """Every partnership on record (of a programme) with its gates and letters counted."""
    found = []
    for record in ledger.partnerships(programme):
        state = ledger.state(record.entity)
        if state is None:
            continue
        sent = [one for one in ledger.letters(record.entity) if one.sent_at is not None]
        reminders = sum(1 for one in sent if one.letter.kind in REMINDERS)
        found.append(
            Line(
                record=record,
                state=state,
                gates=ledger.gates(record.entity),
                letters=len(sent) - reminders,
                reminders=reminders,
            )
        )
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
    as_json: AsJson = False,
) -> None:
    """Every partnership on one line: where it stands, gates in time, letters and reminders; and the funnel."""
    with records(ctx) as ledger:
        known = [one.code for one in ledger.programmes()]
        if programme is not None and programme not in known:
            hint = f"on record are {', '.join(known)}" if known else "none is on record"
            raise Refusal(f"there is no programme {programme!r}; {hint}")
        lines = lines_of(ledger, programme)
    if as_json:
        showing.as_json(
            {
                "partnerships": [one.plain() for one in lines],
                "funnel": dict(funnel(lines)),
                "totals": _totals(lines),
            }
        )
        return
    show(lines)


def show(lines: list[Line]) -> None:
    """The board, its totals and the funnel."""
    if not lines:
        showing.line("No partnership is on record; `tandem programme load FILE` founds those of a file.")
        return
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
                one.members,
                Text(one.standing, style=_style(one)),
                showing.day(one.record.plan_adopted) if one.record.plan_adopted else "",
                showing.day(one.record.signed) if one.record.signed else "",
                f"{one.in_time}/{one.settled}",
                one.letters,
                one.reminders,
                one.record.overdue or "",
            )
            for one in lines
        ],
    )
    totals = _totals(lines)
    showing.line()
    showing.line(
        f"{showing.counted(totals['partnerships'], 'partnership')}; "
        f"{totals['gates_in_time']} of {totals['gates_settled']} gates settled in time; "
        f"{showing.counted(totals['letters'], 'letter')} and {showing.counted(totals['reminders'], 'reminder')} sent"
    )
    showing.line()
    show_funnel(lines)


def show_funnel(lines: list[Line]) -> None:
    """How many came how far, as bars."""
    most = max(len(lines), 1)
    width = max(len(name) for name, _ in _FUNNEL)
    for name, count in funnel(lines):
        bar = Text("  " + "█" * round(24 * count / most), style="cyan") if count else Text()
        showing.line(Text.assemble(f"{name:<{width}}  {count:>3}", bar))


def _style(line: Line) -> str:
    if line.record.status in _GOOD:
        return "green"
    if line.state.ended:
        return "red"
    return "yellow" if line.record.at_risk or line.record.overdue else ""


def _totals(lines: list[Line]) -> dict[str, int]:
    return {
        "partnerships": len(lines),
        "gates_settled": sum(one.settled for one in lines),
        "gates_in_time": sum(one.in_time for one in lines),
        "letters": sum(one.letters for one in lines),
        "reminders": sum(one.reminders for one in lines),
        "tasks_overdue": sum(one.record.overdue for one in lines),
    }
