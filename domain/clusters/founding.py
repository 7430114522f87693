"""A cluster founded from partnerships, a partnership as a candidate of one, and what goes on when it is split."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain import requests as rq
from domain import staging
from domain.clusters.cluster import Cluster
from domain.clusters.events import ClusterFounded
from domain.clusters.requests import Candidate, places
from domain.clusters.steps import cluster_terms
from domain.drawing import calendars_of, drawn_from
from domain.partnership import Partnership, founded
from domain.partnership_events import Continued, PartnershipFounded
from domain.terms import Stage
from domain.values import OF_A_SIDE, SIDES, Actor, Code, Holder, Mode, Refusal, Side


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


def continuing(
    code: Code, *, old: Partnership, cluster: Cluster, by: Actor, at: datetime
) -> PartnershipFounded:
    """The first event of the partnership in which one that was merged goes on; Refusal where it may not.

    Its cities are those of the old one, and so is what it lives by; who stands for them, the staff, calendars, dates
    and closed countries are the cluster's, which went on while the old one was closed.
    """
    # the rule is the cluster's, and the same one answers when it is told
    cluster.ask(rq.GiveBack(of=old.entity, to=f"partnership/{code}"), by, at)
    member = cluster.membership(old.code)
    assert member is not None
    own = [(place.person, place.role, place.side) for place in member.people]
    holders = tuple(
        held.model_copy(update={"since": at, "until": None})
        for held in cluster.holders
        if held.holds(at) and (held.role not in OF_A_SIDE or (held.person, held.role, held.side) in own)
    )
    members = tuple(one.model_copy(update={"since": at}) for side in SIDES for one in (old.member(side),))
    countries = tuple(dict.fromkeys([*(one.country for one in members), *(one.country for one in holders)]))
    founded_from = PartnershipFounded(
        at=at,
        by=by,
        programme=old.programme,
        code=code,
        component=old.component,
        mode=Mode.ONE_TO_ONE,
        cluster=old.cluster,
        themes=old.themes,
        members=members,
        holders=holders,
        terms=old.terms.model_copy(update={"restrictions": cluster.terms.restrictions}),
        edition=calendars_of((cluster, old)).only(*countries),
        ends=cluster.ends,
        continues=Continued(
            of=old.entity,
            cluster=cluster.entity,
            open=member.taken_over,
        ),
    )
    return _kicked_off(founded_from) if old.passed(Stage.SCOPING) else founded_from


def _kicked_off(event: PartnershipFounded) -> PartnershipFounded:
    """The same with the clocks it is kicked off with, worked out now and on record from then on."""
    assert event.continues is not None
    clocks = tuple(
        staging.opening(founded(event), stage, event.by, event.at).clock
        for stage in (Stage.SCOPING, Stage.STUDY_VISITS)
    )
    begun = event.continues.model_copy(update={"clocks": clocks})
    event = event.model_copy(update={"continues": begun})
    lacking = staging.missing(founded(event), Stage.STUDY_VISITS, event.at)
    if lacking:
        raise Refusal(f"{event.code} cannot be kicked off: {'; '.join(lacking.values())}")
    return event
