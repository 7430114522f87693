"""The reports a programme owes by contract (domain.md 3.2), each approved by the EU Delegation and nobody else."""

from __future__ import annotations

from typing import Literal

from domain.deliverables import Count, Deliverable, Period
from domain.stages.scoping import DELEGATION, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, ProgrammeTerms, Stage, StageTerms, Terms, calendar_days, own_days
from domain.values import Code

CUT_OFFS = (
    ("last new match", 300),
    ("last kick-off", 270),
    ("last visit that can still feed an action plan; review: who will reach one", 240),
    ("last start of a visit concept from China to Europe", 225),
    ("last start of a visit concept from Europe to China", 190),
    (
        "last first draft of an action plan on the normal track, last pilot fiche, warning about an extension",
        180,
    ),
    ("last start of an action plan on the fast track", 120),
    ("last visit day, extension decision", 90),
    ("last adoption of an action plan on the normal track, final event", 60),
    ("last evidence", 45),
    ("draft final report, last date to ask for an extension", 30),
)
"""The cut-off cascade (domain.md 3.4): what is over, and how many days before the programme's end."""


class Report(Deliverable):
    """What every contract report holds (domain.md 3.2): a narrative and a financial section."""

    period: Period
    narrative: bool
    time_inputs: bool
    incidental_expenditure: bool
    annexes: Count = 0

    def gaps(self) -> list[str]:
        gaps = []
        if not self.narrative:
            gaps.append("the narrative section")
        if not self.time_inputs:
            gaps.append("the experts' time inputs in its financial section")
        if not self.incidental_expenditure:
            gaps.append("the incidental expenditure in its financial section")
        if self.period.until < self.period.since:
            gaps.append("a period that ends after it begins")
        return gaps


class InceptionReport(Report):
    """The inception report: how the programme is going to work."""

    kind: Literal["inception_report"] = "inception_report"
    work_plan: bool
    approval_rules_agreed: bool

    def gaps(self) -> list[str]:
        gaps = super().gaps()
        if not self.work_plan:
            gaps.append("the work plan")
        if not self.approval_rules_agreed:
            gaps.append("the rules of approval as agreed with the EU Delegation")
        return gaps


class InterimReport(Report):
    """A six-monthly report, with its invoice and the verification of expenditure."""

    kind: Literal["interim_report"] = "interim_report"
    number: Count
    invoice: Code | None = None
    expenditure_verified: bool
    indicators: bool

    def gaps(self) -> list[str]:
        gaps = super().gaps()
        if not self.number:
            gaps.append("its number")
        if self.invoice is None:
            gaps.append("the reference of its invoice")
        if not self.expenditure_verified:
            gaps.append("the expenditure verification report")
        if not self.indicators:
            gaps.append("the indicators of its period")
        return gaps


class DraftFinalReport(Report):
    """The draft of the final report, before the end of the implementation period."""

    kind: Literal["draft_final_report"] = "draft_final_report"
    lessons: Count
    indicators: bool

    def gaps(self) -> list[str]:
        gaps = super().gaps()
        if not self.lessons:
            gaps.append("a lesson learned")
        if not self.indicators:
            gaps.append("the indicators of the whole programme")
        return gaps


class FinalReport(DraftFinalReport):
    """The final report, with the final invoice and the verification of all expenditure."""

    kind: Literal["final_report"] = "final_report"  # type: ignore[assignment]  # a kind of its own, same contents
    invoice: Code | None = None
    expenditure_verified: bool

    def gaps(self) -> list[str]:
        gaps = super().gaps()
        if self.invoice is None:
            gaps.append("the reference of the final invoice")
        if not self.expenditure_verified:
            gaps.append("the expenditure verification report")
        return gaps


def _step(
    stage: Stage, report: type[Report], gate: str, days: int, write: int, *, repeats: bool = False
) -> Step:
    """A report: so many calendar days to write it, so many for the Delegation; its silence means nothing by itself."""
    return Step(
        stage=stage,
        deliverable=report,
        conditions=(),
        repeats=repeats,
        terms=StageTerms(
            stage=stage,
            makers=(TEAM_LEADER,),
            submit=calendar_days(write),
            revise=own_days(10),
            gates=(
                GateTerms(
                    code=gate,
                    title=f"{stage.words} approved",
                    seats=(DELEGATION,),
                    allowance=calendar_days(days),
                ),
            ),
        ),
    )


REPORTS = (
    _step(Stage.INCEPTION_REPORT, InceptionReport, "R1", 45, 30),
    _step(Stage.INTERIM_REPORT, InterimReport, "R2", 45, 30, repeats=True),
    _step(Stage.DRAFT_FINAL_REPORT, DraftFinalReport, "R3", 45, 30),
    _step(Stage.FINAL_REPORT, FinalReport, "R4", 60, 60),
)


def programme_terms(terms: Terms) -> Terms:
    """The terms a programme is founded with: those of its partnerships, with its own stages and cut-offs."""
    return terms.model_copy(
        update={
            "stages": tuple(step.terms for step in REPORTS),
            "cut_offs": CUT_OFFS,
            "sessions": None,
            "programme": terms.programme or ProgrammeTerms(),
        }
    )
