"""What a visit and a broadcast promise: an errand to each of those it is for, and when that was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.entities import State, folded
from domain.entries import Entry
from domain.errands import Errand
from domain.events import BroadcastOrdered, ErrandCarried
from domain.visits.events import VisitCompleted

Entries = Mapping[str, Sequence[Entry]]


class Window(StrEnum):
    """A time in which something is promised and not kept yet."""

    BROADCAST = "broadcast"
    """It is ordered, some of those it is for have it on record, and others are still to be asked."""
    VISIT = "visit"
    """It is completed on record, and its errand to those it served is not carried."""


_WINDOWS = {BroadcastOrdered: Window.BROADCAST, VisitCompleted: Window.VISIT}


@dataclass(frozen=True)
class Promise:
    """The errand that an entry on record began, and the sort of window that opened with it."""

    window: Window
    entity: str
    number: int
    errand: Errand

    def rounds(self, entries: Entries) -> list[tuple[datetime, ErrandCarried]]:
        """What came of asking, round by round, as whoever promised has it on record, and when it was written down."""
        after = entries[self.entity][self.number :]
        told = ((one.recorded_at, one.event) for one in after)
        return [
            (at, event)
            for at, event in told
            if isinstance(event, ErrandCarried) and event.errand == self.errand.id
        ]

    def over(self, entries: Entries) -> datetime | None:
        """When it was written down that nobody was still to be asked."""
        return next((at for at, event in self.rounds(entries) if event.over), None)

    def answers(self, entries: Entries) -> Iterator[Entry]:
        """The first entry of each entity that came of it."""
        for entity, mine in entries.items():
            command = self.errand.command(entity, self.entity)
            yield from [one for one in mine if one.request == command][:1]


def made(before: State | None, after: State, entry: Entry) -> Iterator[Promise]:
    """The promises that an entry makes, by the states before and after it."""
    window = _WINDOWS.get(type(entry.event))
    if window is not None and before is not None:
        for errand in after.errands:
            if errand not in before.errands:
                yield Promise(window, entry.entity, entry.number, errand)


def promises(entries: Entries) -> Iterator[Promise]:
    """All that were made on record."""
    for entity, mine in entries.items():
        state: State | None = None
        for entry in mine:
            before, state = state, folded(entity, state, entry.event)
            yield from made(before, state, entry)
