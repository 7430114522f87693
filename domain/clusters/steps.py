"""The stages of a cluster: its yearly work plan, and the joint action plan that all its members adopt."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.deliverables import Count, Deliverable
from domain.stages.action_plan import BOTH_SIGNATORIES, ActionPlan
from domain.stages.scoping import BOTH_FOCAL_POINTS, CLUSTER_MANAGER, DELEGATION, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import (
    ClusterTerms,
    GateTerms,
    SessionTerms,
    Stage,
    StageTerms,
    Terms,
    calendar_days,
    joint_days,
)
from domain.values import Code


class ClusterWorkPlan(Deliverable):
    """What a cluster sets out to do in a year (domain.md 3.1): a session each quarter, products, a person for each."""

    kind: Literal["cluster_work_plan"] = "cluster_work_plan"
    year: Annotated[int, Field(ge=2000, le=2199)]
    themes: tuple[Code, ...]
    sessions: Count
    products: Count
    owners_named: bool
    summary_en: bool
    summary_zh: bool

    def gaps(self) -> list[str]:
        gaps = []
        if not self.themes:
            gaps.append("a theme")
        if self.sessions < 4:
            gaps.append(f"a thematic session for each quarter (it has {self.sessions} of 4)")
        if not self.products:
            gaps.append("a knowledge product")
        if not self.owners_named:
            gaps.append("somebody in charge of each item")
        if not self.summary_en or not self.summary_zh:
            gaps.append("a summary in English and Chinese")
        return gaps


class JointPlan(ActionPlan):
    """A version of the joint action plan, held to the checklist of a partnership's own (gate G5)."""

    kind: Literal["joint_plan"] = "joint_plan"  # type: ignore[assignment]  # another word for another document


CLUSTER_WORK_PLAN = Step(
    stage=Stage.CLUSTER_WORK_PLAN,
    deliverable=ClusterWorkPlan,
    conditions=("cluster_active",),
    repeats=True,
    terms=StageTerms(
        stage=Stage.CLUSTER_WORK_PLAN,
        makers=(CLUSTER_MANAGER,),
        submit=joint_days(20),
        revise=joint_days(10),
        gates=(
            GateTerms(
                code="K1.team", title="team leader approves", seats=(TEAM_LEADER,), allowance=joint_days(5)
            ),
            GateTerms(
                code="K1",
                title="all members agree",
                seats=BOTH_FOCAL_POINTS,
                allowance=joint_days(10),
                of_members=True,
            ),
        ),
    ),
)

JOINT_PLAN = Step(
    stage=Stage.JOINT_PLAN,
    deliverable=JointPlan,
    conditions=("cluster_active",),
    repeats=True,
    terms=StageTerms(
        stage=Stage.JOINT_PLAN,
        makers=(CLUSTER_MANAGER,),
        submit=joint_days(40),
        revise=joint_days(10),
        max_rounds=3,
        at_risk_after=180,
        last_opening=120,
        gates=(
            GateTerms(
                code="K2.review",
                title="all members review",
                seats=BOTH_FOCAL_POINTS,
                allowance=joint_days(15),
                of_members=True,
            ),
            GateTerms(
                code="K2.team", title="team leader approves", seats=(TEAM_LEADER,), allowance=joint_days(5)
            ),
            GateTerms(
                code="K2.eud",
                title="EU Delegation does not object",
                seats=(DELEGATION,),
                allowance=calendar_days(15),
            ),
            GateTerms(
                code="K2.adopt",
                title="all members adopt",
                seats=BOTH_SIGNATORIES,
                allowance=calendar_days(45),
                of_members=True,
            ),
        ),
    ),
)

CLUSTER_STEPS: tuple[Step, ...] = (CLUSTER_WORK_PLAN, JOINT_PLAN)
_CUT_OFFS = ("last adoption of an action plan", "last evidence")
"""The cut-offs of a partnership that concern a cluster too: the others are told of where they matter."""


def cluster_terms(terms: Terms) -> Terms:
    """The terms of a cluster, from those its partnerships live by: other stages, the same ladder and restrictions."""
    return terms.model_copy(
        update={
            "stages": tuple(step.terms for step in CLUSTER_STEPS),
            "cut_offs": tuple(one for one in terms.cut_offs if one[0] in _CUT_OFFS),
            "sessions": terms.sessions or SessionTerms(),
            "clusters": terms.clusters or ClusterTerms(both_leave=True),
        }
    )
