"""Who owes what in a pilot besides its stages: checks, notes, its next step, the look at one that is parked."""

from __future__ import annotations

from collections.abc import Iterator

from domain.entity import StageStatus
from domain.pilots.facts import PilotStep
from domain.pilots.state import PilotState
from domain.tasks import OPERATOR, Task, proposal_tasks, stage_tasks, task, watch_tasks
from domain.terms import Stage

S = PilotState


def tasks(state: S) -> Iterator[Task]:
    """All open tasks of a pilot, in a fixed order."""
    yield from stage_tasks(state)
    yield from proposal_tasks(state)
    yield from _check_tasks(state)
    yield from _note_tasks(state)
    yield from _next_step(state)
    if state.parked is not None:
        parked = state.parked
        # its review runs while all else stands still
        yield task(
            state,
            "parked",
            "parked",
            parked.reason,
            OPERATOR,
            parked.since,
            parked.clock,
            unstoppable=True,
        )
    yield from watch_tasks(state)


def _check_tasks(state: S) -> Iterator[Task]:
    occasion = state.occasion()
    for asked in state.asked:
        if occasion is not None and asked.about == occasion[0]:
            name = f"check/{asked.item.value}"
            seat = state.rules.checker
            yield task(state, name, "check", asked.item.value, seat, asked.clock.start, asked.clock)


def _note_tasks(state: S) -> Iterator[Task]:
    if state.completed is not None:
        return
    for note in state.notes:
        if note.given is None:
            for place, seat in enumerate(state.terms.stage(Stage.PILOT_COMPLETION).makers):
                name = f"note/{note.quarter}/{place}"
                yield task(state, name, "note", str(note.quarter), seat, note.clock.start, note.clock)


def _next_step(state: S) -> Iterator[Task]:
    """Where nothing else is under way, what the secretariat is to do next."""
    if any(held.status is not StageStatus.PASSED for held in state.stages):
        return
    for stage in (Stage.PILOT_FICHE, Stage.PILOT_CONCEPT):
        if state.stage(stage) is None:
            since = max((held.passed for held in state.stages if held.passed), default=state.founded)
            yield task(state, f"open/{stage.value}", "open", stage.words, OPERATOR, since, None)
            return
    since_step = {PilotStep.AGREED: state.endorsed, PilotStep.IMPLEMENTING: state.agreed}
    done = {PilotStep.AGREED: state.agreed, PilotStep.IMPLEMENTING: state.began}
    for step, since_then in since_step.items():
        if since_then is not None and done[step] is None:
            name = f"pilot_step/{step.value}"
            yield task(state, name, "pilot_step", step.value, OPERATOR, since_then, None)
