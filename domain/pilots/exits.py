"""How a pilot pauses or stops: parked and taken up again, dropped with a reason, handed over to an owner, cut off."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import life
from domain import requests as rq
from domain.life import steered
from domain.pilots.facts import PilotEnd, Reached
from domain.pilots.state import PilotState
from domain.standing import day
from domain.tasks import OPERATOR
from domain.terms import calendar_days
from domain.values import Actor, Refusal

S = PilotState
Events = tuple[ev.AnyEvent, ...]


def park(state: S, request: rq.ParkPilot, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "park a pilot")
    if state.completed is not None:
        raise Refusal(f"{state.code} was completed on {day(state.completed)}; there is nothing to park")
    if request.review <= at:
        raise Refusal(f"{state.code} is looked at anew on a day to come, not on {day(request.review)}")
    if request.review >= state.ends:
        raise Refusal(
            f"the programme ends on {day(state.ends)}; a pilot that nobody looks at before is dropped (drop) "
            "or handed over (transfer)"
        )
    days = (request.review.date() - at.date()).days
    clock = state.clock_for(f"parked/{state.parkings + 1}", calendar_days(days), (OPERATOR,), at)
    return (
        ev.PilotParked(
            at=at,
            by=by,
            reason=request.reason,
            review=request.review,
            remark=request.remark,
            clock=clock,
        ),
    )


def unpark(state: S, request: rq.UnparkPilot, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "take a parked pilot up again")
    if state.parked is None:
        raise Refusal(f"{state.code} is not parked, so there is nothing to take up again")
    return (ev.PilotUnparked(at=at, by=by, remark=request.remark),)


def resume(state: S, request: rq.Resume, by: Actor, at: datetime) -> Events:
    if state.parked is not None and not state.held:
        raise Refusal(f"{state.code} is parked and not on hold; it is taken up again with unpark")
    return life.resume(state, request, by, at)


def drop(state: S, request: rq.DropPilot, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "drop a pilot")
    if state.completed is not None:
        raise Refusal(f"{state.code} was completed on {day(state.completed)} and is not dropped any more")
    return (closed(state, PilotEnd.DROPPED, at, by, reason=request.reason, text=request.text),)


def transfer(state: S, request: rq.TransferPilot, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "name the owner of a pilot after the programme")
    if state.endorsed is None:
        raise Refusal(
            f"{state.code} is handed over once both sides have endorsed it (gate P7); before that it is dropped (drop)"
        )
    if state.owner == request.to and not request.now:
        raise Refusal(f"{request.to} is named as the owner after the programme already")
    named = ev.OwnerNamed(at=at, by=by, to=request.to, agreed=request.agreed)
    if not request.now:
        return (named,)
    return (named, closed(state, PilotEnd.TRANSFERRED, at, by, to=request.to, text=request.agreed))


def closed(
    state: S,
    end: PilotEnd,
    at: datetime,
    by: Actor | None = None,
    *,
    reason: str | None = None,
    text: str | None = None,
    to: str | None = None,
) -> ev.PilotClosed:
    return ev.PilotClosed(at=at, by=by, end=end, reached=state.reached(), reason=reason, text=text, to=to)


def with_the_programme(state: S, at: datetime) -> ev.PilotClosed:
    """A pilot does not simply die with its programme: an owner goes on with it, or it is told how far it came."""
    if state.owner is not None:
        return closed(state, PilotEnd.TRANSFERRED, at, to=state.owner)
    done = state.reached() in (Reached.COMPLETED, Reached.REPLICATED)
    return closed(state, PilotEnd.COMPLETED if done else PilotEnd.CUT_OFF, at)
