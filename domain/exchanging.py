"""Exchanges held, organisations engaged, and the agreement: the tracks beside the stages."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.membership import agreement_begins
from domain.requests import AgreementStep as Step
from domain.sessions import held_now, travel_possible
from domain.standing import acting, day, only
from domain.state import PartnershipState
from domain.terms import Stage
from domain.values import SIDES, Actor, Refusal, Role, Side, listed

S = PartnershipState
Events = tuple[ev.AnyEvent, ...]

FOLLOWS: dict[Step, tuple[Step, ...]] = {
    Step.NONE: (Step.PROPOSED,),
    Step.PROPOSED: (Step.DRAFTING, Step.LAPSED),
    Step.DRAFTING: (Step.LEGAL_REVIEW, Step.FAO_CLEARANCE, Step.LAPSED),
    Step.LEGAL_REVIEW: (Step.FAO_CLEARANCE, Step.AGREED_TEXT, Step.DRAFTING, Step.LAPSED),
    Step.FAO_CLEARANCE: (Step.LEGAL_REVIEW, Step.AGREED_TEXT, Step.DRAFTING, Step.LAPSED),
    Step.AGREED_TEXT: (Step.SIGNING_SCHEDULED, Step.DRAFTING, Step.LAPSED),
    Step.SIGNING_SCHEDULED: (Step.SIGNED, Step.SIGNING_SCHEDULED, Step.DRAFTING, Step.LAPSED),
    Step.SIGNED: (Step.TERMINATED,),
    Step.LAPSED: (Step.PROPOSED,),
    Step.TERMINATED: (Step.PROPOSED,),
}
"""Which steps of the agreement may follow which (domain.md 2.4, track B)."""

SIDE_STEPS = {Step.LEGAL_REVIEW: Side.EU, Step.FAO_CLEARANCE: Side.CN}
"""Steps that one side alone can report: the EU's legal review, the Foreign Affairs Office's clearance."""


def agreement_step(state: S, request: rq.StepAgreement, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "take a step of the agreement", Role.OPERATOR, Role.FOCAL_POINT, Role.DEPUTY)
    now, step = state.agreement.step, request.step
    if state.stage(Stage.SCOPING) is None:
        raise Refusal("an agreement may start at any time after scoping has opened; it has not")
    if step not in FOLLOWS[now]:
        follows = listed([one.value for one in FOLLOWS[now]], "or")
        raise Refusal(f"the agreement stands at {now.value}; after that comes {follows}, not {step.value}")
    owner = SIDE_STEPS.get(step)
    if owner is not None and by.side in SIDES and by.side is not owner:
        raise Refusal(f"{step.value} is reported by the {owner.value.upper()} side or the secretariat")
    taken = state.agreement.taken
    if step in (Step.AGREED_TEXT, Step.SIGNING_SCHEDULED):
        lacking = [one.value for one in SIDE_STEPS if one not in _since_drafting(taken)]
        if lacking:
            raise Refusal(
                f"{step.value} needs {listed(lacking)} first: the EU side's legal review and the clearance of "
                "the Chinese Foreign Affairs Office come before a text is agreed or a signing day is fixed"
            )
    if step is Step.SIGNING_SCHEDULED and (request.signing is None or request.signing < at):
        raise Refusal("a signing is scheduled for a day to come (--signing)")
    if step is Step.SIGNED and request.signing is not None and request.signing > at:
        raise Refusal(f"it cannot have been signed on {day(request.signing)}, which is still to come")
    if step is Step.PROPOSED:
        begun = agreement_begins(state, by, at)
        return (begun.model_copy(update={"text": request.text}),)
    return (ev.AgreementStepTaken(at=at, by=by, step=step, signing=request.signing, text=request.text),)


def _since_drafting(taken: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps after the latest drafting: a new draft is reviewed and cleared anew."""
    latest = max((place for place, step in enumerate(taken) if step is Step.DRAFTING), default=0)
    return taken[latest:]


def record_exchange(state: S, request: rq.RecordExchange, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "record an exchange", Role.OPERATOR, Role.CLUSTER_MANAGER)
    if request.held > at:
        raise Refusal(f"an exchange is recorded after it was held; {day(request.held)} is still to come")
    if any((known.code, known.of) == (request.code, request.of) for known in state.exchanges):
        of = f" of {request.of}" if request.of is not None else ""
        raise Refusal(f"exchange {request.code}{of} is on record already")
    if not request.participants_eu or not request.participants_cn:
        raise Refusal("an exchange has participants of both sides; both numbers are needed")
    travel_possible(state, request.mode, request.held, "could")
    _attended(state, request)
    # what others held has its minutes there
    minutes = held_now(state, request.code, request.held, at) if request.of is None else None
    return (
        ev.ExchangeHeld(
            at=at,
            by=by,
            code=request.code,
            mode=request.mode,
            held=request.held,
            participants_eu=request.participants_eu,
            participants_cn=request.participants_cn,
            evidence=request.evidence,
            clock=minutes,
            of=request.of,
            organisations=request.organisations,
        ),
    )


def _attended(state: S, request: rq.RecordExchange) -> None:
    """Refuses organisations that nobody can look up: not engaged, or without the list that names them."""
    known = [one.code for one in state.organisations]
    unknown = [one for one in request.organisations if one not in known]
    if unknown:
        raise Refusal(
            f"{listed(unknown)} is not engaged in {state.code}; on record are {listed(known) or 'none'} (engage)"
        )
    if len(set(request.organisations)) < len(request.organisations):
        raise Refusal("an organisation attended once, however many people came; name each of them once")
    if request.organisations and request.evidence is None:
        raise Refusal("who attended is read from the attendance list: it goes with the organisations named")


def adopt_joint_plan(state: S, request: rq.AdoptJointPlan, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "record that a joint plan holds here", Role.OPERATOR, Role.TEAM_LEADER, Role.CLUSTER_MANAGER)
    known = state.joint_plan
    if known is not None and (known.of, known.version) == (request.of, request.version):
        raise Refusal(
            f"this version of the joint plan of {request.of} holds in {state.code} since {day(known.at)}; "
            "another version has another content hash"
        )
    return (ev.JointPlanJoined(at=at, by=by, of=request.of, version=request.version),)


def engage(state: S, request: rq.Engage, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "record an organisation", Role.OPERATOR, Role.CLUSTER_MANAGER, Role.FOCAL_POINT)
    if request.organisation.side not in SIDES:
        raise Refusal("an organisation is engaged on the eu or the cn side")
    if by.side in SIDES and by.side is not request.organisation.side:
        raise Refusal(f"the {request.organisation.side.value.upper()} side names its own organisations")
    if any(known.code == request.organisation.code for known in state.organisations):
        raise Refusal(f"organisation {request.organisation.code} is engaged already")
    return (ev.OrganisationEngaged(at=at, by=by, organisation=request.organisation),)
