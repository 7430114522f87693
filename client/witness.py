"""What the engine's histories say was put on record and carried out, read without a worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from temporalio.api.common.v1 import Payloads, WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Recorded
from activities.recording import Batch
from client.connection import RPC
from client.replay import histories
from domain.entries import Entry
from workflows.chapter import Chapter

V = TypeVar("V")
_PAGE = 30
_GONE = (
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT,
)


class Life(StrEnum):
    """How an entity's newest run stands in the engine."""

    OPEN = "open"
    ENDED = "ended"
    """As an entity ends: by its own rules."""
    STOPPED = "stopped"
    """Terminated, failed or cancelled by somebody or something: an entity never ends so by itself."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Written:
    """A batch that the engine has seen on record, and what the ledger answered then."""

    entries: tuple[Entry, ...]
    recorded: Recorded


@dataclass(frozen=True)
class Head:
    """How far an entity has come in the engine.

    All entries up to `recorded` were on record as the engine saw it; `newest` is the last batch that was handed
    over to be recorded, and `answered` whether the ledger has answered to it.
    """

    life: Life
    recorded: int = 0
    newest: tuple[Entry, ...] = ()
    answered: bool = True

    @property
    def given(self) -> int:
        """The number of the last entry the engine has handed over."""
        return max(self.newest[-1].number if self.newest else 0, self.recorded)


@dataclass
class Story:
    """Everything an entity's runs recorded, oldest first, and up to which entry all letters have ended."""

    written: list[Written] = field(default_factory=list)
    posted: int = 0


async def head(client: Client, entity: str) -> Head:
    """How far an entity has come, from the end of its newest run. RPCError as the library raises it."""
    try:
        known = await client.get_workflow_handle(entity).describe(rpc_timeout=RPC)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Head(Life.UNKNOWN)
        raise
    life = Life.OPEN
    if known.status is WorkflowExecutionStatus.COMPLETED:
        life = Life.ENDED
    elif known.status in (*_GONE, WorkflowExecutionStatus.CANCELED):
        life = Life.STOPPED
    answered: set[int] = set()
    newest: tuple[Entry, ...] = ()
    newest_answered = True
    async for event in _backwards(client, entity, known.run_id):
        if event.HasField("activity_task_completed_event_attributes"):
            answered.add(event.activity_task_completed_event_attributes.scheduled_event_id)
        elif event.HasField("activity_task_scheduled_event_attributes"):
            entries = await _batch(client, event)
            if entries and not newest:
                newest, newest_answered = entries, event.event_id in answered
            if entries and event.event_id in answered:
                return Head(life, entries[-1].number, newest, newest_answered)
        elif event.HasField("workflow_execution_started_event_attributes"):
            begun = await _decoded(client, event.workflow_execution_started_event_attributes.input, Chapter)
            return Head(life, begun.number, newest, newest_answered)
    return Head(life, 0, newest, newest_answered)


async def story(client: Client, entity: str) -> Story:
    """What all runs of an entity recorded. Refusal where the engine knows none, Trouble where they cannot be read."""
    told = Story()
    for history in await histories(client, entity):
        await _told(client, history, told)
    return told


async def _told(client: Client, history: WorkflowHistory, told: Story) -> None:
    """Add what one run recorded. A round of letters ends only when none waits, so it speaks for all before it."""
    open_batches: dict[int, tuple[Entry, ...]] = {}
    open_rounds: dict[int, int] = {}
    recorded = told.written[-1].entries[-1].number if told.written else 0
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            entries = await _batch(client, event)
            if entries:
                open_batches[event.event_id] = entries
            elif event.activity_task_scheduled_event_attributes.activity_type.name == "deliver":
                open_rounds[event.event_id] = recorded
        elif event.HasField("activity_task_completed_event_attributes"):
            ended = event.activity_task_completed_event_attributes
            if (batch := open_batches.pop(ended.scheduled_event_id, None)) is not None:
                answer = await _decoded(client, ended.result, Recorded)
                told.written.append(Written(batch, answer))
                recorded = max(recorded, batch[-1].number)
                if not answer.letters_waiting:
                    told.posted = max(told.posted, batch[-1].number)
            elif (covered := open_rounds.pop(ended.scheduled_event_id, None)) is not None:
                told.posted = max(told.posted, covered)


async def _backwards(client: Client, entity: str, run: str) -> AsyncIterator[HistoryEvent]:
    """The events of a run, the newest first."""
    asked = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=entity, run_id=run),
        maximum_page_size=_PAGE,
    )
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(asked, timeout=RPC)
        for event in page.history.events:
            yield event
        if not page.next_page_token:
            return
        asked.next_page_token = page.next_page_token


async def _batch(client: Client, event: HistoryEvent) -> tuple[Entry, ...]:
    """The entries a step was to record; none for any other step."""
    scheduled = event.activity_task_scheduled_event_attributes
    if scheduled.activity_type.name != "record":
        return ()
    return (await _decoded(client, scheduled.input, Batch)).entries


async def _decoded(client: Client, payloads: Payloads, kind: type[V]) -> V:
    (value,) = await client.data_converter.decode(payloads.payloads, [kind])
    assert isinstance(value, kind)
    return value
