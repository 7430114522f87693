"""What happens to pilots, and what is owed in them, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.showing import day, last_day, plain
from domain import events as ev
from domain.living import Entity
from domain.pilots.facts import PilotStep
from domain.values import listed

if TYPE_CHECKING:
    from console.telling import Telling


def _founded(tell: Telling, event: ev.PilotFounded, after: Entity) -> str:
    without = f", without an adopted plan ({plain(event.waived)})" if event.waived else ""
    return (
        f"{tell.by(event)} began the {plain(event.pilot)} pilot {event.title!r} for action {event.action} of "
        f"{event.partnership}{without}"
    )


def _scored(tell: Telling, event: ev.PilotScored, after: Entity) -> str:
    failed = event.scores.failed_musts()
    no_point = f", no point for {listed([plain(name) for name in failed])}" if failed else ""
    return f"{tell.by(event)} scored it: {event.scores.total()} of 100 points{no_point}"


def _checks_asked(tell: Telling, event: ev.ChecksAsked, after: Entity) -> str:
    items = listed([item.words for item in event.items])
    return f"to be checked for {plain(event.about)}: {items}{tell.due(event.clock, after)}"


def _checked(tell: Telling, event: ev.CheckRecorded, after: Entity) -> str:
    of = f" in the list of {event.listed_on}" if event.listed_on else ""
    return f"{tell.by(event)} checked {event.item.words}{of}: {plain(event.result)}"


def _source(tell: Telling, event: ev.SourceRecorded, after: Entity) -> str:
    source = event.source
    ppp = " (public-private)" if source.public_private else ""
    return f"{tell.by(event)} recorded source {source.code}{ppp}: {source.amount}, {plain(source.state)}"


def _step(tell: Telling, event: ev.PilotStepTaken, after: Entity) -> str:
    match event.step:
        case PilotStep.AGREED:
            return f"{tell.by(event)} recorded the agreement on it"
        case PilotStep.IMPLEMENTING:
            return f"{tell.by(event)} recorded that it is being implemented, until {event.until}"
        case PilotStep.REPLICATED:
            return f"{tell.by(event)} recorded that it was repeated at {event.where}"


def _note_asked(tell: Telling, event: ev.NoteAsked, after: Entity) -> str:
    return f"quarter {event.quarter} is over; its note is owed{tell.due(event.clock, after)}"


def _noted(tell: Telling, event: ev.ProgressNoted, after: Entity) -> str:
    return f"{tell.by(event)} gave the note of quarter {event.quarter}"


def _missing(tell: Telling, event: ev.NotesMissing, after: Entity) -> str:
    return f"no note for {event.quarters} quarters; the secretariat decides whether it is parked"


def _parked(tell: Telling, event: ev.PilotParked, after: Entity) -> str:
    return f"{tell.by(event)} parked it ({plain(event.reason)}), to be looked at anew on {last_day(event.review)}"


def _unparked(tell: Telling, event: ev.PilotUnparked, after: Entity) -> str:
    return f"{tell.by(event)} took it up again"


def _owner(tell: Telling, event: ev.OwnerNamed, after: Entity) -> str:
    return f"{tell.by(event)} named {event.to} as its owner after the programme"


def _closed(tell: Telling, event: ev.PilotClosed, after: Entity) -> str:
    why = f" ({plain(event.reason)})" if event.reason else ""
    to = f" to {event.to}" if event.to else ""
    by = f", by {tell.by(event)}" if event.by else ""
    return f"ended: {plain(event.end)}{to}{why}; it had reached {plain(event.reached)}{by}"


def _recorded(tell: Telling, event: ev.PilotRecorded, after: Entity) -> str:
    return (
        f"pilot {event.pilot} ({plain(event.pilot_kind)}, action {event.action}) was {plain(event.reached)} on "
        f"{day(event.since)}, as {tell.by(event)} recorded"
    )


TOLD: Mapping[type[Any], Any] = {
    ev.PilotFounded: _founded,
    ev.PilotScored: _scored,
    ev.ChecksAsked: _checks_asked,
    ev.CheckRecorded: _checked,
    ev.SourceRecorded: _source,
    ev.PilotStepTaken: _step,
    ev.NoteAsked: _note_asked,
    ev.ProgressNoted: _noted,
    ev.NotesMissing: _missing,
    ev.PilotParked: _parked,
    ev.PilotUnparked: _unparked,
    ev.OwnerNamed: _owner,
    ev.PilotClosed: _closed,
    ev.PilotRecorded: _recorded,
}
TASKS: Mapping[str, str] = {
    "check": "check {0} for the due diligence",
    "note": "give the note of quarter {0}",
    "pilot_step": "record the next step: {0}",
    "parked": "look anew at the parked pilot",
    "notes_missing": "decide whether it is parked: notes are missing",
}
