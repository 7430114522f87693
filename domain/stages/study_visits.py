"""Study visits: the mission is planned, approved, made and told; its report feeds the action plan."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from domain.deliverables import Count, Deliverable, Money, Period
from domain.stages.scoping import BOTH_FOCAL_POINTS, DELEGATION, OPERATOR, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, Stage, StageTerms, Terms, calendar_days, joint_days
from domain.values import Side


class VisitMode(StrEnum):
    PHYSICAL = "physical"
    HYBRID = "hybrid"
    VIRTUAL = "virtual"


class VisitReport(Deliverable):
    """The mission report (domain.md 2.6): what was prepared, who took part, what follows."""

    kind: Literal["visit_report"] = "visit_report"
    mode: VisitMode
    host: Side
    period: Period
    sessions: Count
    participants_eu: Count
    participants_cn: Count
    women: Count
    attendance_evidence: bool
    agenda: bool
    cost_eur: Money
    prior_approval: bool
    next_steps: Count

    def gaps(self) -> list[str]:
        gaps = []
        if self.period.until < self.period.since:
            gaps.append("a period that ends after it begins")
        if self.host is Side.PROGRAMME:
            gaps.append("a host side (eu or cn)")
        if not self.sessions:
            gaps.append("a session")
        if not self.participants_eu or not self.participants_cn:
            gaps.append("participants of both sides")
        if self.women > self.participants_eu + self.participants_cn:
            gaps.append("a number of women that is not above the number of participants")
        if not self.attendance_evidence:
            gaps.append("the attendance lists: no evidence, no count")
        if not self.agenda:
            gaps.append("the agenda")
        if self.mode is not VisitMode.VIRTUAL and self.cost_eur > 0 and not self.prior_approval:
            gaps.append("the approval of the cost given before the mission")
        if not self.next_steps:
            gaps.append("a list of next steps")
        return gaps

    def conflicts(self, terms: Terms) -> list[str]:
        if self.mode is not VisitMode.PHYSICAL:
            return []
        return [
            f"nobody could travel to {closed.country} from {closed.since:%Y-%m-%d} to {closed.until:%Y-%m-%d}, "
            "so a physical visit was not possible; a virtual one is"
            for closed in terms.restrictions
            if closed.since.date() <= self.period.until and self.period.since <= closed.until.date()
        ]


STUDY_VISITS = Step(
    stage=Stage.STUDY_VISITS,
    deliverable=VisitReport,
    conditions=("scoping_passed",),
    repeats=True,
    terms=StageTerms(
        stage=Stage.STUDY_VISITS,
        makers=(OPERATOR,),
        submit=calendar_days(180),
        revise=joint_days(10),
        last_opening=90,
        gates=(
            GateTerms(code="G4", title="report accepted", seats=(TEAM_LEADER,), allowance=joint_days(5)),
            GateTerms(
                code="G4.next",
                title="next steps agreed",
                seats=BOTH_FOCAL_POINTS,
                allowance=joint_days(20),
            ),
            GateTerms(
                code="G4.cost",
                title="mission and cost accepted",
                seats=(DELEGATION,),
                allowance=joint_days(10),
            ),
        ),
    ),
)
