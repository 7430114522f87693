"""Members of a partnership: one withdraws, another takes a place; and what begins anew with that."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.events import End
from domain.folding import fold
from domain.life import calendar_known, steered
from domain.staging import opening
from domain.standing import acting, day, only, person_of_one_side
from domain.state import PartnershipState
from domain.tasks import OPERATOR
from domain.terms import Stage, calendar_days
from domain.values import SIDES, Actor, Refusal, Role, Side

S = PartnershipState
Events = tuple[ev.AnyEvent, ...]


def withdraw(state: S, request: rq.Withdraw, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    if request.side not in SIDES:
        raise Refusal("a member withdraws for the eu or the cn side")
    only(by, "record a withdrawal", Role.OPERATOR, Role.FOCAL_POINT, Role.SIGNATORY)
    if by.side in SIDES and by.side is not request.side:
        raise Refusal(
            f"the {by.side.value.upper()} side cannot withdraw for the {request.side.value.upper()} side",
            grave=True,
        )
    return (
        ev.PartnershipWithdrawn(
            at=at, by=by, side=request.side, reason=request.reason, notice=request.notice
        ),
        ev.PartnershipClosed(at=at, by=by, end=End.WITHDRAWN),
    )


def replace_member(state: S, request: rq.ReplaceMember, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "replace a member")
    side = request.member.side
    if side not in SIDES:
        raise Refusal("a member stands for the eu or the cn side")
    now = state.member(side)
    if request.leaving != now.name:
        raise Refusal(
            f"{request.leaving!r} does not take part in {state.code}; "
            f"the {side.value.upper()} member is {now.name!r}"
        )
    if request.member.name == now.name:
        raise Refusal(f"{now.name!r} takes part already; nothing is replaced")
    if (request.member.country == "CN") is not (side is Side.CN):
        raise Refusal(
            f"{request.member.name!r} in {request.member.country} cannot take part for the {side.value.upper()} side"
        )
    for country in (request.member.country, *(held.country for held in request.holders)):
        calendar_known(state, country)
    if not any(held.role is Role.FOCAL_POINT and held.side is side for held in request.holders):
        raise Refusal(f"the new {side.value.upper()} member needs a focal point")
    for held in request.holders:
        if held.side is not side:
            raise Refusal(f"{held.person} is not of the {side.value.upper()} side")
        person_of_one_side(state, held.person, side)
    holders = tuple(held.model_copy(update={"since": at, "until": None}) for held in request.holders)
    member = request.member.model_copy(update={"since": at, "until": None})
    replaced = ev.MemberReplaced(
        at=at,
        by=by,
        leaving=request.leaving,
        member=member,
        holders=holders,
        reason=request.reason,
        agreed=request.agreed,
    )
    events: list[ev.AnyEvent] = [replaced]
    later = fold(state, replaced)
    events.append(opening(later, Stage.SCOPING, by, at, because="member_replaced"))
    if state.agreement.step is not rq.AgreementStep.NONE:
        events.append(agreement_begins(later, by, at))
    plan = state.stage(Stage.ACTION_PLAN)
    if plan is not None and plan.versions:
        events.append(opening(later, Stage.ACTION_PLAN, by, at, because="member_replaced"))
    return tuple(events)


def agreement_begins(state: S, by: Actor, at: datetime) -> ev.AgreementStepTaken:
    clock = state.clock_for(
        f"agreement/{day(at)}", calendar_days(state.terms.agreement_target), (OPERATOR,), at
    )
    return ev.AgreementStepTaken(at=at, by=by, step=rq.AgreementStep.PROPOSED, clock=clock)
