"""Pilot investments: a fiche is screened by scores, checked with due diligence, and endorsed."""

from __future__ import annotations

from typing import Literal

from domain.deliverables import Deliverable, Money
from domain.pilots.facts import MUSTS as MUSTS
from domain.pilots.facts import WEIGHTS as WEIGHTS
from domain.pilots.facts import PilotKind as PilotKind
from domain.pilots.facts import Scores as Scores
from domain.stages.action_plan import BOTH_SIGNATORIES
from domain.stages.scoping import BOTH_FOCAL_POINTS, CLUSTER_MANAGER, COUNTERPART, DELEGATION, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, Stage, StageTerms, calendar_days, joint_days
from domain.values import Code, GivenDay, Value

PASS_MARK = 60


class DueDiligence(Value):
    """The checks of G7; each is done (True), found something (False), or not done yet (None)."""

    restrictive_measures: bool | None = None
    exclusion: bool | None = None
    conflict_of_interest: bool | None = None
    state_aid: bool | None = None
    procurement: bool | None = None
    dual_use: bool | None = None
    foreign_investment: bool | None = None
    intellectual_property: bool | None = None
    data_protection: bool | None = None
    human_rights: bool | None = None
    environment: bool | None = None
    lists_dated: GivenDay | None = None


class PilotFiche(Deliverable):
    """A pilot on paper: kind, owners on both sides, money, scores, due diligence."""

    kind: Literal["pilot_fiche"] = "pilot_fiche"
    pilot: PilotKind
    owner_eu: Code | None = None
    owner_cn: Code | None = None
    action: Code | None = None
    amount_eur: Money
    sources: tuple[Code, ...] = ()
    public_private: bool = False
    state_aid_class: bool = False
    local_support_letter: bool = False
    scores: Scores
    due_diligence: DueDiligence

    def gaps(self) -> list[str]:
        gaps = []
        if self.owner_eu is None or self.owner_cn is None:
            gaps.append("a named owner on both sides")
        if not self.local_support_letter:
            gaps.append("the letter of the local authority")
        if self.amount_eur and not self.sources:
            gaps.append("a source of its financing")
        if self.scores.failed_musts():
            gaps.append(f"any point for {', '.join(self.scores.failed_musts()).replace('_', ' ')}, a must")
        if self.scores.total() < PASS_MARK:
            gaps.append(f"{PASS_MARK} of 100 points (it has {self.scores.total()})")
        checks = self.due_diligence.model_dump(exclude={"lists_dated"})
        for name, result in checks.items():
            if result is None:
                gaps.append(f"the check of {name.replace('_', ' ')}")
            elif result is False:
                gaps.append(f"an answer to what the check of {name.replace('_', ' ')} found")
        if self.due_diligence.lists_dated is None:
            gaps.append("the date of the lists its organisations were checked against")
        return gaps


PILOT_INVESTMENTS = Step(
    stage=Stage.PILOT_INVESTMENTS,
    deliverable=PilotFiche,
    conditions=("scoping_passed", "plan_adopted"),
    repeats=True,
    terms=StageTerms(
        stage=Stage.PILOT_INVESTMENTS,
        makers=BOTH_FOCAL_POINTS,
        submit=joint_days(15),
        revise=joint_days(10),
        last_opening=90,
        gates=(
            GateTerms(
                code="G6",
                title="screening panel",
                seats=(TEAM_LEADER, CLUSTER_MANAGER, COUNTERPART),
                needed=2,
                allowance=joint_days(10),
            ),
            GateTerms(
                code="G7.eud",
                title="EU Delegation does not object",
                seats=(DELEGATION,),
                allowance=calendar_days(15),
            ),
            GateTerms(
                code="G7",
                title="both sides endorse",
                seats=BOTH_SIGNATORIES,
                allowance=calendar_days(45),
            ),
        ),
    ),
)
