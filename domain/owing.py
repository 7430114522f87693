"""Who owes what in a partnership besides its stages: the agreement, sessions, and what is to be opened next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from domain.clocks import Clock
from domain.entity import StageStatus
from domain.requests import SessionStep
from domain.stages import LIFECYCLE
from domain.state import AGREEMENT_OVER, Meeting, PartnershipState, Session
from domain.tasks import OPERATOR, Task, proposal_tasks, stage_tasks, task, watch_tasks
from domain.terms import Seat


def tasks(state: PartnershipState) -> Iterator[Task]:
    """All open tasks of a partnership, in a fixed order."""
    yield from stage_tasks(state)
    yield from proposal_tasks(state)
    yield from _agreement_tasks(state)
    for session in state.sessions:
        yield from session_tasks(state, session)
    yield from watch_tasks(state)
    yield from _opening_tasks(state)


def _agreement_tasks(state: PartnershipState) -> Iterator[Task]:
    agreement = state.agreement
    if agreement.step not in AGREEMENT_OVER and agreement.since is not None:
        yield task(
            state, "agreement", "agreement", agreement.step.value, OPERATOR, agreement.since, agreement.clock
        )


def session_tasks(state: Meeting, session: Session) -> Iterator[Task]:
    """What a session waits for; once it should have begun nobody is invited or answers any more."""

    def owed(what: str, seat: Seat, clock: Clock, name: str = "") -> Task:
        name = name or f"{what}/{session.code}"
        told = task(state, name, what, session.code, seat, session.since, clock)
        return replace(told, when=session.starts)

    begun = state.now >= session.starts
    match session.step:
        case SessionStep.PLANNED if not begun:
            yield replace(owed("invite", OPERATOR, session.clock), moot=session.starts)
        case SessionStep.INVITED if not begun:
            for voice in state.voices():
                if voice not in session.answered:
                    name = f"attend/{session.code}/{voice}"
                    asked = owed("attend", state.seat_of(voice), session.clock, name)
                    yield replace(asked, moot=session.starts, version=session.text or "")
        case SessionStep.HELD:
            yield owed("minutes", OPERATOR, session.clock)
        case SessionStep.MINUTED:
            for voice in state.voices():
                if voice not in session.agreed:
                    name = f"agree_minutes/{session.code}/{voice}"
                    asked = owed("agree_minutes", state.seat_of(voice), session.clock, name)
                    yield replace(asked, version=session.text or "")
    if session.ahead:
        yield owed("report", OPERATOR, session.report)


def _opening_tasks(state: PartnershipState) -> Iterator[Task]:
    """Where nothing at all is under way, the next stage waits for the secretariat to open it."""
    if any(held.status is not StageStatus.PASSED for held in state.stages):
        return
    for step in LIFECYCLE:
        if state.stage(step.stage) is None:
            since = max((held.passed for held in state.stages if held.passed), default=state.founded)
            yield task(state, f"open/{step.stage.value}", "open", step.stage.words, OPERATOR, since, None)
            return
