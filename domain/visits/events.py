"""What happens to a study visit, beside what happens to any entity."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.deliverables import Count
from domain.terms import Stage, Terms
from domain.values import (
    Code,
    Event,
    ExchangeMode,
    GivenTime,
    Holder,
    Member,
    PersonId,
    PlaceName,
    Side,
    TextHash,
    UtcTime,
    Value,
    Wording,
    shared,
)
from domain.visits.requests import Cost, Grades, GroupStep, HostConsent


class Direction(StrEnum):
    EU_TO_CN = "eu_to_cn"
    CN_TO_EU = "cn_to_eu"
    OTHER = "other"
    """Within Europe, or to a third country."""


class Served(Value):
    """A partnership a visit is made for: its code, and its members by name."""

    code: Code
    eu: PlaceName
    cn: PlaceName


class Milestone(Value):
    """A step of the timetable: what, about which sub-group or partnership, by when, and since when it is done."""

    step: Code
    about: Code | Literal[""] = ""
    clock: Clock
    done: UtcTime | None = None
    text: TextHash | None = None

    @property
    def id(self) -> str:
        return f"visit_{self.step}/{self.about}" if self.about else f"visit_{self.step}"


class Paper(Value):
    """By when a stage's paper is due once the days of the visit are others."""

    stage: Stage
    clock: Clock


class VisitFounded(Event):
    kind: Literal["visit_founded"] = "visit_founded"
    programme: Code
    code: Code
    title: Wording
    title_zh: Wording = ""
    direction: Direction
    mode: ExchangeMode
    serves: tuple[Served, ...]
    hosts: tuple[PlaceName, ...]
    first: date
    days: int
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    ends: GivenTime


class VisitStepTaken(Event):
    kind: Literal["visit_step_taken"] = "visit_step_taken"
    step: Code
    about: Code | None = None
    text: TextHash | None = None
    grades: Grades | None = Field(default=None, exclude_if=lambda grades: grades is None)


class GroupFormed(Event):
    kind: Literal["group_formed"] = "group_formed"
    group: Code
    side: Side
    sender: PlaceName
    host: PlaceName
    contact: PersonId
    host_contact: PersonId
    serves: tuple[Code, ...]
    milestones: tuple[Milestone, ...]


class ParticipantsNamed(Event):
    """`again` are the steps that are to be taken anew because of it: an invitation names those who come."""

    kind: Literal["participants_named"] = "participants_named"
    group: Code
    participants: tuple[PersonId, ...]
    head: PersonId
    reason: Code | None = None
    again: tuple[Milestone, ...] = ()


class GroupStepTaken(Event):
    """`clock` is the secretariat's where too few partnerships are represented now for the visit to be made."""

    kind: Literal["group_step_taken"] = "group_step_taken"
    group: Code
    step: GroupStep
    refused: tuple[PersonId, ...] = ()
    text: TextHash | None = None
    clock: Clock | None = None


class VisitMoved(Event):
    """Other days, with every step that is still to be taken; without days it is put off."""

    kind: Literal["visit_moved"] = "visit_moved"
    first: date | None
    days: int
    reason: Code
    moved: int
    milestones: tuple[Milestone, ...]
    papers: tuple[Paper, ...] = ()
    clock: Clock | None = None
    """The secretariat's, to review how it goes on after it was put off so often."""
    kept: bool = Field(default=False, exclude_if=lambda kept: not kept)
    """Whether it was to last as long as before, whatever that was."""


class VisitConverted(Event):
    """`milestones` are the steps that are left: nobody lodges a visa for a meeting on a screen."""

    kind: Literal["visit_converted"] = "visit_converted"
    mode: ExchangeMode
    reason: Code
    milestones: tuple[Milestone, ...]
    agreed: tuple[HostConsent, ...] = Field(default=(), exclude_if=lambda agreed: not agreed)
    consent: TextHash | None = Field(default=None, exclude_if=lambda consent: consent is None)
    costs: tuple[Cost, ...] = Field(default=(), exclude_if=lambda costs: not costs)


class VisitCancelled(Event):
    kind: Literal["visit_cancelled"] = "visit_cancelled"
    reason: Code
    text: TextHash
    costs: tuple[Cost, ...] = ()


class VisitBegan(Event):
    """Its first day has come: it was decided to go, or (`clock`, the secretariat's) nobody decided it in time."""

    kind: Literal["visit_began"] = "visit_began"
    clock: Clock | None = None


class IncidentReported(Event):
    kind: Literal["incident_reported"] = "incident_reported"
    text: TextHash
    over: bool = False
    clock: Clock | None = None


class VisitCompleted(Event):
    kind: Literal["visit_completed"] = "visit_completed"
    first: date
    last: date
    mode: ExchangeMode
    groups: tuple[Code, ...]
    participants_eu: Count
    participants_cn: Count
    women: Count
    evidence: TextHash
    milestones: tuple[Milestone, ...]
    named: tuple[Code, ...] = Field(default=(), exclude_if=lambda named: not named)
    """Sub-groups that were named although no delegation travels."""

    @property
    def participants(self) -> int:
        return self.participants_eu + self.participants_cn


class TravelDataPurged(Event):
    """What was kept of passports and the like for this visit is gone from the ledger."""

    kind: Literal["travel_data_purged"] = "travel_data_purged"


VisitEvent = (
    VisitFounded
    | VisitStepTaken
    | GroupFormed
    | ParticipantsNamed
    | GroupStepTaken
    | VisitMoved
    | VisitBegan
    | VisitConverted
    | VisitCancelled
    | IncidentReported
    | VisitCompleted
    | TravelDataPurged
)
