"""Whom a scope means, of all that are under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.entities import KINDS, kind_of
from domain.living import Entity
from domain.records import EntityRecord, standing_of
from domain.scopes import Scope

UNDER_WAY = ("running", "on_hold", "suspended", "parked")
"""The states of an entity that has not ended."""


def kinds_meant(scope: Scope) -> tuple[str, ...]:
    """The kinds of entities a scope means: those it names, else all but programmes."""
    return scope.kinds or tuple(kind for kind in KINDS if kind != "programme")


def meant(scope: Scope, record: EntityRecord, state: Callable[[], Entity | None]) -> bool:
    """Whether an entity of one of its kinds is in a scope; `state` is asked only where its row does not tell."""
    if record.programme != scope.programme or record.status not in UNDER_WAY:
        return False
    if scope.codes and record.code not in scope.codes:
        return False
    if scope.cluster not in (None, record.cluster) or scope.stage not in (None, *record.stage.split("+")):
        return False
    if scope.country is None and scope.component is None and scope.side is None:
        return True
    held = state()
    if held is None or scope.component not in (None, held.own_component()):
        return False
    if scope.country is None and scope.side is None:
        return True
    return any(
        scope.country in (None, one.country) and scope.side in (None, one.side)
        for one in held.members
        if one.until is None
    )


def all_meant(scope: Scope, states: Mapping[str, Entity]) -> list[str]:
    """The ids of those a scope means, in their order, out of all entities as they stand."""
    kinds = kinds_meant(scope)
    return [
        entity
        for entity, state in sorted(states.items())
        if kind_of(entity) in kinds and meant(scope, standing_of(state), partial(states.get, entity))
    ]
