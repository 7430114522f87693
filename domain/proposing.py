"""What takes two persons: waivers, extensions, overrides, mergers; proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import events as ev
from domain import requests as rq
from domain.entity import EntityState, Proposal, StageStatus
from domain.events import Outcome
from domain.gates import Gate
from domain.life import SECRETARIAT, end_changed
from domain.settling import settled
from domain.staging import CONDITIONS, conditions_of, missing, of_its_kind
from domain.standing import acting, day, not_the_maker, only
from domain.tasks import OPERATOR
from domain.values import Actor, Refusal, listed

S = EntityState
Events = tuple[ev.AnyEvent, ...]

OUTCOMES = {
    rq.Verdict.APPROVE: Outcome.APPROVED,
    rq.Verdict.CONDITIONS: Outcome.CONDITIONS,
    rq.Verdict.RETURN: Outcome.RETURNED,
    rq.Verdict.REJECT: Outcome.REJECTED,
}


def propose(state: S, request: rq.Propose, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "propose a step that needs two persons", *SECRETARIAT)
    for open_one in state.proposals:
        if open_one.matter == request.matter:
            raise Refusal(f"proposal {open_one.number} of {day(open_one.at)} asks for the same; confirm it")
    effects(state, request.matter, by, at)
    number = state.proposed + 1
    clock = state.clock_for(f"confirm/{number}", state.terms.confirm, (OPERATOR,), at)
    return (
        ev.ProposalMade(
            at=at,
            by=by,
            proposal=number,
            matter=request.matter,
            reason=request.reason,
            remark=request.remark,
            clock=clock,
        ),
    )


def _proposal(state: S, number: int) -> Proposal:
    proposal = state.proposal(number)
    if proposal is None:
        known = listed([str(one.number) for one in state.proposals])
        raise Refusal(f"there is no open proposal {number}" + (f"; open are {known}" if known else ""))
    return proposal


def confirm(state: S, request: rq.Confirm, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "confirm a proposal", *SECRETARIAT)
    proposal = _proposal(state, request.proposal)
    persons = (proposal.by.person, proposal.by.on_behalf_of)
    if by.person in persons or by.on_behalf_of in [person for person in persons if person]:
        raise Refusal(
            f"proposal {proposal.number} was made by {by.on_behalf_of or by.person}; a second person confirms it",
            grave=True,
        )
    confirmed = ev.ProposalConfirmed(at=at, by=by, proposal=proposal.number)
    return (confirmed, *effects(state, proposal.matter, by, at))


def decline(state: S, request: rq.Decline, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "decline a proposal", *SECRETARIAT)
    proposal = _proposal(state, request.proposal)
    return (ev.ProposalDeclined(at=at, by=by, proposal=proposal.number, remark=request.remark),)


def effects(state: S, matter: rq.Matter, by: Actor, at: datetime) -> Events:
    """What a proposal comes to once confirmed; refused already when proposed if it could not be."""
    own = state.own_effects(matter, by, at)
    if own is not None:
        return own
    match matter:
        case rq.Waive():
            return _waived(state, matter, by, at)
        case rq.Extend():
            return _extended(state, matter, by, at)
        case rq.SettleGate():
            return _overridden(state, matter, by, at)
        case rq.AddRound():
            return _another_round(state, matter, by, at)
        case _:
            raise Refusal(f"a {state.noun} knows no {matter.kind.replace('_', ' ')}")


def _waived(state: S, matter: rq.Waive, by: Actor, at: datetime) -> Events:
    of_its_kind(state, matter.stage)
    conditions = conditions_of(matter.stage)
    if matter.condition not in CONDITIONS or matter.condition not in conditions:
        raise Refusal(
            f"{matter.stage.words} has no condition {matter.condition!r}; it has {listed(conditions)}"
        )
    if matter.condition not in missing(state, matter.stage, at):
        raise Refusal(
            f"the condition {matter.condition!r} of {matter.stage.words} holds or is waived already"
        )
    return (ev.ConditionWaived(at=at, by=by, stage=matter.stage, condition=matter.condition),)


def _extended(state: S, matter: rq.Extend, by: Actor, at: datetime) -> Events:
    if matter.ends <= state.ends:
        raise Refusal(f"the programme ends on {day(state.ends)}; an extension ends later")
    last = state.ends - timedelta(days=state.terms.latest_extension_request)
    if at > last:
        raise Refusal(
            f"an extension is asked for at least {state.terms.latest_extension_request} days before the end: "
            f"by {day(last)}"
        )
    return (end_changed(state, matter.ends, matter.addendum, by, at),)


def _overridden(state: S, matter: rq.SettleGate, by: Actor, at: datetime) -> Events:
    gate: Gate | None = state.latest_gate(matter.gate)
    if gate is None or not gate.is_open:
        open_codes = listed([one.code for one in state.open_gates()]) or "none"
        raise Refusal(f"gate {matter.gate} is not open; open gates: {open_codes}")
    for person in (by.person, by.on_behalf_of):
        if person is not None:
            not_the_maker(state, gate.stage, person)
    return settled(state, gate, OUTCOMES[matter.verdict], at, by, overridden=True)


def _another_round(state: S, matter: rq.AddRound, by: Actor, at: datetime) -> Events:
    held = state.stage(matter.stage)
    if held is None or held.status is not StageStatus.STUCK:
        raise Refusal(f"{matter.stage.words} is not stuck: its rounds have not run out")
    terms = state.terms.stage(matter.stage)
    number = len(held.versions) + 1
    clock = state.clock_for(f"revise.{matter.stage.value}/{number}", terms.revise, terms.makers, at)
    return (ev.RoundAdded(at=at, by=by, stage=matter.stage, clock=clock),)
