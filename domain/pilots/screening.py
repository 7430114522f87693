"""Screening and the gates after it: who may approve on which scores, and on which due diligence."""

from __future__ import annotations

from datetime import datetime

from domain import deciding, life, staging
from domain import events as ev
from domain import requests as rq
from domain.gates import Gate
from domain.pilots.facts import MUSTS, total_of
from domain.pilots.state import PilotState
from domain.pilots.steps import CHECKED, SCREENING, PilotSheet
from domain.requests import Verdict
from domain.standing import acting, day, seat_for
from domain.terms import Silence, Stage
from domain.values import Actor, Refusal, listed

S = PilotState
Events = tuple[ev.AnyEvent, ...]


def score(state: S, request: rq.ScorePilot, by: Actor, at: datetime) -> Events:
    acting(state, by, at, Stage.PILOT_FICHE)
    gate = state.latest_gate(SCREENING)
    if gate is None or not gate.is_open:
        when = f"was settled on {day(gate.settled)}" if gate is not None and gate.settled else "is not open"
        raise Refusal(f"scores are given while the panel screens a fiche, and gate {SCREENING} {when}")
    place = seat_for(state, gate, by)
    if request.version != gate.version:
        raise Refusal(
            f"these scores are for another version than gate {gate.code} is about ({gate.version[:19]}...); "
            "read that one and score it"
        )
    if gate.vote_of(place) is not None:
        raise Refusal(
            f"the {gate.seats[place]} has decided at gate {gate.code} on the scores given; "
            "take the decision back first (take-back)"
        )
    known = any(sheet.seat == place for sheet in state.sheets_at(gate))
    if known and any(vote.verdict.approves for vote in gate.votes):
        raise Refusal(
            f"another has approved at gate {gate.code} on the scores that were given; they stand unless that "
            "decision is taken back (take-back)"
        )
    return (
        ev.PilotScored(
            at=at, by=by, gate=gate.id, seat=place, version=request.version, scores=request.scores
        ),
    )


def submit(state: S, request: rq.Submit, by: Actor, at: datetime) -> Events:
    made = staging.submit(state, request, by, at)
    sheet = request.deliverable
    if isinstance(sheet, PilotSheet) and (sheet.action, sheet.pilot) != (state.action, state.pilot):
        raise Refusal(
            f"this fiche is of the kind {sheet.pilot.value} for action {sheet.action}; {state.code} is of the kind "
            f"{state.pilot.value} for action {state.action}, and another is begun by itself (found)"
        )
    return made


def decide(state: S, request: rq.Decide, by: Actor, at: datetime) -> Events:
    made = deciding.decide(state, request, by, at)
    gate = state.latest_gate(request.gate)
    assert gate is not None, "what nobody can decide on was refused"
    if request.verdict is Verdict.REJECT and request.remark is None:
        raise Refusal(
            f"whoever rejects at gate {gate.code} says why: a pilot that stops is explained (--remark)"
        )
    if gate.is_open and request.verdict.approves:
        if gate.code == SCREENING:
            _scored_well(state, gate, seat_for(state, gate, by))
        if gate.code in CHECKED:
            checked(state, at, f"gate {gate.code} ({gate.terms.title}) is not passed")
    return made


def _scored_well(state: S, gate: Gate, place: int) -> None:
    """Refuses an approval that the panel's own scores do not bear out."""
    sheets = state.sheets_at(gate)
    given = [sheet.seat for sheet in sheets]
    without = [str(seat) for seat_place, seat in enumerate(gate.seats) if seat_place not in given]
    enough = len(given) >= (gate.terms.needed or len(gate.seats))
    if place not in given or not enough:
        raise Refusal(
            f"gate {gate.code} is approved on the scores of the panel, and the {listed(without)} "
            f"{'has' if len(without) == 1 else 'have'} given none for this version (score)"
        )
    otherwise = "return or reject the fiche, or let two persons settle the gate (propose settle-gate)"
    zero = [name for name in MUSTS if any(getattr(sheet.scores, name) == 0 for sheet in sheets)]
    if zero:
        named = listed([name.replace("_", " ") for name in zero])
        raise Refusal(
            f"the panel gave no point for {named}, which {'is a must' if len(zero) == 1 else 'are musts'}; "
            f"{otherwise}"
        )
    total, mark = total_of(tuple(sheet.scores for sheet in sheets)), state.rules.pass_mark
    if total < mark:
        raise Refusal(f"the panel's scores come to {total} of 100 points, and {mark} are needed; {otherwise}")


def checked(state: S, at: datetime, otherwise: str) -> None:
    """Refuses what needs a due diligence that is complete, found nothing that stands, and is recent enough."""
    lacking = state.lacking(at)
    if not lacking:
        return
    missing = [item.words for item in lacking if state.check(item) is None]
    found: list[str] = []
    old: list[str] = []
    for item in lacking:
        held = state.check(item)
        if held is not None:
            (old if held.result.passes else found).append(item.words)
    told = []
    if missing:
        told.append(f"{listed(missing)} {_was(missing)} not checked")
    if found:
        told.append(f"something found at {listed(found)} stands")
    if old:
        told.append(f"{listed(old)} {_was(old)} checked more than {state.rules.valid_for} days ago")
    raise Refusal(f"{otherwise} without a valid due diligence: {'; '.join(told)} (record-check)")


def _was(items: list[str]) -> str:
    return "was" if len(items) == 1 else "were"


def overridable(state: S, matter: rq.SettleGate, at: datetime) -> None:
    """Two persons may pass over deciders and scores, but not over the due diligence."""
    gate = state.latest_gate(matter.gate)
    if gate is not None and gate.is_open and gate.code in CHECKED and matter.verdict.approves:
        checked(state, at, f"two persons cannot pass gate {gate.code} either")


def adopt_terms(state: S, request: rq.AdoptTerms, by: Actor, at: datetime) -> Events:
    made = life.adopt_terms(state, request, by, at)
    offered = [(terms.stage, gate) for terms in request.terms.stages for gate in terms.gates]
    codes = [(stage, gate.code) for stage, gate in offered]
    lost = [
        gate.code
        for terms in state.terms.stages
        for gate in terms.gates
        if (terms.stage, gate.code) not in codes
    ]
    if lost:
        raise Refusal(
            f"the terms {request.terms.name!r} lack gate {listed(lost)}, without which a pilot would go on unchecked"
        )
    for _, gate in offered:
        if gate.on_silence is not Silence.NEVER:
            raise Refusal(
                f"gate {gate.code}: silence never settles a gate of a pilot; give it no meaning there"
            )
    return made
