"""Entries: events numbered within their entity, as they go on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from domain.events import AnyEvent
from domain.values import UtcTime, Value

EntityId = Annotated[str, Field(pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
"""The kind of entity and its code: `partnership/C1-01`; also the id of its workflow."""


class Entry(Value):
    """One event on record: whose, the how-manieth, when written down, and by which request it came.

    `number` starts at 1 and has no gaps. `recorded_at` is the programme time at which the workflow wrote it
    down; the event's own `at` is when it took effect, earlier after an outage. `request` is the id of the
    command that caused it, None where the calendar did.
    """

    entity: EntityId
    number: int = Field(ge=1)
    recorded_at: UtcTime
    request: str | None = None
    event: AnyEvent


def numbered(
    entity: str, last: int, events: Iterable[AnyEvent], recorded_at: UtcTime, request: str | None
) -> tuple[Entry, ...]:
    """These events as the entries that follow number `last`."""
    return tuple(
        Entry(entity=entity, number=last + step, recorded_at=recorded_at, request=request, event=event)
        for step, event in enumerate(events, start=1)
    )


def as_happened(entity: str, events: Iterable[AnyEvent], last: int = 0) -> Iterator[Entry]:
    """These events as the entries that follow number `last`, each recorded the moment it happened."""
    for number, event in enumerate(events, start=last + 1):
        yield Entry(entity=entity, number=number, recorded_at=event.at, event=event)
