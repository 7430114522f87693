"""A cluster in a rehearsal: what it does reaches each of its members once."""

from __future__ import annotations

from functools import cache

from client import programme
from domain import events as ev
from domain.clusters.cluster import Cluster
from domain.rehearsal import Beside, Rehearsed, Toured, rehearse_all
from tests.domain.test_rehearsal import STARTS, UNTIL, facts, hands, ids, script


@cache
def played() -> tuple[dict[str, Rehearsed], dict[str, Toured], dict[str, Beside]]:
    foundings = programme.foundings(facts(), ids(), STARTS)
    return rehearse_all(foundings, hands(1), UNTIL)


def test_a_cluster_comes_to_its_sessions_its_joint_plan_and_its_end() -> None:
    (story,) = script().clusters
    cluster = played()[2][story.code]
    state = cluster.state
    assert isinstance(state, Cluster)
    assert [one.sentence for one in cluster.unexpected] == []
    assert {one.code for one in state.present()} == set(story.members)
    assert len(state.joint) == len(story.sessions)
    (plan,) = state.plans
    assert set(plan.covers) == set(story.members)
    assert state.reviews and state.end == "closed"


def test_its_members_have_the_joint_sessions_and_the_plan_once() -> None:
    lives, _, beside = played()
    (story,) = script().clusters
    cluster = beside[story.code]
    adopted = next(event for event in cluster.events if isinstance(event, ev.JointPlanAdopted))
    for code in story.members:
        life = lives[code]
        assert [one.sentence for one in life.unexpected] == []
        lived = [one.held for one in cluster.events if isinstance(one, ev.JointSessionHeld)]
        ended = life.state.ended_at
        told = [event for event in life.events if isinstance(event, ev.ExchangeHeld) and event.of]
        joint = [event.code for event in told if event.of == f"cluster/{story.code}"]
        assert len(joint) == len(set(joint)) and len(joint) <= len(lived)
        if ended is None or ended > adopted.at:
            (joined,) = [event for event in life.events if isinstance(event, ev.JointPlanJoined)]
            assert joined.of == f"cluster/{story.code}" and joined.at >= adopted.at
