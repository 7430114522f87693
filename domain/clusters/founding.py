"""A cluster founded from partnerships, as they are then, and a partnership as a candidate of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.clusters.events import ClusterFounded
from domain.clusters.requests import Candidate, places
from domain.clusters.steps import cluster_terms
from domain.drawing import drawn_from
from domain.partnership import Partnership
from domain.values import OF_A_SIDE, Actor, Code, Holder, Side


def founding(
    code: Code, *, title: str, title_zh: str, members: Sequence[Partnership], by: Actor, at: datetime
) -> ClusterFounded:
    """The first event of a cluster; Refusal where it cannot be founded from these partnerships."""
    drawn = drawn_from(members, by, at)
    return ClusterFounded(
        at=at,
        by=by,
        programme=drawn.programme,
        code=code,
        title=title,
        title_zh=title_zh,
        candidates=tuple(candidate(state, at) for state in members),
        members=drawn.members,
        holders=drawn.holders,
        terms=cluster_terms(drawn.terms),
        edition=drawn.edition,
        ends=drawn.ends,
    )


def candidate(state: Partnership, at: datetime) -> Candidate:
    return Candidate(
        code=state.code,
        eu=state.member(Side.EU).name,
        cn=state.member(Side.CN).name,
        people=places(its_people(state, at)),
    )


def its_people(state: Partnership, at: datetime) -> tuple[Holder, ...]:
    """Who stands for one of its sides now."""
    return tuple(held for held in state.holders if held.role in OF_A_SIDE and held.holds(at))
