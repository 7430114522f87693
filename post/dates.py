"""Dates as a reader in a city hall reads them: weekday, own zone, and whether they are certain."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from post import words
from post.words import Language

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_ZH = "一二三四五六日"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


_OFFICE_OPENS = 9


def zone_of(name: str) -> tzinfo:
    """The zone of a name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def deadline(due: datetime, zone: str, language: Language) -> str:
    """The last moment to act: `Tuesday 14 March 2023 (end of day, Europe/Madrid)`.

    Both sides are told the same day wherever they live: a deadline that is over early in the reader's morning,
    before anybody is in the office, is that of the day before, with the exact hour behind it.
    """
    last = due_on(due, zone)
    local = due.astimezone(zone_of(zone))
    where = _zone_words(zone, language)
    ends = local.time() == time()
    if language == "en":
        if ends:
            return f"{_day_en(last)} (end of day, {where})"
        over = (
            "" if local.date() == last else f"at the latest {_WEEKDAYS[local.weekday()]} {_short_en(local)}, "
        )
        return f"{_day_en(last)} ({over}{local:%H:%M} {where})"
    if ends:
        return f"{_day_zh(last)}{where}24时前"
    if local.date() == last:
        return f"{_day_zh(last)}{where}{local:%H:%M}前"
    return f"{_day_zh(last)}，最迟不晚于{where}{local.month}月{local.day}日{local:%H:%M}"


def deadline_day(due: datetime, zone: str, language: Language) -> str:
    """The same for a subject line: `14 March 2023`."""
    last = due_on(due, zone)
    if language == "en":
        return f"{_short_en(last)} {last.year}"
    return f"{last.year}年{last.month}月{last.day}日"


def plain_day(day: date, language: Language) -> str:
    """A day that is the same day everywhere, such as a visit's first: `Monday 13 March 2023`."""
    return _day_en(day) if language == "en" else _day_zh(day)


def due_on(due: datetime, zone: str) -> date:
    """The last day on which somebody in an office can still act: the day before, while it is not nine yet."""
    local = due.astimezone(zone_of(zone))
    return local.date() - timedelta(days=1) if local.hour < _OFFICE_OPENS else local.date()


def is_due_on(due: datetime, moment: datetime, zone: str) -> bool:
    """Whether a moment falls on the last day, where the reader lives."""
    return due_on(due, zone) == moment.astimezone(zone_of(zone)).date()


def day(moment: datetime, zone: str, language: Language) -> str:
    """The day something happened where the reader lives: `Tuesday 14 March 2023`."""
    local = moment.astimezone(zone_of(zone))
    return _day_en(local) if language == "en" else _day_zh(local)


def moment(at: datetime, zone: str, language: Language) -> str:
    """When something begins where the reader lives: `Tuesday 14 March 2023, 09:00 (Europe/Madrid)`."""
    local = at.astimezone(zone_of(zone))
    where = _zone_words(zone, language)
    if language == "en":
        return f"{_day_en(local)}, {local:%H:%M} ({where})"
    return f"{_day_zh(local)}{where}{local:%H:%M}"


def last_day(end: datetime, language: Language) -> str:
    """The last day of the programme: a date of the contract and the same for every reader, reckoned in UTC."""
    last = (end.astimezone(UTC) - timedelta(microseconds=1)).date()
    return _day_en(last) if language == "en" else _day_zh(last)


def _short_en(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _day_en(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {_short_en(day)} {day.year}"


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS_ZH[day.weekday()]}）"


def _zone_words(zone: str, language: Language) -> str:
    known = zone if zone_of(zone) is not UTC or zone == "UTC" else "UTC"
    if language == "en":
        return "Beijing time" if words.ZONES.get(known) == "北京时间" else known
    return words.ZONES.get(known, f"{known}时间")
