"""How fast histories are replayed: `tandem replay`'s way, beside the library's default replayer (G7).

    .venv/bin/python -m benchmarks.replay [--quick]

The histories are those of tests/replay, each several times. In turn: the replayer as the library sets it up (sandboxed,
our modules let through), ours of client/replay.py without the sandbox, one after the other, and two processes of it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio.client import WorkflowHistory

from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median, ratio
from client.replay import replayer
from tests.replay.again import kept

TWO = "two processes"
_ROOT = Path(__file__).parents[1]


async def once(*, sandboxed: bool, times: int) -> float:
    """Replay every kept history so many times; histories a second."""
    histories = [history for _, history in kept() for _ in range(times)]
    begun = time.perf_counter()
    for history in histories:
        await replayer(sandboxed=sandboxed).replay_workflow(history)
    return len(histories) / (time.perf_counter() - begun)


async def two(times: int) -> float:
    """The same in two processes at a time; histories a second of both together."""
    script = (
        "import asyncio, sys\nfrom benchmarks.replay import once\n"
        f"print(asyncio.run(once(sandboxed=False, times={times})))\n"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = await asyncio.gather(*(process.communicate() for process in processes))
    return sum(float(out) for out, _ in said)


async def measure(quick: bool) -> list[Figure]:
    times, rounds = (1, 1) if quick else (3, 5)
    arms: dict[str, Callable[[], Awaitable[float]]] = {
        "sandboxed": lambda: once(sandboxed=True, times=times),
        "ours": lambda: once(sandboxed=False, times=times),
        TWO: lambda: two(times),
    }
    await once(sandboxed=False, times=1)
    taken = await in_turn(arms, rounds)
    events = median([len(history.events) for history in _histories()])
    rows = [
        (name, f"{median(each):.1f}", f"{median(each) * sum(_lengths()) / len(_lengths()):,.0f}")
        for name, each in taken.items()
    ]
    sys.stdout.write(f"\n{measuring.table(('replayer', 'histories/s', 'events/s'), rows)}\n")
    sys.stdout.write(f"({len(_lengths())} histories, half of them longer than {events:.0f} events)\n")
    return [
        Figure("G7 one", ratio(taken["ours"], taken["sandboxed"])),
        Figure("G7 two", ratio(taken[TWO], taken["sandboxed"])),
    ]


def _histories() -> list[WorkflowHistory]:
    return [history for _, history in kept()]


def _lengths() -> list[int]:
    return [len(history.events) for history in _histories()]


if __name__ == "__main__":
    measuring.alone(measure)
