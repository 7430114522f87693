"""The documents of a pilot and the gates they pass: the fiche, the concept, the completion report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.deliverables import Count, Deliverable, Period
from domain.pilots.facts import Amount, PilotKind, RiskClass
from domain.stages.action_plan import BOTH_SIGNATORIES
from domain.stages.scoping import BOTH_FOCAL_POINTS, COUNTERPART, DELEGATION, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, PilotTerms, Stage, StageTerms, Terms, calendar_days, joint_days
from domain.values import Code

SCREENING = "P6"
DUE_DILIGENCE = "P7.dd"
CHECKED = (DUE_DILIGENCE, "P7.eud", "P7", "P8")
"""The gates that nothing passes without a due diligence that is complete and recent."""


class PilotSheet(Deliverable):
    """The fiche of a pilot: who owns it on both sides, what it costs and who pays, where and for whom, at what risk."""

    kind: Literal["pilot_sheet"] = "pilot_sheet"
    pilot: PilotKind
    action: Code
    owner_eu: Code | None = None
    owner_cn: Code | None = None
    local_support_letter: bool = False
    amount: Amount
    sources: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    public_private: bool = False
    location: Code | None = None
    beneficiaries: Count = 0
    risk_class: RiskClass | None = None

    def gaps(self) -> list[str]:
        gaps = []
        if self.owner_eu is None:
            gaps.append("a named owner on the EU side")
        if self.owner_cn is None:
            gaps.append("a named owner on the CN side")
        if not self.local_support_letter:
            gaps.append("the letter of the local authority")
        if self.amount.amount and not self.sources:
            gaps.append("a source of its financing")
        if self.location is None:
            gaps.append("its location")
        if not self.beneficiaries:
            gaps.append("the number of its beneficiaries")
        if self.risk_class is None:
            gaps.append("its risk class")
        return gaps


class PilotConcept(Deliverable):
    """The concept of a pilot: when it runs, and what it builds on."""

    kind: Literal["pilot_concept"] = "pilot_concept"
    period: Period
    indicators: Count = 0
    partners: Count = 0
    permits_known: bool = False
    intellectual_property: bool = False
    summary_zh: bool = False

    def gaps(self) -> list[str]:
        gaps = []
        if self.period.until < self.period.since:
            gaps.append("an end after its start")
        if not self.indicators:
            gaps.append("an indicator it is measured by")
        if self.partners < 2:
            gaps.append("an organisation of each side that carries it out")
        if not self.permits_known:
            gaps.append("the permits it needs")
        if not self.intellectual_property:
            gaps.append("what was agreed on intellectual property")
        if not self.summary_zh:
            gaps.append("a Chinese summary")
        return gaps


class PilotReport(Deliverable):
    """The completion report of a pilot: what came of it, with evidence for each value that is counted."""

    kind: Literal["pilot_report"] = "pilot_report"
    results: Count = 0
    results_with_evidence: Count = 0
    spent: Amount
    lessons: Count = 0
    maintained_by: Code | None = None

    def gaps(self) -> list[str]:
        gaps = []
        if not self.results:
            gaps.append("a result")
        if self.results_with_evidence < self.results:
            gaps.append(f"evidence for {self.results - self.results_with_evidence} of {self.results} results")
        if not self.lessons:
            gaps.append("a lesson learned")
        if self.maintained_by is None:
            gaps.append("who looks after what was made")
        return gaps


PILOT_FICHE = Step(
    stage=Stage.PILOT_FICHE,
    deliverable=PilotSheet,
    conditions=(),
    terms=StageTerms(
        stage=Stage.PILOT_FICHE,
        makers=BOTH_FOCAL_POINTS,
        submit=joint_days(15),
        revise=joint_days(10),
        last_opening=180,
        gates=(
            GateTerms(
                code=SCREENING,
                title="screening panel (G6)",
                seats=(TEAM_LEADER, COUNTERPART),
                allowance=joint_days(10),
            ),
        ),
    ),
)
PILOT_CONCEPT = Step(
    stage=Stage.PILOT_CONCEPT,
    deliverable=PilotConcept,
    conditions=("screened",),
    terms=StageTerms(
        stage=Stage.PILOT_CONCEPT,
        makers=BOTH_FOCAL_POINTS,
        submit=calendar_days(60),
        revise=joint_days(10),
        last_opening=90,
        gates=(
            GateTerms(
                code=DUE_DILIGENCE,
                title="due diligence complete (G7)",
                seats=(TEAM_LEADER,),
                allowance=calendar_days(30),
            ),
            GateTerms(
                code="P7.eud",
                title="EU Delegation does not object (G7)",
                seats=(DELEGATION,),
                allowance=calendar_days(15),
            ),
            GateTerms(
                code="P7",
                title="both sides endorse (G7)",
                seats=BOTH_SIGNATORIES,
                allowance=calendar_days(45),
            ),
        ),
    ),
)
PILOT_COMPLETION = Step(
    stage=Stage.PILOT_COMPLETION,
    deliverable=PilotReport,
    conditions=("implementing",),
    terms=StageTerms(
        stage=Stage.PILOT_COMPLETION,
        makers=BOTH_FOCAL_POINTS,
        submit=calendar_days(90),
        revise=joint_days(10),
        gates=(
            GateTerms(
                code="P8",
                title="completion (G8)",
                seats=(TEAM_LEADER, COUNTERPART),
                allowance=joint_days(10),
            ),
        ),
    ),
)
CUT_OFFS = (("last pilot fiche", 180), ("last evidence", 45))
"""Days before the programme's end that mean something to a pilot (domain.md 3.4)."""
PILOT_STEPS = (PILOT_FICHE, PILOT_CONCEPT, PILOT_COMPLETION)


def pilot_terms(of: Terms) -> Terms:
    """The terms of a pilot: those of its partnership with the stages of pilots in place of its own."""
    return of.model_copy(
        update={
            "name": f"{of.name}, pilot"[:400],
            "stages": tuple(step.terms for step in PILOT_STEPS),
            "cut_offs": CUT_OFFS,
            "sessions": None,
            "visits": None,
            "pilots": of.pilots or PilotTerms(),
        }
    )
