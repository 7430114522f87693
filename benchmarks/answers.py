"""How long a request takes until its entry is on record, for one partnership asked at a time and for twenty at once.

    .venv/bin/python -m benchmarks.answers            # three rounds, medians, and the ratio of the two

It starts the embedded default in a temporary folder and asks it the smallest request there is. Both cases run in
turn in the same process, because a figure from one machine at one time says little about another.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from client import settings
from client.connection import connect
from client.door import Door
from client.house import House
from domain.clockwork import Clockwork
from domain.requests import Engage
from domain.values import Organisation, Side, StakeholderGroup
from ledger import open_ledger
from tests.given import OPERATOR, START, founding

PARTNERSHIPS = 20
REQUESTS = 10


async def _asked(door: Door, code: str, round_: int) -> list[float]:
    took = []
    for number in range(REQUESTS):
        organisation = Organisation(
            code=f"o-{round_}-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS
        )
        begun = time.perf_counter()
        await door.request(f"partnership/{code}", Engage(organisation=organisation), OPERATOR)
        took.append(time.perf_counter() - begun)
    return took


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        held = settings.load(home=Path(folder) / "home")
        async with House(held):
            ledger = open_ledger(held.database)
            clockwork = Clockwork(origin=START, anchor=datetime.now(UTC))
            door = Door(await connect(held), ledger, clockwork)
            codes = [f"T-{number:02}" for number in range(PARTNERSHIPS + 1)]
            for code in codes:
                await door.found(founding(code=code), clockwork)
            alone: list[float] = []
            together: list[float] = []
            for round_ in range(3):
                alone += await _asked(door, codes[-1], round_)
                for took in await asyncio.gather(*(_asked(door, code, round_) for code in codes[:-1])):
                    together += took
            ledger.close()
    one, many = statistics.median(alone) * 1000, statistics.median(together) * 1000
    sys.stdout.write(
        f"one at a time {one:.0f} ms, twenty at once {many:.0f} ms (medians); ratio {many / one:.1f}\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
