"""What a partnership's life costs, beside a bare workflow of the same shape on the same engine (G1, G2, G4, G5).

    .venv/bin/python -m benchmarks.lifecycle [--quick]

A life is twelve requests through two stages to its end (benchmarks/lives.py). It is played once; from its histories
the shape is read: which request set how many timers, recorded how many batches and sent how many rounds of letters,
and where a new run began. Bare workflows of that shape, with the same converter and the same kind of worker, then run
in turn with the product: one set of bare ones takes every step the product takes, one leaves out the letters (one
trivial step for each batch), and one runs under the product's imports and sandbox.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count as counting
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from benchmarks import lives, measuring
from benchmarks.bare import DRAINING, QUEUE, Bareness
from benchmarks.bare_worker import LADEN
from benchmarks.measuring import Figure, cpu, in_turn, median, memory, note, percentile, quiet, ratio
from benchmarks.places import Engine, Process, Product, engine, folder, polled, product, spawn
from benchmarks.shape import Count, Shape, count, shape_of
from client.replay import histories
from tests.given import founding

OURS, BARE, LEAN, IMPORTS = "tandem", "bare", "bare, no letters", "bare, our imports"
CLIENTS = 8
_NUMBERS = counting(1)


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    alone: int
    """Lives one after the other, for one client."""
    together: int
    """Lives of eight clients together."""
    cached: int
    """Open partnerships whose memory is compared; the workers cache up to 500."""


FULL = Size(rounds=5, alone=4, together=24, cached=400)
QUICK = Size(rounds=1, alone=1, together=8, cached=60)


@dataclass(frozen=True)
class Turn:
    """What one arm did in one turn."""

    alone: list[float]
    together: list[float]
    lives: int
    seconds: float
    """For the lives of the eight clients."""
    together_lives: int
    server: float
    worker: float

    @property
    def cost(self) -> float:
        """Seconds of CPU of a life, server and worker together."""
        return (self.server + self.worker) / self.lives

    @property
    def rate(self) -> float:
        return self.together_lives / self.seconds


OneLife = Callable[[], Awaitable[list[float]]]


async def turn(life: OneLife, running: Engine, worker: Process, size: Size) -> Turn:
    """Lives of one client, then of eight together, and the CPU they took."""
    server, worked = cpu(running.process.pid), cpu(worker.pid)
    alone = [took for _ in range(size.alone) for took in await life()]
    begun = time.perf_counter()
    left = iter(range(size.together))

    async def client() -> list[float]:
        return [took for _ in left for took in await life()]

    together = [took for each in await asyncio.gather(*(client() for _ in range(CLIENTS))) for took in each]
    seconds = time.perf_counter() - begun
    await quiet(running.process.pid, worker.pid)  # letters are still under way: they belong to this turn
    return Turn(
        alone=alone,
        together=together,
        lives=size.alone + size.together,
        seconds=seconds,
        together_lives=size.together,
        server=cpu(running.process.pid) - server,
        worker=cpu(worker.pid) - worked,
    )


async def bare_life(client: Client, kind: str, queue: str, shape: Shape) -> list[float]:
    """Lead a bare workflow through all requests of its shape; how long each took until it was answered."""
    handle = await client.start_workflow(
        kind, Bareness(shape=shape), id=f"{kind.lower()}/{next(_NUMBERS)}", task_queue=queue
    )
    current = client.get_workflow_handle(handle.id)
    took = []
    for number in range(sum(len(run.rounds) for run in shape.runs)):
        begun = time.perf_counter()
        pause = 0.02
        while True:  # as the door does it, where a new run is about to begin
            try:
                await current.execute_update(
                    "request", "something", id=f"{handle.id}-{number}", result_type=int
                )
                break
            except WorkflowUpdateFailedError as failed:
                kinds = (DRAINING, "AcceptedUpdateCompletedWorkflow")
                if not isinstance(failed.cause, ApplicationError) or failed.cause.type not in kinds:
                    raise
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, 2.0)
        took.append(time.perf_counter() - begun)
    return took


async def transitions(client: Client, runs: list[WorkflowHistory]) -> int:
    """How often the server changed the state of these runs, as it counts itself."""
    total = 0
    for run in runs:
        answer = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=client.namespace,
                execution=WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id),
            )
        )
        total += answer.workflow_execution_info.state_transition_count
    return total


def _queue(name: str) -> str:
    return QUEUE + (LADEN if name == IMPORTS else "")


def _bare_worker(home: Path, running: Engine, name: str) -> Process:
    command = [sys.executable, "-m", "benchmarks.bare_worker", running.address]
    return spawn([*command, "laden"] if name == IMPORTS else command, home / f"{name.replace(' ', '-')}.log")


async def measure(quick: bool) -> list[Figure]:
    size = QUICK if quick else FULL
    with folder() as home:
        async with engine(home) as running, product(home, running) as ours:
            for code in ("L-warm", "L-first"):  # the first one warms everything up
                await lives.live(ours.door, code, ours.clockwork)
            runs = await histories(ours.client, "partnership/L-first")
            shape, counted = shape_of(runs), count(runs)
            states = await transitions(ours.client, runs)
            note(f"the shape of a life: {shape}")
            workers = {name: _bare_worker(home, running, name) for name in (BARE, IMPORTS)}
            try:
                for name, worker in workers.items():
                    await polled(ours.client, _queue(name), worker)
                turns = await _turns(ours, running, workers, shape, size)
                beside = await _bare_counts(ours.client, shape)
                _show(turns, {OURS: (counted, states)} | beside)
                memory_ratio = await _memory(ours, running, workers[BARE], home, shape, size)
            finally:
                for worker in workers.values():
                    worker.end()
    return [
        *_compared(turns),
        Figure("G4 events", counted.events, f"{beside[LEAN][0].events} bare with a step for each batch"),
        Figure("G4 tasks", counted.tasks, f"{beside[LEAN][0].tasks} bare"),
        Figure("G4 states", states, f"{beside[LEAN][1]} bare"),
        Figure("G4 kB", counted.bytes / 1000, f"{beside[LEAN][0].bytes / 1000:.0f} bare"),
        memory_ratio,
        Figure(
            "G5 imports",
            ratio(*([one.worker / one.lives for one in turns[name]] for name in (IMPORTS, BARE))),
        ),
    ]


async def _turns(
    ours: Product, running: Engine, workers: dict[str, Process], shape: Shape, size: Size
) -> dict[str, list[Turn]]:
    lean = shape.without_letters()

    def arm(life: OneLife, worker: Process) -> Callable[[], Awaitable[Turn]]:
        return lambda: turn(life, running, worker, size)

    def bare(name: str, of: Shape) -> OneLife:
        kind = "Laden" if name == IMPORTS else "Bare"
        return lambda: bare_life(ours.client, kind, _queue(name), of)

    arms = {
        OURS: arm(lambda: lives.live(ours.door, f"L-{next(_NUMBERS)}", ours.clockwork), ours.worker),
        BARE: arm(bare(BARE, shape), workers[BARE]),
        LEAN: arm(bare(LEAN, lean), workers[BARE]),
        IMPORTS: arm(bare(IMPORTS, shape), workers[IMPORTS]),
    }
    for life in (bare(BARE, shape), bare(IMPORTS, shape)):
        await life()
    return await in_turn(arms, size.rounds)


async def _bare_counts(client: Client, shape: Shape) -> dict[str, tuple[Count, int]]:
    """What a bare life leaves behind, with and without letters."""
    told = {}
    for name, of in ((BARE, shape), (LEAN, shape.without_letters())):
        before = next(_NUMBERS)
        await bare_life(client, "Bare", QUEUE, of)
        runs = await histories(client, f"bare/{before + 1}")
        became = shape_of(runs)
        # rounds of letters that a new run finds under way are begun again or fall together, as the product's are
        if str(became.without_letters()) != str(of.without_letters()):
            raise RuntimeError(f"the bare life was to be {of}, and became {became}")
        told[name] = (count(runs), await transitions(client, runs))
    return told


async def _memory(
    ours: Product, running: Engine, bare: Process, home: Path, shape: Shape, size: Size
) -> Figure:
    """What each open, cached entity adds to a fresh worker, founded and asked nothing yet."""
    ours.worker.end()
    bare.end()
    await ours.work()
    fresh = _bare_worker(home, running, BARE)
    try:
        await polled(ours.client, QUEUE, fresh)

        async def partnership() -> None:
            code = f"M-{next(_NUMBERS)}"
            await ours.door.found(founding(code=code), ours.clockwork)

        async def bare_one() -> None:
            number = next(_NUMBERS)
            start = Bareness(shape=shape)
            await ours.client.start_workflow("Bare", start, id=f"open/{number}", task_queue=QUEUE)

        grown = {}
        for name, one, worker in ((OURS, partnership, ours.worker), (BARE, bare_one, fresh)):
            for _ in range(20):  # pools, threads and caches of the process itself
                await one()
            await asyncio.sleep(1)
            before = memory(worker.pid)
            for _ in range(size.cached // 10):
                await asyncio.gather(*(one() for _ in range(10)))
            await asyncio.sleep(1)
            grown[name] = (memory(worker.pid) - before) / (size.cached // 10 * 10)
    finally:
        fresh.end()
    note(
        f"memory of a cached one: {', '.join(f'{name} {value / 1000:.0f} kB' for name, value in grown.items())}"
    )
    return Figure("G5 memory", grown[OURS] / grown[BARE], f"{grown[OURS] / 1000:.0f} kB each")


def _compared(turns: dict[str, list[Turn]]) -> list[Figure]:
    def of(name: str, what: Callable[[Turn], float]) -> list[float]:
        return [what(one) for one in turns[name]]

    def both(what: Callable[[Turn], float]) -> tuple[float, float]:
        return ratio(of(OURS, what), of(BARE, what)), ratio(of(OURS, what), of(LEAN, what))

    def pooled(share: float, which: Callable[[Turn], list[float]]) -> tuple[float, float]:
        value = {
            name: percentile([took for one in turns[name] for took in which(one)], share) for name in turns
        }
        return value[OURS] / value[BARE], value[OURS] / value[LEAN]

    told = {
        "G1": both(lambda one: one.cost),
        "G2 p50": both(lambda one: median(one.alone)),
        "G2 p99": pooled(0.99, lambda one: one.alone),
        "G2 p99/8": pooled(0.99, lambda one: one.together),
    }
    return [
        Figure(code, over, f"{lean:.2f} over bare without letters") for code, (over, lean) in told.items()
    ]


def _show(turns: dict[str, list[Turn]], counts: dict[str, tuple[Count, int]]) -> None:
    rows = []
    for name, each in turns.items():
        counted = counts.get(name)
        rows.append(
            (
                name,
                f"{median(one.rate for one in each):.1f}",
                f"{median(median(one.alone) for one in each) * 1000:.0f}",
                f"{percentile([t for one in each for t in one.alone], 0.99) * 1000:.0f}",
                f"{median(median(one.together) for one in each) * 1000:.0f}",
                f"{percentile([t for one in each for t in one.together], 0.99) * 1000:.0f}",
                f"{median(one.server / one.lives for one in each) * 1000:.0f}",
                f"{median(one.worker / one.lives for one in each) * 1000:.0f}",
                f"{counted[0].events}" if counted else "",
                f"{counted[0].tasks}" if counted else "",
                f"{counted[1]}" if counted else "",
                f"{counted[0].bytes / 1000:.1f}" if counted else "",
            )
        )
    head = "arm|lives/s|p50 ms|p99 ms|p50/8 ms|p99/8 ms|server ms|worker ms|events|tasks|states|kB"
    sys.stdout.write(f"\n{measuring.table(head.split('|'), rows)}\n")
    sys.stdout.write(
        "(CPU of a life; p50 and p99 of a request until it is on record, one client and eight)\n"
    )


if __name__ == "__main__":
    measuring.alone(measure)
