"""Clocks that count calendar, own or joint working days, stop, restart, and show their reckoning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.calendars import CalendarEdition, WorkingDays
from domain.values import Country, Remembering, UtcTime, Value, Zone

_NEVER = date.max.toordinal()
_INSTANT = timedelta(microseconds=1)

_Stop = tuple[int, int]
"""First and last local day (ordinals, inclusive) a span touches; an open one lasts to `_NEVER`."""


class DayKind(StrEnum):
    """What a duration counts: every day, days worked in the owner's country, days worked on both sides."""

    CALENDAR = "calendar"
    OWN = "own"
    JOINT = "joint"


class Allowance(Value):
    """How many days of which kind someone has.

    `rolls` (calendar days only, else without effect): a deadline on a day the owner does not work moves to
    the next day worked. So for partner tasks; contract periods are plain calendar days (domain.md 2.10).
    """

    days: int = Field(ge=0, le=3660)
    kind: DayKind
    rolls: bool = False

    def __str__(self) -> str:
        kind = "calendar" if self.kind is DayKind.CALENDAR else f"{self.kind.value} working"
        return f"{self.days} {kind} {'day' if self.days == 1 else 'days'}"


class Span(Value):
    """A time a clock stands still: from `since` to just before `until` (None: open), why (a code), who."""

    since: UtcTime
    until: UtcTime | None = None
    why: str
    by: str | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"a span since {self.since.isoformat()} cannot end at {self.until.isoformat()}")
        return self


class Deadline(Value):
    """The last day in the clock's zone; the instant it is over; whether a later list may move it."""

    on: date
    at: UtcTime
    provisional: bool


class ReceiptDay(Value):
    """One day of the reckoning: its number if it counted, else the reason it did not.

    A counted day has a reason too where it surprises, as a worked Saturday does.
    """

    day: date
    counted: int | None = None
    reason: str = ""


class Receipt(Value):
    """How a deadline came about, day by day, for a person to check by hand.

    `before` is the moment it was counted back from; the days counted are then numbered by how many are left.
    `remaining` (days) is given while a clock that counts on is stopped, when there is no deadline. `rolled_from` is
    the day the count itself ended on, where that day was not worked and the deadline moved.
    """

    clock: str
    start: UtcTime
    before: UtcTime | None = None
    allowance: Allowance
    countries: tuple[str, ...]
    zone: str
    edition: str
    edition_hash: str
    lines: tuple[ReceiptDay, ...]
    spans: tuple[Span, ...]
    rolled_from: date | None = None
    deadline: Deadline | None = None
    remaining: int | None = None


_KNOWN = "last deadline"
"""Where a clock remembers the last question for its deadline and the answer; no name of a field can be this."""


class Clock(Remembering):
    """Days someone has, counted from `start` on the local days of `zone`, in the calendars of `countries`.

    The day of the start is never counted. A day counts when its kind allows it and no span touches it, so
    neither the day of a stop nor that of a restart counts: in favour of whoever owes. The deadline is the end
    of the last day counted; with zero days allowed, the end of the first day that would count, beginning with
    the day of the start. "Stop on a formal question, restart with the remaining days" is domain.md 2.10.

    `also` in the methods below are spans kept elsewhere that stop this clock too, such as a programme's hold.
    The edition is an argument: adopting a later one moves the deadlines of clocks that are running.

    With `before` the days are counted back from the day of that moment, which is fixed: the deadline is the end of
    the day that leaves so many days until then, but no day earlier than the clock began. While it is stopped there
    is no deadline; afterwards it is the same as before, for the moment itself has not moved.
    """

    id: str
    start: UtcTime
    before: UtcTime | None = Field(default=None, exclude_if=lambda before: before is None)
    allowance: Allowance
    countries: tuple[Country, ...] = ()
    zone: Zone
    spans: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if self.allowance.kind is not DayKind.CALENDAR and not self.countries:
            raise ValueError(f"clock {self.id!r} counts working days, so it needs at least one country")
        if self.before is not None and self.before < self.start:
            raise ValueError(f"clock {self.id!r} counts back from a time before it begins")
        if any(span.until is None for span in self.spans[:-1]):
            raise ValueError(f"clock {self.id!r} has an open span that is not its last")
        return self

    @property
    def is_stopped(self) -> bool:
        """Whether the clock itself is stopped; spans kept elsewhere are not known here."""
        return bool(self.spans) and self.spans[-1].until is None

    def stopped(self, at: datetime, why: str, by: str | None) -> Clock:
        """This clock stopped at `at`; ValueError when it is stopped already or has not started."""
        if self.is_stopped:
            raise ValueError(f"clock {self.id!r} is already stopped since {self.spans[-1].since.isoformat()}")
        if at < self.start:
            raise ValueError(f"clock {self.id!r} starts only at {self.start.isoformat()}")
        return self.model_copy(update={"spans": (*self.spans, Span(since=at, why=why, by=by))})

    def restarted(self, at: datetime) -> Clock:
        """This clock running again from `at`; ValueError when it is not stopped, or only later than `at`."""
        if not self.is_stopped:
            raise ValueError(f"clock {self.id!r} is not stopped")
        last = self.spans[-1]
        closed = Span(since=last.since, until=at, why=last.why, by=last.by)
        return self.model_copy(update={"spans": (*self.spans[:-1], closed)})

    def deadline(self, edition: CalendarEdition, also: tuple[Span, ...] = ()) -> Deadline | None:
        """The last day to act; None while any span is open; ValueError for a country not in the edition."""
        spans = self.spans + also
        if any(span.until is None for span in spans):
            return None
        # asked for at every turn of a life, and mostly with the same edition and stops as the time before
        known: tuple[CalendarEdition, tuple[Span, ...], Deadline] | None = self.__dict__.get(_KNOWN)
        if known is not None and known[0] is edition and known[1] == also:
            return known[2]
        deadline = self._reckoned(edition, self._stops(spans))[1]
        self.__dict__[_KNOWN] = (edition, also, deadline)
        return deadline

    def remaining(self, at: datetime, edition: CalendarEdition, also: tuple[Span, ...] = ()) -> int:
        """Days of a clock that counts on, not yet used up at `at`: so on the last day 1 remains."""
        before = at.astimezone(ZoneInfo(self.zone)).date().toordinal()
        return self.allowance.days - self._used(edition, self._stops(self.spans + also), before)

    def receipt(self, edition: CalendarEdition, also: tuple[Span, ...] = ()) -> Receipt:
        """The reckoning day by day, up to the deadline, or while stopped to the day of the open stop."""
        spans = tuple(sorted(self.spans + also, key=lambda span: span.since))
        stops = self._stops(spans)
        open_since = [first for first, last in stops if last == _NEVER]
        counted_to: int | None = None
        deadline: Deadline | None = None
        remaining: int | None = None
        if open_since:
            end = max(min(open_since), self._start_day())
            if self.before is None:
                remaining = self.allowance.days - self._used(edition, stops, end)
        else:
            counted_to, deadline = self._reckoned(edition, stops)
            end = deadline.on.toordinal()
        rolled = counted_to is not None and counted_to != end and self.before is None
        return Receipt(
            clock=self.id,
            start=self.start,
            before=self.before,
            allowance=self.allowance,
            countries=self.countries,
            zone=self.zone,
            edition=edition.name,
            edition_hash=edition.content_hash,
            lines=self._lines(edition, spans, stops, end)
            if self.before is None
            else self._lines_back(edition),
            spans=spans,
            rolled_from=date.fromordinal(counted_to) if rolled and counted_to is not None else None,
            deadline=deadline,
            remaining=remaining,
        )

    # Days are ordinals from here on: the deadline is asked for at every turn of the workflow's loop.

    def _start_day(self) -> int:
        return self.start.astimezone(ZoneInfo(self.zone)).date().toordinal()

    def _stops(self, spans: tuple[Span, ...]) -> list[_Stop]:
        return [
            (first.toordinal(), last.toordinal()) for first, last in still_days(spans, ZoneInfo(self.zone))
        ]

    def _days(self, edition: CalendarEdition) -> WorkingDays:
        plain = self.allowance.kind is DayKind.CALENDAR
        return edition.days() if plain else edition.days(*self.countries)

    def _reckoned(self, edition: CalendarEdition, stops: list[_Stop]) -> tuple[int, Deadline]:
        """The day the count ends on, and the deadline, which is later where it rolls."""
        days = self._days(edition)
        start = self._start_day()
        if self.before is not None:
            counted_to = self._counted_back(edition)
            return counted_to, self._at_the_end_of(max(counted_to, start), self._target_day(), days)
        counted_to = _next(start, days.counts_at, stops) if self.allowance.days == 0 else start
        if self.allowance.kind is DayKind.CALENDAR:
            counted_to = _every_day_on(counted_to, self.allowance.days, stops)
        else:
            for _ in range(self.allowance.days):
                counted_to = _next(counted_to + 1, days.counts_at, stops)
        end = counted_to
        looked_at = start
        if self.allowance.rolls and self.allowance.kind is DayKind.CALENDAR:
            days = edition.days(*self.countries)
            end = _next(counted_to, days.counts_at, stops)
            looked_at = counted_to
        return counted_to, self._at_the_end_of(end, looked_at, days)

    def _at_the_end_of(self, end: int, looked_at: int, days: WorkingDays) -> Deadline:
        on = date.fromordinal(end)
        midnight = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(self.zone))
        # a list is one unbroken stretch of days, so its two ends tell for all days between
        provisional = days.provisional(on) or days.provisional(date.fromordinal(looked_at))
        return Deadline(on=on, at=midnight.astimezone(UTC), provisional=provisional)

    def _target_day(self) -> int:
        assert self.before is not None
        return self.before.astimezone(ZoneInfo(self.zone)).date().toordinal()

    def _counted_back(self, edition: CalendarEdition) -> int:
        """The day that leaves the allowance's days until the target."""
        target = date.fromordinal(self._target_day())
        return self._days(edition).shift(target, -self.allowance.days).toordinal()

    def _lines_back(self, edition: CalendarEdition) -> tuple[ReceiptDay, ...]:
        days = self._days(edition)
        target = self._target_day()
        lines = [ReceiptDay(day=date.fromordinal(target), reason="the day it is counted back from")]
        number = 0
        counted_to, start = self._counted_back(edition), self._start_day()
        for ordinal in range(target - 1, max(counted_to, start) - 1, -1):
            day = date.fromordinal(ordinal)
            off = days.why_not(day)
            number += off is None
            reason = off or days.why_worked(day) or ""
            if ordinal == start > counted_to:
                reason = "the day it was set: it is due no earlier"
            lines.append(ReceiptDay(day=day, counted=number if off is None else None, reason=reason))
        return tuple(reversed(lines))

    def _used(self, edition: CalendarEdition, stops: list[_Stop], before: int) -> int:
        days = self._days(edition)
        day = self._start_day()
        for used in range(self.allowance.days):
            day = _next(day + 1, days.counts_at, stops, before)
            if day >= before:
                return used
        return self.allowance.days

    def _lines(
        self, edition: CalendarEdition, spans: tuple[Span, ...], stops: list[_Stop], end: int
    ) -> tuple[ReceiptDay, ...]:
        days = self._days(edition)
        rolling = edition.days(*self.countries) if self.allowance.rolls else days
        start = self._start_day()
        lines = []
        number = 0
        for ordinal in range(start, end + 1):
            day = date.fromordinal(ordinal)
            stopped = zip(spans, stops, strict=True)
            whys = [span.why for span, (first, last) in stopped if first <= ordinal <= last]
            counted = None
            if whys:
                reason = f"stopped: {', '.join(dict.fromkeys(whys))}"
            elif ordinal == start:
                reason = "day of the start"
            elif number == self.allowance.days:  # past the count: on the way to a day that is worked
                reason = rolling.why_not(day) or ""
            elif (off := days.why_not(day)) is not None:
                reason = off
            else:
                number += 1
                counted = number
                reason = days.why_worked(day) or ""
            lines.append(ReceiptDay(day=day, counted=counted, reason=reason))
        return tuple(lines)


def still_days(spans: tuple[Span, ...], zone: ZoneInfo) -> tuple[tuple[date, date], ...]:
    """The first and last local day that each span touches, both included; an open one lasts for ever."""
    days = []
    for span in spans:
        first = span.since.astimezone(zone).date()
        # a restart on the stroke of midnight leaves the day that begins then whole
        last = (span.until - _INSTANT).astimezone(zone).date() if span.until is not None else date.max
        days.append((first, max(first, last)))
    return tuple(days)


def _next(day: int, counts: Callable[[int], bool], stops: list[_Stop], before: int = _NEVER) -> int:
    """The first day from `day` on that counts and no stop touches; `before` or later where there is none."""
    while day < before:
        resumes = max((last + 1 for first, last in stops if first <= day <= last), default=day)
        if resumes > day:
            day = resumes
        elif counts(day):
            return day
        else:
            day += 1
    return day


def _every_day_on(day: int, count: int, stops: list[_Stop]) -> int:
    """So many days on from a day where every day counts that no stop touches: one step from stop to stop."""
    while count:
        first = _next(day + 1, lambda _: True, stops)
        free = min((begin for begin, _ in stops if begin > first), default=_NEVER) - first
        taken = min(count, free)
        day, count = first + taken - 1, count - taken
        if day >= _NEVER:
            break
    return day
