"""The shape of a life on the engine, read from its histories: what follows each request, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from domain.values import Value


class Round(Value):
    """What a run does after one request (or at its beginning): timers it sets, batches it records, letters sent."""

    timers: int = 0
    records: int = 0
    letters: int = 0


class Run(Value):
    """One run: what it does at its beginning, and after each request it takes."""

    beginning: Round
    rounds: tuple[Round, ...]


class Shape(Value):
    """A life: its runs, each continued as the next."""

    runs: tuple[Run, ...]

    def without_letters(self) -> Shape:
        """The same with one step for each batch and none for its letters."""
        return Shape(
            runs=tuple(
                Run(
                    beginning=run.beginning.model_copy(update={"letters": 0}),
                    rounds=tuple(one.model_copy(update={"letters": 0}) for one in run.rounds),
                )
                for run in self.runs
            )
        )

    def __str__(self) -> str:
        rounds = [one for run in self.runs for one in (run.beginning, *run.rounds)]
        updates = sum(len(run.rounds) for run in self.runs)
        timers, records, letters = (
            sum(getattr(one, field) for one in rounds) for field in ("timers", "records", "letters")
        )
        return (
            f"{len(self.runs)} runs, {updates} updates, {timers} timers, {records} batches recorded, "
            f"{letters} rounds of letters"
        )


def shape_of(histories: Sequence[WorkflowHistory]) -> Shape:
    """The shape of a life from the histories of its runs, oldest first."""
    return Shape(runs=tuple(_run(history) for history in histories))


def _run(history: WorkflowHistory) -> Run:
    rounds = [Round()]
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            rounds.append(Round())
        elif event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            rounds[-1] = rounds[-1].model_copy(update={"timers": rounds[-1].timers + 1})
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            kind = event.activity_task_scheduled_event_attributes.activity_type.name
            field = "letters" if kind in ("deliver", "nobody") else "records"
            rounds[-1] = rounds[-1].model_copy(update={field: getattr(rounds[-1], field) + 1})
    return Run(beginning=rounds[0], rounds=tuple(rounds[1:]))


@dataclass(frozen=True)
class Count:
    """What a life left behind in the engine."""

    events: int = 0
    tasks: int = 0
    bytes: int = 0
    transitions: int = 0


def count(histories: Sequence[WorkflowHistory]) -> Count:
    """Events, workflow tasks and bytes of a life's histories."""
    told = Count()
    for history in histories:
        kinds = [event.event_type for event in history.events]
        told = replace(
            told,
            events=told.events + len(kinds),
            tasks=told.tasks + kinds.count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
            bytes=told.bytes + sum(event.ByteSize() for event in history.events),
        )
    return told
