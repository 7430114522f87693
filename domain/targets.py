"""What a programme set out to reach, put beside what was counted of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache

from domain.indicators import Indicator, counted

Targets = Mapping[str, int | Mapping[str, int]]
"""By the code of an indicator: one number for the whole of it, or one for each of its parts."""


@cache
def countable() -> Mapping[str, Indicator]:
    """Every indicator there is, by its code, with all its parts and nothing counted."""
    return {one.code: one for one in counted((), datetime.max.replace(tzinfo=UTC))}


def beside(found: Iterable[Indicator], targets: Targets) -> tuple[Indicator, ...]:
    """The indicators with their targets. One number for an indicator of several parts is never shared out to them."""
    return tuple(_with(one, targets.get(one.code)) for one in found)


def _with(one: Indicator, target: int | Mapping[str, int] | None) -> Indicator:
    if target is None:
        return one
    if isinstance(target, int):
        return one.model_copy(update={"target": target})
    figures = tuple(figure.model_copy(update={"target": target.get(figure.split)}) for figure in one.figures)
    return one.model_copy(update={"figures": figures})
