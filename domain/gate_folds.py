"""How each event at a gate changes where an entity stands."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from domain import events as ev
from domain.changing import put, watched, with_gate, with_stage
from domain.entity import EntityState, StageStatus
from domain.gates import Advice, Gate, Vote

S = TypeVar("S", bound=EntityState)


def gate_opened(state: S, event: ev.GateOpened) -> S:
    gate = Gate(
        id=event.gate,
        stage=event.stage,
        version=event.version,
        terms=event.terms,
        clock=event.clock,
        seats=event.terms.seats,
    )
    return put(state, gates=(*state.gates, gate))


def _vote(event: ev.DecisionMade | ev.LateObjectionRecorded) -> Vote:
    assert event.by is not None
    return Vote(
        seat=event.seat,
        person=event.by.person,
        on_behalf_of=event.by.on_behalf_of,
        version=event.version,
        verdict=event.verdict,
        at=event.at,
        remark=event.remark,
    )


def decision_made(state: S, event: ev.DecisionMade) -> S:
    return with_gate(state, event.gate, votes=(*state.gate(event.gate).votes, _vote(event)))


def decision_taken_back(state: S, event: ev.DecisionTakenBack) -> S:
    gate = state.gate(event.gate)
    votes = tuple(vote for vote in gate.votes if vote.seat != event.seat)
    arrivals = gate.arrived(event.seat, event.at)
    state = with_gate(state, event.gate, votes=votes, arrivals=arrivals, outcome=None, settled=None, due=None)
    state = put(state, gates=tuple(held for held in state.gates if held.id != event.voids))
    if not gate.is_open:
        state = with_stage(state, gate.stage, awaiting=False, status=StageStatus.OPEN, stuck_since=None)
        state = watched(state, None, f"escalation/{gate.stage.value}")
    return state


def seat_handed_over(state: S, event: ev.SeatHandedOver) -> S:
    gate = state.gate(event.gate)
    seats = tuple(
        seat.model_copy(update={"person": event.to}) if place == event.seat else seat
        for place, seat in enumerate(gate.seats)
    )
    return with_gate(state, event.gate, seats=seats, arrivals=gate.arrived(event.seat, event.at))


def advice_asked(state: S, event: ev.AdviceAsked) -> S:
    assert event.by is not None
    advice = Advice(
        of=event.of, by=event.by.person, asked=event.at, question=event.question, clock=event.clock
    )
    return with_gate(state, event.gate, advice=(*state.gate(event.gate).advice, advice))


def advice_given(state: S, event: ev.AdviceGiven) -> S:
    assert event.by is not None
    given = list(state.gate(event.gate).advice)
    for place, advice in enumerate(given):
        if advice.of == event.by.person and advice.answer is None:
            given[place] = advice.model_copy(update={"answer": event.answer, "answered": event.at})
            break
    return with_gate(state, event.gate, advice=tuple(given))


def decider_added(state: S, event: ev.DeciderAdded) -> S:
    gate = state.gate(event.gate)
    arrivals = gate.arrived(len(gate.seats), event.at)
    return with_gate(state, event.gate, seats=(*gate.seats, event.seat), arrivals=arrivals)


def clarification_asked(state: S, event: ev.ClarificationAsked) -> S:
    assert event.by is not None
    clock = state.gate(event.gate).clock.stopped(event.at, "clarification", event.by.person)
    return with_gate(
        state,
        event.gate,
        clock=clock,
        asked_by=event.by.person,
        asked_at=event.at,
        answer_clock=event.clock,
    )


def clarification_answered(state: S, event: ev.ClarificationAnswered) -> S:
    clock = state.gate(event.gate).clock.restarted(event.at)
    return with_gate(state, event.gate, clock=clock, asked_by=None, asked_at=None, answer_clock=None)


def gate_settled(state: S, event: ev.GateSettled) -> S:
    gate = state.gate(event.gate)
    clock = gate.clock.restarted(event.at) if gate.clock.is_stopped else gate.clock
    deadline = state.deadline(clock)
    state = with_gate(
        state,
        event.gate,
        outcome=event.outcome,
        settled=event.at,
        silent=event.silent,
        due=deadline.at if deadline else None,
        clock=clock,
        asked_by=None,
        asked_at=None,
        answer_clock=None,
    )
    if event.clock is not None:
        state = with_stage(state, gate.stage, awaiting=True, clock=event.clock)
    return state


def late_objection(state: S, event: ev.LateObjectionRecorded) -> S:
    return with_gate(state, event.gate, late=(*state.gate(event.gate).late, _vote(event)))


def released(state: S, at: datetime) -> S:
    """Seats named for somebody who does not stand for their side any more fall back to their role."""
    gates = tuple(
        gate.model_copy(
            update={
                "seats": tuple(
                    seat.model_copy(update={"person": None})
                    if seat.person is not None and not state.stands_for(seat.person, seat.side, at)
                    else seat
                    for seat in gate.seats
                )
            }
        )
        if gate.is_open
        else gate
        for gate in state.gates
    )
    return put(state, gates=gates)
