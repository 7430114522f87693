"""Commands at a gate: decide, take back, hand over, advice, deciders, questions and answers."""

from __future__ import annotations

from typing import Annotated

import typer

from console import showing
from console.asking import Desk, Words, asked
from console.options import GateCode, TheVerdict
from console.partnerships import app
from domain import requests as rq
from domain.gates import Gate
from domain.terms import Seat
from domain.values import NO_TEXT, SIDES, Refusal, Role, Side, listed

PANEL = "At a gate"
Remark = Annotated[str | None, Words("A remark to go with it")]
Whom = Annotated[str, typer.Argument(metavar="PERSON", help="A person's key.")]


def gate_code(desk: Desk, given: str) -> str:
    """A gate's code as the terms spell it, however it was typed."""
    known = [gate.code for stage in desk.state.terms.stages for gate in stage.gates]
    return next((code for code in known if code.lower() == given.lower()), given)


@asked(app, "decide", PANEL, shared=True)
def decide(
    desk: Desk,
    gate: GateCode,
    verdict: TheVerdict,
    version: Annotated[
        str | None,
        typer.Option(
            "--version",
            metavar="HASH",
            help="The version read, by the beginning of its hash. Without it the one under decision.",
        ),
    ] = None,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Decide at a gate on the version that is there: approve, approve with conditions, return or reject."""
    code = gate_code(desk, gate)
    found = desk.state.latest_gate(code)
    seen = _version(desk, found, version)
    if found is not None and version is None:
        number = found.id.rpartition("/")[2]
        desk.notes.append(f"on version {number}, {showing.short(seen)}")
    return rq.Decide(gate=code, version=seen, verdict=verdict, remark=remark)


def _version(desk: Desk, gate: Gate | None, given: str | None) -> str:
    """The full hash of the version meant; the partnership itself says what is wrong with an old one."""
    if gate is None:
        return NO_TEXT  # the partnership says that the gate is not open
    if given is None:
        return gate.version
    held = desk.state.stage(gate.stage)
    wanted = given.lower().removeprefix("sha256:").rstrip("…").rstrip(".")
    versions = list(held.versions) if held else []
    found = [one for one in versions if one.version.removeprefix("sha256:").startswith(wanted)]
    found = found or [one for one in versions if str(one.number) == wanted.removeprefix("v")]
    if len(wanted) < 4 and not wanted.removeprefix("v").isdigit():
        raise Refusal(f"{given!r} is too short for a version's hash; give at least 4 digits of it")
    if len({one.version for one in found}) != 1:
        known = ", ".join(f"{one.number}: {showing.short(one.version)}" for one in versions)
        raise Refusal(f"no version of {gate.stage.words} begins with {given!r}; there are {known}")
    return found[0].version


@asked(app, "take-back", PANEL, shared=True)
def take_back(desk: Desk, gate: GateCode, remark: Remark = None) -> rq.AnyRequest:
    """Take back one's decision, as long as nobody else has acted on it."""
    return rq.TakeBack(gate=gate_code(desk, gate), remark=remark)


@asked(app, "hand-over", PANEL, shared=True)
def hand_over(
    desk: Desk,
    gate: GateCode,
    to: Annotated[str, typer.Option("--to", metavar="KEY", help="Who takes the seat.")],
    remark: Remark = None,
) -> rq.AnyRequest:
    """Pass one's seat at a gate on to another person of the same side."""
    return rq.HandOver(gate=gate_code(desk, gate), to=desk.person(to).id, remark=remark)


@asked(app, "ask-advice", PANEL, shared=True)
def ask_advice(
    desk: Desk,
    gate: GateCode,
    of: Annotated[str, typer.Option("--of", metavar="KEY", help="Who is asked.")],
    question: Annotated[str, Words("What is asked")],
) -> rq.AnyRequest:
    """Ask somebody's advice before deciding; the answer is kept as evidence."""
    return rq.AskAdvice(gate=gate_code(desk, gate), of=desk.person(of).id, question=question)


@asked(app, "give-advice", PANEL, shared=True)
def give_advice(desk: Desk, gate: GateCode, answer: Annotated[str, Words("The advice")]) -> rq.AnyRequest:
    """Give the advice that was asked for."""
    return rq.GiveAdvice(gate=gate_code(desk, gate), answer=answer)


@asked(app, "add-decider", PANEL, shared=True)
def add_decider(
    desk: Desk,
    gate: GateCode,
    person: Annotated[str | None, typer.Option("--person", metavar="KEY", help="A person by key.")] = None,
    seat_role: Annotated[Role | None, typer.Option("--seat", help="Or whoever holds this role.")] = None,
    seat_side: Annotated[Side | None, typer.Option("--seat-side", help="On this side.")] = None,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Add a decider to an open gate: a person by key, or a role of a side."""
    code = gate_code(desk, gate)
    if person is not None:
        found = desk.person(person)
        held = desk.state.holder(found.id, desk.at)
        role = seat_role or (held.role if held else Role.DEPUTY)
        side = seat_side or (held.side if held else Side.PROGRAMME)
        return rq.AddDecider(gate=code, seat=Seat(role=role, side=side, person=found.id), remark=remark)
    if seat_role is None:
        raise Refusal("say who decides besides: --person KEY, or --seat ROLE with --seat-side SIDE")
    if seat_side is None and not desk.state.holders_of(seat_role, Side.PROGRAMME, desk.at):
        sides = [one for one in SIDES if desk.state.holders_of(seat_role, one, desk.at)]
        if sides:
            options = listed([f"--seat-side {one.value}" for one in sides], "or")
            raise Refusal(f"{seat_role.value} is a role of a side; say of which with {options}")
    seat = Seat(role=seat_role, side=seat_side or Side.PROGRAMME)
    return rq.AddDecider(gate=code, seat=seat, remark=remark)


@asked(app, "clarify", PANEL, shared=True)
def clarify(desk: Desk, gate: GateCode, question: Annotated[str, Words("What is asked")]) -> rq.AnyRequest:
    """Put a formal question to the maker; the gate's clock stands still until it is answered."""
    return rq.Clarify(gate=gate_code(desk, gate), question=question)


@asked(app, "answer", PANEL, shared=True)
def answer(desk: Desk, gate: GateCode, answer: Annotated[str, Words("The answer")]) -> rq.AnyRequest:
    """Answer a formal question; the gate's clock goes on with the days that remained."""
    return rq.Answer(gate=gate_code(desk, gate), answer=answer)
