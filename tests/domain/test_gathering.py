"""A cluster in a rehearsal: what it does reaches each of its members once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from domain import events as ev
from tests.domain.test_rehearsal import script, whole


def test_a_cluster_comes_to_its_sessions_its_joint_plan_and_its_end() -> None:
    (story,) = script().clusters
    state = whole(1).clusters[story.code].state
    assert {one.code for one in state.present()} == set(story.members)
    assert len(state.joint) == len(story.sessions)
    (plan,) = state.plans
    assert set(plan.covers) == set(story.members)
    assert state.reviews and state.end == "closed"


def test_it_is_reviewed_every_half_year_and_no_more_often() -> None:
    (story,) = script().clusters
    events = whole(1).clusters[story.code].events
    since = next(event.at for event in events if isinstance(event, ev.ClusterActivated))
    reviewed = [event.at for event in events if isinstance(event, ev.ClusterReviewed)]
    assert reviewed
    for one, after in pairwise((since, *reviewed)):
        assert timedelta(days=150) < after - one < timedelta(days=190)


def test_its_members_have_the_joint_sessions_and_the_plan_once() -> None:
    (story,) = script().clusters
    cluster = whole(1).clusters[story.code]
    adopted = next(event for event in cluster.events if isinstance(event, ev.JointPlanAdopted))
    for code in story.members:
        life = whole(1).partnerships[code]
        lived = [one.held for one in cluster.events if isinstance(one, ev.JointSessionHeld)]
        ended = life.state.ended_at
        told = [event for event in life.events if isinstance(event, ev.ExchangeHeld) and event.of]
        joint = [event.code for event in told if event.of == f"cluster/{story.code}"]
        assert len(joint) == len(set(joint)) and len(joint) <= len(lived)
        if ended is None or ended > adopted.at:
            (joined,) = [event for event in life.events if isinstance(event, ev.JointPlanJoined)]
            assert joined.of == f"cluster/{story.code}" and joined.at >= adopted.at
