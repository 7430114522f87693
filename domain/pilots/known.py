"""What a partnership learns of the pilots of its plan: that one was endorsed or completed, each of it once."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.life import steered
from domain.pilots.facts import KnownPilot, Reached
from domain.standing import day
from domain.state import PartnershipState
from domain.values import Actor, Refusal

S = PartnershipState


def record(state: S, request: rq.RecordPilot, by: Actor, at: datetime) -> tuple[ev.AnyEvent, ...]:
    steered(state, by, at, "record how far a pilot has come")
    known = next((held for held in state.pilots if held.code == request.pilot), None)
    if known is not None and request.reached in (known.reached, Reached.ENDORSED):
        raise Refusal(
            f"that pilot {known.code} was {known.reached.value} on {day(known.since)} is on record already"
        )
    if request.since > at:
        raise Refusal(f"pilot {request.pilot} cannot have come so far on {day(request.since)}, still to come")
    return (
        ev.PilotRecorded(
            at=at,
            by=by,
            pilot=request.pilot,
            pilot_kind=request.pilot_kind,
            action=request.action,
            reached=request.reached,
            since=request.since,
        ),
    )


def recorded(state: S, event: ev.PilotRecorded) -> S:
    pilot = KnownPilot(
        code=event.pilot,
        pilot=event.pilot_kind,
        action=event.action,
        reached=event.reached,
        since=event.since,
    )
    others = tuple(held for held in state.pilots if held.code != event.pilot)
    return state.model_copy(update={"pilots": (*others, pilot)})
