"""What happens to a pilot alone, and to a partnership because of one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.pilots.facts import (
    CheckItem,
    CheckResult,
    Milestone,
    PilotEnd,
    PilotKind,
    PilotStep,
    Reached,
    Scores,
    Source,
)
from domain.terms import Terms
from domain.values import (
    Code,
    Component,
    Event,
    GivenDay,
    GivenTime,
    Holder,
    Member,
    PlaceName,
    TextHash,
    UtcTime,
    shared,
)


class PilotFounded(Event):
    """`waived` is why it began although the partnership's plan was not adopted, or does not have the action."""

    kind: Literal["pilot_founded"] = "pilot_founded"
    programme: Code
    code: Code
    partnership: Code
    component: Component
    cluster: Code
    action: Code
    pilot: PilotKind
    title: PlaceName
    title_zh: PlaceName | Literal[""] = ""
    waived: Code | None = None
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    ends: GivenTime


class PilotScored(Event):
    """The scores of one seat of the screening panel."""

    kind: Literal["pilot_scored"] = "pilot_scored"
    gate: str
    seat: int
    version: TextHash
    scores: Scores


class ChecksAsked(Event):
    """These items of the due diligence are missing or too old for what is to be decided (`about`)."""

    kind: Literal["checks_asked"] = "checks_asked"
    about: str
    items: tuple[CheckItem, ...]
    clock: Clock


class CheckRecorded(Event):
    kind: Literal["check_recorded"] = "check_recorded"
    item: CheckItem
    result: CheckResult
    listed_on: GivenDay | None = None
    evidence: TextHash


class SourceRecorded(Event):
    kind: Literal["source_recorded"] = "source_recorded"
    source: Source


class PilotStepTaken(Event):
    kind: Literal["pilot_step_taken"] = "pilot_step_taken"
    step: PilotStep
    text: TextHash | None = None
    until: GivenDay | None = None
    where: Code | None = None


class NoteAsked(Event):
    """A quarter of the implementation is over and its note is owed."""

    kind: Literal["note_asked"] = "note_asked"
    quarter: int
    clock: Clock


class ProgressNoted(Event):
    """`earliest`: no quarter was named, so it is that of the earliest note owed."""

    kind: Literal["progress_noted"] = "progress_noted"
    quarter: int
    text: TextHash
    earliest: bool = Field(default=False, exclude_if=lambda earliest: not earliest)


class NotesMissing(Event):
    """So many quarters went by without a note: it is to be decided whether the pilot is parked."""

    kind: Literal["notes_missing"] = "notes_missing"
    quarters: int
    clock: Clock


class PilotParked(Event):
    kind: Literal["pilot_parked"] = "pilot_parked"
    reason: Code
    review: UtcTime
    remark: TextHash | None = None
    clock: Clock


class PilotUnparked(Event):
    kind: Literal["pilot_unparked"] = "pilot_unparked"
    remark: TextHash | None = None


class OwnerNamed(Event):
    """Who owns the pilot after the programme."""

    kind: Literal["owner_named"] = "owner_named"
    to: Code
    agreed: TextHash


class PilotClosed(Event):
    """The end of a pilot: how, how far it had come, and where it stopped short, why."""

    kind: Literal["pilot_closed"] = "pilot_closed"
    end: PilotEnd
    reached: Reached
    reason: Code | None = None
    text: TextHash | None = None
    to: Code | None = None


class PilotRecorded(Event):
    """Of a partnership: a pilot of its plan was endorsed or completed."""

    kind: Literal["pilot_recorded"] = "pilot_recorded"
    pilot: Code
    pilot_kind: PilotKind
    action: Code
    reached: Milestone
    since: GivenTime


PilotEvent = (
    PilotFounded
    | CheckRecorded
    | ChecksAsked
    | NoteAsked
    | NotesMissing
    | OwnerNamed
    | PilotClosed
    | PilotParked
    | PilotRecorded
    | PilotScored
    | PilotStepTaken
    | PilotUnparked
    | ProgressNoted
    | SourceRecorded
)
