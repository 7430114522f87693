"""Options and arguments that several commands share, and how their values are read."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from console.errors import misused, read_bytes
from domain.entities import KINDS
from domain.rehearsal import end_of
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Role, Side, StakeholderGroup, listed

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?")
_YEARS = range(2000, 2101)
"""A day outside of these is a slip of the pen: no programme, visit or term of office lies there."""


def code(value: str) -> str:
    """A code such as travel_restriction: no free text gets on record this way."""
    if not _CODE.fullmatch(value):
        raise misused(f"{value!r} is no code: letters, digits and . _ : - only, such as travel_restriction")
    return value


def moment(value: str) -> datetime:
    """A day (its first instant, in UTC) or a time with its zone."""
    try:
        if not _DAY.fullmatch(
            value
        ):  # weeks and days without dashes are dates too, and nobody means them here
            raise ValueError
        found = datetime.fromisoformat(value)
    except ValueError:
        raise misused(f"{value!r} is no day or time; write 2022-05-01 or 2022-05-01T09:00:00+02:00") from None
    if found.year not in _YEARS:
        raise misused(f"{value!r} is not between {_YEARS[0]} and {_YEARS[-1]}")
    if found.tzinfo is None:
        if re.search(r"[T ]", value):
            raise misused(f"{value!r} needs its zone, such as {value}+02:00")
        return found.replace(tzinfo=UTC)
    return found.astimezone(UTC)


def instant(value: str) -> datetime:
    """A time with its zone: for what begins at an hour, where a day alone would be midnight somewhere."""
    found = moment(value)
    if not re.search(r"[T ]", value):
        raise misused(f"{value!r} needs its hour and zone, such as {value}T09:00+02:00")
    return found


def last_moment(value: str) -> datetime:
    """A day's last second, or a time with its zone: for what lasts up to and including a day."""
    found = moment(value)
    return found if re.search(r"[T ]", value) else found + timedelta(days=1, seconds=-1)


def last_day(value: str) -> datetime:
    """The end of a programme's last day, as its file says it (midnight in Brussels); or a time with its zone."""
    found = moment(value)
    return found if re.search(r"[T ]", value) else end_of(found.date())


def country(value: str) -> str:
    """A country by its two letters, however they were typed."""
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise misused(f"{value!r} is no country; write its two letters, such as ES or CN")
    return value.upper()


def kind(value: str) -> str:
    """A kind of entity."""
    if value not in KINDS:
        raise misused(f"{value!r} is no kind; there are {listed(tuple(KINDS))}")
    return value


def place(value: str) -> str:
    """A name without blanks around it, and with something in it."""
    name = value.strip()
    if not name or not name.isprintable():
        raise misused(f"{value!r} is no name")
    return name


def group(value: str) -> StakeholderGroup:
    """A stakeholder group by its name or the first word of it."""
    for one in StakeholderGroup:
        if value.lower() in (one.value, one.value.split()[0], one.name.lower()):
            return one
    raise misused(
        f"{value!r} is no stakeholder group; there are {', '.join(one.value for one in StakeholderGroup)}"
    )


def content_hash(path: Path) -> str:
    """How a document is known: `sha256:` and the hash of its bytes."""
    return f"sha256:{hashlib.sha256(read_bytes(path)).hexdigest()}"


def flag(name: str, help: str) -> Any:
    """An option that is there or not: help shows no type for it."""
    return typer.Option(name, help=help, metavar="", show_default=False)


StageName = Annotated[Stage, typer.Argument(metavar="STAGE", help="Such as scoping or action_plan.")]
GateCode = Annotated[str, typer.Argument(metavar="GATE", help="A gate, such as G5.review.")]
TheVerdict = Annotated[Verdict, typer.Argument(metavar="VERDICT", help="The decision.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", parser=code, help="Why, as a code.")]
SideArgument = Annotated[Side, typer.Argument(metavar="SIDE", help="eu or cn.")]
RoleArgument = Annotated[Role, typer.Argument(metavar="ROLE", help="Such as focal_point.")]


NewEnd = Annotated[
    datetime,
    typer.Option("--ends", metavar="DAY", parser=last_day, help="The programme's new last day."),
]
SuspendedSince = Annotated[
    datetime | None,
    typer.Option(
        "--since", metavar="DAY", parser=moment, help="An earlier day it holds from; else from now on."
    ),
]
