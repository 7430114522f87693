"""The papers a study visit is decided on: concept note, readiness note, mission report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.deliverables import Count, Deliverable, Money
from domain.stages.scoping import DELEGATION, OPERATOR, TEAM_LEADER
from domain.stages.step import Step
from domain.terms import GateTerms, Stage, StageTerms, calendar_days, joint_days
from domain.values import Code


class ConceptNote(Deliverable):
    """What a visit is for, whom it serves, what it costs, and on which authorisation (domain.md 2.6, G4a)."""

    kind: Literal["visit_concept_note"] = "visit_concept_note"
    objective: bool
    partnerships: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    delegates: Count
    estimate: Money
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    authorisation: Code | None = None
    """The reference of the prior approval of missions and incidental cost, where the terms of reference ask for it."""

    def gaps(self) -> list[str]:
        gaps = []
        if not self.objective:
            gaps.append("the objective")
        if not self.partnerships:
            gaps.append("the partnerships it serves")
        if self.estimate > 0 and self.authorisation is None:
            gaps.append("the reference of the prior approval of its cost")
        return gaps


class ReadinessNote(Deliverable):
    """What go or no-go is decided on, three weeks before the first day (domain.md 2.6, G4b)."""

    kind: Literal["visit_readiness_note"] = "visit_readiness_note"
    partnerships_represented: Count
    head_of_delegation: bool
    flights_and_hotel: bool
    insurance: bool
    agenda_draft: bool

    def gaps(self) -> list[str]:
        wanted = (
            (self.head_of_delegation, "a head of the delegation who travels"),
            (self.flights_and_hotel, "flights and hotel"),
            (self.insurance, "the insurance"),
            (self.agenda_draft, "a draft of the agenda"),
        )
        return [what for there, what in wanted if not there]


class MissionReport(Deliverable):
    """The mission report to the team leader: what was done and learnt, and what follows."""

    kind: Literal["mission_report"] = "mission_report"
    sessions: Count
    lessons: Count
    next_steps: Count
    summary_zh: bool

    def gaps(self) -> list[str]:
        gaps = []
        if not self.sessions:
            gaps.append("a session")
        if not self.lessons:
            gaps.append("what was learnt")
        if not self.next_steps:
            gaps.append("a list of next steps")
        if not self.summary_zh:
            gaps.append("a Chinese summary")
        return gaps


VISIT_CONCEPT = Step(
    stage=Stage.VISIT_CONCEPT,
    deliverable=ConceptNote,
    conditions=(),
    terms=StageTerms(
        stage=Stage.VISIT_CONCEPT,
        makers=(OPERATOR,),
        submit=calendar_days(30),
        revise=joint_days(5),
        gates=(
            GateTerms(
                code="G4a.team",
                title="visit approved by the team leader",
                seats=(TEAM_LEADER,),
                allowance=joint_days(5),
            ),
            GateTerms(
                code="G4a",
                title="visit and cost approved in principle",
                seats=(DELEGATION,),
                allowance=joint_days(10),
            ),
        ),
    ),
)
VISIT_READINESS = Step(
    stage=Stage.VISIT_READINESS,
    deliverable=ReadinessNote,
    conditions=(),
    terms=StageTerms(
        stage=Stage.VISIT_READINESS,
        makers=(OPERATOR,),
        submit=calendar_days(30),
        revise=joint_days(3),
        gates=(GateTerms(code="G4b", title="go or no-go", seats=(TEAM_LEADER,), allowance=joint_days(3)),),
    ),
)
VISIT_REPORT = Step(
    stage=Stage.VISIT_REPORT,
    deliverable=MissionReport,
    conditions=(),
    terms=StageTerms(
        stage=Stage.VISIT_REPORT,
        makers=(OPERATOR,),
        submit=joint_days(15),
        revise=joint_days(10),
        gates=(
            GateTerms(
                code="G4c", title="mission report accepted", seats=(TEAM_LEADER,), allowance=joint_days(5)
            ),
        ),
    ),
)
STEPS: tuple[Step, ...] = (VISIT_CONCEPT, VISIT_READINESS, VISIT_REPORT)
