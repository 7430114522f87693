"""What people can ask of a pilot besides what every entity is asked, and of a partnership about one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.pilots.facts import (
    CheckItem,
    CheckResult,
    Milestone,
    PilotKind,
    PilotStep,
    Scores,
    Source,
)
from domain.values import Code, GivenDay, GivenTime, TextHash, Value


class ScorePilot(Value):
    """A panel member's scores for the version seen; the panel's result is computed from all of them."""

    kind: Literal["score"] = "score"
    version: TextHash
    scores: Scores


class RecordCheck(Value):
    """One item of the due diligence checked; `listed_on` is the day of the list it was looked up in."""

    kind: Literal["record_check"] = "record_check"
    item: CheckItem
    result: CheckResult
    listed_on: GivenDay | None = None
    evidence: TextHash


class RecordSource(Value):
    """A source of a pilot's financing, or how far one known has come."""

    kind: Literal["record_source"] = "record_source"
    source: Source


class StepPilot(Value):
    """A pilot's next step; `until` is the last day it is to be carried out, `where` the place it was repeated at."""

    kind: Literal["pilot_step"] = "pilot_step"
    step: PilotStep
    text: TextHash | None = None
    until: GivenDay | None = None
    where: Code | None = None


class NoteProgress(Value):
    """The note of a quarter; without its number that of the earliest that is owed."""

    kind: Literal["note_progress"] = "note_progress"
    quarter: Annotated[int, Field(ge=1, le=400)] | None = None
    text: TextHash


class ParkPilot(Value):
    """Nothing is expected of a pilot until it is taken up again; looked at anew on the day of `review`."""

    kind: Literal["park"] = "park"
    reason: Code
    review: GivenTime
    remark: TextHash | None = None


class UnparkPilot(Value):
    kind: Literal["unpark"] = "unpark"
    remark: TextHash | None = None


class DropPilot(Value):
    """A pilot is given up: why, as a code and in words."""

    kind: Literal["drop"] = "drop"
    reason: Code
    text: TextHash


class TransferPilot(Value):
    """The organisation that owns a pilot after the programme; `now` hands it over at once."""

    kind: Literal["transfer"] = "transfer"
    to: Code
    agreed: TextHash
    now: bool = False


class RecordPilot(Value):
    """To a partnership: how far a pilot of its plan has come, endorsed or completed."""

    kind: Literal["record_pilot"] = "record_pilot"
    pilot: Code
    pilot_kind: PilotKind
    action: Code
    reached: Milestone
    since: GivenTime
