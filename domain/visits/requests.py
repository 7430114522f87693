"""What people can ask of a study visit, beside what can be asked of any entity."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.deliverables import Count, Money
from domain.values import Code, ExchangeMode, GivenDay, PersonId, PlaceName, TextHash, Value

Participants = Annotated[tuple[PersonId, ...], Field(max_length=60)]
Grades = tuple[Count, Count, Count, Count, Count]
"""How many answers to a survey gave one point, two, three, four and five."""


def points(grades: Grades) -> int:
    """All points given."""
    return sum(point * answers for point, answers in enumerate(grades, start=1))


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class GroupStep(StrEnum):
    """How far a sub-group has come with its own authority and with its visas."""

    SUBMITTED = "clearance_submitted"
    CLEARED = "cleared"
    REFUSED = "clearance_refused"
    LODGED = "visas_lodged"
    GRANTED = "visas_granted"


class StepVisit(Value):
    """A step of the timetable is done; `about` names the sub-group or the partnership where it is one of several."""

    kind: Literal["visit_step"] = "visit_step"
    step: Code
    about: Code | None = None
    text: TextHash | None = None
    grades: Grades | None = Field(default=None, exclude_if=lambda grades: grades is None)
    """Of the survey of the participants: how many gave one point, two, three, four and five."""


class FormGroup(Value):
    """A sub-group of the delegation: who sends and receives it, who answers for it, which partnerships it is for."""

    kind: Literal["form_group"] = "form_group"
    group: Code
    sender: PlaceName
    host: PlaceName
    contact: PersonId
    host_contact: PersonId
    serves: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]


class NameParticipants(Value):
    """Who travels in a sub-group, its head among them; `reason` is why the names change once they were frozen."""

    kind: Literal["name_participants"] = "name_participants"
    group: Code
    participants: Annotated[Participants, Field(min_length=1)]
    head: PersonId
    reason: Code | None = None


class StepGroup(Value):
    """A sub-group's clearance or its visas; `refused` are those who were granted none."""

    kind: Literal["group_step"] = "group_step"
    group: Code
    step: GroupStep
    refused: Participants = ()
    text: TextHash | None = None


class MoveVisit(Value):
    """Other days for a visit; `first` None: put off, and the new dates are still to be found."""

    kind: Literal["move_visit"] = "move_visit"
    first: GivenDay | None = None
    days: Annotated[int, Field(ge=1, le=30)] | None = None
    reason: Code


class Cost(Value):
    """What travels not made still cost: eligible where a refund was asked for and denied, and evidence was kept."""

    what: Code
    amount: Annotated[Money, Field(gt=Decimal(0))]
    currency: Currency
    refund_asked: bool
    refund_denied: bool
    evidence: TextHash | None = None

    @property
    def eligible(self) -> bool:
        return self.refund_asked and self.refund_denied and self.evidence is not None


Costs = Annotated[tuple[Cost, ...], Field(max_length=50)]


class HostConsent(Value):
    """A city or region that receives the visit agrees that nobody comes: which, and who said so for it."""

    host: PlaceName
    person: PersonId


class ConvertVisit(Value):
    """Another way to make it, in part or wholly without travelling; `consent` is what the hosts wrote, if they did."""

    kind: Literal["convert_visit"] = "convert_visit"
    mode: Literal[ExchangeMode.HYBRID, ExchangeMode.VIRTUAL]
    reason: Code
    agreed: Annotated[tuple[HostConsent, ...], Field(max_length=50)] = ()
    consent: TextHash | None = None
    costs: Costs = ()


class CancelVisit(Value):
    kind: Literal["cancel_visit"] = "cancel_visit"
    reason: Code
    text: TextHash
    costs: Costs = ()


class ReportIncident(Value):
    """Something happened on the way that somebody has to look after; `over`: it is settled."""

    kind: Literal["report_incident"] = "report_incident"
    text: TextHash
    over: bool = False


class CompleteVisit(Value):
    """It was made: the days and how, which sub-groups travelled, who took part, and the attendance lists."""

    kind: Literal["complete_visit"] = "complete_visit"
    first: GivenDay
    last: GivenDay
    groups: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    participants_eu: Count
    participants_cn: Count
    women: Count
    evidence: TextHash
