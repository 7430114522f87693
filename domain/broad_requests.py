"""What can be asked of one entity as of many at once: stand still, go on, travel, calendars, terms, the end."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.calendars import CalendarEdition
from domain.terms import Terms
from domain.values import Code, Country, GivenTime, PersonId, TextHash, Value


class Hold(Value):
    kind: Literal["hold"] = "hold"
    reason: Code
    remark: TextHash | None = None


class Resume(Value):
    kind: Literal["resume"] = "resume"


class Suspend(Value):
    """The authority's written order: nothing fires and nothing is lost until it is lifted.

    With `since` it holds from an earlier day on: that time is given back when it is lifted, and what happened stays.
    """

    kind: Literal["suspend"] = "suspend"
    order: TextHash
    since: GivenTime | None = Field(default=None, exclude_if=lambda since: since is None)


class LiftSuspension(Value):
    kind: Literal["lift_suspension"] = "lift_suspension"
    order: TextHash


class AdoptCalendar(Value):
    """Reckon by a new edition of the holiday lists; with `cut`, by its lists of the countries known before alone."""

    kind: Literal["adopt_calendar"] = "adopt_calendar"
    edition: CalendarEdition
    cut: bool = Field(default=False, exclude_if=lambda cut: not cut)


class AdoptTerms(Value):
    kind: Literal["adopt_terms"] = "adopt_terms"
    terms: Terms
    decision: TextHash


class RestrictTravel(Value):
    """Nobody travels to a country from a day on, until another or until further notice; on whose order."""

    kind: Literal["restrict_travel"] = "restrict_travel"
    country: Country
    since: GivenTime
    until: GivenTime | None = None
    order: TextHash


class ResumeTravel(Value):
    """From a day on people travel to a country again."""

    kind: Literal["resume_travel"] = "resume_travel"
    country: Country
    since: GivenTime
    order: TextHash


class ChangeEnd(Value):
    """The programme's new end, as two persons of the secretariat want it: whoever asks, and the `second`."""

    kind: Literal["change_end"] = "change_end"
    ends: GivenTime
    addendum: TextHash
    second: PersonId


Broad = Annotated[
    Hold | Resume | Suspend | LiftSuspension | AdoptCalendar | AdoptTerms | RestrictTravel | ResumeTravel,
    Field(discriminator="kind"),
]
"""What two persons may ask of all entities of a scope in one go."""

Spread = Annotated[
    Hold
    | Resume
    | Suspend
    | LiftSuspension
    | AdoptCalendar
    | AdoptTerms
    | RestrictTravel
    | ResumeTravel
    | ChangeEnd,
    Field(discriminator="kind"),
]
"""What a programme has others asked: all of that, and its new end."""
