"""Which days are worked where, as named and dated editions of the official lists, and counting in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.values import Country, GivenDay, Remembering, Value, Wording

_DAY = timedelta(days=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class DayOff(Value):
    """One day of an official list: the local day and its name in English."""

    on: GivenDay
    name: Wording


def _by_day(days: tuple[DayOff, ...]) -> tuple[DayOff, ...]:
    return tuple(sorted(days, key=lambda day: (day.on, day.name)))


Weekday = Annotated[int, Field(ge=0, le=6)]
DaysOff = Annotated[tuple[DayOff, ...], AfterValidator(_by_day)]


class CountryCalendar(Remembering):
    """One country's weekend, official days off and worked weekend days, from `starts` to `horizon` inclusive.

    Outside those days only the weekend is known: China publishes the days of a year in the autumn before.
    `weekend` holds Python weekdays (Monday 0, Sunday 6). `makeup` are weekend days that are worked (调休).
    """

    country: Country
    weekend: Annotated[tuple[Weekday, ...], Field(max_length=6)] = (5, 6)
    off: DaysOff
    makeup: DaysOff = ()
    starts: GivenDay
    horizon: GivenDay

    @cached_property
    def _off_names(self) -> dict[date, str]:
        return {day.on: day.name for day in self.off}

    @cached_property
    def _makeup_names(self) -> dict[date, str]:
        return {day.on: day.name for day in self.makeup}

    def knows(self, day: date) -> bool:
        """Whether the published list covers this day."""
        return self.starts <= day <= self.horizon

    def is_working(self, day: date) -> bool:
        return self.why_off(day) is None

    def why_off(self, day: date) -> str | None:
        """The name of the holiday, else of the weekend day; None for a working day."""
        if self.knows(day):
            if day in self._off_names:
                return self._off_names[day]
            if day in self._makeup_names:
                return None
        return _WEEKDAYS[day.weekday()] if day.weekday() in self.weekend else None

    def why_worked(self, day: date) -> str | None:
        """What a worked weekend day makes up for; None for every other day."""
        return self._makeup_names.get(day) if self.knows(day) and self.is_working(day) else None

    def cut_at(self, day: date) -> CountryCalendar:
        """This calendar as it was known when its list ended at `day`."""
        end = min(self.horizon, day)
        return CountryCalendar(
            country=self.country,
            weekend=self.weekend,
            off=tuple(off for off in self.off if off.on <= end),
            makeup=tuple(worked for worked in self.makeup if worked.on <= end),
            starts=self.starts,
            horizon=end,
        )


class CalendarEdition(Remembering):
    """The calendars in force together, by name and day of adoption; every deadline is reckoned with one."""

    name: Wording
    published: GivenDay
    countries: tuple[CountryCalendar, ...]

    @model_validator(mode="after")
    def _each_country_once(self) -> Self:
        codes = [calendar.country for calendar in self.countries]
        if len(dict.fromkeys(codes)) < len(codes):
            raise ValueError(f"calendar edition {self.name!r} lists a country twice: {', '.join(codes)}")
        if len({day for calendar in self.countries for day in calendar.weekend}) == len(_WEEKDAYS):
            raise ValueError(f"calendar edition {self.name!r} leaves no weekday that is worked everywhere")
        return self

    @cached_property
    def content_hash(self) -> str:
        """`sha256:` and 64 hex digits, over name, day of adoption and lists, in any order of countries."""
        # spelt out: a field added later with a default must not change the hash of an old edition
        content = {
            "name": self.name,
            "published": self.published.isoformat(),
            "countries": [
                {
                    "country": calendar.country,
                    "weekend": sorted(calendar.weekend),
                    "off": [[day.on.isoformat(), day.name] for day in calendar.off],
                    "makeup": [[day.on.isoformat(), day.name] for day in calendar.makeup],
                    "starts": calendar.starts.isoformat(),
                    "horizon": calendar.horizon.isoformat(),
                }
                for calendar in sorted(self.countries, key=lambda calendar: calendar.country)
            ],
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"

    @cached_property
    def _views(self) -> dict[tuple[str, ...], WorkingDays]:
        return {}

    def country(self, code: str) -> CountryCalendar:
        """The calendar of an ISO alpha-2 code; ValueError, in a sentence, where the edition has none."""
        for calendar in self.countries:
            if calendar.country == code:
                return calendar
        held = ", ".join(calendar.country for calendar in self.countries) or "no country"
        raise ValueError(f"calendar edition {self.name!r} has no calendar for {code!r}; it holds {held}")

    def only(self, *codes: str) -> CalendarEdition:
        """The same edition with these countries alone, order kept: what travels with one partnership."""
        wanted = [self.country(code).country for code in codes]
        kept = tuple(calendar for calendar in self.countries if calendar.country in wanted)
        return CalendarEdition(name=self.name, published=self.published, countries=kept)

    def days(self, *codes: str) -> WorkingDays:
        """The days worked in all of these countries; with none, every day. The same view each time."""
        if codes not in self._views:
            self._views[codes] = WorkingDays(*(self.country(code) for code in dict.fromkeys(codes)))
        return self._views[codes]

    def cut_at(self, day: date, *codes: str) -> CalendarEdition:
        """The edition as known when the lists (of these countries, else all) end at `day`: for rehearsals."""
        cut = [self.country(code).country for code in codes] or [
            calendar.country for calendar in self.countries
        ]
        lists = tuple(
            calendar.cut_at(day) if calendar.country in cut else calendar for calendar in self.countries
        )
        return CalendarEdition(name=self.name, published=self.published, countries=lists)


class WorkingDays:
    """The days worked in every one of some countries; of none, all days. A view, never in a payload."""

    def __init__(self, *calendars: CountryCalendar) -> None:
        self.calendars = calendars
        self._verdicts: dict[int, bool] = {}

    def counts(self, day: date) -> bool:
        return self.counts_at(day.toordinal())

    def counts_at(self, ordinal: int) -> bool:
        """`counts` for a `date.toordinal` number: deadlines are asked for often, and numbers are quick."""
        verdict = self._verdicts.get(ordinal)
        if verdict is None:
            day = date.fromordinal(ordinal)
            verdict = self._verdicts[ordinal] = all(calendar.is_working(day) for calendar in self.calendars)
        return verdict

    def why_not(self, day: date) -> str | None:
        """Why the day does not count, by country where several count and differ; None where it counts."""
        return self._told((calendar.country, calendar.why_off(day)) for calendar in self.calendars)

    def why_worked(self, day: date) -> str | None:
        """Why a weekend day counts after all; None for every other day."""
        if not self.counts(day):
            return None
        return self._told((calendar.country, calendar.why_worked(day)) for calendar in self.calendars)

    def provisional(self, day: date) -> bool:
        """Whether some country's list does not cover the day, so a later edition may change the answer."""
        return not all(calendar.knows(day) for calendar in self.calendars)

    def shift(self, day: date, n: int) -> date:
        """The n-th counting day after `day` (before it if n < 0); for n = 0 the day itself in any case."""
        step = 1 if n > 0 else -1
        ordinal = day.toordinal()
        for _ in range(abs(n)):
            ordinal += step
            while not self.counts_at(ordinal):
                ordinal += step
        return date.fromordinal(ordinal)

    def on_or_after(self, day: date) -> date:
        return day if self.counts(day) else self.shift(day, 1)

    def on_or_before(self, day: date) -> date:
        return day if self.counts(day) else self.shift(day, -1)

    def _told(self, reasons: Iterator[tuple[str, str | None]]) -> str | None:
        told = [(country, reason) for country, reason in reasons if reason is not None]
        if not told:
            return None
        first = told[0][1]
        if len(told) == len(self.calendars) and all(reason == first for _, reason in told):
            return first
        return "; ".join(f"{country}: {reason}" for country, reason in told)
