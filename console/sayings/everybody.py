"""What can happen to any entity since there are several kinds of them, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.showing import counted, day, last_day, plain
from domain import events as ev
from domain.living import Entity

if TYPE_CHECKING:
    from console.telling import Telling


def _errand(tell: Telling, event: ev.ErrandCarried, after: Entity) -> str:
    done = counted(len(event.done), "entity", "entities")
    said = "; ".join(f"{one.entity.partition('/')[2]}: {one.sentence}" for one in event.refused)
    refused = f", {len(event.refused)} refused ({said})" if event.refused else ""
    told = f"{plain(event.errand)}: {done} took it{refused}"
    return told if event.over else f"{told}; the others follow"


def _repeated(tell: Telling, event: ev.ErrandRepeated, after: Entity) -> str:
    return f"{tell.by(event)} has those asked once more that refused {plain(event.errand)}"


def _dropped(tell: Telling, event: ev.ErrandDropped, after: Entity) -> str:
    return f"{tell.by(event)} lets those be that refused {plain(event.errand)} ({plain(event.reason)})"


def _ended(tell: Telling, event: ev.EntityClosed, after: Entity) -> str:
    why = f" ({plain(event.reason)})" if event.reason else ""
    return f"ended: {plain(event.end)}{why}"


def _restricted(tell: Telling, event: ev.TravelRestricted, after: Entity) -> str:
    period = f"from {day(event.since)} to {last_day(event.until)}"
    return f"{tell.by(event)} recorded that nobody travels to {event.country} {period}"


def _travels(tell: Telling, event: ev.TravelResumed, after: Entity) -> str:
    return f"{tell.by(event)} recorded that people travel to {event.country} again from {day(event.since)}"


TOLD: Mapping[type[Any], Any] = {
    ev.ErrandCarried: _errand,
    ev.ErrandRepeated: _repeated,
    ev.ErrandDropped: _dropped,
    ev.EntityClosed: _ended,
    ev.TravelRestricted: _restricted,
    ev.TravelResumed: _travels,
}
TASKS: Mapping[str, str] = {"errand": "look after those that refused {0}"}
