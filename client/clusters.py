"""What a cluster is founded from and its members are asked with: checked against all that is on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from client.founding import free_code
from client.reading import entity, partnership
from domain import requests as rq
from domain.clusters.cluster import Cluster
from domain.clusters.founding import candidate, continuing, founding, its_people
from domain.clusters.state import Membership
from domain.entities import cluster_of
from domain.events import ClusterFounded, PartnershipClosed, PartnershipFounded
from domain.partnership import Partnership
from domain.reaching import UNDER_WAY
from domain.values import Actor, Refusal, Role, Side, listed
from ledger.store import SqlLedger

CLUSTERS_EACH = 2
"""In so many clusters a city or region is a core member at most (domain.md 3.1)."""


def founding_of(
    ledger: SqlLedger,
    code: str,
    members: Sequence[str],
    title: str,
    title_zh: str,
    by: Actor,
    at: datetime,
) -> ClusterFounded:
    """The founding of a cluster of these partnerships; Refusal where one is unknown, ended or has no room for it."""
    states = [partnership(ledger, one) for one in dict.fromkeys(members)]
    founded = founding(code, title=title, title_zh=title_zh, members=states, by=by, at=at)
    for state in states:
        _room_for(ledger, state, code)
    free_code(ledger, code)
    return founded


def joining(ledger: SqlLedger, cluster: str, code: str, reason: str, at: datetime) -> rq.Join:
    """Asks a partnership into a cluster, with its cities and people as they are now."""
    state = partnership(ledger, code)
    into = entity(ledger, cluster, "cluster")
    if state.programme != into.programme:
        raise Refusal(f"{code} is of programme {state.programme} and {cluster} of {into.programme}")
    if state.ended:
        raise Refusal(f"{code} has ended, so it joins no cluster")
    _room_for(ledger, state, cluster)
    return rq.Join(
        member=candidate(state, at),
        members=tuple(member for member in state.members if not member.until),
        holders=its_people(state, at),
        reason=reason,
    )


def named_people(ledger: SqlLedger, cluster: Cluster, code: str, at: datetime) -> rq.NamePeople:
    """Who stands for a member, as its partnership has it now; Refusal where its cities are not those that consented."""
    state = partnership(ledger, code)
    known = cluster.membership(code)
    now = (state.member(Side.EU).name, state.member(Side.CN).name)
    if known is not None and (known.eu, known.cn) != now:
        raise Refusal(
            f"{code} is of {listed(now)} now, and {listed((known.eu, known.cn))} consented; it leaves and is asked "
            "again (leave, join)"
        )
    return rq.NamePeople(member=code, holders=its_people(state, at))


def _room_for(ledger: SqlLedger, state: Partnership, cluster: str) -> None:
    """Refuses where one of its cities is in as many clusters as it may be, which a cluster alone cannot know."""
    found: dict[str, list[str]] = {}
    for record in ledger.standings("cluster", programme=state.programme):
        if record.status not in UNDER_WAY or record.code == cluster:
            continue
        known = cluster_of(entity(ledger, record.code, "cluster"))
        names = {pair for one in known.memberships if one.left is None for pair in one.entities}
        for member in state.members:
            if not member.until and (member.side, member.name) in names:
                found.setdefault(member.name, []).append(record.code)
    for name, codes in found.items():
        if len(codes) >= CLUSTERS_EACH:
            raise Refusal(
                f"{name} is a core member of {listed(codes)} already, and a city or region is one of at most "
                f"{CLUSTERS_EACH} clusters; {state.code} can join once it has left one of them (leave)"
            )


def merging(ledger: SqlLedger, state: Partnership, code: str, by: Actor) -> str | None:
    """The id of the cluster that takes over what is open; None where no such cluster is on record as an entity."""
    record = ledger.standing(f"cluster/{code}")
    if record is None:
        return None
    cluster = cluster_of(entity(ledger, record.code, "cluster"))
    found: Membership | None = cluster.membership(state.code)
    if record.status not in UNDER_WAY:
        raise Refusal(f"cluster {code} has ended, and nothing goes on in it")
    if found is None or found.since is None or found.left is not None:
        raise Refusal(f"{state.code} is no member of cluster {code}; it is asked first (cluster join)")
    if found.merger_agreed is None:
        raise Refusal(
            f"both partners of {state.code} consent to the merger in cluster {code} first (cluster ask-merger)"
        )
    staff = [held for held in cluster.holders if held.role in (Role.OPERATOR, Role.TEAM_LEADER)]
    if by.person not in [held.person for held in staff if held.until is None]:
        raise Refusal(
            f"{by.person} is neither an operator nor a team leader of cluster {code}, which takes over"
        )
    return cluster.entity


def adopted(ledger: SqlLedger, state: Partnership, code: str) -> rq.AdoptJointPlan:
    """That a cluster's joint plan holds in a partnership; Refusal where the cluster has adopted none that covers it."""
    cluster = cluster_of(entity(ledger, code, "cluster"))
    covering = [plan for plan in cluster.plans if state.code in plan.covers]
    if not covering:
        raise Refusal(f"cluster {code} has adopted no joint plan that covers {state.code}")
    return rq.AdoptJointPlan(of=cluster.entity, version=covering[-1].version)


def continuing_of(
    ledger: SqlLedger, cluster: Cluster, code: str, named: str, by: Actor, at: datetime
) -> PartnershipFounded:
    """The founding of the partnership in which a member that was merged goes on; Refusal where it may not, or does."""
    old = partnership(ledger, code)
    going = _gone_on(ledger, old)
    if going is not None:
        raise Refusal(f"{code} goes on as {going.code} since {going.founded:%Y-%m-%d}")
    return continuing(free_code(ledger, named), old=old, cluster=cluster, by=by, at=at)


def given_back(ledger: SqlLedger, code: str) -> rq.GiveBack:
    """That a partnership which was merged goes on in the one founded for it; Refusal where there is none."""
    old = partnership(ledger, code)
    going = _gone_on(ledger, old)
    if going is None:
        raise Refusal(f"no partnership was founded in which {code} goes on; that comes first (split)")
    return rq.GiveBack(of=old.entity, to=going.entity)


def _gone_on(ledger: SqlLedger, old: Partnership) -> Partnership | None:
    """The partnership in which one goes on; that is on its own record alone, so each is looked at."""
    for record in ledger.standings("partnership", programme=old.programme):
        if record.founded <= old.founded:
            continue
        found = partnership(ledger, record.code)
        if found.continues is not None and found.continues.of == old.entity:
            return found
    return None


def taken_over(ledger: SqlLedger, cluster: str, code: str) -> rq.TakeOver:
    """What was open in a partnership when it merged into a cluster; Refusal where it did not."""
    state = partnership(ledger, code)
    for entry in reversed(ledger.entries(state.entity)):
        closed = entry.event
        if isinstance(closed, PartnershipClosed) and closed.of == f"cluster/{cluster}":
            return rq.TakeOver(of=state.entity, open=closed.open)
    raise Refusal(f"{code} was not merged into cluster {cluster}, so nothing of it is taken over")
