"""Replaying what happened on the engine against the installed code: would it decide the same again?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from client.connection import RPC
from client.payloads import data_converter
from client.troubles import Trouble
from domain.values import Refusal, Value
from workflows.sandbox import RUNNER, WORKFLOWS

LIMIT = 30.0
"""Seconds a single run may take: a damaged history can make the replayer hang instead of fail."""


class Replayed(Value):
    """How the replay of one run went; `trouble` is empty where the code decided the same again."""

    entity: str
    run: str
    events: int
    seconds: float
    trouble: str = ""


async def entities(client: Client, *named: str) -> tuple[str, ...]:
    """Every workflow of ours the engine knows, running or not; only of these kinds, where some are named."""
    kinds = ", ".join(f"'{name}'" for name in named or WORKFLOWS)
    listed = client.list_workflows(f"WorkflowType IN ({kinds})", rpc_timeout=RPC)
    return tuple(sorted({execution.id async for execution in listed}))


async def replay(client: Client, wanted: Iterable[str] | None = None) -> AsyncIterator[Replayed]:
    """Replay every run of these entities (of all, where none are named), the oldest first; one result for each.

    Raises Refusal for an entity the engine does not know.
    """
    for entity in await entities(client) if wanted is None else wanted:
        for result in await _replayed(await histories(client, entity)):
            yield result


async def histories(client: Client, entity: str) -> list[WorkflowHistory]:
    """The histories of an entity's runs, the oldest first: the chain that chapters make, then any strays.

    A stray is a run that no later one continues, left over by a reset.
    """
    chain: list[WorkflowHistory] = []
    run: str | None = None
    while True:
        try:
            history = await client.get_workflow_handle(entity, run_id=run).fetch_history(rpc_timeout=RPC)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Trouble(f"the history of {entity} cannot be read: {error.message}") from error
            if not chain:
                raise Refusal(f"the engine does not know {entity.replace('/', ' ')}") from None
            break  # older runs are beyond the engine's retention
        chain.append(history)
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id or None
        if run is None:
            break
    chain.reverse()
    known = {history.run_id for history in chain}
    async for execution in client.list_workflows(f"WorkflowId = '{entity}'", rpc_timeout=RPC):
        if execution.run_id not in known:
            stray = client.get_workflow_handle(entity, run_id=execution.run_id)
            chain.append(await stray.fetch_history(rpc_timeout=RPC))
    return chain


async def _replayed(runs: Sequence[WorkflowHistory], limit: float = LIMIT) -> list[Replayed]:
    results = []
    for history in runs:
        begun = time.monotonic()
        trouble = ""
        try:
            async with asyncio.timeout(limit):
                await replayer(sandboxed=False).replay_workflow(history)
        except TimeoutError:
            trouble = f"gave up after {limit:.0f} seconds"
        except Exception as error:
            # whatever it is that the code does otherwise: it is the finding, and the next run is to be replayed too
            trouble = f"{type(error).__name__}: {error}"
        results.append(
            Replayed(
                entity=history.workflow_id,
                run=history.run_id,
                events=len(history.events),
                seconds=round(time.monotonic() - begun, 3),
                trouble=trouble,
            )
        )
    return results


def replayer(*, sandboxed: bool = True) -> Replayer:
    """A replayer set up as the workers are.

    Without the sandbox it compares the same and takes two thirds of the time: what the sandbox adds, a stop
    for code that asks the outside, would show in the comparison too.
    """
    return Replayer(
        workflows=list(WORKFLOWS.values()),
        data_converter=data_converter(),
        workflow_runner=RUNNER if sandboxed else UnsandboxedWorkflowRunner(),
    )
