"""What happens to a programme alone: its founding, acceptance asked for, broadcasts ordered, objections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from domain.broad_requests import Spread
from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.scopes import Scope
from domain.terms import Terms
from domain.values import Actor, Code, Event, GivenTime, Holder, PersonId, TextHash, UtcTime, Wording, shared


class ProgrammeFounded(Event):
    kind: Literal["programme_founded"] = "programme_founded"
    programme: Code
    code: Code
    title: Wording
    title_zh: Wording = ""
    starts: UtcTime
    ends: GivenTime
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]


class AcceptanceAsked(Event):
    """The time for approval was over: acceptance is asked for in writing, and a second time runs from here."""

    kind: Literal["acceptance_asked"] = "acceptance_asked"
    gate: str
    letter: TextHash
    basis: Wording
    """The text that makes silence count once `clock` has run out."""
    clock: Clock


class BroadcastOrdered(Event):
    """Others are to be asked, as `proposed` wanted and `by` confirmed; `acting` is in whose name of the two."""

    kind: Literal["broadcast_ordered"] = "broadcast_ordered"
    number: int
    scope: Scope
    request: Spread
    proposed: PersonId
    acting: Actor


class CutOffObjected(Event):
    kind: Literal["cut_off_objected"] = "cut_off_objected"
    objection: int
    cut_off: Code
    reason: Code
    text: TextHash
    clock: Clock
    """The team leader's, to answer it."""


class ObjectionAnswered(Event):
    kind: Literal["objection_answered"] = "objection_answered"
    objection: int
    upheld: bool
    answer: TextHash


class ObjectionsClosed(Event):
    """The days to object to a cut-off are over; `objections` were made."""

    kind: Literal["objections_closed"] = "objections_closed"
    cut_off: Code
    objections: int


ProgrammeEvent = (
    ProgrammeFounded
    | AcceptanceAsked
    | BroadcastOrdered
    | CutOffObjected
    | ObjectionAnswered
    | ObjectionsClosed
)
