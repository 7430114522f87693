"""How each event changes where a partnership stands, where it means more to it than to any entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import events as ev
from domain import gate_folds
from domain.changing import put, watched
from domain.entity import PARTNER_ROLES, Watch
from domain.errands import Errand
from domain.folding import over, relieved, stage_opened, stage_passed
from domain.pilots import known
from domain.requests import AgreementStep, SessionStep, TakeOver
from domain.session_folds import session_planned, session_step_taken, with_session
from domain.sessions import silent_since
from domain.state import AGREEMENT_OVER, SIGNING_KNOWN, Agreement, Exchange, JointPlan, PartnershipState
from domain.terms import Stage

S = PartnershipState


def _stage_opened(state: S, event: ev.StageOpened) -> S:
    if event.stage in (Stage.SCOPING, Stage.CLOSING):
        state = _awake(state)
    state = stage_opened(state, event)
    return put(state, plan_adopted=None) if event.stage is Stage.ACTION_PLAN else state


def _stage_passed(state: S, event: ev.StagePassed) -> S:
    state = stage_passed(state, event)
    if event.stage is Stage.ACTION_PLAN:
        return put(state, plan_adopted=event.at)
    if event.stage is Stage.PILOT_INVESTMENTS:
        return put(state, pilots_endorsed=state.pilots_endorsed + 1)
    return state


def _agreement_step(state: S, event: ev.AgreementStepTaken) -> S:
    held = state.agreement
    begins = event.clock is not None
    agreement = Agreement(
        clock=event.clock if begins else held.clock,
        step=event.step,
        since=event.at,
        began=event.at if begins else held.began,
        taken=(event.step,) if begins else (*held.taken, event.step),
        signing=event.signing or (held.signing if event.step in SIGNING_KNOWN else None),
        signed=(event.signing or event.at) if event.step is AgreementStep.SIGNED else None,
    )
    state = put(state, agreement=agreement)
    return relieved(state, "agreement") if begins or event.step in AGREEMENT_OVER else state


def _exchange_held(state: S, event: ev.ExchangeHeld) -> S:
    exchange = Exchange(
        code=event.code,
        mode=event.mode,
        held=event.held,
        participants_eu=event.participants_eu,
        participants_cn=event.participants_cn,
        evidence=event.evidence,
        of=event.of,
    )
    silent = silent_since(state)
    state = put(state, exchanges=(*state.exchanges, exchange))
    if event.clock is not None:
        state = with_session(
            state, event.code, mode=event.mode, step=SessionStep.HELD, since=event.at, clock=event.clock
        )
    return _awake(state) if silent_since(state) != silent else state


def _session_planned(state: S, event: ev.SessionPlanned) -> S:
    state = session_planned(state, event)
    # a session ahead answers the warning; how to go on after half a year is settled by one that was held
    return state if state.dormant > 1 else watched(state, None, "dormant")


def _dormant(state: S, event: ev.DormantFlagged) -> S:
    what = "dormant_review" if event.review else "dormant"
    watch = Watch(id="dormant", what=what, subject=str(event.days), clock=event.clock)
    return watched(put(state, dormant=2 if event.review else 1), watch)


def _awake(state: S) -> S:
    """A session was held, or none is expected any more."""
    return watched(put(state, dormant=0), None, "dormant") if state.dormant else state


def _organisation_engaged(state: S, event: ev.OrganisationEngaged) -> S:
    return put(state, organisations=(*state.organisations, event.organisation))


def _member_replaced(state: S, event: ev.MemberReplaced) -> S:
    side = event.member.side
    members = tuple(
        member.model_copy(update={"until": event.at}) if member.side is side and not member.until else member
        for member in state.members
    )
    holders = tuple(
        holder.model_copy(update={"until": event.at})
        if holder.side is side and holder.role in PARTNER_ROLES and holder.holds(event.at)
        else holder
        for holder in state.holders
    )
    state = put(state, members=(*members, event.member), holders=(*holders, *event.holders))
    for session in state.sessions:
        if session.ahead and side in session.answered and event.at < session.starts:
            # the new member is asked for itself, and has from today
            state = with_session(
                state,
                session.code,
                step=SessionStep.INVITED,
                since=event.at,
                answered=tuple(one for one in session.answered if one != side.value),
                clock=session.clock.model_copy(update={"start": event.at}),
            )
    named = (f"successor/{holder.role.value}.{holder.side.value}" for holder in event.holders)
    return watched(gate_folds.released(state, event.at), None, *named)


def _terms_adopted(state: S, event: ev.TermsAdopted) -> S:
    state = put(state, terms=event.terms)
    return _awake(state) if event.terms.sessions is None else state


def _joint_plan(state: S, event: ev.JointPlanJoined) -> S:
    return put(state, joint_plan=JointPlan(of=event.of, version=event.version, at=event.at))


def _closed(state: S, event: ev.PartnershipClosed) -> S:
    if event.of is not None and event.by is not None:
        # whoever takes it over learns what was open; it has ended only when that is on record there
        taken = TakeOver(of=state.entity, open=event.open)
        errand = Errand(id="merge", request=taken, by=event.by, since=event.at, to=(event.of,))
        state = put(state, errands=(*state.errands, errand))
    return over(state, event.end, event.at, merged_into=event.into)


FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.StageOpened: _stage_opened,
    ev.StagePassed: _stage_passed,
    ev.AgreementStepTaken: _agreement_step,
    ev.SessionPlanned: _session_planned,
    ev.SessionStepTaken: session_step_taken,
    ev.ExchangeHeld: _exchange_held,
    ev.OrganisationEngaged: _organisation_engaged,
    ev.MemberReplaced: _member_replaced,
    ev.PartnershipWithdrawn: lambda state, event: state,
    ev.TermsAdopted: _terms_adopted,
    ev.DormantFlagged: _dormant,
    ev.JointPlanJoined: _joint_plan,
    ev.PartnershipClosed: _closed,
    ev.PilotRecorded: known.recorded,
}
