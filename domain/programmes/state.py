"""Where a programme stands: its policy, calendars and end date; never its members, which the ledger knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from domain.clocks import Clock
from domain.living import Entity
from domain.terms import ProgrammeTerms, Stage
from domain.values import Code, PersonId, UtcTime, Value, Wording

PACK = "final report pack"
"""What the cut-off after the programme's end is called."""


class Acceptance(Value):
    """Acceptance of a report asked for in writing: at which gate, when, and the first time that was over by then."""

    gate: str
    asked: UtcTime
    first: Clock


class Window(Value):
    """A cut-off that was reached and may still be objected to."""

    cut_off: Code
    name: Wording
    clock: Clock


class Objection(Value):
    """An objection to a cut-off; `upheld` is None while it waits for the team leader's answer."""

    number: int
    cut_off: Code
    by: PersonId
    at: UtcTime
    reason: Code
    clock: Clock
    upheld: bool | None = None


class Ordered(Value):
    """A broadcast and how far it has come; which entities took it or refused is in the entries."""

    number: int
    what: Code
    at: UtcTime
    done: int = 0
    refused: int = 0
    over: bool = False

    @property
    def errand(self) -> str:
        return errand_of(self.number)


def errand_of(number: int) -> str:
    """The id of a broadcast's errand, which the ids of all its requests begin with."""
    return f"broadcast-{number}"


class ProgrammeState(Entity):
    """All that is known of one programme."""

    title: Wording
    title_zh: Wording = ""
    starts: UtcTime
    interims: int = 0
    """So many interim reports have begun, or were due before the programme was founded here."""
    acceptances: tuple[Acceptance, ...] = ()
    windows: tuple[Window, ...] = ()
    objections: tuple[Objection, ...] = ()
    broadcasts: tuple[Ordered, ...] = Field(default=())

    @property
    def rules(self) -> ProgrammeTerms:
        """The rules of programmes alone."""
        assert self.terms.programme is not None  # founded and adopted with them only
        return self.terms.programme

    def cut_off_code(self, name: str) -> str:
        """`E-270`: the short name of a cut-off; empty for one that is none of its own."""
        return next((f"E-{days}" for known, days in self.terms.cut_offs if known == name), "")

    def cut_off_name(self, code: str) -> str | None:
        """What the cut-off of this code is; None where there is none."""
        return next((name for name, days in self.terms.cut_offs if f"E-{days}" == code), None)

    def acceptance_of(self, gate: str) -> Acceptance | None:
        """The request for acceptance at a gate, where one was made."""
        return next((held for held in self.acceptances if held.gate == gate), None)

    def objection(self, number: int) -> Objection | None:
        return next((held for held in self.objections if held.number == number), None)

    def pack_due(self) -> datetime:
        """When the final report is due."""
        return self.ends + timedelta(days=self.rules.pack)

    def prolonged(self, ends: datetime) -> ProgrammeState:
        """The programme with a later end: what is counted back from it moves too."""
        later = self.model_copy(update={"ends": ends})
        held = self.stage(Stage.DRAFT_FINAL_REPORT)
        if held is None or not held.awaiting or held.versions:
            return later
        allowance = held.clock.allowance
        more = allowance.model_copy(update={"days": min(allowance.days + (ends - self.ends).days, 3660)})
        moved = held.model_copy(update={"clock": held.clock.model_copy(update={"allowance": more})})
        stages = tuple(moved if one.stage is held.stage else one for one in self.stages)
        return later.model_copy(update={"stages": stages})


def months_after(start: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return start.replace(year=year, month=month + 1, day=min(day, start.day))
        except ValueError:  # the month is shorter
            continue
    raise AssertionError("every month has 28 days")
