"""Closing: a result sheet with evidence, confirmed by both partners or by their silence, then G9."""

from __future__ import annotations

from typing import Literal

from domain.deliverables import Count, Deliverable
from domain.stages.scoping import BOTH_FOCAL_POINTS, OPERATOR, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, Silence, Stage, StageTerms, calendar_days, joint_days
from domain.values import SIDES, Side, listed


class ResultSheet(Deliverable):
    """What the partnership leaves behind (domain.md 2.4, stage 7)."""

    kind: Literal["result_sheet"] = "result_sheet"
    counted_values: Count
    values_with_evidence: Count
    lessons: Count
    survey_answers: Count
    publications: Count = 0
    visibility_checked: bool
    handover_owner: tuple[Side, ...]
    open_commitments: Count = 0

    def gaps(self) -> list[str]:
        gaps = []
        if self.values_with_evidence < self.counted_values:
            missing = self.counted_values - self.values_with_evidence
            gaps.append(f"evidence for {missing} of {self.counted_values} counted values")
        if self.values_with_evidence > self.counted_values:
            gaps.append("a count of evidence that fits the count of values")
        if not self.lessons:
            gaps.append("a lesson learned")
        if not self.visibility_checked:
            gaps.append("the check of the EU emblem and funding statement")
        without = [side.value.upper() for side in SIDES if side not in self.handover_owner]
        if without:
            gaps.append(f"an owner after the programme on the {listed(without)} side")
        return gaps


CLOSING = Step(
    stage=Stage.CLOSING,
    deliverable=ResultSheet,
    conditions=("scoping_passed", "nothing_else_open"),
    ends=True,
    terms=StageTerms(
        stage=Stage.CLOSING,
        makers=(OPERATOR,),
        submit=calendar_days(45),
        revise=joint_days(10),
        last_opening=0,
        gates=(
            GateTerms(
                code="G9.partners",
                title="both partners confirm",
                seats=BOTH_FOCAL_POINTS,
                allowance=joint_days(10),
                silence=Silence.LAPSES,
                goes_on=True,
            ),
            GateTerms(code="G9", title="close-out", seats=(TEAM_LEADER,), allowance=joint_days(10)),
        ),
    ),
)
