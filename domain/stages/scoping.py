"""Scoping: one specific topic, both focal points, who is there on each side, at least one pilot idea."""

from __future__ import annotations

from typing import Literal

from domain.deliverables import Count, Deliverable, Groups
from domain.stages.step import Step
from domain.terms import GateTerms, Seat, Silence, Stage, StageTerms, calendar_days, joint_days
from domain.values import SIDES, Code, Role, Side, listed

BOTH_FOCAL_POINTS = (
    Seat(role=Role.FOCAL_POINT, side=Side.EU),
    Seat(role=Role.FOCAL_POINT, side=Side.CN),
)
TEAM_LEADER = Seat(role=Role.TEAM_LEADER, side=Side.PROGRAMME)
DELEGATION = Seat(role=Role.EU_DELEGATION, side=Side.PROGRAMME)
COUNTERPART = Seat(role=Role.NATIONAL_COUNTERPART, side=Side.PROGRAMME)
CLUSTER_MANAGER = Seat(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME)
OPERATOR = Seat(role=Role.OPERATOR, side=Side.PROGRAMME)


class ScopingReport(Deliverable):
    """The scoping report (domain.md 2.4, stage 2): at most six pages in English with a Chinese summary."""

    kind: Literal["scoping_report"] = "scoping_report"
    topic: Code
    topics: Count = 1
    pages: Count
    summary_zh: bool
    fact_sheets: tuple[Side, ...]
    baseline: bool
    needs_and_offers: bool
    risks: Count
    red_flags: Count = 0
    groups: Groups
    pilot_ideas: Count
    focal_points_confirmed: tuple[Side, ...]

    def gaps(self) -> list[str]:
        gaps = []
        if self.topics != 1:
            gaps.append(f"one specific topic instead of {self.topics}")
        if self.pages > 6:
            gaps.append(f"brevity: {self.pages} pages, and at most 6 are read")
        if not self.summary_zh:
            gaps.append("a Chinese summary")
        without = [side.value.upper() for side in SIDES if side not in self.fact_sheets]
        if without:
            gaps.append(f"a fact sheet of the {listed(without)} side")
        if not self.baseline:
            gaps.append("a baseline")
        if not self.needs_and_offers:
            gaps.append("a matrix of needs and offers")
        if not self.risks:
            gaps.append("a list of risks")
        for side, groups in ((Side.EU, self.groups.eu), (Side.CN, self.groups.cn)):
            distinct = len(dict.fromkeys(groups))
            if distinct < 3:
                gaps.append(
                    f"three stakeholder groups on the {side.value.upper()} side (it names {distinct})"
                )
        if not self.pilot_ideas:
            gaps.append("at least one pilot idea")
        unconfirmed = [side.value.upper() for side in SIDES if side not in self.focal_points_confirmed]
        if unconfirmed:
            gaps.append(f"the confirmation of the {listed(unconfirmed)} focal point")
        if self.red_flags:
            gaps.append(f"an answer to {self.red_flags} red flag(s)")
        return gaps


SCOPING = Step(
    stage=Stage.SCOPING,
    deliverable=ScopingReport,
    conditions=("focal_points_named",),
    terms=StageTerms(
        stage=Stage.SCOPING,
        makers=(CLUSTER_MANAGER,),
        submit=calendar_days(45),
        revise=joint_days(10),
        shortened=calendar_days(30),
        at_risk_after=90,
        last_opening=270,
        gates=(
            GateTerms(code="G2", title="scoping approved", seats=(TEAM_LEADER,), allowance=calendar_days(15)),
            GateTerms(
                code="G3",
                title="work plan agreed",
                seats=BOTH_FOCAL_POINTS,
                allowance=joint_days(10),
                silence=Silence.DEEMED,
                basis="kick-off rules: minutes and work plan count as agreed after 10 joint working days",
            ),
        ),
    ),
)
