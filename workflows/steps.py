"""Every step a workflow takes outside, and the patience it has for it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.correspondence import QUEUE, Correspondence, Delivery
from activities.errands import QUEUE as ERRANDS
from activities.errands import Errands, Round
from activities.ports import Delivered, Recorded
from activities.recording import Batch, Recording
from domain.clockwork import Clockwork
from domain.entries import Entry
from domain.errands import Carried, Errand

_RECORD = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=0,
)
_DELIVER = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=10),
    maximum_attempts=0,
)


async def record(entries: tuple[Entry, ...], stage: str) -> Recorded:
    """Put entries on record, however long the ledger is away."""
    return await workflow.execute_activity_method(
        Recording.record,
        Batch(entries=entries, stage=stage),
        # a transaction takes milliseconds; a step whose worker was killed is tried again after this time
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=_RECORD,
        summary=_told(entries),
    )


async def deliver(entity: str, clockwork: Clockwork) -> Delivered:
    """Have an entity's letters sent, however long the mail is away."""
    return await workflow.execute_activity_method(
        Correspondence.deliver,
        Delivery(entity=entity, clockwork=clockwork),
        task_queue=QUEUE,
        start_to_close_timeout=timedelta(minutes=10),
        # so long after a worker was killed its letters are handed to another one
        heartbeat_timeout=timedelta(seconds=20),
        retry_policy=_DELIVER,
    )


async def carry(entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
    """Have others asked on an entity's behalf, however long they cannot be reached."""
    return await workflow.execute_activity_method(
        Errands.carry,
        Round(entity=entity, errand=errand, clockwork=clockwork),
        task_queue=ERRANDS,
        start_to_close_timeout=timedelta(minutes=10),
        # so long after a worker was killed its errands are handed to another one
        heartbeat_timeout=timedelta(seconds=20),
        retry_policy=_DELIVER,
        summary=f"{errand.id}: {errand.request.kind}",
    )


def _told(entries: tuple[Entry, ...]) -> str:
    """`12-14 decision_made gate_settled gate_opened`, for the engine's web page."""
    kinds = list(dict.fromkeys(entry.event.kind for entry in entries))
    more = f" and {len(kinds) - 4} more" if len(kinds) > 4 else ""
    first, last = entries[0].number, entries[-1].number
    numbers = f"{first}" if first == last else f"{first}-{last}"
    return f"{numbers} {' '.join(kinds[:4])}{more}"
