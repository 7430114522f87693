"""The small steps every fold is made of: a state with one thing changed."""

from __future__ import annotations

from typing import Any, TypeVar

from domain.entity import EntityState, Watch
from domain.terms import Stage

S = TypeVar("S", bound=EntityState)


def put(state: S, **update: Any) -> S:
    return state.model_copy(update=update)


def with_stage(state: S, stage: Stage, **update: Any) -> S:
    stages = tuple(held.model_copy(update=update) if held.stage is stage else held for held in state.stages)
    return put(state, stages=stages)


def with_gate(state: S, gate_id: str, **update: Any) -> S:
    gates = tuple(gate.model_copy(update=update) if gate.id == gate_id else gate for gate in state.gates)
    return put(state, gates=gates)


def watched(state: S, watch: Watch | None, *without: str) -> S:
    kept = tuple(
        held for held in state.watches if held.id not in without and (not watch or held.id != watch.id)
    )
    return put(state, watches=(*kept, watch) if watch else kept)
