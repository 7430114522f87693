"""How each event changes where a partnership stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain import events as ev
from domain import gate_folds
from domain.changing import put, watched, with_stage
from domain.clocks import Span
from domain.requests import AgreementStep, SessionStep
from domain.sessions import silent_since
from domain.state import (
    AGREEMENT_OVER,
    PARTNER_ROLES,
    SIGNING_KNOWN,
    Agreement,
    Delegation,
    Exchange,
    Ladder,
    PartnershipState,
    Proposal,
    Session,
    StageState,
    StageStatus,
    Version,
    Waiver,
    Watch,
)
from domain.tasks import tasks_of
from domain.terms import Reach, Stage
from domain.values import SIDES

S = PartnershipState


def fold(state: S, event: ev.AnyEvent) -> S:
    """The state after one event, with what belongs to finished tasks swept away."""
    changed = _FOLDS[type(event)](state, event)
    return _swept(changed.model_copy(update={"now": max(state.now, event.at)}))


def _swept(state: S) -> S:
    """Ladders, overdue marks and watches that belong to no open task are dropped."""
    due = {task.id: task.deadline.at if task.deadline else None for task in tasks_of(state)}
    ladders = tuple(ladder for ladder in state.ladders if ladder.task in due)
    # what was overdue stays so while its clock stands still: it is told of once
    overdue = tuple(
        task for task in state.overdue if task in due and ((when := due[task]) is None or when <= state.now)
    )
    watches = tuple(
        watch
        for watch in state.watches
        if not watch.id.startswith("authority/") or watch.id.removeprefix("authority/") in due
    )
    update: dict[str, Any] = {}
    if ladders != state.ladders:
        update["ladders"] = ladders
    if overdue != state.overdue:
        update["overdue"] = overdue
    if len(watches) != len(state.watches):
        update["watches"] = watches
    return state.model_copy(update=update) if update else state


def _stage_opened(state: S, event: ev.StageOpened) -> S:
    if event.stage in (Stage.SCOPING, Stage.CLOSING):
        state = _awake(state)
    held = state.stage(event.stage)
    rounds = state.terms.stage(event.stage).max_rounds
    if held is None:
        fresh = StageState(
            stage=event.stage, opened=event.at, clock=event.clock, rounds=rounds, because=event.because
        )
        return put(state, stages=(*state.stages, fresh))
    reopened = with_stage(
        state,
        event.stage,
        status=StageStatus.OPEN,
        opened=event.at,
        clock=event.clock,
        awaiting=True,
        passed=None,
        rounds=len(held.versions) + rounds,
        because=event.because,
    )
    gates = tuple(gate for gate in reopened.gates if not (gate.stage is event.stage and gate.is_open))
    reopened = _asked_anew(reopened, f"submit/{event.stage.value}/")
    if event.stage is Stage.ACTION_PLAN:
        reopened = put(reopened, plan_adopted=None)
    reopened = _relieved(put(reopened, gates=gates), event.stage.value)
    return watched(reopened, None, f"escalation/{event.stage.value}")


def _asked_anew(state: S, tasks: str) -> S:
    """The same tasks (by how their ids begin) with a new clock: their ladders begin anew."""
    return put(state, ladders=tuple(held for held in state.ladders if not held.task.startswith(tasks)))


def _relieved(state: S, about: str) -> S:
    """No longer at risk because of this stage, or of the agreement, if that was why."""
    if state.at_risk != f"{about}_late":
        return state
    return watched(put(state, at_risk=None), None, "at_risk")


def _stage_passed(state: S, event: ev.StagePassed) -> S:
    state = with_stage(state, event.stage, status=StageStatus.PASSED, passed=event.at, awaiting=False)
    if event.stage is Stage.ACTION_PLAN:
        state = put(state, plan_adopted=event.at)
    if event.stage is Stage.PILOT_INVESTMENTS:
        state = put(state, pilots_endorsed=state.pilots_endorsed + 1)
    return _relieved(state, event.stage.value)


def _deliverable_submitted(state: S, event: ev.DeliverableSubmitted) -> S:
    assert event.by is not None
    held = state.stage(event.stage)
    assert held is not None
    version = Version(
        number=event.number,
        version=event.deliverable.version,
        by=event.by,
        at=event.at,
        deliverable=event.deliverable,
    )
    return with_stage(state, event.stage, versions=(*held.versions, version), awaiting=False)


def _rounds_exhausted(state: S, event: ev.RoundsExhausted) -> S:
    state = with_stage(state, event.stage, status=StageStatus.STUCK, awaiting=False, stuck_since=event.at)
    watch = Watch(
        id=f"escalation/{event.stage.value}", what="escalation", subject=event.stage.words, clock=event.clock
    )
    return watched(state, watch)


def _round_added(state: S, event: ev.RoundAdded) -> S:
    held = state.stage(event.stage)
    assert held is not None
    state = with_stage(
        state,
        event.stage,
        status=StageStatus.OPEN,
        awaiting=True,
        stuck_since=None,
        rounds=len(held.versions) + 1,
        clock=event.clock,
    )
    return watched(state, None, f"escalation/{event.stage.value}")


def _condition_waived(state: S, event: ev.ConditionWaived) -> S:
    return put(state, waivers=(*state.waivers, Waiver(stage=event.stage, condition=event.condition)))


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
    return _relieved(state, "agreement") if begins or event.step in AGREEMENT_OVER else state


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
        state = _asked_anew(state, f"agree_minutes/{event.code}/")
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


def _stopped(state: S, event: ev.HoldPlaced | ev.SuspensionOrdered, why: str) -> S:
    by = event.by.person if event.by else None
    return put(state, stops=(*state.stops, Span(since=event.at, why=why, by=by)))


def _started(state: S, event: ev.HoldLifted | ev.SuspensionLifted, why: str) -> S:
    spans = tuple(
        Span(since=span.since, until=event.at, why=span.why, by=span.by)
        if span.until is None and span.why == why
        else span
        for span in state.stops
    )
    return put(state, stops=spans)


def _hold_placed(state: S, event: ev.HoldPlaced) -> S:
    watch = Watch(id="hold_review", what="hold_review", subject=event.reason, clock=event.clock)
    return watched(_stopped(state, event, "hold"), watch)


def _hold_lifted(state: S, event: ev.HoldLifted) -> S:
    return watched(_started(state, event, "hold"), None, "hold_review")


def _holder_changed(state: S, event: ev.HolderChanged) -> S:
    holders = tuple(
        holder.model_copy(update={"until": event.at})
        if holder.person == event.leaving
        and holder.role is event.role
        and holder.side is event.side
        and holder.holds(event.at)
        else holder
        for holder in state.holders
    )
    if event.to is not None:
        holders = (*holders, event.to)
    state = gate_folds.released(put(state, holders=holders), event.at)
    name = f"successor/{event.role.value}.{event.side.value}"
    if event.clock is None:
        return watched(state, None, name) if event.to is not None else state
    subject = f"{event.side.value} {event.role.value}"
    return watched(state, Watch(id=name, what="name_successor", subject=subject, clock=event.clock))


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


def _proposal_made(state: S, event: ev.ProposalMade) -> S:
    assert event.by is not None
    proposal = Proposal(
        number=event.proposal,
        matter=event.matter,
        reason=event.reason,
        by=event.by,
        at=event.at,
        clock=event.clock,
    )
    return put(state, proposals=(*state.proposals, proposal), proposed=event.proposal)


def _proposal_over(state: S, event: ev.ProposalConfirmed | ev.ProposalDeclined) -> S:
    left = tuple(proposal for proposal in state.proposals if proposal.number != event.proposal)
    return put(state, proposals=left)


def _end_date_changed(state: S, event: ev.EndDateChanged) -> S:
    past = tuple(
        name
        for name, days in state.terms.cut_offs
        if name in state.cut_offs and event.ends - timedelta(days=days) <= event.at
    )
    return put(state, ends=event.ends, cut_offs=past)


def _delegated(state: S, event: ev.Delegated) -> S:
    assert event.by is not None
    delegation = Delegation(
        giver=event.by.person,
        to=event.to,
        role=event.role,
        side=event.side,
        since=event.since,
        until=event.until,
        stages=event.stages,
    )
    return put(state, delegations=(*state.delegations, delegation))


def _reminder_fell(state: S, event: ev.ReminderFell) -> S:
    ladders = list(state.ladders)
    for reminder in event.reminders:
        fired = (*reminder.skipped, reminder.offset)
        for place, ladder in enumerate(ladders):
            if ladder.task == reminder.task and ladder.recipient == event.recipient:
                ladders[place] = ladder.model_copy(update={"fired": (*ladder.fired, *fired)})
                break
        else:
            ladders.append(Ladder(task=reminder.task, recipient=event.recipient, fired=fired))
        if reminder.reach is Reach.AUTHORITY and event.clock is not None:
            name = f"authority/{reminder.task}"
            if all(
                watch.id != name for watch in state.watches
            ):  # another recipient's ladder was there before
                watch = Watch(id=name, what="authority", subject=reminder.task, clock=event.clock)
                state = watched(state, watch)
    return put(state, ladders=tuple(ladders), reminded=state.reminded + 1)


def _ladder_stopped(state: S, event: ev.LadderStopped) -> S:
    ladders = list(state.ladders)
    for task in event.tasks:
        for place, ladder in enumerate(ladders):
            if ladder.task == task and ladder.recipient == event.person:
                ladders[place] = ladder.model_copy(update={"stopped": event.because})
                break
        else:
            ladders.append(Ladder(task=task, recipient=event.person, stopped=event.because))
    return put(state, ladders=tuple(ladders))


def _at_risk(state: S, event: ev.AtRiskFlagged) -> S:
    watch = Watch(id="at_risk", what="at_risk", subject=event.because, clock=event.clock)
    return watched(put(state, at_risk=event.because), watch)


def _terms_adopted(state: S, event: ev.TermsAdopted) -> S:
    state = put(state, terms=event.terms)
    return _awake(state) if event.terms.sessions is None else state


def _closed(state: S, event: ev.PartnershipClosed) -> S:
    stops = tuple(span if span.until else span.model_copy(update={"until": event.at}) for span in state.stops)
    return put(
        state,
        end=event.end,
        ended_at=event.at,
        merged_into=event.into,
        stops=stops,
        watches=(),
        proposals=(),
    )


_FOLDS: dict[type[Any], Callable[[Any, Any], S]] = {
    ev.StageOpened: _stage_opened,
    ev.StagePassed: _stage_passed,
    ev.DeliverableSubmitted: _deliverable_submitted,
    ev.GateOpened: gate_folds.gate_opened,
    ev.DecisionMade: gate_folds.decision_made,
    ev.DecisionTakenBack: gate_folds.decision_taken_back,
    ev.SeatHandedOver: gate_folds.seat_handed_over,
    ev.AdviceAsked: gate_folds.advice_asked,
    ev.AdviceGiven: gate_folds.advice_given,
    ev.DeciderAdded: gate_folds.decider_added,
    ev.ClarificationAsked: gate_folds.clarification_asked,
    ev.ClarificationAnswered: gate_folds.clarification_answered,
    ev.GateSettled: gate_folds.gate_settled,
    ev.LateObjectionRecorded: gate_folds.late_objection,
    ev.RoundsExhausted: _rounds_exhausted,
    ev.RoundAdded: _round_added,
    ev.ConditionWaived: _condition_waived,
    ev.AgreementStepTaken: _agreement_step,
    ev.SessionPlanned: _session_planned,
    ev.SessionStepTaken: _session_step,
    ev.ExchangeHeld: _exchange_held,
    ev.OrganisationEngaged: _organisation_engaged,
    ev.HoldPlaced: _hold_placed,
    ev.HoldLifted: _hold_lifted,
    ev.SuspensionOrdered: lambda state, event: _stopped(state, event, "suspension"),
    ev.SuspensionLifted: lambda state, event: _started(state, event, "suspension"),
    ev.HolderChanged: _holder_changed,
    ev.MemberReplaced: _member_replaced,
    ev.PartnershipWithdrawn: lambda state, event: state,
    ev.ProposalMade: _proposal_made,
    ev.ProposalConfirmed: _proposal_over,
    ev.ProposalDeclined: _proposal_over,
    ev.EndDateChanged: _end_date_changed,
    ev.CalendarAdopted: lambda state, event: put(state, edition=event.edition),
    ev.TermsAdopted: _terms_adopted,
    ev.Delegated: _delegated,
    ev.ReminderFell: _reminder_fell,
    ev.LadderStopped: _ladder_stopped,
    ev.ContactLogged: lambda state, event: state,
    ev.DeadlinePassed: lambda state, event: put(state, overdue=(*state.overdue, event.task)),
    ev.AtRiskFlagged: _at_risk,
    ev.DormantFlagged: _dormant,
    ev.CutOffReached: lambda state, event: put(state, cut_offs=(*state.cut_offs, event.cut_off)),
    ev.PartnershipClosed: _closed,
}
