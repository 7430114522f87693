"""`python -m worker.health`: whether the engine hears from the worker of this machine, as an exit status."""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.correspondence import QUEUE as LETTERS_QUEUE
from client.connection import RPC, TASK_QUEUE, connect
from client.settings import Settings, load
from client.troubles import Trouble

QUIET = timedelta(minutes=3)
"""A worker asks for work at least every minute or so; after this long without a word something is wrong."""
_WATCHED = (
    (TASK_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    (LETTERS_QUEUE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
)


async def look(settings: Settings, host: str) -> None:
    """Trouble, in a sentence, where no worker on this host asks the engine for every kind of work."""
    client = await connect(settings, identity="health")
    for queue, kind in _WATCHED:
        try:
            heard = await _last_heard(client, queue, kind, host)
        except RPCError as error:
            raise Trouble(f"the engine does not say who works: {error.message}") from error
        if heard is None or datetime.now(UTC) - heard > QUIET:
            since = f" since {heard:%H:%M:%S} UTC" if heard else ""
            raise Trouble(f"no worker of {host} has asked for work of the queue {queue!r}{since}")


async def _last_heard(
    client: Client, queue: str, kind: TaskQueueType.ValueType, host: str
) -> datetime | None:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        ),
        timeout=RPC,
    )
    ours = [one for one in described.pollers if one.identity.endswith(f"@{host}")]
    return max((one.last_access_time.ToDatetime(UTC) for one in ours), default=None)


def main() -> int:
    try:
        asyncio.run(look(load(), socket.gethostname()))
    except Trouble as trouble:
        sys.stderr.write(f"{trouble.sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
