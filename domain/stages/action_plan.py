"""The Cooperation Action Plan: objectives, actions with an owner on both sides, indicators, summaries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.deliverables import Count, Deliverable, Money, Period
from domain.stages.scoping import BOTH_FOCAL_POINTS, CLUSTER_MANAGER, DELEGATION, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, Seat, Stage, StageTerms, calendar_days, joint_days
from domain.values import Code, Role, Side, StakeholderGroup, Value

SustainableDevelopmentGoal = Annotated[int, Field(ge=1, le=17)]

BOTH_SIGNATORIES = (
    Seat(role=Role.SIGNATORY, side=Side.EU),
    Seat(role=Role.SIGNATORY, side=Side.CN),
)


class Indicator(Value):
    code: Code
    has_baseline: bool
    has_target: bool


class Action(Value):
    """One line of the plan (fields after Interreg Europe, domain.md 2.4 stage 5).

    `cost_eur` None means "no cost"; with a cost, `funding` names its source. Owners are organisation codes.
    """

    code: Code
    objective: Code
    owner_eu: Code | None = None
    owner_cn: Code | None = None
    period: Period
    cost_eur: Money | None = None
    funding: Code | None = None
    indicators: tuple[Indicator, ...] = ()
    involves: tuple[StakeholderGroup, ...] = ()
    pilot_candidate: bool = False

    def gaps(self) -> list[str]:
        gaps = []
        if self.owner_eu is None:
            gaps.append("an owner on the EU side")
        if self.owner_cn is None:
            gaps.append("an owner on the CN side")
        if self.period.until < self.period.since:
            gaps.append("an end after its start")
        if self.cost_eur and self.funding is None:
            gaps.append("a source for its cost")
        if not any(indicator.has_baseline and indicator.has_target for indicator in self.indicators):
            gaps.append("an indicator with baseline and target")
        return gaps


class ActionPlan(Deliverable):
    """A version of the action plan, with what the quality checklist of G5 looks at."""

    kind: Literal["action_plan"] = "action_plan"
    period: Period
    objectives: tuple[Code, ...]
    actions: tuple[Action, ...]
    goals: tuple[SustainableDevelopmentGoal, ...]
    urban_agenda: tuple[Code, ...] = ()
    challenges: Count
    risks: Count
    summary_en: bool
    summary_zh: bool
    sign_off_evidence: bool
    answered_comments: Count = 0
    open_comments: Count = 0

    def gaps(self) -> list[str]:
        gaps = []
        if not self.objectives:
            gaps.append("an objective")
        served = [action.objective for action in self.actions]
        gaps += [f"an action for objective {code}" for code in self.objectives if code not in served]
        for action in self.actions:
            gaps += [f"{gap} for action {action.code}" for gap in action.gaps()]
            if action.period.since < self.period.since or action.period.until > self.period.until:
                gaps.append(f"a period that covers action {action.code}")
        partners = (StakeholderGroup.BUSINESS, StakeholderGroup.RESEARCH)
        if not any(group in action.involves for action in self.actions for group in partners):
            gaps.append("an action that involves business or research")
        if not any(action.pilot_candidate for action in self.actions):
            gaps.append("a pilot candidate")
        if not self.goals:
            gaps.append("a Sustainable Development Goal")
        if not self.risks:
            gaps.append("a table of risks")
        if not self.sign_off_evidence:
            gaps.append("the evidence of each side's sign-off")
        if not self.summary_en or not self.summary_zh:
            gaps.append("a summary in English and Chinese")
        if self.open_comments:
            gaps.append(f"an answer to {self.open_comments} comment(s) of the round before")
        return gaps


ACTION_PLAN = Step(
    stage=Stage.ACTION_PLAN,
    deliverable=ActionPlan,
    conditions=("scoping_passed", "evidenced_exchange"),
    terms=StageTerms(
        stage=Stage.ACTION_PLAN,
        makers=(CLUSTER_MANAGER,),
        submit=joint_days(40),
        revise=joint_days(10),
        max_rounds=3,
        at_risk_after=180,
        last_opening=120,
        gates=(
            GateTerms(
                code="G5.review", title="both sides review", seats=BOTH_FOCAL_POINTS, allowance=joint_days(15)
            ),
            GateTerms(
                code="G5.team", title="team leader approves", seats=(TEAM_LEADER,), allowance=joint_days(5)
            ),
            GateTerms(
                code="G5.eud",
                title="EU Delegation does not object",
                seats=(DELEGATION,),
                allowance=calendar_days(15),
            ),
            GateTerms(
                code="G5.adopt",
                title="both sides adopt",
                seats=BOTH_SIGNATORIES,
                allowance=calendar_days(45),
            ),
        ),
    ),
)
