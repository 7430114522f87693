"""How each event changes where a programme stands, where it means more to it than to any entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import events as ev
from domain.changing import put, with_gate
from domain.errands import Errand
from domain.folding import FOLDS as EVERYBODYS
from domain.folding import asked_anew
from domain.programmes.state import Acceptance, Objection, Ordered, ProgrammeState, Window, errand_of
from domain.terms import Silence, Stage

S = ProgrammeState


def _stage_opened(state: S, event: ev.StageOpened) -> S:
    state = EVERYBODYS[ev.StageOpened](state, event)
    return put(state, interims=state.interims + 1) if event.stage is Stage.INTERIM_REPORT else state


def _acceptance_asked(state: S, event: ev.AcceptanceAsked) -> S:
    gate = state.gate(event.gate)
    asked = Acceptance(gate=gate.id, asked=event.at, first=gate.clock)
    terms = gate.terms.model_copy(update={"silence": Silence.DEEMED, "basis": event.basis})
    state = with_gate(state, gate.id, clock=event.clock, terms=terms)
    return asked_anew(put(state, acceptances=(*state.acceptances, asked)), f"decide/{gate.id}/")


def _cut_off_reached(state: S, event: ev.CutOffReached) -> S:
    state = EVERYBODYS[ev.CutOffReached](state, event)
    if event.clock is None:
        return state
    code = state.cut_off_code(event.cut_off)
    window = Window(cut_off=code, name=event.cut_off, clock=event.clock)
    return put(state, windows=(*state.windows, window))


def _objections_closed(state: S, event: ev.ObjectionsClosed) -> S:
    return put(state, windows=tuple(held for held in state.windows if held.cut_off != event.cut_off))


def _objected(state: S, event: ev.CutOffObjected) -> S:
    assert event.by is not None
    objection = Objection(
        number=event.objection,
        cut_off=event.cut_off,
        by=event.by.person,
        at=event.at,
        reason=event.reason,
        clock=event.clock,
    )
    return put(state, objections=(*state.objections, objection))


def _answered(state: S, event: ev.ObjectionAnswered) -> S:
    objections = tuple(
        held.model_copy(update={"upheld": event.upheld}) if held.number == event.objection else held
        for held in state.objections
    )
    return put(state, objections=objections)


def _end_date_changed(state: S, event: ev.EndDateChanged) -> S:
    later = state.prolonged(event.ends)
    # which cut-offs are past is told from where the end was, so the shared fold comes after
    changed: S = EVERYBODYS[ev.EndDateChanged](later, event)
    windows = tuple(held for held in changed.windows if held.name in changed.cut_offs)
    return put(changed, windows=windows)


def _broadcast_ordered(state: S, event: ev.BroadcastOrdered) -> S:
    errand = Errand(
        id=errand_of(event.number),
        request=event.request,
        by=event.acting,
        since=event.at,
        scope=event.scope,
    )
    ordered = Ordered(number=event.number, what=event.request.kind, at=event.at)
    return put(state, errands=(*state.errands, errand), broadcasts=(*state.broadcasts, ordered))


def _errand_carried(state: S, event: ev.ErrandCarried) -> S:
    state = EVERYBODYS[ev.ErrandCarried](state, event)
    broadcasts = tuple(
        held.model_copy(
            update={
                "done": held.done + len(event.done),
                "refused": held.refused + len(event.refused),
                "over": event.over,
            }
        )
        if held.errand == event.errand
        else held
        for held in state.broadcasts
    )
    return put(state, broadcasts=broadcasts)


FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.StageOpened: _stage_opened,
    ev.AcceptanceAsked: _acceptance_asked,
    ev.CutOffReached: _cut_off_reached,
    ev.ObjectionsClosed: _objections_closed,
    ev.CutOffObjected: _objected,
    ev.ObjectionAnswered: _answered,
    ev.EndDateChanged: _end_date_changed,
    ev.BroadcastOrdered: _broadcast_ordered,
    ev.ErrandCarried: _errand_carried,
}
