"""How an event changes where any entity stands; what is of a kind alone stands with that kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain import events as ev
from domain import gate_folds
from domain.changing import put, watched, with_stage
from domain.clocks import Span
from domain.entity import (
    Delegation,
    EntityState,
    Ladder,
    Proposal,
    StageState,
    StageStatus,
    Version,
    Waiver,
    Watch,
)
from domain.tasks import tasks_of
from domain.terms import Reach, Restriction

S = TypeVar("S", bound=EntityState)


def fold(state: S, event: ev.AnyEvent) -> S:
    """The state after one event, with what belongs to finished tasks swept away."""
    change = state.own_folds.get(type(event)) or FOLDS[type(event)]
    changed: S = change(state, event)
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


def stage_opened(state: S, event: ev.StageOpened) -> S:
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
    reopened = asked_anew(reopened, f"submit/{event.stage.value}/")
    reopened = relieved(put(reopened, gates=gates), event.stage.value)
    return watched(reopened, None, f"escalation/{event.stage.value}")


def asked_anew(state: S, tasks: str) -> S:
    """The same tasks (by how their ids begin) with a new clock: their ladders begin anew."""
    return put(state, ladders=tuple(held for held in state.ladders if not held.task.startswith(tasks)))


def relieved(state: S, about: str) -> S:
    """No longer at risk because of this stage, or of the agreement, if that was why."""
    if state.at_risk != f"{about}_late":
        return state
    return watched(put(state, at_risk=None), None, "at_risk")


def stage_passed(state: S, event: ev.StagePassed) -> S:
    state = with_stage(state, event.stage, status=StageStatus.PASSED, passed=event.at, awaiting=False)
    return relieved(state, event.stage.value)


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


def _stopped(state: S, event: ev.HoldPlaced | ev.SuspensionOrdered, why: str) -> S:
    by = event.by.person if event.by else None
    since = event.since if isinstance(event, ev.SuspensionOrdered) else None
    return put(state, stops=(*state.stops, Span(since=since or event.at, why=why, by=by)))


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


def travel_restricted(state: S, event: ev.TravelRestricted) -> S:
    """Its terms know of one more time in which nobody travels there."""
    closed = Restriction(country=event.country, since=event.since, until=event.until)
    restrictions = (*state.terms.restrictions, closed)
    return put(state, terms=state.terms.model_copy(update={"restrictions": restrictions}))


def _travel_resumed(state: S, event: ev.TravelResumed) -> S:
    restrictions = tuple(
        held.model_copy(update={"until": event.since - timedelta(microseconds=1)})
        if held.country == event.country and held.since < event.since <= held.until
        else held
        for held in state.terms.restrictions
        if held.country != event.country or held.since < event.since
    )
    return put(state, terms=state.terms.model_copy(update={"restrictions": restrictions}))


def _errand_carried(state: S, event: ev.ErrandCarried) -> S:
    held = next((one for one in state.errands if one.id == event.errand), None)
    errands = tuple(
        one if one.id != event.errand else one.model_copy(update={"after": event.after})
        for one in state.errands
        if one.id != event.errand or not event.over
    )
    state = put(state, errands=errands)
    if event.refused and held is not None:
        before = next((one.to for one in state.turned_down if one.id == held.id), ())
        to = (*before, *(one.entity for one in event.refused))
        kept = held.model_copy(update={"to": to, "scope": None, "after": ""})
        others = tuple(one for one in state.turned_down if one.id != held.id)
        state = put(state, turned_down=(*others, kept))
    if event.clock is None:
        return state
    name = f"errand/{event.errand}"
    return watched(state, Watch(id=name, what="errand", subject=event.errand, clock=event.clock))


def _errand_settled(state: S, event: ev.ErrandRepeated | ev.ErrandDropped) -> S:
    again = tuple(one for one in state.turned_down if one.id == event.errand)
    others = tuple(one for one in state.turned_down if one.id != event.errand)
    state = watched(put(state, turned_down=others), None, f"errand/{event.errand}")
    return put(state, errands=(*state.errands, *again)) if isinstance(event, ev.ErrandRepeated) else state


def over(state: S, end: str, at: datetime, **update: Any) -> S:
    """Ended: nothing stands still any more, and nothing is waited for."""
    stops = tuple(span if span.until else span.model_copy(update={"until": at}) for span in state.stops)
    return put(state, end=end, ended_at=at, stops=stops, watches=(), proposals=(), **update)


FOLDS: dict[type[Any], Callable[[Any, Any], Any]] = {
    ev.ErrandCarried: _errand_carried,
    ev.ErrandRepeated: _errand_settled,
    ev.ErrandDropped: _errand_settled,
    ev.TravelRestricted: travel_restricted,
    ev.TravelResumed: _travel_resumed,
    ev.EntityClosed: lambda state, event: over(state, event.end, event.at),
    ev.StageOpened: stage_opened,
    ev.StagePassed: stage_passed,
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
    ev.HoldPlaced: _hold_placed,
    ev.HoldLifted: _hold_lifted,
    ev.SuspensionOrdered: lambda state, event: _stopped(state, event, "suspension"),
    ev.SuspensionLifted: lambda state, event: _started(state, event, "suspension"),
    ev.HolderChanged: _holder_changed,
    ev.ProposalMade: _proposal_made,
    ev.ProposalConfirmed: _proposal_over,
    ev.ProposalDeclined: _proposal_over,
    ev.EndDateChanged: _end_date_changed,
    ev.CalendarAdopted: lambda state, event: put(state, edition=event.edition),
    ev.Delegated: _delegated,
    ev.ReminderFell: _reminder_fell,
    ev.LadderStopped: _ladder_stopped,
    ev.ContactLogged: lambda state, event: state,
    ev.DeadlinePassed: lambda state, event: put(state, overdue=(*state.overdue, event.task)),
    ev.AtRiskFlagged: _at_risk,
    ev.CutOffReached: lambda state, event: put(state, cut_offs=(*state.cut_offs, event.cut_off)),
    ev.TermsAdopted: lambda state, event: put(state, terms=event.terms),
}
