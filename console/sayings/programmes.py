"""What happens to a programme and what is owed in it, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from console.showing import counted, day, plain
from domain import events as ev
from domain import requests as rq
from domain.broad_requests import Spread
from domain.living import Entity
from domain.programmes.state import ProgrammeState
from domain.scopes import Scope
from domain.values import listed

if TYPE_CHECKING:
    from console.telling import Telling


def asked_words(request: Spread) -> str:
    """What a broadcast asks of each entity: `stand still by the authority's order`."""
    match request:
        case rq.Suspend():
            return f"suspend from {day(request.since)} on" if request.since else "suspend"
        case rq.LiftSuspension():
            return "lift the suspension of"
        case rq.Hold():
            return f"put on hold ({plain(request.reason)})"
        case rq.Resume():
            return "resume"
        case rq.RestrictTravel():
            until = f" to {day(request.until)}" if request.until else " until further notice"
            return f"record no travel to {request.country} from {day(request.since)}{until} in"
        case rq.ResumeTravel():
            return f"record travel to {request.country} again from {day(request.since)} in"
        case rq.AdoptCalendar():
            return f"adopt the calendar {request.edition.name!r} in"
        case rq.AdoptTerms():
            return f"adopt the terms {request.terms.name!r} in"
        case rq.ChangeEnd():
            return f"record the new end, {day(request.ends)}, in"


def scope_words(scope: Scope) -> str:
    """Who is meant: `every partnership of cluster INN with a member in CN`."""
    kinds = listed([f"every {kind}" for kind in scope.kinds]) or "every entity of the programme"
    wishes = [
        f"of component {scope.component.value}" if scope.component else "",
        f"of cluster {scope.cluster}" if scope.cluster else "",
        f"in stage {plain(scope.stage)}" if scope.stage else "",
        _members(scope),
        f"among {', '.join(scope.codes)}" if scope.codes else "",
    ]
    return " ".join([kinds, *(wish for wish in wishes if wish)])


def _members(scope: Scope) -> str:
    if scope.side is None and scope.country is None:
        return ""
    side = f"{scope.side.value.upper()} " if scope.side else ""
    return f"with a {side}member{f' in {scope.country}' if scope.country else ''}"


def broadcast_words(matter: rq.Broadcast) -> str:
    """What two persons are to want."""
    return f"{asked_words(matter.request)} {scope_words(matter.scope)}"


def _founded(tell: Telling, event: ev.ProgrammeFounded, after: Entity) -> str:
    return f"founded: {event.title}; from {day(event.starts)} to {day(event.ends)}"


def _acceptance(tell: Telling, event: ev.AcceptanceAsked, after: Entity) -> str:
    gate, _, version = event.gate.rpartition("/")
    due = tell.due(event.clock, after)
    return (
        f"{tell.by(event)} asked in writing that the report at {gate} (version {version}) be accepted; "
        f"a second silence approves it{due} ({event.basis})"
    )


def _ordered(tell: Telling, event: ev.BroadcastOrdered, after: Entity) -> str:
    what = f"{asked_words(event.request)} {scope_words(event.scope)}"
    return f"broadcast {event.number}: {what}; proposed by {tell.names(event.proposed)}, confirmed by {tell.by(event)}"


def _objected(tell: Telling, event: ev.CutOffObjected, after: Entity) -> str:
    due = tell.due(event.clock, after)
    return (
        f"{tell.by(event)} objected to the cut-off {event.cut_off}{_name(event.cut_off, after)} "
        f"(objection {event.objection}, {plain(event.reason)}); the team leader answers{due}"
    )


def _answered(tell: Telling, event: ev.ObjectionAnswered, after: Entity) -> str:
    how = "upheld" if event.upheld else "did not uphold"
    return f"{tell.by(event)} {how} objection {event.objection}"


def _closed(tell: Telling, event: ev.ObjectionsClosed, after: Entity) -> str:
    made = counted(event.objections, "objection") if event.objections else "nobody objected"
    return f"the days to object to {event.cut_off}{_name(event.cut_off, after)} are over: {made}"


def _name(code: str, after: Entity) -> str:
    name = after.cut_off_name(code) if isinstance(after, ProgrammeState) else None
    return f" ({name})" if name else ""


TOLD: Mapping[type[Any], Any] = {
    ev.ProgrammeFounded: _founded,
    ev.AcceptanceAsked: _acceptance,
    ev.BroadcastOrdered: _ordered,
    ev.CutOffObjected: _objected,
    ev.ObjectionAnswered: _answered,
    ev.ObjectionsClosed: _closed,
}
TASKS: Mapping[str, str] = {
    "acceptance": "ask in writing that {0} v{1} be accepted, or wait for the EU Delegation",
    "cut_off": "look after those the cut-off {0} affects, and object if need be",
    "objection": "answer objection {0}",
}
MATTERS: Mapping[type[Any], Callable[[Any], str]] = {rq.Broadcast: broadcast_words}
