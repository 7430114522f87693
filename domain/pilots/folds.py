"""How each event changes where a pilot stands, where it means more to it than to any entity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain import events as ev
from domain import requests as rq
from domain.changing import put, watched
from domain.clocks import Span
from domain.entity import Watch
from domain.errands import Errand
from domain.folding import over, stage_passed
from domain.life import secretariat
from domain.pilots.facts import Check, Milestone, PilotStep, Reached
from domain.pilots.state import Asked, Note, Parked, PilotState, Replication, Sheet
from domain.terms import Stage
from domain.values import Actor

S = PilotState


def _stage_passed(state: S, event: ev.StagePassed) -> S:
    state = stage_passed(state, event)
    if event.stage is Stage.PILOT_CONCEPT:
        return _told(put(state, endorsed=event.at), Reached.ENDORSED, event.at)
    if event.stage is Stage.PILOT_COMPLETION:
        state = watched(put(state, completed=event.at, silent_told=False), None, "notes_missing")
        return _told(state, Reached.COMPLETED, event.at)
    return state


def _told(state: S, reached: Milestone, at: datetime) -> S:
    """Its partnership is to learn how far it has come, once."""
    by = _in_whose_name(state, at)
    if by is None:
        return state
    told = rq.RecordPilot(
        pilot=state.code, pilot_kind=state.pilot, action=state.action, reached=reached, since=at
    )
    errand = Errand(id=reached.value, request=told, by=by, since=at, to=(f"partnership/{state.partnership}",))
    return put(state, errands=(*state.errands, errand))


def _in_whose_name(state: S, at: datetime) -> Actor | None:
    """Whoever began it, while they are of the secretariat, else another: a decider may be nobody's there."""
    staff = secretariat(state, at)
    chosen = next((held for held in staff if held.person == state.founder), None)
    for held in (chosen, *staff):
        if held is not None:
            return held.in_person()
    return None


def _scored(state: S, event: ev.PilotScored) -> S:
    assert event.by is not None
    sheet = Sheet(gate=event.gate, seat=event.seat, person=event.by.person, scores=event.scores, at=event.at)
    others = tuple(held for held in state.sheets if (held.gate, held.seat) != (event.gate, event.seat))
    return put(state, sheets=(*others, sheet))


def _checks_asked(state: S, event: ev.ChecksAsked) -> S:
    fresh = tuple(Asked(item=item, about=event.about, clock=event.clock) for item in event.items)
    kept = tuple(held for held in state.asked if held.about == event.about and held.item not in event.items)
    return put(state, asked=(*kept, *fresh))


def _check_recorded(state: S, event: ev.CheckRecorded) -> S:
    assert event.by is not None
    check = Check(
        item=event.item,
        result=event.result,
        listed_on=event.listed_on,
        evidence=event.evidence,
        checker=event.by.person,
        at=event.at,
    )
    others = tuple(held for held in state.checks if held.item is not event.item)
    state = put(state, checks=(*others, check))
    if not event.result.passes:
        return state
    return put(state, asked=tuple(held for held in state.asked if held.item is not event.item))


def _source_recorded(state: S, event: ev.SourceRecorded) -> S:
    others = tuple(held for held in state.sources if held.code != event.source.code)
    return put(state, sources=(*others, event.source))


def _step_taken(state: S, event: ev.PilotStepTaken) -> S:
    match event.step:
        case PilotStep.AGREED:
            return put(state, agreed=event.at)
        case PilotStep.IMPLEMENTING:
            return put(state, began=event.at)
        case PilotStep.REPLICATED:
            assert event.where is not None and event.text is not None
            made = Replication(where=event.where, evidence=event.text, at=event.at)
            return put(state, replications=(*state.replications, made))


def _note_asked(state: S, event: ev.NoteAsked) -> S:
    return put(state, notes=(*state.notes, Note(quarter=event.quarter, clock=event.clock)))


def _noted(state: S, event: ev.ProgressNoted) -> S:
    notes = tuple(
        held.model_copy(update={"given": event.at, "text": event.text})
        if held.quarter == event.quarter
        else held
        for held in state.notes
    )
    return watched(put(state, notes=notes, silent_told=False), None, "notes_missing")


def _notes_missing(state: S, event: ev.NotesMissing) -> S:
    watch = Watch(id="notes_missing", what="notes_missing", subject=str(event.quarters), clock=event.clock)
    return watched(put(state, silent_told=True), watch)


def _parked(state: S, event: ev.PilotParked) -> S:
    parked = Parked(reason=event.reason, since=event.at, review=event.review, clock=event.clock)
    by = event.by.person if event.by else None
    state = put(
        state,
        parked=parked,
        parkings=state.parkings + 1,
        stops=(*state.stops, Span(since=event.at, why="parked", by=by)),
    )
    return watched(state, None, "notes_missing")


def _unparked(state: S, event: ev.PilotUnparked) -> S:
    stops = tuple(
        span.model_copy(update={"until": event.at}) if span.until is None and span.why == "parked" else span
        for span in state.stops
    )
    return put(state, parked=None, stops=stops, silent_told=False)


def _closed(state: S, event: ev.PilotClosed) -> S:
    return over(state, event.end, event.at, parked=None)


FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.StagePassed: _stage_passed,
    ev.PilotScored: _scored,
    ev.ChecksAsked: _checks_asked,
    ev.CheckRecorded: _check_recorded,
    ev.SourceRecorded: _source_recorded,
    ev.PilotStepTaken: _step_taken,
    ev.NoteAsked: _note_asked,
    ev.ProgressNoted: _noted,
    ev.NotesMissing: _notes_missing,
    ev.PilotParked: _parked,
    ev.PilotUnparked: _unparked,
    ev.OwnerNamed: lambda state, event: put(state, owner=event.to),
    ev.PilotClosed: _closed,
}
