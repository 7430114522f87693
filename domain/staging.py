"""Opening stages and handing in their deliverables: what must hold first, and who owes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain import events as ev
from domain import requests as rq
from domain.deliverables import deliverable_of
from domain.entity import EntityState, StageStatus
from domain.settling import opened
from domain.stages import step_of
from domain.standing import acting, day, only, role_words, sits
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import SIDES, Actor, Refusal, Role, listed

if TYPE_CHECKING:  # all these are made of what is here
    from domain.clusters.state import ClusterState
    from domain.pilots.state import PilotState
    from domain.state import PartnershipState

S = EntityState
Events = tuple[ev.AnyEvent, ...]


def _focal_points_named(state: S, stage: Stage, at: datetime) -> str | None:
    without = [side.value.upper() for side in SIDES if not state.holders_of(Role.FOCAL_POINT, side, at)]
    return f"the {listed(without)} side has no focal point; it names one (change-holder)" if without else None


def _scoping_passed(state: S, stage: Stage, at: datetime) -> str | None:
    return None if state.passed(Stage.SCOPING) else f"scoping is not passed: {owed(state, Stage.SCOPING)}"


def _evidenced_exchange(state: PartnershipState, stage: Stage, at: datetime) -> str | None:
    if any(exchange.evidence for exchange in state.exchanges):
        return None
    return "no exchange with evidence is on record; the secretariat records one (record-exchange)"


def _plan_adopted(state: PartnershipState, stage: Stage, at: datetime) -> str | None:
    if state.passed(Stage.ACTION_PLAN) or state.joint_plan is not None:
        return None
    return f"the action plan is not adopted: {owed(state, Stage.ACTION_PLAN)}"


def _cluster_active(state: ClusterState, stage: Stage, at: datetime) -> str | None:
    return state.lacking() if state.active is None else None


def _nothing_else_open(state: S, stage: Stage, at: datetime) -> str | None:
    others = [
        held for held in state.stages if held.status is not StageStatus.PASSED and held.stage is not stage
    ]
    if not others:
        return None
    return "; ".join(f"{held.stage.words} is under way: {owed(state, held.stage)}" for held in others)


def _before_cut_off(state: S, stage: Stage, at: datetime) -> str | None:
    days = state.terms.stage(stage).last_opening
    last = state.ends - timedelta(days=days)
    if at <= last:
        return None
    return (
        f"the last day to open {stage.words} was {day(last)}, {days} days before the programme ends on "
        f"{day(state.ends)}; an extension would move it (propose extend)"
    )


def _screened(state: S, stage: Stage, at: datetime) -> str | None:
    if state.passed(Stage.PILOT_FICHE):
        return None
    return f"the fiche has not passed the screening panel: {owed(state, Stage.PILOT_FICHE)}"


def _implementing(state: PilotState, stage: Stage, at: datetime) -> str | None:
    if state.began is not None:
        return None
    return f"{state.code} is not being implemented yet; that is recorded with pilot-step implementing"


CONDITIONS: dict[str, Callable[[Any, Stage, datetime], str | None]] = {
    "focal_points_named": _focal_points_named,
    "scoping_passed": _scoping_passed,
    "evidenced_exchange": _evidenced_exchange,
    "plan_adopted": _plan_adopted,
    "cluster_active": _cluster_active,
    "nothing_else_open": _nothing_else_open,
    "before_cut_off": _before_cut_off,
    "screened": _screened,
    "implementing": _implementing,
}
"""Every condition by name: what is missing and who owes it, or None where it holds."""


def conditions_of(stage: Stage) -> tuple[str, ...]:
    return (*step_of(stage).conditions, "before_cut_off")


def missing(state: S, stage: Stage, at: datetime) -> dict[str, str]:
    """The conditions of a stage that neither hold nor are waived, each with its sentence."""
    waived = [waiver.condition for waiver in state.waivers if waiver.stage is stage]
    found = {name: CONDITIONS[name](state, stage, at) for name in conditions_of(stage) if name not in waived}
    return {name: sentence for name, sentence in found.items() if sentence is not None}


def owed(state: S, stage: Stage) -> str:
    """What a stage waits for, from whom, since when."""
    held = state.stage(stage)
    if held is None:
        return "it has not been opened (open-stage)"
    if held.status is StageStatus.PASSED:
        return "it was passed and nothing is owed"
    if held.status is StageStatus.STUCK:
        since = day(held.stuck_since or held.opened)
        return f"its rounds ran out on {since}; two persons may add one (propose add-round)"
    waiting = [
        f"the {task.seat} owes {'the deliverable' if task.what == 'submit' else task.subject} "
        f"since {day(task.since)}"
        for task in tasks_of(state)
        if task.what in ("submit", "decide", "answer")
        and (
            (task.gate is not None and task.gate.stage is stage)
            or task.id.startswith(f"submit/{stage.value}/")
        )
    ]
    return listed(waiting) or "nothing is owed"


def of_its_kind(state: S, stage: Stage) -> None:
    """Refuses a stage that its terms do not have."""
    known = [terms.stage for terms in state.terms.stages]
    if stage not in known:
        has = f"its stages are {listed([one.words for one in known])}" if known else "it has none"
        raise Refusal(f"a {state.noun} has no stage {stage.words}; {has}")


def open_stage(state: S, request: rq.OpenStage, by: Actor, at: datetime) -> Events:
    of_its_kind(state, request.stage)
    acting(state, by, at, request.stage)
    only(by, "open a stage", Role.OPERATOR, Role.TEAM_LEADER)
    held = state.stage(request.stage)
    if held is not None and held.status is not StageStatus.PASSED:
        raise Refusal(f"{request.stage.words} is open since {day(held.opened)}: {owed(state, request.stage)}")
    if held is not None and not step_of(request.stage).repeats:
        raise Refusal(f"{request.stage.words} was passed on {day(held.passed or held.opened)}")
    lacking = missing(state, request.stage, at)
    if lacking:
        names = ", ".join(lacking)
        raise Refusal(
            f"{request.stage.words} cannot open: {'; '.join(lacking.values())}. "
            f"Two persons may waive a condition (propose waive): {names}"
        )
    return (opening(state, request.stage, by, at),)


def opening(
    state: S, stage: Stage, by: Actor | None, at: datetime, because: str = "conditions_hold"
) -> ev.StageOpened:
    """The stage opening now, with the maker's clock; shortened where a member was replaced."""
    terms = state.terms.stage(stage)
    held = state.stage(stage)
    number = len(held.versions) + 1 if held else 1
    allowance = terms.submit
    if because == "member_replaced" and terms.shortened is not None:
        allowance = terms.shortened
    clock = state.clock_for(f"submit.{stage.value}/{number}", allowance, terms.makers, at)
    return ev.StageOpened(at=at, by=by, stage=stage, clock=clock, because=because)


def submit(state: S, request: rq.Submit, by: Actor, at: datetime) -> Events:
    stage = request.stage
    of_its_kind(state, stage)
    acting(state, by, at, stage)
    terms = state.terms.stage(stage)
    if not any(sits(seat, by) for seat in terms.makers):
        makers = listed([f"the {seat}" for seat in terms.makers], "or")
        raise Refusal(
            f"the {stage.words} deliverable is handed in by {makers}; "
            f"you act as {role_words(by.role, by.side)}",
            grave=True,
        )
    held = state.stage(stage)
    if held is None:
        lacking = missing(state, stage, at)
        why = f": {'; '.join(lacking.values())}" if lacking else "; the secretariat opens it (open-stage)"
        raise Refusal(f"{stage.words} has not been opened{why}")
    if held.status is StageStatus.PASSED:
        raise Refusal(f"{stage.words} was passed on {day(held.passed or held.opened)}")
    if held.status is StageStatus.STUCK:
        raise Refusal(f"no further version of {stage.words} is awaited: {owed(state, stage)}")
    if not held.awaiting:
        number = held.current.number if held.current else 0
        raise Refusal(f"version {number} of {stage.words} is being decided on: {owed(state, stage)}")
    _fits(state, request)
    number = len(held.versions) + 1
    handed_in = ev.DeliverableSubmitted(
        at=at, by=by, stage=stage, number=number, deliverable=request.deliverable, text=request.text
    )
    gate = opened(state, stage, terms.gates[0], number, request.deliverable.version, at)
    return (handed_in, gate)


def _fits(state: S, request: rq.Submit) -> None:
    """Refuses the wrong kind, a version seen before, and everything the checklist finds missing."""
    deliverable = request.deliverable
    wanted = deliverable_of(request.stage)
    if not isinstance(deliverable, wanted):
        kind = wanted.model_fields["kind"].default
        raise Refusal(f"{request.stage.words} asks for a {kind}; this is a {deliverable.kind}")
    held = state.stage(request.stage)
    for old in held.versions if held else ():
        if old.version == deliverable.version:
            raise Refusal(
                f"this is the same document as version {old.number} of {day(old.at)}; "
                "a new version has a new content hash"
            )
    gaps = deliverable.gaps()
    conflicts = deliverable.conflicts(state.terms)
    if gaps or conflicts:
        sentences = ([f"it lacks {listed(gaps)}"] if gaps else []) + conflicts
        raise Refusal(
            f"the {deliverable.kind.replace('_', ' ')} is not complete: {'; '.join(sentences)}; you owe that"
        )
