"""How each event changes where a cluster stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain import events as ev
from domain.changing import put, watched
from domain.clusters import events as ce
from domain.clusters.requests import Matter, Place
from domain.clusters.state import (
    AdoptedPlan,
    ClusterState,
    JointSession,
    Membership,
    Split,
    of_partnership,
)
from domain.errands import Errand
from domain.folding import FOLDS as ANY
from domain.requests import AdoptJointPlan, AnyRequest, RecordExchange, SessionStep
from domain.session_folds import session_planned, session_step_taken, voices_fewer, with_session
from domain.values import OF_A_SIDE, SIDES, Actor, Holder, Member, Role, Side

S = ClusterState


def _with(state: S, code: str, **update: Any) -> S:
    """The latest membership of a partnership changed."""
    latest = state.membership(code)
    return put(
        state,
        memberships=tuple(
            one.model_copy(update=update) if one is latest else one for one in state.memberships
        ),
    )


def _asked(state: S, event: ev.MemberAsked) -> S:
    asked = Membership(
        code=event.member.code,
        eu=event.member.eu,
        cn=event.member.cn,
        people=event.member.people,
        asked=event.at,
        clock=event.clock,
    )
    return put(
        state,
        memberships=(*state.memberships, asked),
        members=(*state.members, *event.members),
        holders=(*state.holders, *event.holders),
    )


def _consent_given(state: S, event: ev.ConsentGiven) -> S:
    found = state.membership(event.member)
    assert found is not None
    if event.to is Matter.SPLIT:
        assert found.split is not None
        heard = found.split.model_copy(update={"consents": (*found.split.consents, *event.voices)})
        return _with(state, found.code, split=heard)
    sides = (*found.consented(event.to), event.side)
    both = len(sides) == len(SIDES)
    if event.to is Matter.MERGER:
        return _with(state, found.code, merging=sides, merger_agreed=event.at if both else None)
    return _with(state, found.code, consents=sides, since=event.at if both else None)


def _consent_refused(state: S, event: ev.ConsentRefused) -> S:
    if event.to is Matter.MERGER:
        return _with(state, event.member, merger_asked=None, merging=())
    if event.to is Matter.SPLIT:
        return _with(state, event.member, split=None)
    return _gone(_with(state, event.member, left=event.at), event.at)


def _left(state: S, event: ev.MemberLeft | ce.ActionsGivenBack) -> S:
    state = _gone(_with(state, event.member, left=event.at), event.at)
    state = voices_fewer(state, event)
    return state if state.enough() else put(state, active=None, review=None)


def _split_asked(state: S, event: ce.SplitAsked) -> S:
    split = Split(asked=event.at, reason=event.reason, bilateral=event.bilateral)
    return _with(state, event.member, split=split, clock=event.clock)


def _split_agreed(state: S, event: ce.SplitAgreed) -> S:
    found = state.membership(event.member)
    assert found is not None and found.split is not None
    return _with(state, event.member, split=found.split.model_copy(update={"agreed": event.at}))


def _given_back(state: S, event: ce.ActionsGivenBack) -> S:
    return _left(_with(state, event.member, went_on=event.to), event)


def _gone(state: S, at: datetime) -> S:
    """Cities and people that stand for nobody here any more have no part in it from now on."""
    left = [one for one in state.memberships if one.left is None]
    names = [entity for one in left for entity in one.entities]
    people = [(place.person, place.role, place.side) for one in left for place in one.people]

    def held(one: Holder) -> Holder:
        stands = one.role not in OF_A_SIDE or (one.person, one.role, one.side) in people
        return one if stands or not one.holds(at) else one.model_copy(update={"until": at})

    def member(one: Member) -> Member:
        stands = (one.side, one.name) in names or one.until is not None
        return one if stands else one.model_copy(update={"until": at})

    return put(
        state,
        holders=tuple(held(one) for one in state.holders),
        members=tuple(member(one) for one in state.members),
    )


def _people_named(state: S, event: ev.PeopleNamed) -> S:
    state = _with(state, event.member, people=event.people)
    state = _gone(put(state, holders=(*state.holders, *event.holders)), event.at)
    named = (f"successor/{one.role.value}.{one.side.value}" for one in event.people)
    return watched(state, None, *named)


def _holder_changed(state: S, event: ev.HolderChanged) -> S:
    state = ANY[ev.HolderChanged](state, event)
    if event.role not in OF_A_SIDE or event.leaving is None:
        return state

    def followed(place: Place) -> tuple[Place, ...]:
        if (place.person, place.role, place.side) != (event.leaving, event.role, event.side):
            return (place,)
        # whoever takes over stands for the same members
        return (place.model_copy(update={"person": event.to.person}),) if event.to is not None else ()

    memberships = tuple(
        one.model_copy(update={"people": tuple(new for place in one.people for new in followed(place))})
        if one.left is None
        else one
        for one in state.memberships
    )
    return put(state, memberships=memberships)


def _taken_over(state: S, event: ev.ActionsTakenOver) -> S:
    return _with(state, event.member, merged=event.at, taken_over=event.open)


def _session_held(state: S, event: ev.JointSessionHeld) -> S:
    held = JointSession(
        code=event.code,
        mode=event.mode,
        held=event.held,
        attended=event.attended,
        participants_eu=event.participants_eu,
        participants_cn=event.participants_cn,
        reaches=event.reaches,
        evidence=event.evidence,
    )
    others = tuple(one for one in state.joint if one.code != event.code)
    state = put(state, joint=(*others, held))
    if event.clock is not None:
        state = with_session(
            state, event.code, mode=event.mode, step=SessionStep.HELD, since=event.at, clock=event.clock
        )
    if event.evidence is None:
        return state
    exchange = RecordExchange(
        code=event.code,
        mode=event.mode,
        held=event.held,
        participants_eu=event.participants_eu,
        participants_cn=event.participants_cn,
        evidence=event.evidence,
        of=state.entity,
    )
    return _sent(state, "joint_session", exchange, event.reaches, event.at, event.by)


def _plan_adopted(state: S, event: ev.JointPlanAdopted) -> S:
    adopted = AdoptedPlan(version=event.version, covers=event.covers, at=event.at)
    state = put(state, plans=(*state.plans, adopted))
    learned = AdoptJointPlan(of=state.entity, version=event.version)
    return _sent(state, "joint_plan", learned, event.covers, event.at, None)


def _sent(
    state: S, about: str, request: AnyRequest, to: tuple[str, ...], at: datetime, by: Actor | None
) -> S:
    """An errand to these partnerships, in the name of an operator: a cluster manager has no say in every one."""
    if by is None or by.role is not Role.OPERATOR or by.on_behalf_of is not None:
        held = state.holders_of(Role.OPERATOR, Side.PROGRAMME, at)[0]
        by = held.in_person()
    if not to:
        return state
    number = state.carried_out + 1
    errand = Errand(
        id=f"{about}_{number}",
        request=request,
        by=by,
        since=at,
        to=tuple(of_partnership(code) for code in to),
    )
    return put(state, errands=(*state.errands, errand), carried_out=number)


FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.MemberAsked: _asked,
    ev.ConsentGiven: _consent_given,
    ev.ConsentRefused: _consent_refused,
    ev.ClusterActivated: lambda state, event: put(state, active=event.at, review=event.clock),
    ev.PeopleNamed: _people_named,
    ev.HolderChanged: _holder_changed,
    ev.MemberLeft: _left,
    ev.MergerAsked: lambda state, event: _with(
        state, event.member, merger_asked=event.at, merging=(), clock=event.clock
    ),
    ev.ActionsTakenOver: _taken_over,
    ce.SplitAsked: _split_asked,
    ce.SplitAgreed: _split_agreed,
    ce.ActionsGivenBack: _given_back,
    ev.SessionPlanned: session_planned,
    ev.SessionStepTaken: session_step_taken,
    ev.JointSessionHeld: _session_held,
    ev.JointPlanAdopted: _plan_adopted,
    ev.ClusterReviewed: lambda state, event: put(state, review=event.clock, reviews=state.reviews + 1),
}
