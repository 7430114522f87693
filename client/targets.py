"""A programme's targets: as its file gives them, what is wrong with them, and as they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from client.yaml_files import Document, Facts
from domain.indicators import Indicator
from domain.targets import Targets, countable
from ledger.rows import Programme

_AT = ("programme", "targets", "indicators")
_ENGAGED = "O1"
"""Its targets are those of `partnerships`, where every programme publishes them."""


class TargetFacts(Facts):
    partnerships: dict[Literal["city", "region"], Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    indicators: dict[str, object] = Field(default_factory=dict)
    """By code: a number, or by part a number each. A union of both would tell of every slip twice; see `wrong`."""


def kept(programme: Programme) -> Targets:
    """The targets of a programme as it is on record."""
    told: dict[str, Any] = programme.facts.get("programme", {}).get("targets", {})
    return {_ENGAGED: told.get("partnerships", {}), **told.get("indicators", {})}


def wrong(document: Document, given: TargetFacts) -> Iterator[str]:
    """Says of each target of an indicator, in its line, why it is none."""
    known = countable()
    codes = ", ".join(code for code in known if code != _ENGAGED)
    for code, target in given.indicators.items():
        if code == _ENGAGED:
            sentence = f"targets of {code} are those of `partnerships` (city, region); write them there"
        elif code not in known:
            sentence = f"{code!r} is not an indicator that is counted here ({codes})"
        elif isinstance(target, dict):
            yield from _by_part(document, known[code], target)
            continue
        else:
            sentence = _no_number(known[code], target)
        if sentence:
            yield document.problem(sentence, *_AT, code)


def _by_part(document: Document, indicator: Indicator, target: dict[Any, object]) -> Iterator[str]:
    parts = [figure.split for figure in indicator.figures]
    if parts == [""]:
        yield document.problem(f"{indicator.code} has no parts; give it one number", *_AT, indicator.code)
        return
    for part, number in target.items():
        if part in parts:
            sentence = _no_number(indicator, number)
        else:
            sentence = f"{part!r} is not a part of {indicator.code} ({'; '.join(parts)})"
        if sentence:
            yield document.problem(sentence, *_AT, indicator.code, part)


def _no_number(indicator: Indicator, target: object) -> str:
    """What is wrong with one number; nothing where it can be a target."""
    if not isinstance(target, int) or isinstance(target, bool) or target < 0:
        return f"{target!r} is not a target; it is a whole number from 0, or one for each part"
    if target > 100 and any(figure.of is not None for figure in indicator.figures):
        return (
            f"{target} is not a target of {indicator.code}, which is a share; it is a per cent from 0 to 100"
        )
    return ""
