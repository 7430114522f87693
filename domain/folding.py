"""How each event changes where a partnership stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain import events as ev
from domain.clocks import Span
from domain.gates import Advice, Gate, Vote
from domain.requests import AgreementStep
from domain.state import (
    PARTNER_ROLES,
    Agreement,
    Delegation,
    Exchange,
    Ladder,
    PartnershipState,
    Proposal,
    StageState,
    StageStatus,
    Version,
    Waiver,
    Watch,
)
from domain.tasks import tasks_of
from domain.terms import Reach, Stage

S = PartnershipState


def fold(state: S, event: ev.AnyEvent) -> S:
    """The state after one event, with what belongs to finished tasks swept away."""
    changed = _FOLDS[type(event)](state, event)
    return _swept(changed.model_copy(update={"now": max(state.now, event.at)}))


def _swept(state: S) -> S:
    """Ladders, overdue marks and watches that belong to no open task are dropped."""
    due = {task.id: task.deadline.at if task.deadline else None for task in tasks_of(state)}
    ladders = tuple(ladder for ladder in state.ladders if ladder.task in due)
    overdue = tuple(
        task for task in state.overdue if (when := due.get(task)) is not None and when <= state.now
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


def _put(state: S, **update: Any) -> S:
    return state.model_copy(update=update)


def _with_stage(state: S, stage: Stage, **update: Any) -> S:
    stages = tuple(held.model_copy(update=update) if held.stage is stage else held for held in state.stages)
    return _put(state, stages=stages)


def _with_gate(state: S, gate_id: str, **update: Any) -> S:
    gates = tuple(gate.model_copy(update=update) if gate.id == gate_id else gate for gate in state.gates)
    return _put(state, gates=gates)


def _watched(state: S, watch: Watch | None, *without: str) -> S:
    kept = tuple(
        held for held in state.watches if held.id not in without and (not watch or held.id != watch.id)
    )
    return _put(state, watches=(*kept, watch) if watch else kept)


def _stage_opened(state: S, event: ev.StageOpened) -> S:
    held = state.stage(event.stage)
    rounds = state.terms.stage(event.stage).max_rounds
    if held is None:
        fresh = StageState(
            stage=event.stage, opened=event.at, clock=event.clock, rounds=rounds, because=event.because
        )
        return _put(state, stages=(*state.stages, fresh))
    reopened = _with_stage(
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
    if event.stage is Stage.ACTION_PLAN:
        reopened = _put(reopened, plan_adopted=None)
    return _watched(_put(reopened, gates=gates), None, f"escalation/{event.stage.value}", "at_risk")


def _stage_passed(state: S, event: ev.StagePassed) -> S:
    state = _with_stage(state, event.stage, status=StageStatus.PASSED, passed=event.at, awaiting=False)
    if event.stage is Stage.ACTION_PLAN:
        state = _put(state, plan_adopted=event.at)
    if event.stage is Stage.PILOT_INVESTMENTS:
        state = _put(state, pilots_endorsed=state.pilots_endorsed + 1)
    return _watched(_put(state, at_risk=None), None, "at_risk")


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
    return _with_stage(state, event.stage, versions=(*held.versions, version), awaiting=False)


def _gate_opened(state: S, event: ev.GateOpened) -> S:
    gate = Gate(
        id=event.gate,
        stage=event.stage,
        version=event.version,
        terms=event.terms,
        clock=event.clock,
        seats=event.terms.seats,
    )
    return _put(state, gates=(*state.gates, gate))


def _vote(event: ev.DecisionMade | ev.LateObjectionRecorded) -> Vote:
    assert event.by is not None
    return Vote(
        seat=event.seat,
        person=event.by.person,
        on_behalf_of=event.by.on_behalf_of,
        version=event.version,
        verdict=event.verdict,
        at=event.at,
        remark=event.remark,
    )


def _decision_made(state: S, event: ev.DecisionMade) -> S:
    return _with_gate(state, event.gate, votes=(*state.gate(event.gate).votes, _vote(event)))


def _decision_taken_back(state: S, event: ev.DecisionTakenBack) -> S:
    gate = state.gate(event.gate)
    votes = tuple(vote for vote in gate.votes if vote.seat != event.seat)
    state = _with_gate(state, event.gate, votes=votes, outcome=None, settled=None, due=None)
    state = _put(state, gates=tuple(held for held in state.gates if held.id != event.voids))
    if not gate.is_open:
        state = _with_stage(state, gate.stage, awaiting=False, status=StageStatus.OPEN, stuck_since=None)
        state = _watched(state, None, f"escalation/{gate.stage.value}")
    return state


def _seat_handed_over(state: S, event: ev.SeatHandedOver) -> S:
    gate = state.gate(event.gate)
    seats = tuple(
        seat.model_copy(update={"person": event.to}) if place == event.seat else seat
        for place, seat in enumerate(gate.seats)
    )
    return _with_gate(state, event.gate, seats=seats)


def _advice_asked(state: S, event: ev.AdviceAsked) -> S:
    assert event.by is not None
    advice = Advice(
        of=event.of, by=event.by.person, asked=event.at, question=event.question, clock=event.clock
    )
    return _with_gate(state, event.gate, advice=(*state.gate(event.gate).advice, advice))


def _advice_given(state: S, event: ev.AdviceGiven) -> S:
    assert event.by is not None
    given = list(state.gate(event.gate).advice)
    for place, advice in enumerate(given):
        if advice.of == event.by.person and advice.answer is None:
            given[place] = advice.model_copy(update={"answer": event.answer, "answered": event.at})
            break
    return _with_gate(state, event.gate, advice=tuple(given))


def _decider_added(state: S, event: ev.DeciderAdded) -> S:
    return _with_gate(state, event.gate, seats=(*state.gate(event.gate).seats, event.seat))


def _clarification_asked(state: S, event: ev.ClarificationAsked) -> S:
    assert event.by is not None
    clock = state.gate(event.gate).clock.stopped(event.at, "clarification", event.by.person)
    return _with_gate(
        state,
        event.gate,
        clock=clock,
        asked_by=event.by.person,
        asked_at=event.at,
        answer_clock=event.clock,
    )


def _clarification_answered(state: S, event: ev.ClarificationAnswered) -> S:
    clock = state.gate(event.gate).clock.restarted(event.at)
    return _with_gate(state, event.gate, clock=clock, asked_by=None, asked_at=None, answer_clock=None)


def _gate_settled(state: S, event: ev.GateSettled) -> S:
    gate = state.gate(event.gate)
    clock = gate.clock.restarted(event.at) if gate.clock.is_stopped else gate.clock
    deadline = state.deadline(clock)
    state = _with_gate(
        state,
        event.gate,
        outcome=event.outcome,
        settled=event.at,
        silent=event.silent,
        due=deadline.at if deadline else None,
        clock=clock,
        asked_by=None,
        asked_at=None,
        answer_clock=None,
    )
    if event.clock is not None:
        state = _with_stage(state, gate.stage, awaiting=True, clock=event.clock)
    return state


def _late_objection(state: S, event: ev.LateObjectionRecorded) -> S:
    return _with_gate(state, event.gate, late=(*state.gate(event.gate).late, _vote(event)))


def _rounds_exhausted(state: S, event: ev.RoundsExhausted) -> S:
    state = _with_stage(state, event.stage, status=StageStatus.STUCK, awaiting=False, stuck_since=event.at)
    watch = Watch(
        id=f"escalation/{event.stage.value}", what="escalation", subject=event.stage.words, clock=event.clock
    )
    return _watched(state, watch)


def _round_added(state: S, event: ev.RoundAdded) -> S:
    held = state.stage(event.stage)
    assert held is not None
    state = _with_stage(
        state,
        event.stage,
        status=StageStatus.OPEN,
        awaiting=True,
        stuck_since=None,
        rounds=len(held.versions) + 1,
        clock=event.clock,
    )
    return _watched(state, None, f"escalation/{event.stage.value}")


def _condition_waived(state: S, event: ev.ConditionWaived) -> S:
    return _put(state, waivers=(*state.waivers, Waiver(stage=event.stage, condition=event.condition)))


def _agreement_step(state: S, event: ev.AgreementStepTaken) -> S:
    held = state.agreement
    begins = event.clock is not None
    agreement = Agreement(
        clock=event.clock if begins else held.clock,
        step=event.step,
        since=event.at,
        began=event.at if begins else held.began,
        taken=(event.step,) if begins else (*held.taken, event.step),
        signing=event.signing or held.signing,
        signed=(event.signing or event.at) if event.step is AgreementStep.SIGNED else None,
    )
    return _put(state, agreement=agreement)


def _exchange_held(state: S, event: ev.ExchangeHeld) -> S:
    exchange = Exchange(
        code=event.code,
        mode=event.mode,
        held=event.held,
        participants_eu=event.participants_eu,
        participants_cn=event.participants_cn,
        evidence=event.evidence,
    )
    return _put(state, exchanges=(*state.exchanges, exchange))


def _organisation_engaged(state: S, event: ev.OrganisationEngaged) -> S:
    return _put(state, organisations=(*state.organisations, event.organisation))


def _stopped(state: S, event: ev.HoldPlaced | ev.SuspensionOrdered, why: str) -> S:
    by = event.by.person if event.by else None
    return _put(state, stops=(*state.stops, Span(since=event.at, why=why, by=by)))


def _started(state: S, event: ev.HoldLifted | ev.SuspensionLifted, why: str) -> S:
    spans = tuple(
        Span(since=span.since, until=event.at, why=span.why, by=span.by)
        if span.until is None and span.why == why
        else span
        for span in state.stops
    )
    return _put(state, stops=spans)


def _hold_placed(state: S, event: ev.HoldPlaced) -> S:
    watch = Watch(id="hold_review", what="hold_review", subject=event.reason, clock=event.clock)
    return _watched(_stopped(state, event, "hold"), watch)


def _hold_lifted(state: S, event: ev.HoldLifted) -> S:
    return _watched(_started(state, event, "hold"), None, "hold_review")


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
    state = _put(state, holders=holders)
    name = f"successor/{event.role.value}.{event.side.value}"
    if event.clock is None:
        return _watched(state, None, name) if event.to is not None else state
    subject = f"{event.side.value} {event.role.value}"
    return _watched(state, Watch(id=name, what="name_successor", subject=subject, clock=event.clock))


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
    return _put(state, members=(*members, event.member), holders=(*holders, *event.holders))


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
    return _put(state, proposals=(*state.proposals, proposal), proposed=event.proposal)


def _proposal_over(state: S, event: ev.ProposalConfirmed | ev.ProposalDeclined) -> S:
    left = tuple(proposal for proposal in state.proposals if proposal.number != event.proposal)
    return _put(state, proposals=left)


def _end_date_changed(state: S, event: ev.EndDateChanged) -> S:
    past = tuple(
        name
        for name, days in state.terms.cut_offs
        if name in state.cut_offs and event.ends - timedelta(days=days) <= event.at
    )
    return _watched(_put(state, ends=event.ends, cut_offs=past, at_risk=None), None, "at_risk")


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
    return _put(state, delegations=(*state.delegations, delegation))


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
            state = _watched(
                state, Watch(id=name, what="authority", subject=reminder.task, clock=event.clock)
            )
    return _put(state, ladders=tuple(ladders), reminded=state.reminded + 1)


def _ladder_stopped(state: S, event: ev.LadderStopped) -> S:
    ladders = list(state.ladders)
    for task in event.tasks:
        for place, ladder in enumerate(ladders):
            if ladder.task == task and ladder.recipient == event.person:
                ladders[place] = ladder.model_copy(update={"stopped": event.because})
                break
        else:
            ladders.append(Ladder(task=task, recipient=event.person, stopped=event.because))
    return _put(state, ladders=tuple(ladders))


def _at_risk(state: S, event: ev.AtRiskFlagged) -> S:
    watch = Watch(id="at_risk", what="at_risk", subject=event.because, clock=event.clock)
    return _watched(_put(state, at_risk=event.because), watch)


def _closed(state: S, event: ev.PartnershipClosed) -> S:
    stops = tuple(span if span.until else span.model_copy(update={"until": event.at}) for span in state.stops)
    return _put(
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
    ev.GateOpened: _gate_opened,
    ev.DecisionMade: _decision_made,
    ev.DecisionTakenBack: _decision_taken_back,
    ev.SeatHandedOver: _seat_handed_over,
    ev.AdviceAsked: _advice_asked,
    ev.AdviceGiven: _advice_given,
    ev.DeciderAdded: _decider_added,
    ev.ClarificationAsked: _clarification_asked,
    ev.ClarificationAnswered: _clarification_answered,
    ev.GateSettled: _gate_settled,
    ev.LateObjectionRecorded: _late_objection,
    ev.RoundsExhausted: _rounds_exhausted,
    ev.RoundAdded: _round_added,
    ev.ConditionWaived: _condition_waived,
    ev.AgreementStepTaken: _agreement_step,
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
    ev.CalendarAdopted: lambda state, event: _put(state, edition=event.edition),
    ev.TermsAdopted: lambda state, event: _put(state, terms=event.terms),
    ev.Delegated: _delegated,
    ev.ReminderFell: _reminder_fell,
    ev.LadderStopped: _ladder_stopped,
    ev.ContactLogged: lambda state, event: state,
    ev.DeadlinePassed: lambda state, event: _put(state, overdue=(*state.overdue, event.task)),
    ev.AtRiskFlagged: _at_risk,
    ev.CutOffReached: lambda state, event: _put(state, cut_offs=(*state.cut_offs, event.cut_off)),
    ev.PartnershipClosed: _closed,
}
