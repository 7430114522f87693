"""Chance that can be repeated: every draw hangs on the seed and on what it is about, never on earlier draws."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from domain.entity import EntityState
from domain.values import Holder

OPENS = time(9)
WORKED_MINUTES = 8 * 60


def chance(*about: object) -> Random:
    """A stream of draws of its own for each thing to be drawn about."""
    digest = hashlib.sha256("/".join(map(str, about)).encode()).digest()
    return Random(int.from_bytes(digest[:8]))


def at_work(state: EntityState, holder: Holder, moment: datetime, draw: Random) -> datetime:
    """A time in the working hours of where the holder lives, on the first working day from `moment` on."""
    zone = ZoneInfo(holder.zone)
    known = [calendar.country for calendar in state.edition.countries]
    country = holder.country if holder.country in known else state.home()[1]
    days = state.edition.days(country)
    into_the_day = timedelta(minutes=draw.randrange(WORKED_MINUTES))
    day = days.on_or_after(moment.astimezone(zone).date())
    when = datetime.combine(day, OPENS, zone) + into_the_day
    if when < moment:
        when = datetime.combine(days.shift(day, 1), OPENS, zone) + into_the_day
    return when.astimezone(moment.tzinfo)


def not_in_august(holder: Holder, moment: datetime, draw: Random) -> datetime:
    """Half of what Europe would do in August it does in September."""
    if holder.country != "CN" and moment.month == 8 and draw.random() < 0.5:
        return moment.replace(month=9, day=1) + timedelta(days=draw.randrange(10))
    return moment


def noon(day: date, zone: str = "UTC") -> datetime:
    """The middle of a day somewhere, for days that are given without a time."""
    local = datetime.combine(day, time(12), ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC"))
