"""A study visit founded from the partnerships it serves, as they are then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.drawing import drawn_from
from domain.partnership import Partnership
from domain.values import Actor, Code, ExchangeMode, Side
from domain.visits.events import Direction, Served, VisitFounded
from domain.visits.visit import visit_terms


def founding(
    code: Code,
    *,
    title: str,
    title_zh: str,
    direction: Direction,
    mode: ExchangeMode,
    serves: Sequence[Partnership],
    hosts: Sequence[str],
    first: date,
    days: int,
    by: Actor,
    at: datetime,
) -> VisitFounded:
    """The first event of a visit; Refusal where it cannot be founded from these partnerships."""
    drawn = drawn_from(serves, by, at)
    return VisitFounded(
        at=at,
        by=by,
        programme=drawn.programme,
        code=code,
        title=title,
        title_zh=title_zh,
        direction=direction,
        mode=mode,
        serves=tuple(
            Served(code=one.code, eu=one.member(Side.EU).name, cn=one.member(Side.CN).name) for one in serves
        ),
        hosts=tuple(hosts),
        first=first,
        days=days,
        members=drawn.members,
        holders=drawn.holders,
        terms=visit_terms(drawn.terms),
        edition=drawn.edition,
        ends=drawn.ends,
    )
