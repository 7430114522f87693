"""How each event changes where a partnership stands, where it means more to it than to any entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import events as ev
from domain import gate_folds
from domain.changing import put, watched
from domain.entity import PARTNER_ROLES, Watch
from domain.folding import asked_anew, over, relieved, stage_opened, stage_passed
from domain.pilots import known
from domain.requests import AgreementStep, SessionStep
from domain.sessions import silent_since
from domain.state import AGREEMENT_OVER, SIGNING_KNOWN, Agreement, Exchange, PartnershipState, Session
from domain.terms import Stage
from domain.values import SIDES

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
    )
    silent = silent_since(state)
    state = put(state, exchanges=(*state.exchanges, exchange))
    if event.clock is not None:
        state = _with_session(
            state, event.code, mode=event.mode, step=SessionStep.HELD, since=event.at, clock=event.clock
        )
    return _awake(state) if silent_since(state) != silent else state


def _session_planned(state: S, event: ev.SessionPlanned) -> S:
    known = state.session(event.code)
    session = Session(
        code=event.code,
        mode=event.mode,
        starts=event.starts,
        moved=event.moved,
        planned=known.planned if known is not None else event.at,
        told=known is not None and known.told,
        since=event.at,
        clock=event.clock,
        report=event.report,
    )
    others = tuple(held for held in state.sessions if held.code != event.code)
    state = put(state, sessions=(*others, session))
    # a session ahead answers the warning; how to go on after half a year is settled by one that was held
    return state if state.dormant > 1 else watched(state, None, "dormant")


def _session_step(state: S, event: ev.SessionStepTaken) -> S:
    held = state.session(event.code)
    assert held is not None and event.by is not None
    update: dict[str, Any] = {"step": event.step, "since": event.at}
    by_sides = {SessionStep.CONFIRMED: "answered", SessionStep.AGREED: "agreed"}.get(event.step)
    if by_sides is not None:
        sides = (*getattr(held, by_sides), event.by.side)
        # it stays as it is until both sides have spoken
        update = {by_sides: sides} | (update if len(sides) == len(SIDES) else {})
    else:
        update |= {"clock": event.clock or held.clock, "text": event.text or held.text}
    if event.step is SessionStep.INVITED:
        update["told"] = True
    if event.step is SessionStep.MINUTED:
        update |= {"agreed": (), "minutes": held.minutes + 1}
        state = asked_anew(state, f"agree_minutes/{event.code}/")
    return _with_session(state, event.code, **update)


def _with_session(state: S, code: str, **update: Any) -> S:
    sessions = tuple(held.model_copy(update=update) if held.code == code else held for held in state.sessions)
    return put(state, sessions=sessions)


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
            state = _with_session(
                state,
                session.code,
                step=SessionStep.INVITED,
                since=event.at,
                answered=tuple(one for one in session.answered if one is not side),
                clock=session.clock.model_copy(update={"start": event.at}),
            )
    named = (f"successor/{holder.role.value}.{holder.side.value}" for holder in event.holders)
    return watched(gate_folds.released(state, event.at), None, *named)


def _terms_adopted(state: S, event: ev.TermsAdopted) -> S:
    state = put(state, terms=event.terms)
    return _awake(state) if event.terms.sessions is None else state


def _closed(state: S, event: ev.PartnershipClosed) -> S:
    return over(state, event.end, event.at, merged_into=event.into)


FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.StageOpened: _stage_opened,
    ev.StagePassed: _stage_passed,
    ev.AgreementStepTaken: _agreement_step,
    ev.SessionPlanned: _session_planned,
    ev.SessionStepTaken: _session_step,
    ev.ExchangeHeld: _exchange_held,
    ev.OrganisationEngaged: _organisation_engaged,
    ev.MemberReplaced: _member_replaced,
    ev.PartnershipWithdrawn: lambda state, event: state,
    ev.TermsAdopted: _terms_adopted,
    ev.DormantFlagged: _dormant,
    ev.PartnershipClosed: _closed,
    ev.PilotRecorded: known.recorded,
}
