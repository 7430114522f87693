"""What follows when a gate is settled: the next gate, another round, the end of a stage or of everything."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain.entity import EntityState
from domain.events import Outcome
from domain.gates import Gate
from domain.tasks import OPERATOR
from domain.terms import GateTerms, Stage
from domain.values import Actor, TextHash

S = EntityState


def settled(
    state: S,
    gate: Gate,
    outcome: Outcome,
    at: datetime,
    by: Actor | None,
    *,
    silent: bool = False,
    overridden: bool = False,
) -> tuple[ev.AnyEvent, ...]:
    """A gate's end and all that follows from it by rule.

    Passing opens the next gate or ends the stage. A return (or a lapse) gives the maker another round while
    rounds are left, and else escalates; so does a rejection, unless the kind of entity has its own rule.
    """
    held = state.stage(gate.stage)
    assert held is not None
    terms = state.terms.stage(gate.stage)
    goes_on = gate.goes_on(outcome)
    another_round = not goes_on and outcome is not Outcome.REJECTED and len(held.versions) < held.rounds
    clock = None
    if another_round:
        name = f"revise.{gate.stage.value}/{len(held.versions) + 1}"
        clock = state.clock_for(name, terms.revise, terms.makers, at)
    settled_event = ev.GateSettled(
        at=at,
        by=by,
        gate=gate.id,
        outcome=outcome,
        silent=silent,
        basis=gate.terms.basis if silent and outcome.passes else "",
        overridden=overridden,
        clock=clock,
    )
    if goes_on:
        return (settled_event, *_onwards(state, gate, outcome, at, by))
    if another_round:
        return (settled_event,)
    if outcome is Outcome.REJECTED and (then := state.when_rejected(gate.stage, at, by)):
        return (settled_event, *then)
    escalation = state.clock_for(
        f"escalation.{gate.stage.value}/{len(held.versions)}", state.terms.operate, (OPERATOR,), at
    )
    exhausted = ev.RoundsExhausted(
        at=at,
        stage=gate.stage,
        rounds=len(held.versions),
        rejected=outcome is Outcome.REJECTED,
        clock=escalation,
    )
    return (settled_event, exhausted)


def _onwards(
    state: S, gate: Gate, outcome: Outcome, at: datetime, by: Actor | None
) -> tuple[ev.AnyEvent, ...]:
    gates = state.terms.stage(gate.stage).gates
    place = next((n for n, terms in enumerate(gates) if terms.code == gate.code), len(gates) - 1)
    held = state.stage(gate.stage)
    assert held is not None and held.current is not None
    number = held.current.number
    if place + 1 < len(gates):
        return (opened(state, gate.stage, gates[place + 1], number, gate.version, at),)
    version_gates = [other for other in state.gates if other.id.endswith(f"/{number}")]
    conditional = outcome is Outcome.CONDITIONS or any(
        other.outcome is Outcome.CONDITIONS for other in version_gates if other.stage is gate.stage
    )
    passed = ev.StagePassed(at=at, by=by, stage=gate.stage, with_conditions=conditional)
    return (passed, *state.when_passed(gate.stage, at, by))


def opened(
    state: S, stage: Stage, terms: GateTerms, number: int, version: TextHash, at: datetime
) -> ev.GateOpened:
    """A gate opening on a version, its clock counting from now for those who sit there."""
    name = f"{terms.code}/{number}"
    terms = state.seated(terms)
    clock = state.clock_for(name, terms.allowance, terms.seats, at)
    return ev.GateOpened(at=at, gate=name, stage=stage, version=version, terms=terms, clock=clock)
