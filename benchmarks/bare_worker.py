"""`python -m benchmarks.bare_worker ADDRESS [laden]`: the worker of the bare workflow, set up as the product's is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from benchmarks.bare import LETTERS, QUEUE, nobody, nothing
from benchmarks.lean import Bare
from client.connection import connect, worker_identity
from client.settings import load
from workflows.runner import PlainRunner

THREADS = 8
LADEN = "-laden"
"""What the queues of the worker with the product's imports have at the end of their names."""


async def work(address: str, laden: bool) -> None:
    until = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, until.set)
    client = await connect(load(temporal_address=address), identity=worker_identity(os.getpid()))
    kind: type = Bare
    ours = ("benchmarks.bare", "benchmarks.shape", "domain.values")
    runner = PlainRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*ours))
    ending = ""
    if laden:
        import worker.house  # all that the product's worker has in memory
        from benchmarks.laden import Laden
        from workflows.sandbox import RUNNER

        assert worker.house.THREADS == THREADS
        kind, ending = Laden, LADEN
        runner = PlainRunner(restrictions=RUNNER.restrictions.with_passthrough_modules(*ours))
    pool = ThreadPoolExecutor(THREADS)
    main = Worker(
        client,
        task_queue=QUEUE + ending,
        workflows=[kind],
        activities=[nothing],
        activity_executor=pool,
        max_concurrent_activities=THREADS,
        workflow_runner=runner,
        max_cached_workflows=500,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )
    letters = Worker(
        client, task_queue=QUEUE + ending + LETTERS, activities=[nobody], max_concurrent_activities=16
    )
    async with main, letters:
        await until.wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], "laden" in sys.argv[2:]))
    os._exit(0)
