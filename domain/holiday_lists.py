"""Calendar editions made from the holidays package, which nothing else in the house knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import holidays
from holidays import HolidayBase

from domain.calendars import CalendarEdition, CountryCalendar, DayOff

# fmt: off
EU_MEMBERS = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on
"""ISO 3166 codes; Greece is GR here, though EU papers write EL."""

_DAY = timedelta(days=1)
_TRADED = re.compile(r"^Day off \(substituted from (\d\d/\d\d/\d{4})\)$")


def edition(
    name: str, published: date, countries: Iterable[str], first_year: int, last_year: int
) -> CalendarEdition:
    """The national public holidays and worked weekend days of these countries, from 1 January to 31 December.

    `countries` are ISO alpha-2 codes, `CN` or a member state's; ValueError for a code the package does not
    know. China's list ends with the last State Council notice the package holds, or with `last_year`: a year
    without its notice would be a guess and is left out. Member states are computed by rule to `last_year`,
    without regional holidays; Hungary's and Latvia's yearly traded days are in where the package has them.
    Everything known goes in, whatever `published` says: to rehearse what was known on an earlier day, cut it
    with `cut_at`. Source: holidays (MIT licence), which cites the national acts and notices.
    """
    lists = tuple(_country(code, first_year, last_year) for code in dict.fromkeys(countries))
    return CalendarEdition(name=name, published=published, countries=lists)


def china_known_through() -> int:
    """The last year whose State Council notice the package holds.

    Every notice since 2001 trades at least one weekend day, and trades cannot be computed: they are entered
    by hand in the package's table, and that table is asked. That the package answers for a year proves
    nothing: without a notice it answers with a guess. (A notice may trade the last days of the year before,
    as those for 2012 and 2019 did, so the very end of December can move once more.)
    """
    notices: Mapping[int, tuple[tuple[object, ...], ...]] = getattr(
        holidays.country_holidays("CN"), "special_public_holidays", {}
    )
    # an entry of four or five parts is a trade (day off, day worked); of three, a single day off
    return max(year for year, entries in notices.items() if any(len(entry) > 3 for entry in entries))


def _country(code: str, first_year: int, last_year: int) -> CountryCalendar:
    known_through = min(last_year, china_known_through()) if code == "CN" else last_year
    if known_through < first_year:
        raise ValueError(f"no list for {code} from {first_year} on; the last one is for {known_through}")
    years = range(first_year, known_through + 1)
    try:
        # expand=False: else merely asking for a day of another year adds that year
        listed = holidays.country_holidays(code, years=years, language="en_US", expand=False)
    except NotImplementedError as unknown:
        raise ValueError(f"no holidays known for {code!r}; use ISO alpha-2 codes (Greece is GR)") from unknown
    starts, horizon = date(first_year, 1, 1), date(known_through, 12, 31)
    # the package gathers worked weekends in a set, with those of other years in it
    worked = sorted(day for day in listed.weekend_workdays if starts <= day <= horizon)
    names, traded_for = _names(listed, worked)
    return CountryCalendar(
        country=code,
        weekend=tuple(sorted(listed.weekend)),
        off=tuple(DayOff(on=day, name=name) for day, name in names.items()),
        makeup=tuple(DayOff(on=day, name=traded_for.get(day, "make-up day")) for day in worked),
        starts=starts,
        horizon=horizon,
    )


def _names(listed: HolidayBase, worked: list[date]) -> tuple[dict[date, str], dict[date, str]]:
    """Names of the days off, and of the worked days by the holiday they were traded for.

    The package calls a traded day "Day off (substituted from 10/08/2022)"; people call it by its holiday: the
    one with most days in the unbroken run of free days around it.
    """
    names = {day: _plain(listed[day]) for day in sorted(listed)}
    traded_for = {}
    proper = {day: name for day, name in names.items() if not _TRADED.match(name)}
    for day, name in names.items():
        if trade := _TRADED.match(name):
            around = Counter(proper[free] for free in _run(day, names, worked, listed) if free in proper)
            names[day] = around.most_common(1)[0][0] if around else "bridge day"
            traded_for[datetime.strptime(trade[1], "%m/%d/%Y").date()] = f"make-up day for {names[day]}"
    return names, traded_for


def _run(day: date, off: Mapping[date, str], worked: list[date], listed: HolidayBase) -> list[date]:
    """The free days in a row around `day`, in order."""

    def free(candidate: date) -> bool:
        return candidate in off or (candidate.weekday() in listed.weekend and candidate not in worked)

    first = day
    while free(first - _DAY):
        first -= _DAY
    run = [first]
    while free(run[-1] + _DAY):
        run.append(run[-1] + _DAY)
    return run


def _plain(name: str) -> str:
    return name.replace("Chinese New Year (Spring Festival)", "Spring Festival").replace(" (observed)", "")
