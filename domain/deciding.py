"""Deciding at a gate, and the verbs around it: take back, hand over, ask advice, add a decider, clarify."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.entity import EntityState, StageStatus
from domain.events import Outcome
from domain.gates import Gate, Vote
from domain.settling import settled
from domain.standing import (
    acting,
    day,
    not_the_maker,
    one_voice,
    person_of_one_side,
    role_words,
    seat_for,
    sits,
)
from domain.terms import Seat, Stage
from domain.values import SIDES, Actor, Refusal, Role, Side, listed

S = EntityState
Events = tuple[ev.AnyEvent, ...]


def _gate(state: S, code: str) -> Gate:
    """The newest gate of a code; refuses one that has not been opened yet."""
    gate = state.latest_gate(code)
    if gate is not None:
        return gate
    for stage in state.terms.stages:
        for terms in stage.gates:
            if terms.code == code:
                held = state.stage(stage.stage)
                if held is None:
                    why = f"{stage.stage.words} has not been opened"
                elif not held.versions:
                    why = f"the {stage.stage.words} deliverable has not been submitted"
                else:
                    others = [gate.code for gate in state.open_gates() if gate.stage is stage.stage]
                    why = f"gate {listed(others)} comes first" if others else "it is not its turn"
                raise Refusal(f"gate {code} ({terms.title}) is not open: {why}")
    known = [terms.code for stage in state.terms.stages for terms in stage.gates]
    raise Refusal(f"there is no gate {code!r}; the gates are {listed(known)}")


def _open(gate: Gate) -> None:
    if not gate.is_open:
        assert gate.outcome is not None and gate.settled is not None
        raise Refusal(
            f"gate {gate.code} ({gate.terms.title}) was settled on {day(gate.settled)}: "
            f"{gate.outcome.value.replace('_', ' ')}"
        )


def decide(state: S, request: rq.Decide, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    acting(state, by, at, gate.stage)
    place = seat_for(state, gate, by)
    one_voice(gate, by, place)
    _on_the_version(state, gate, request.version)
    if not gate.is_open and gate.silent:
        return _late(gate, place, request, by, at)
    _open(gate)
    vote = gate.vote_of(place)
    if vote is not None:
        raise Refusal(
            f"{'you' if vote.person == by.person else f'the {gate.seats[place]}'} decided on {day(vote.at)} "
            f"({_words(vote.verdict)}); "
            "a decision can be taken back until another has acted on it (take-back)"
        )
    if gate.asked_by is not None and gate.asked_at is not None:
        raise Refusal(
            f"a question asked on {day(gate.asked_at)} is open at gate {gate.code}; "
            "the maker answers it first (answer), and the clock stands still until then"
        )
    made = ev.DecisionMade(
        at=at,
        by=by,
        gate=gate.id,
        seat=place,
        version=request.version,
        verdict=request.verdict,
        remark=request.remark,
    )
    counted = gate.model_copy(update={"votes": (*gate.votes, _as_vote(made, by))})
    outcome = counted.certain()
    if outcome is None:
        return (made,)
    return (made, *settled(state, counted, outcome, at, by))


def _as_vote(made: ev.DecisionMade, by: Actor) -> Vote:
    return Vote(seat=made.seat, person=by.person, version=made.version, verdict=made.verdict, at=made.at)


def _words(verdict: rq.Verdict) -> str:
    return verdict.value.replace("_", " ")


def _on_the_version(state: S, gate: Gate, version: str) -> None:
    """A decision names the version it was made on; one on another version is refused with the reason."""
    if version == gate.version:
        return
    held = state.stage(gate.stage)
    versions = held.versions if held else ()
    now = next((one for one in versions if one.version == gate.version), None)
    for old in versions:
        if old.version == version and now is not None and old.number > now.number:
            others = [one.code for one in state.open_gates() if one.stage is gate.stage]
            raise Refusal(
                f"gate {gate.code} ({gate.terms.title}) is not open for version {old.number} of {day(old.at)}: "
                + (f"gate {listed(others)} comes first" if others else "it is not its turn")
            )
        if old.version == version and now is not None:
            raise Refusal(
                f"the decision was made on version {old.number} of {day(old.at)}; version {now.number} of "
                f"{day(now.at)} ({gate.version[:19]}...) supersedes it: read that one and decide again"
            )
    raise Refusal(
        f"no version {version[:19]}... was ever submitted for {gate.stage.words}; "
        f"gate {gate.code} is about {gate.version[:19]}..."
    )


def _late(gate: Gate, place: int, request: rq.Decide, by: Actor, at: datetime) -> Events:
    """An answer after silence settled the gate is kept as a late objection; the outcome stands."""
    known = next((vote for vote in gate.late if vote.seat == place), None)
    if known is not None or gate.vote_of(place) is not None:
        when = (known or gate.vote_of(place)).at  # type: ignore[union-attr]  # one of the two is there
        raise Refusal(f"the answer of the {gate.seats[place]} of {day(when)} is on record already")
    return (
        ev.LateObjectionRecorded(
            at=at,
            by=by,
            gate=gate.id,
            seat=place,
            version=request.version,
            verdict=request.verdict,
            remark=request.remark,
        ),
    )


def take_back(state: S, request: rq.TakeBack, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    acting(state, by, at, gate.stage)
    own = next((vote for vote in gate.votes if by.person in (vote.person, vote.on_behalf_of)), None)
    if own is None:
        raise Refusal(f"you have not decided at gate {gate.code}, so there is nothing to take back")
    voids = None
    if gate.votes[-1] != own:
        raise Refusal(f"another has decided at gate {gate.code} after you; it cannot be taken back any more")
    if gate.silent or gate.late:
        raise Refusal(f"gate {gate.code} was settled by silence; nothing of it can be taken back")
    if not gate.is_open:
        voids = _undone(state, gate)
    return (
        ev.DecisionTakenBack(at=at, by=by, gate=gate.id, seat=own.seat, voids=voids, remark=request.remark),
    )


def _undone(state: S, gate: Gate) -> str | None:
    """The gate that opened because this one passed, if nobody has acted at it; refuses if anybody has."""
    held = state.stage(gate.stage)
    assert held is not None
    if held.status is StageStatus.PASSED:
        raise Refusal(f"{gate.stage.words} was passed after your decision at gate {gate.code}; it stands")
    if held.current is None or held.current.version != gate.version:
        raise Refusal(f"a new version was submitted after your decision at gate {gate.code}")
    begun_anew = gate.settled is not None and held.clock.start > gate.settled
    if gate.certain() is not gate.outcome or begun_anew:
        raise Refusal(f"others have acted on your decision at gate {gate.code} since; it stands")
    if gate.outcome in (Outcome.RETURNED, Outcome.REJECTED):
        return None
    following = [other for other in state.gates if other.stage is gate.stage]
    after = following[following.index(gate) + 1 :]
    if len(after) > 1 or any(
        not other.is_open
        or other.votes
        or other.advice
        or other.clock.spans
        or other.seats != other.terms.seats
        for other in after
    ):
        raise Refusal(f"gate {after[0].code} has been acted on after your decision; it stands")
    return after[0].id if after else None


def _own_seat(state: S, gate: Gate, by: Actor, at: datetime) -> int:
    """The undecided seat an actor sits in."""
    _open(gate)
    acting(state, by, at, gate.stage)
    place = seat_for(state, gate, by)
    if gate.vote_of(place) is not None:
        raise Refusal(f"the {gate.seats[place]} has decided at gate {gate.code} already; take it back first")
    return place


def _may_decide(state: S, stage: Stage, person: str, side: Side, at: datetime) -> None:
    """Refuses a person nobody knows, the maker, and a person of the other side."""
    if state.holder(person, at) is None:
        raise Refusal(
            f"{person} has no role in {state.code}; the secretariat records one first (change-holder)"
        )
    not_the_maker(state, stage, person)
    person_of_one_side(state, person, side)


def hand_over(state: S, request: rq.HandOver, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    place = _own_seat(state, gate, by, at)
    seat = gate.seats[place]
    if request.to in (by.person, seat.person):
        raise Refusal(f"the seat is {request.to}'s already")
    _may_decide(state, gate.stage, request.to, seat.side, at)
    if not state.stands_for(request.to, seat.side, at):
        raise Refusal(
            f"{request.to} does not stand for the {seat.side.value} side, as the {seat} does", grave=True
        )
    if seat.of is not None and not state.is_of(seat, request.to):
        raise Refusal(f"{request.to} does not stand for {seat.of}, as the {seat} does", grave=True)
    if any(request.to in state.persons_for(other, at) for other in gate.seats if other is not seat):
        raise Refusal(f"{request.to} has a seat at gate {gate.code} already")
    return (ev.SeatHandedOver(at=at, by=by, gate=gate.id, seat=place, to=request.to, remark=request.remark),)


def ask_advice(state: S, request: rq.AskAdvice, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    _own_seat(state, gate, by, at)
    if request.of == by.person:
        raise Refusal("advice is asked of somebody else")
    if state.holder(request.of, at) is None:
        raise Refusal(f"{request.of} has no role in {state.code}, so cannot be asked here")
    if any(one.of == request.of and one.answer is None for one in gate.advice):
        raise Refusal(f"{request.of} has been asked for advice at gate {gate.code} already")
    held = state.last_known(request.of)
    assert held is not None
    seat = Seat(role=held.role, side=held.side)
    name = f"advice.{gate.id}/{len(gate.advice) + 1}"
    clock = state.clock_for(name, state.terms.advise, (seat,), at)
    return (
        ev.AdviceAsked(at=at, by=by, gate=gate.id, of=request.of, question=request.question, clock=clock),
    )


def give_advice(state: S, request: rq.GiveAdvice, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    acting(state, by, at, gate.stage)
    if not any(one.of == by.person and one.answer is None for one in gate.advice):
        raise Refusal(f"nobody has asked {by.person} for advice at gate {gate.code}")
    return (ev.AdviceGiven(at=at, by=by, gate=gate.id, answer=request.answer),)


def add_decider(state: S, request: rq.AddDecider, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    _open(gate)
    acting(state, by, at, gate.stage)
    if by.role is not Role.OPERATOR and not any(sits(seat, by) for seat in gate.seats):
        raise Refusal(
            f"deciders are added by the operator or by who sits at gate {gate.code}: "
            f"{listed([f'the {seat}' for seat in gate.seats])}; you act as {role_words(by.role, by.side)}",
            grave=True,
        )
    seat = request.seat
    if any((one.role, one.side, one.person) == (seat.role, seat.side, seat.person) for one in gate.seats):
        raise Refusal(f"the {seat} has a seat at gate {gate.code} already")
    if seat.person is not None:
        _may_decide(state, gate.stage, seat.person, seat.side, at)
        if not any(held.person == seat.person for held in state.holders_of(seat.role, seat.side, at)):
            raise Refusal(
                f"{seat.person} does not hold the role of {role_words(seat.role, seat.side)} in {state.code}, "
                "and a seat of a side is for somebody of that side"
            )
        if any(seat.person in state.persons_for(one, at) for one in gate.seats):
            raise Refusal(f"{seat.person} has a seat at gate {gate.code} already")
        return (ev.DeciderAdded(at=at, by=by, gate=gate.id, seat=seat, remark=request.remark),)
    holders = state.holders_of(seat.role, seat.side, at)
    if not holders:
        raise Refusal(f"nobody holds the role of {role_words(seat.role, seat.side)} in {state.code}")
    makers = state.makers_of(gate.stage)
    if all(held.person in makers for held in holders):
        not_the_maker(state, gate.stage, holders[0].person)
    return (ev.DeciderAdded(at=at, by=by, gate=gate.id, seat=seat, remark=request.remark),)


def clarify(state: S, request: rq.Clarify, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    _own_seat(state, gate, by, at)
    if gate.asked_by is not None:
        raise Refusal(f"a question is open at gate {gate.code} already; it is answered first (answer)")
    held = state.stage(gate.stage)
    assert held is not None and held.current is not None
    maker = held.current.by
    seat = Seat(role=maker.role, side=maker.side)
    asked = len(gate.clock.spans) + 1
    clock = state.clock_for(f"answer.{gate.id}/{asked}", state.terms.answer, (seat,), at)
    return (ev.ClarificationAsked(at=at, by=by, gate=gate.id, question=request.question, clock=clock),)


def answer(state: S, request: rq.Answer, by: Actor, at: datetime) -> Events:
    gate = _gate(state, request.gate)
    if gate.asked_by is None:
        raise Refusal(f"no question is open at gate {gate.code}")
    acting(state, by, at, gate.stage)
    held = state.stage(gate.stage)
    assert held is not None and held.current is not None
    maker = held.current.by
    deputises = maker.role is Role.FOCAL_POINT and by.role is Role.DEPUTY
    if not (by.side is maker.side and (by.role is maker.role or deputises)) and by.person != maker.person:
        raise Refusal(
            f"the question at gate {gate.code} is for the maker, the {role_words(maker.role, maker.side)}; "
            f"you act as {role_words(by.role, by.side)}",
            grave=by.side in SIDES,
        )
    return (ev.ClarificationAnswered(at=at, by=by, gate=gate.id, answer=request.answer),)
