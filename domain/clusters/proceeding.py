"""What a cluster does: its joint sessions as held, its plans, its review every six months, its end."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import life, staging
from domain import requests as rq
from domain.clusters.membership import review_clock, settled_first
from domain.clusters.splitting import agreed
from domain.clusters.state import ClusterState
from domain.life import steered
from domain.sessions import held_now, plan_session, travel_possible
from domain.standing import day
from domain.terms import Silence, Stage
from domain.values import SIDES, Actor, Refusal, Role, listed

S = ClusterState
Events = tuple[ev.AnyEvent, ...]
_STAFF = (Role.OPERATOR, Role.TEAM_LEADER, Role.CLUSTER_MANAGER)
ADOPTION = "K2.adopt"
"""The gate at which all members adopt the joint plan."""


def _is_active(state: S, what: str) -> None:
    if state.active is None:
        raise Refusal(f"{what} waits until the cluster is active: {state.lacking()}")


def open_stage(state: S, request: rq.OpenStage, by: Actor, at: datetime) -> Events:
    if request.stage in [terms.stage for terms in state.terms.stages]:
        # not only a condition, which two persons could waive: a gate of all members needs some
        _is_active(state, f"{request.stage.words} cannot open: it")
    return staging.open_stage(state, request, by, at)


def submit(state: S, request: rq.Submit, by: Actor, at: datetime) -> Events:
    if state.stage(request.stage) is not None:
        _is_active(state, f"a version of the {request.stage.words}")
    return staging.submit(state, request, by, at)


def plan(state: S, request: rq.PlanSession, by: Actor, at: datetime) -> Events:
    _is_active(state, "a joint session")
    return plan_session(state, request, by, at)


def hold_session(state: S, request: rq.HoldJointSession, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record a joint session", Role.OPERATOR, Role.CLUSTER_MANAGER)
    _is_active(state, "a joint session")
    if request.held > at:
        raise Refusal(f"a session is recorded after it was held; {day(request.held)} is still to come")
    known = next((one for one in state.joint if one.code == request.code), None)
    if known is not None and (known.evidence is not None or request.evidence is None):
        raise Refusal(f"joint session {request.code} of {day(known.held)} is on record already")
    travel_possible(state, request.mode, request.held, "could")
    names = {name: side for side, name in state.entities()}
    for one in request.attended:
        if one.name not in names:
            raise Refusal(f"{one.name!r} is of no member of {state.code}; those are {listed(list(names))}")
        if [other.name for other in request.attended].count(one.name) > 1:
            raise Refusal(f"{one.name!r} is counted twice; give one number for each city or region")
    present = [one.name for one in request.attended]
    numbers = [sum(one.number for one in request.attended if names[one.name] is side) for side in SIDES]
    without = [side.value.upper() for side, number in zip(SIDES, numbers, strict=True) if not number]
    if without:
        raise Refusal(
            f"a joint session has participants of both sides; nobody of the {listed(without)} side is among those "
            "who attended (--attended NAME=NUMBER)"
        )
    clock = None if known is not None else held_now(state, request.code, request.held, at)
    return (
        ev.JointSessionHeld(
            at=at,
            by=by,
            code=request.code,
            mode=request.mode,
            held=request.held,
            attended=request.attended,
            participants_eu=numbers[0],
            participants_cn=numbers[1],
            # a partnership of which one side was absent has exchanged nothing
            reaches=tuple(
                one.code
                for one in state.present()
                if one.merged is None and one.eu in present and one.cn in present
            ),
            evidence=request.evidence,
            clock=clock,
        ),
    )


def review(state: S, request: rq.ReviewCluster, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "review a cluster", *_STAFF)
    _is_active(state, "a review")
    later = state.model_copy(update={"reviews": state.reviews + 1})
    return (ev.ClusterReviewed(at=at, by=by, finding=request.finding, clock=review_clock(later, at)),)


def close(state: S, request: rq.CloseCluster, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "close a cluster")
    stage = state.being_decided()
    if stage is not None:
        raise Refusal(
            f"a version of the {stage.words} is being decided on; the cluster can be closed once that is settled, and "
            "two persons can settle it (propose settle-gate)"
        )
    split = [one.code for one in state.present() if one.split is not None and one.split.agreed is not None]
    if split:
        raise Refusal(
            f"{listed(split)} is to go on by itself, and a closed cluster gives nothing back; found the partnership in "
            "which it does first (split)"
        )
    return (ev.EntityClosed(at=at, by=by, end="closed", reason=request.reason, finding=request.finding),)


def adopt_terms(state: S, request: rq.AdoptTerms, by: Actor, at: datetime) -> Events:
    events = life.adopt_terms(state, request, by, at)
    for stage in state.terms.stages:
        offered = {gate.code: gate for gate in request.terms.stage(stage.stage).gates}
        for gate in stage.gates:
            if gate.of_members and (gate.code not in offered or not offered[gate.code].of_members):
                raise Refusal(f"gate {gate.code} is one of all members, and stays one (of_members: true)")
    adoption = next(
        (gate for gate in request.terms.stage(Stage.JOINT_PLAN).gates if gate.code == ADOPTION), None
    )
    if adoption is None or adoption.needed is not None or adoption.silence is not Silence.NEVER:
        raise Refusal(
            f"a joint plan is adopted by all members and never by silence: gate {ADOPTION} stays without `needed`, and "
            "its silence is never"
        )
    if request.terms.stage(Stage.JOINT_PLAN).gates[-1].code != ADOPTION:
        raise Refusal(f"gate {ADOPTION} is the last one of the joint plan")
    # by other terms fewer may be asked for a split, who have all consented by now
    gone = agreed(state.after(events), by, at)
    if gone:
        settled_first(state, "terms by which a member goes on by itself are adopted")
    return (*events, *gone)


def not_without_members(state: S, matter: rq.SettleGate) -> None:
    """Refuses that two persons adopt a joint plan in the place of its members."""
    if matter.gate == ADOPTION and matter.verdict.approves:
        raise Refusal(
            f"a joint plan is adopted by its members alone; two persons can have gate {ADOPTION} returned or rejected"
        )


def plan_adopted(state: S, at: datetime, by: Actor | None) -> Events:
    """The joint plan as adopted, with the partnerships it covers: those whose people had seats at its last gate."""
    gate = state.latest_gate(ADOPTION)
    assert gate is not None
    merged = [one.code for one in state.present() if one.merged is not None]
    covers = tuple(dict.fromkeys(seat.of for seat in gate.terms.seats if seat.of is not None))
    return (
        ev.JointPlanAdopted(
            at=at, by=by, version=gate.version, covers=tuple(code for code in covers if code not in merged)
        ),
    )
