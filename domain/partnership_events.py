"""What happens to a partnership alone: its founding, its agreement, its sessions, its members, its end."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.deliverables import Count
from domain.requests import AgreementStep, ExchangeMode, SessionStep
from domain.terms import Terms
from domain.values import (
    Code,
    Component,
    EntityName,
    Event,
    GivenTime,
    Holder,
    Member,
    Mode,
    Organisation,
    PlaceName,
    Side,
    TaskName,
    TextHash,
    UtcTime,
    Value,
    shared,
)


class End(StrEnum):
    """How a partnership ended (domain.md 2.1)."""

    COMPLETED = "closed_completed"
    PARTIAL = "closed_partial"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    MERGED = "merged"
    CUT_OFF = "cut_off"


class Continued(Value):
    """What a partnership goes on from: the one `of`, which was merged into a cluster and is split from it again.

    `open` is what was open in that one when it merged, by the ids the tasks had there; `clocks` are those of scoping
    and of the study visits where this one is kicked off at once, because the one before it had passed scoping.
    """

    of: EntityName
    cluster: EntityName
    open: Annotated[tuple[TaskName, ...], Field(max_length=500)] = ()
    clocks: tuple[Clock, Clock] | None = None

    @property
    def kicked_off(self) -> bool:
        return self.clocks is not None


class PartnershipFounded(Event):
    kind: Literal["partnership_founded"] = "partnership_founded"
    programme: Code
    code: Code
    component: Component
    mode: Mode
    cluster: Code
    themes: tuple[Code, ...]
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    ends: GivenTime
    continues: Continued | None = Field(default=None, exclude_if=lambda continues: continues is None)
    """None where it begins something new."""


class AgreementStepTaken(Event):
    kind: Literal["agreement_step_taken"] = "agreement_step_taken"
    step: AgreementStep
    signing: UtcTime | None = None
    text: TextHash | None = None
    clock: Clock | None = None
    """Runs from the first step to the signature."""


class SessionPlanned(Event):
    """A session to come; `moved` counts how often it had another time before."""

    kind: Literal["session_planned"] = "session_planned"
    code: Code
    mode: ExchangeMode
    starts: UtcTime
    moved: int = 0
    reason: Code | None = None
    clock: Clock
    """For the invitation, counted back from the start."""
    report: Clock
    """For recording what was held, counted from the start."""


class SessionStepTaken(Event):
    kind: Literal["session_step_taken"] = "session_step_taken"
    code: Code
    step: SessionStep
    text: TextHash | None = None
    """The agenda invited with, or the minutes; what both sides answer and agree to."""
    remark: TextHash | None = Field(default=None, exclude_if=lambda remark: remark is None)
    reason: Code | None = None
    clock: Clock | None = None
    """For what comes next: the answers of both sides, or their agreement to the minutes."""
    implied: bool = Field(default=False, exclude_if=lambda implied: not implied)
    """Whether whoever answered named no text, and so answered to the one that was sent."""


class ExchangeHeld(Event):
    kind: Literal["exchange_held"] = "exchange_held"
    code: Code
    mode: ExchangeMode
    held: UtcTime
    participants_eu: Count
    participants_cn: Count
    evidence: TextHash | None = None
    clock: Clock | None = Field(default=None, exclude_if=lambda clock: clock is None)
    """For the minutes, where it was a session that had been planned."""
    of: EntityName | None = Field(default=None, exclude_if=lambda of: of is None)
    """The entity whose event it was, where it was that of many."""
    organisations: tuple[Code, ...] = Field(default=(), exclude_if=lambda those: not those)
    """Engaged organisations of which somebody is on the attendance list, by their codes."""


class JointPlanJoined(Event):
    """The joint action plan of a cluster, adopted there by all its members, holds here too."""

    kind: Literal["joint_plan_joined"] = "joint_plan_joined"
    of: EntityName
    version: TextHash


class OrganisationEngaged(Event):
    kind: Literal["organisation_engaged"] = "organisation_engaged"
    organisation: Organisation


class MemberReplaced(Event):
    kind: Literal["member_replaced"] = "member_replaced"
    leaving: PlaceName
    member: Member
    holders: tuple[Holder, ...]
    reason: Code
    agreed: TextHash


class PartnershipWithdrawn(Event):
    kind: Literal["partnership_withdrawn"] = "partnership_withdrawn"
    side: Side
    reason: Code
    notice: TextHash


class DormantFlagged(Event):
    """No session was held for so many days: to be looked into, or to be decided how it goes on."""

    kind: Literal["dormant_flagged"] = "dormant_flagged"
    days: int
    review: bool
    clock: Clock


class PartnershipClosed(Event):
    kind: Literal["partnership_closed"] = "partnership_closed"
    end: End
    into: Code | None = None
    open: tuple[TaskName, ...] = Field(default=(), exclude_if=lambda tasks: not tasks)
    """What was open and is taken over where it goes on."""
    of: EntityName | None = Field(default=None, exclude_if=lambda of: of is None)
    """The cluster that takes it over."""


PartnershipEvent = (
    PartnershipFounded
    | AgreementStepTaken
    | SessionPlanned
    | SessionStepTaken
    | ExchangeHeld
    | OrganisationEngaged
    | MemberReplaced
    | PartnershipWithdrawn
    | DormantFlagged
    | PartnershipClosed
    | JointPlanJoined
)
