"""Working days of a country, of China, and of both, with why each other day is off."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from console import showing
from console.session import AsJson
from console.showing import Column, loose, number
from domain.calendars import CalendarEdition
from domain.holiday_lists import EU_MEMBERS, china_known_through, edition
from domain.values import Refusal

CHINA = "CN"
_ELSEWHERE = {"EL": "GR", "UK": "GB"}
_WEEKEND = ("Saturday", "Sunday")


def calendar(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="A member state such as ES, or CN.")],
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2010, max=2100, help="Such as 2022.")],
    as_json: AsJson = False,
) -> None:
    """Working days of a member state, of China and of both together, with why each day is off."""
    code = _known(country)
    codes = (code,) if code == CHINA else (code, CHINA)
    lists = _edition(codes, year)
    if as_json:
        showing.as_json(_plain(lists, codes, year))
        return
    provisional = lists.days(*codes).provisional(date(year, 12, 31))
    headline = (
        f"Working days of {code} in {year}" if code == CHINA else f"Working days of {code} and CN in {year}"
    )
    showing.heading(headline)
    if provisional:
        showing.line(
            f"Provisional: China has published its list up to {china_known_through()}; for {year} only its "
            "weekends are known, and every date reckoned with them may still move.",
            style="yellow",
        )
    showing.line()
    _months(lists, codes, year)
    showing.line()
    showing.heading("Days off (weekends left out)")
    off = [(f"{day:%a %Y-%m-%d}", *reasons) for day, reasons in _off(lists, codes, year)]
    if off:
        showing.table([Column("Day"), *(loose(one) for one in codes)], off)
    else:
        showing.line("none known yet")
    makeup = [(worked.on, worked.name) for worked in _makeup(lists, year)]
    if makeup:
        showing.line()
        showing.heading("Weekend days worked in China (调休)")
        showing.table([Column("Day"), loose("Why")], [(f"{day:%a %Y-%m-%d}", name) for day, name in makeup])


def _known(country: str) -> str:
    code = country.upper()
    if code in (*EU_MEMBERS, CHINA):
        return code
    other = _ELSEWHERE.get(code)
    hint = f"; {code} is {other} here" if other in EU_MEMBERS else ""
    raise Refusal(
        f"there is no calendar for {country!r}{hint}; the countries are {', '.join(EU_MEMBERS)} and {CHINA}"
    )


def _edition(codes: tuple[str, ...], year: int) -> CalendarEdition:
    first = min(year, china_known_through())
    return edition(f"{'-'.join(codes)} {year}", date(year, 1, 1), codes, first, year)


def _days_of(year: int, month: int) -> Iterator[date]:
    for day in range(1, months.monthrange(year, month)[1] + 1):
        yield date(year, month, day)


def _counts(lists: CalendarEdition, codes: tuple[str, ...], year: int, month: int) -> list[int]:
    """Days worked in each country, and where there are two, in both."""
    views = [lists.days(code) for code in codes]
    if len(codes) > 1:
        views.append(lists.days(*codes))
    return [sum(view.counts(day) for day in _days_of(year, month)) for view in views]


def _months(lists: CalendarEdition, codes: tuple[str, ...], year: int) -> None:
    counts = {month: _counts(lists, codes, year, month) for month in range(1, 13)}
    titles = [*codes, "joint"] if len(codes) > 1 else list(codes)
    rows: list[tuple[str | int, ...]] = [
        (f"{year}-{month:02}", *counted) for month, counted in counts.items()
    ]
    rows.append((str(year), *(sum(column) for column in zip(*counts.values(), strict=True))))
    showing.table([Column("Month"), *(number(title) for title in titles)], rows)


def _off(lists: CalendarEdition, codes: tuple[str, ...], year: int) -> Iterator[tuple[date, list[str]]]:
    """Every day off that its weekday does not explain, and why, country by country."""
    day = date(year, 1, 1)
    while day.year == year:
        reasons = []
        for code in codes:
            why = lists.country(code).why_off(day)
            reasons.append("weekend" if why in _WEEKEND else why or "")
        if any(reason not in ("", "weekend") for reason in reasons):
            yield day, reasons
        day += timedelta(days=1)


def _makeup(lists: CalendarEdition, year: int) -> Iterator[Any]:
    if CHINA in [country.country for country in lists.countries]:
        for worked in lists.country(CHINA).makeup:
            if worked.on.year == year:
                yield worked


def _plain(lists: CalendarEdition, codes: tuple[str, ...], year: int) -> dict[str, Any]:
    titles = [*codes, "joint"] if len(codes) > 1 else list(codes)
    by_month = {
        f"{year}-{month:02}": dict(zip(titles, _counts(lists, codes, year, month), strict=True))
        for month in range(1, 13)
    }
    return {
        "countries": list(codes),
        "year": year,
        "china_published_through": china_known_through(),
        "provisional": lists.days(*codes).provisional(date(year, 12, 31)),
        "edition_hash": lists.content_hash,
        "working_days": by_month,
        "days_off": [
            {"day": day, **{code: reason or None for code, reason in zip(codes, reasons, strict=True)}}
            for day, reasons in _off(lists, codes, year)
        ],
        "worked_weekend_days": [{"day": worked.on, "why": worked.name} for worked in _makeup(lists, year)],
    }
