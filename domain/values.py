"""The words every other module is written in: sides, roles, persons, actors, members, refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Value(BaseModel):
    """What never changes once made; also what travels in payloads, so unknown fields are ignored, not refused."""

    model_config = ConfigDict(frozen=True)


V = TypeVar("V", bound=Value)


class Remembering(Value):
    """A value that remembers what it derived, in its `__dict__` and so outside fields, equality and JSON."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copied = super().model_copy(update=update, deep=deep)
        # pydantic copies the whole __dict__: without this an amended copy would answer from the old one
        fields = type(self).model_fields
        for name in [name for name in copied.__dict__ if name not in fields]:
            del copied.__dict__[name]
        return copied


_SHARED: dict[tuple[type, str], Any] = {}
_MOST_SHARED = 64


def shared(value: V) -> V:
    """The first value made that is written just like this one: thousands of partnerships then hold it once.

    For what is large, the same nearly everywhere, and derives much from itself: calendars and terms.
    """
    # by its written form and not by equality, which finds 1.0 and 1.00 the same
    key = (type(value), value.model_dump_json())
    known: V | None = _SHARED.get(key)
    if known is None:
        if len(_SHARED) >= _MOST_SHARED:
            _SHARED.clear()
        _SHARED[key] = known = value
    return known


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, for instance 2022-03-01T09:00:00+01:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no calendar reaches this time") from None


_FIRST, _LAST = 1900, 2199
"""Years that people may name: whatever is reckoned from them stays within what calendars can count."""
# spelt out, because what Unicode calls unassigned changes with the version of Python, and rules are replayed
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _within_reach(day: Any) -> Any:
    if not _FIRST <= day.year <= _LAST:
        raise ValueError(f"a year from {_FIRST} to {_LAST} is wanted, not {day.year}")
    return day


def _legible(words: str) -> str:
    hidden = _HIDDEN.search(words)
    if hidden is not None:
        sign = hidden.group()
        name = "NUL" if sign == "\0" else f"U+{ord(sign):04X}"
        raise ValueError(f"character {hidden.start() + 1} is {name}, which no reader sees")
    return words


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError(f"{zone!r} is not an IANA time zone such as 'Europe/Brussels'") from problem
    return zone


UtcTime = Annotated[datetime, AfterValidator(_aware)]
GivenTime = Annotated[UtcTime, AfterValidator(_within_reach)]
"""A time that people name, in a year that calendars can count on from."""
GivenDay = Annotated[date, AfterValidator(_within_reach)]
"""The same for days."""
PersonId = Annotated[str, StringConstraints(pattern=r"^p-[0-9a-z]{6,40}$")]
TextHash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""Salted hash of a free text that is kept at the client door; the text itself never enters a history."""
NO_TEXT: TextHash = f"sha256:{'0' * 64}"
"""Stands where a text is not kept yet, or where there is none."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
EntityName = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
"""The id of an entity: its kind and its code, such as `partnership/C1-01`."""
TaskName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./:-]{0,299}$")]
"""The id of an open task, such as `decide/G5.review/2/0`."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
PlaceName = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_legible)]
Wording = Annotated[str, StringConstraints(max_length=400), AfterValidator(_legible)]
"""The programme's own words: what gates, days off and rules are called. Never what a person typed."""
Zone = Annotated[str, AfterValidator(_known_zone)]


class Side(StrEnum):
    """Whose interest a person stands for. The programme's own staff stand for neither side."""

    EU = "eu"
    CN = "cn"
    PROGRAMME = "programme"

    @property
    def other(self) -> Side:
        return {Side.EU: Side.CN, Side.CN: Side.EU}.get(self, Side.PROGRAMME)


SIDES = (Side.EU, Side.CN)


class Role(StrEnum):
    OPERATOR = "operator"
    TEAM_LEADER = "team_leader"
    EU_DELEGATION = "eu_delegation"
    NATIONAL_COUNTERPART = "national_counterpart"
    CLUSTER_MANAGER = "cluster_manager"
    FOCAL_POINT = "focal_point"
    DEPUTY = "deputy"
    SIGNATORY = "signatory"
    AUDITOR = "auditor"


OF_A_SIDE = (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)
"""Roles that are held for the EU or the Chinese side; all others are held for the programme."""

POLITICAL = (Role.SIGNATORY,)
"""Mayors and vice-mayors: never written to automatically (domain.md 2.9); their focal point is asked instead."""


class Actor(Value):
    """Who acts: an opaque person, the role acted in, the side stood for, and for whom where delegated."""

    person: PersonId
    role: Role
    side: Side
    on_behalf_of: PersonId | None = None


class Holder(Value):
    """A person holding a role for a side from a day to a day, with the zone and country calendar lived in."""

    person: PersonId
    role: Role
    side: Side
    zone: Zone
    country: Country
    since: GivenTime
    until: GivenTime | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    def in_person(self) -> Actor:
        """The holder acting in this role, on nobody else's behalf."""
        return Actor(person=self.person, role=self.role, side=self.side)


class Event(Value):
    """Something that happened: when it took effect, and who did it; nobody where the calendar did."""

    at: UtcTime
    by: Actor | None = None


class Level(StrEnum):
    CITY = "city"
    REGION = "region"
    DISTRICT = "district"


class Member(Value):
    """A city, region or district taking part for one side, from when to when.

    `acting` names the body that acts for it where that is a part or an agent of the member
    (Taicang for Suzhou, a development agency for its region: domain.md 1.6).
    """

    side: Side
    name: PlaceName
    name_zh: PlaceName | Literal[""] = ""
    country: Country
    level: Level
    zone: Zone
    acting: PlaceName | Literal[""] = ""
    since: GivenTime
    until: GivenTime | None = None


class StakeholderGroup(StrEnum):
    GOVERNMENT = "government"
    RESEARCH = "research institution"
    BUSINESS = "business"
    PRIVATE = "private sector organisation"


class Organisation(Value):
    """An organisation a partnership engages; `code` is a public register number or a slug, never a person."""

    code: Code
    side: Side
    group: StakeholderGroup


class Component(StrEnum):
    CITY = "C1"
    REGION = "C2"


class Mode(StrEnum):
    ONE_TO_ONE = "one-to-one"
    CLUSTER = "thematic-cluster"


class ExchangeMode(StrEnum):
    """How people met. A visit of the programme's own staff scopes, and counts as no study visit."""

    PHYSICAL = "physical"
    HYBRID = "hybrid"
    VIRTUAL = "virtual"
    TEAM_SCOPING = "team_scoping"

    @property
    def travels(self) -> bool:
        """Whether anybody travels for it."""
        return self is not ExchangeMode.VIRTUAL


class Refusal(Exception):
    """The partnership does not allow this now. The sentence says what, why, and what would be allowed.

    `grave` marks an attempt that matters in itself (wrong role, own work, both sides): the client door
    records it even though nothing changed.
    """

    def __init__(self, sentence: str, *, grave: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.grave = grave


def listed(items: list[str] | tuple[str, ...], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`: for sentences."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"
