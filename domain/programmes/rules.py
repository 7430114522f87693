"""What a programme allows: acceptance of a report, objections, broadcasts by two persons, and its new end."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import events as ev
from domain import life
from domain import requests as rq
from domain.broad_requests import Broad, Spread
from domain.clocks import Clock
from domain.life import SECRETARIAT, moved, usable_edition
from domain.programmes.state import PACK, ProgrammeState
from domain.scopes import SIDE_ALONE, Scope
from domain.standing import acting, day, only
from domain.tasks import OPERATOR
from domain.terms import Seat, Silence
from domain.values import Actor, Refusal, Role, Side, listed

S = ProgrammeState
Events = tuple[ev.AnyEvent, ...]

TEAM_LEADER = Seat(role=Role.TEAM_LEADER, side=Side.PROGRAMME)
OBJECTORS = (Role.OPERATOR, Role.CLUSTER_MANAGER, Role.EU_DELEGATION, Role.NATIONAL_COUNTERPART)
_AUTHORITYS = ("suspend", "lift_suspension", "restrict_travel", "resume_travel")
"""Kinds of request that an operator records (or the EU Delegation), no team leader."""


def ask_acceptance(state: S, request: rq.AskAcceptance, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "ask for the acceptance of a report", *SECRETARIAT)
    gate = state.latest_gate(request.gate)
    if gate is None:
        known = listed([one.code for one in state.open_gates()])
        raise Refusal(
            f"gate {request.gate} has not been opened; open gates: {known or 'none'}. Acceptance is asked for once a "
            "report was handed in and the time for its approval is over"
        )
    if not gate.is_open:
        assert gate.outcome is not None and gate.settled is not None
        how = gate.outcome.value.replace("_", " ")
        raise Refusal(
            f"gate {gate.code} was settled on {day(gate.settled)} ({how}); nothing is left to accept"
        )
    deadline = state.deadline(gate.clock)
    held = state.acceptance_of(gate.id)
    if held is not None:
        until = f"; silence counts from {day(deadline.at)} on" if deadline is not None else ""
        raise Refusal(f"acceptance was asked for at gate {gate.code} on {day(held.asked)} already{until}")
    if deadline is None:
        raise Refusal(
            f"the time for approval at gate {gate.code} stands still, so it is not over; "
            "the formal question is answered first (answer)"
        )
    if at < deadline.at:
        raise Refusal(
            f"the EU Delegation has until {deadline.on} to approve at gate {gate.code}; once that is over without an "
            "answer, acceptance may be asked for in writing"
        )
    clock = state.clock_for(f"acceptance.{gate.id}", state.rules.acceptance, gate.seats, at)
    return (
        ev.AcceptanceAsked(
            at=at, by=by, gate=gate.id, letter=request.letter, basis=state.rules.basis, clock=clock
        ),
    )


def object_cut_off(state: S, request: rq.ObjectCutOff, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "object to a cut-off", *OBJECTORS)
    code = request.cut_off
    name = state.cut_off_name(code)
    if name is None:
        known = [f"E-{days}" for _, days in state.terms.cut_offs]
        raise Refusal(f"there is no cut-off {code!r}; there are {listed(known)}")
    if name not in state.cut_offs:
        days = dict(state.terms.cut_offs)[name]
        raise Refusal(
            f"{code} ({name}) is reached on {day(state.ends - timedelta(days=days))}; objections are made after that"
        )
    if not any(window.cut_off == code for window in state.windows):
        open_ones = listed([window.cut_off for window in state.windows]) or "none"
        raise Refusal(
            f"the {state.rules.objection} to object to {code} are over; "
            f"cut-offs that may be objected to now: {open_ones}"
        )
    if any(
        held.cut_off == code and held.by == by.person and held.upheld is None for held in state.objections
    ):
        raise Refusal(f"your objection to {code} waits for the team leader's answer; one is enough")
    number = len(state.objections) + 1
    clock = state.clock_for(f"objection/{number}", state.rules.objection, (TEAM_LEADER,), at)
    return (
        ev.CutOffObjected(
            at=at,
            by=by,
            objection=number,
            cut_off=code,
            reason=request.reason,
            text=request.text,
            clock=clock,
        ),
    )


def answer_objection(state: S, request: rq.AnswerObjection, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "answer an objection", Role.TEAM_LEADER)
    held = state.objection(request.objection)
    waiting = [str(one.number) for one in state.objections if one.upheld is None]
    if held is None:
        raise Refusal(f"there is no objection {request.objection}; waiting are {listed(waiting) or 'none'}")
    if held.upheld is not None:
        raise Refusal(f"objection {held.number} was answered; waiting are {listed(waiting) or 'none'}")
    if held.by in (by.person, by.on_behalf_of):
        raise Refusal(f"{held.by} made objection {held.number} and does not answer it", grave=True)
    return (
        ev.ObjectionAnswered(
            at=at, by=by, objection=held.number, upheld=request.upheld, answer=request.answer
        ),
    )


def change_end(state: S, request: rq.ChangeEnd, by: Actor, at: datetime) -> Events:
    raise Refusal("a programme's end is moved by two persons, here and for all its entities (propose extend)")


def adopt_terms(state: S, request: rq.AdoptTerms, by: Actor, at: datetime) -> Events:
    adopted = life.adopt_terms(state, request, by, at)
    if request.terms.programme is None:
        raise Refusal(f"the terms {request.terms.name!r} are not a programme's: they lack its own part")
    for stage in request.terms.stages:
        for gate in stage.gates:
            if gate.silence is not Silence.NEVER:
                raise Refusal(
                    f"gate {gate.code}: a report is never approved by silence alone; acceptance is asked for in "
                    "writing first (ask-acceptance)"
                )
    for country in request.terms.programme.joint:
        life.calendar_known(state, country)
    return adopted


def effects(state: S, matter: rq.Matter, by: Actor, at: datetime) -> Events | None:
    """What a matter of two persons comes to, where it is a programme's."""
    match matter:
        case rq.Broadcast():
            return _broadcast(state, matter, by, at)
        case rq.Extend():
            return _extended(state, matter, by, at)
        case rq.SettleGate():
            raise Refusal(
                "a report is approved by the EU Delegation, not by the secretariat that wrote it; where it does not "
                "answer, acceptance is asked for in writing (ask-acceptance)",
                grave=True,
            )
        case _:
            return None


def _broadcast(state: S, matter: rq.Broadcast, by: Actor, at: datetime) -> Events:
    scope, request = matter.scope, matter.request
    if scope.programme != state.programme:
        raise Refusal(
            f"a broadcast of {state.code} reaches its own entities, not those of programme {scope.programme}"
        )
    if scope.side_alone:
        raise Refusal(SIDE_ALONE)
    _makes_sense(state, request, at)
    if isinstance(request, rq.AdoptCalendar):
        request = request.model_copy(update={"cut": True})
    return (_ordered(state, scope, request, matter, by, at),)


def _makes_sense(state: S, request: Broad, at: datetime) -> None:
    """Refuses what no entity could take, before thousands are asked."""
    match request:
        case rq.AdoptCalendar():
            usable_edition(state, request.edition)
        case rq.Suspend() if request.since is not None:
            life.not_yet_to_come(request.since, at)
        case rq.RestrictTravel():
            until = request.until or state.ends
            if until <= request.since:
                raise Refusal(f"a restriction ends after it begins, on {day(request.since)}")
        case rq.AdoptTerms() if request.terms.programme is not None:
            raise Refusal(
                f"the terms {request.terms.name!r} are a programme's, and no other entity lives by them"
            )


def _extended(state: S, matter: rq.Extend, by: Actor, at: datetime) -> Events:
    if matter.ends <= state.ends:
        raise Refusal(f"the programme ends on {day(state.ends)}; an extension ends later")
    last = state.ends - timedelta(days=state.terms.latest_extension_request)
    if at > last:
        raise Refusal(
            f"an extension is asked for at least {state.terms.latest_extension_request} days before the end: "
            f"by {day(last)}"
        )
    proposer = _proposer(state, matter) or by
    second = proposer.person if by.person == proposer.person else by.person
    changed = ev.EndDateChanged(
        at=at,
        by=by,
        was=state.ends,
        ends=matter.ends,
        addendum=matter.addendum,
        moved=dates_moved(state, matter.ends),
    )
    request = rq.ChangeEnd(ends=matter.ends, addendum=matter.addendum, second=second)
    everybody = Scope(programme=state.programme, kinds=())
    return (changed, _ordered(state, everybody, request, matter, by, at))


def dates_moved(state: S, ends: datetime) -> tuple[ev.Moved, ...]:
    """Every date of the programme itself that another end moves."""
    later = state.prolonged(ends)
    pack = ev.Moved(clock=PACK, was=state.pack_due(), now=later.pack_due())
    return (*moved(state, later), pack)


def _proposer(state: S, matter: rq.Matter) -> Actor | None:
    return next((held.by for held in state.proposals if held.matter == matter), None)


def _ordered(
    state: S, scope: Scope, request: Spread, matter: rq.Matter, by: Actor, at: datetime
) -> ev.BroadcastOrdered:
    """The broadcast in the name of whoever of the two may ask it of each entity, the proposer first."""
    proposer = _proposer(state, matter) or by
    allowed = (Role.OPERATOR, Role.EU_DELEGATION) if request.kind in _AUTHORITYS else SECRETARIAT
    acting_for = next((one for one in (proposer, by) if one.role in allowed), None)
    if acting_for is None:
        if by.person != proposer.person:
            raise Refusal(
                f"{request.kind.replace('_', '-')} is recorded by an operator, and neither of you acts as one; "
                "an operator confirms it"
            )
        acting_for = by  # an operator may confirm it yet
    number = len(state.broadcasts) + 1
    return ev.BroadcastOrdered(
        at=at, by=by, number=number, scope=scope, request=request, proposed=proposer.person, acting=acting_for
    )


def objecting(state: S, cut_off: str, at: datetime) -> Clock:
    """The clock to object to a cut-off that is reached."""
    name = f"object/{state.cut_off_code(cut_off)}"
    return state.clock_for(name, state.rules.objection, (OPERATOR,), at)
