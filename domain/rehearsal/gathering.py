"""Clusters in a rehearsal: who is asked and consents, a work plan, joint sessions, a joint plan, reviews, the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain import requests as rq
from domain.clusters.cluster import Cluster
from domain.clusters.events import ClusterFounded
from domain.clusters.founding import founding
from domain.clusters.requests import Attended, Matter
from domain.clusters.steps import ClusterWorkPlan, JointPlan
from domain.partnership import Partnership
from domain.rehearsal.chance import chance, noon
from domain.rehearsal.characters import Gathering
from domain.rehearsal.doing import Doing, beginner
from domain.rehearsal.scene import Planned, Stagehands, in_order
from domain.tasks import Task, tasks_of
from domain.terms import Stage
from domain.values import ExchangeMode, Holder, Role


def gathering_founded(gathering: Gathering, members: Sequence[Partnership], at: datetime) -> ClusterFounded:
    """The cluster as the operator of its first partnership founds it."""
    by = beginner(members[0], at)
    title, title_zh = gathering.title, gathering.title_zh
    return founding(gathering.code, title=title, title_zh=title_zh, members=members, by=by, at=at)


@dataclass(frozen=True)
class _Circle(Doing):
    """One cluster at one moment."""

    state: Cluster
    story: Gathering

    @property
    def manager(self) -> Holder | None:
        return self.holder(Role.CLUSTER_MANAGER) or self.holder(Role.OPERATOR)


def plan_gathering(
    state: Cluster, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """What everybody would do next for a cluster and when, soonest first, none of it before `at`."""
    if state.ended:
        return ()
    story = next(one for one in hands.script.clusters if one.code == state.code)
    circle = _Circle(hands, at, done, state, story)
    found: list[Planned] = []
    if state.active is not None:
        found += [*_stages(circle, state.active), *_sessions(circle), *_closing(circle)]
    for task in tasks_of(state):
        found += _reply(circle, task)
    return in_order(found)


def _stages(circle: _Circle, active: datetime) -> Iterator[Planned]:
    operator = circle.holder(Role.OPERATOR)
    begins = {Stage.CLUSTER_WORK_PLAN: active}
    if circle.story.plans is not None:
        begins[Stage.JOINT_PLAN] = max(noon(circle.story.plans), active)
    for stage, since in begins.items():
        if operator is None or circle.state.stage(stage) is not None:
            continue
        id = f"open/{stage.value}"
        when = circle.after(operator, since, 2, 10, id)
        yield from circle.planned(id, when, operator, rq.OpenStage(stage=stage))


def _sessions(circle: _Circle) -> Iterator[Planned]:
    manager = circle.manager
    for number, on in enumerate(circle.story.sessions, start=1):
        code = f"{circle.state.code.lower()}-{number}"
        if manager is None or circle.state.held_on(code) is not None:
            continue
        draw = chance(circle.hands.seed, circle.state.code, "attended", number)
        lists = circle.text("evidence", manager, code)
        request = rq.HoldJointSession(
            code=code,
            mode=ExchangeMode.VIRTUAL,
            held=noon(on),
            attended=tuple(
                Attended(name=name, number=draw.randint(2, 9)) for _, name in circle.state.entities()
            ),
            evidence=lists.hash,
        )
        when = circle.after(manager, noon(on), 1, 8, code)
        held = noon(on) + timedelta(hours=1)
        yield from circle.planned(f"session/{code}", when, manager, request, lists, earliest=held)


def _closing(circle: _Circle) -> Iterator[Planned]:
    operator = circle.holder(Role.OPERATOR)
    if circle.story.closes is not None and operator is not None:
        when = circle.after(operator, noon(circle.story.closes), 0, 5, "close")
        yield from circle.planned("close", when, operator, rq.CloseCluster(reason="end_of_work"))


def _reply(circle: _Circle, task: Task) -> Iterator[Planned]:
    what, _, about = task.id.partition("/")
    if what == "consent":
        yield from _consent(circle, task, about.partition("/")[0])
    elif what == "submit":
        yield from _paper(circle, task, Stage(about.partition("/")[0]))
    elif what == "decide":
        yield from circle.approves(task, 1, 9)
    elif what == "review":
        yield from _review(circle, task)
    elif what == "errand":
        yield from circle.let_be(task, about)


def _consent(circle: _Circle, task: Task, member: str) -> Iterator[Planned]:
    holder = circle.owing(task)
    if holder is not None:
        request = rq.Consent(member=member, to=Matter.MEMBERSHIP, given=True)
        yield from circle.planned(task.id, circle.after(holder, task.since, 1, 14, task.id), holder, request)


def _paper(circle: _Circle, task: Task, stage: Stage) -> Iterator[Planned]:
    manager, held = circle.manager, circle.state.stage(stage)
    if manager is None or held is None:
        return
    id = f"{task.id}/{len(held.versions) + 1}"
    form = circle.text("form", manager, id, f"{stage.words} of {circle.state.title}")
    facts = _work_plan(circle, task) if stage is Stage.CLUSTER_WORK_PLAN else _joint_plan(circle, task)
    kind = ClusterWorkPlan if stage is Stage.CLUSTER_WORK_PLAN else JointPlan
    paper = kind.model_validate(facts | {"version": form.hash})
    request = rq.Submit(stage=stage, deliverable=paper, text=form.hash)
    yield from circle.planned(id, circle.after(manager, task.since, 6, 22, id), manager, request, form)


def _work_plan(circle: _Circle, task: Task) -> dict[str, Any]:
    return {
        "year": task.since.year,
        "themes": (circle.state.code,),
        "sessions": 4,
        "products": 1,
        "owners_named": True,
        "summary_en": True,
        "summary_zh": True,
    }


def _joint_plan(circle: _Circle, task: Task) -> dict[str, Any]:
    since = task.since.date()
    until = max(circle.state.ends.date(), since + timedelta(days=90))
    return {
        "period": {"since": since, "until": until},
        "objectives": ("O1",),
        "actions": (
            {
                "code": "A1",
                "objective": "O1",
                "owner_eu": "members-eu",
                "owner_cn": "members-cn",
                "period": {"since": since, "until": until},
                "indicators": ({"code": "I1", "has_baseline": True, "has_target": True},),
                "involves": ("business",),
                "pilot_candidate": True,
            },
        ),
        "goals": (11, 13),
        "challenges": 2,
        "risks": 3,
        "summary_en": True,
        "summary_zh": True,
        "sign_off_evidence": True,
    }


def _review(circle: _Circle, task: Task) -> Iterator[Planned]:
    """In the last weeks of its half year: the task is there from the day of the review before."""
    manager = circle.manager
    if manager is not None and task.deadline is not None:
        id = f"review/{circle.state.reviews}"
        found = circle.text("evidence", manager, id, "The theme still brings the members together.")
        when = circle.after(manager, max(task.since, task.deadline.at - timedelta(days=30)), 1, 20, id)
        yield from circle.planned(id, when, manager, rq.ReviewCluster(finding=found.hash), found)
