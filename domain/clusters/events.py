"""What happens to a cluster alone: its founding, consent and leaving of members, joint sessions, its joint plan."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.clusters.requests import Attended, Candidate, Matter, Place, Voice
from domain.terms import Terms
from domain.values import (
    Code,
    EntityName,
    Event,
    ExchangeMode,
    GivenTime,
    Holder,
    Member,
    PlaceName,
    Side,
    TaskName,
    TextHash,
    UtcTime,
    shared,
)


class ClusterFounded(Event):
    """A cluster is forming: each of `candidates` is asked to consent."""

    kind: Literal["cluster_founded"] = "cluster_founded"
    programme: Code
    code: Code
    title: PlaceName
    title_zh: PlaceName | Literal[""] = ""
    candidates: tuple[Candidate, ...]
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    ends: GivenTime


class MemberAsked(Event):
    """A partnership is asked to become a member; those of its cities and people that are new here come with it."""

    kind: Literal["member_asked"] = "member_asked"
    member: Candidate
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    reason: Code
    clock: Clock
    given_members: tuple[Member, ...] = Field(default=(), exclude_if=lambda given: not given)
    given_holders: tuple[Holder, ...] = Field(default=(), exclude_if=lambda given: not given)
    """All cities and people that it came with, where some of them were here before."""


class ConsentGiven(Event):
    kind: Literal["consent_given"] = "consent_given"
    member: Code
    side: Side
    to: Matter
    remark: TextHash | None = None
    voices: tuple[Voice, ...] = Field(default=(), exclude_if=lambda voices: not voices)
    """Of a split: for whom, such as `C1-01.eu`; other members too where all are asked."""


class ConsentRefused(Event):
    """One side does not consent: the partnership does not become a member, does not merge, or does not split."""

    kind: Literal["consent_refused"] = "consent_refused"
    member: Code
    side: Side
    to: Matter
    reason: Code
    remark: TextHash | None = None
    voices: tuple[Voice, ...] = Field(default=(), exclude_if=lambda voices: not voices)


class ClusterActivated(Event):
    """Everybody asked has consented, and they are enough; `clock` runs to the next review."""

    kind: Literal["cluster_activated"] = "cluster_activated"
    members: tuple[Code, ...]
    clock: Clock


class PeopleNamed(Event):
    kind: Literal["people_named"] = "people_named"
    member: Code
    people: tuple[Place, ...]
    holders: tuple[Holder, ...]
    """Those of them who held no such role here before."""
    given: tuple[Holder, ...] = Field(default=(), exclude_if=lambda given: not given)
    """All that were named, where some of them were here before."""


class MemberLeft(Event):
    """A member leaves; what was done as a member stays done."""

    kind: Literal["member_left"] = "member_left"
    member: Code
    reason: Code
    consent: TextHash | None = Field(default=None, exclude_if=lambda consent: consent is None)
    """None where both sides' word is on record as their consent."""
    bilateral: bool = False


class MergerAsked(Event):
    kind: Literal["merger_asked"] = "merger_asked"
    member: Code
    reason: Code
    clock: Clock


class ActionsTakenOver(Event):
    """A partnership has merged into the cluster: what was open in it goes on here, by the ids it had there."""

    kind: Literal["actions_taken_over"] = "actions_taken_over"
    member: Code
    of: EntityName
    open: tuple[TaskName, ...]


class SplitAsked(Event):
    """Asked for by the programme's staff, or (`bilateral` as it says) by a side that wishes to leave."""

    kind: Literal["split_asked"] = "split_asked"
    member: Code
    reason: Code
    bilateral: bool = True
    clock: Clock


class SplitAgreed(Event):
    """Everybody asked consents that a partnership which was merged goes on by itself: it is founded anew next."""

    kind: Literal["split_agreed"] = "split_agreed"
    member: Code


class ActionsGivenBack(Event):
    """A partnership that was merged goes on in `to`, and with it what was open, by the ids it had when it merged."""

    kind: Literal["actions_given_back"] = "actions_given_back"
    member: Code
    to: EntityName
    open: tuple[TaskName, ...]


class JointSessionHeld(Event):
    """A joint session; `reaches` are the members with both sides there: with evidence it counts as their exchange."""

    kind: Literal["joint_session_held"] = "joint_session_held"
    code: Code
    mode: ExchangeMode
    held: UtcTime
    attended: tuple[Attended, ...]
    participants_eu: int
    participants_cn: int
    reaches: tuple[Code, ...]
    evidence: TextHash | None = None
    clock: Clock | None = Field(default=None, exclude_if=lambda clock: clock is None)
    """For the minutes, where it had been planned."""


class JointPlanAdopted(Event):
    """The joint action plan was adopted by all members, whose partnerships it covers."""

    kind: Literal["joint_plan_adopted"] = "joint_plan_adopted"
    version: TextHash
    covers: tuple[Code, ...]


class ClusterReviewed(Event):
    kind: Literal["cluster_reviewed"] = "cluster_reviewed"
    finding: TextHash
    clock: Clock
    """To the next review."""


ClusterEvent = (
    ClusterFounded
    | MemberAsked
    | ConsentGiven
    | ConsentRefused
    | ClusterActivated
    | PeopleNamed
    | MemberLeft
    | MergerAsked
    | ActionsTakenOver
    | SplitAsked
    | SplitAgreed
    | ActionsGivenBack
    | JointSessionHeld
    | JointPlanAdopted
    | ClusterReviewed
)
