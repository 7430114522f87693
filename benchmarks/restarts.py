"""How long an approval waits for a worker that is started again, after a graceful stop and after kill -9 (G12).

    .venv/bin/python -m benchmarks.restarts [--quick]

The partnership was asked a moment before, so that the worker that goes away holds it in its cache. The approval is
asked for the moment the old worker is gone, and the new one started at the same moment; for kill -9 that is the
moment of the kill.
"""

from __future__ import annotations

import sys
import time
from itertools import count

from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median
from benchmarks.places import Product, engine, folder, product
from domain import requests as rq
from domain.terms import Stage
from tests.given import MANAGER, OPERATOR, TEAM_LEADER, deliverable, founding

_NUMBERS = count(1)


async def waiting(ours: Product) -> str:
    """A partnership whose first gate is open, asked just now."""
    code = f"R-{next(_NUMBERS)}"
    await ours.door.found(founding(code=code), ours.clockwork)
    entity = f"partnership/{code}"
    await ours.door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    await ours.door.request(
        entity, rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report")), MANAGER
    )
    return entity


def approval() -> rq.Decide:
    version = deliverable("scoping_report").version
    return rq.Decide(gate="G2", version=version, verdict=rq.Verdict.APPROVE)


async def measure(quick: bool) -> list[Figure]:
    with folder() as home:
        async with engine(home) as running, product(home, running) as ours:

            async def again(kill: bool) -> float:
                entity = await waiting(ours)
                begun = time.perf_counter()
                if kill:
                    ours.worker.kill()
                else:
                    ours.worker.end()
                    begun = time.perf_counter()
                ours.start()
                await ours.door.request(entity, approval(), TEAM_LEADER)
                return time.perf_counter() - begun

            taken = await in_turn(
                {"stop": lambda: again(kill=False), "kill": lambda: again(kill=True)}, 1 if quick else 5
            )
    rows = [(name, ", ".join(f"{one:.2f}" for one in each)) for name, each in taken.items()]
    sys.stdout.write(f"\n{measuring.table(('the worker was', 'seconds to the first approval'), rows)}\n")
    return [Figure(f"G12 {name}", median(each)) for name, each in taken.items()]


if __name__ == "__main__":
    measuring.alone(measure)
