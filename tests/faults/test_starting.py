"""Parts that are started in the wrong order find together by themselves."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from ledger import migrate
from tests.faults.household import Household, Part

pytestmark = pytest.mark.timeout(180)


async def test_a_worker_that_is_started_before_its_engine_waits_for_it(tmp_path: Path) -> None:
    """After a power cut everything starts at once; whoever is first waits instead of giving up."""
    household = Household(tmp_path)
    (worker,) = household.workers
    engine = household.parts["engine"]
    migrate(household.settings.database)
    try:
        worker.start()
        await told(worker, "waiting for the engine")
        engine.start()
        await household.ready(worker)
        assert worker.died() is None
        assert await asyncio.to_thread(worker.stop) == 0
    finally:
        for part in (worker, engine):
            if part.process is not None and part.process.poll() is None:
                part.kill()


async def test_a_worker_outlives_an_engine_that_is_away_for_a_while(tmp_path: Path) -> None:
    """It asks on, and works again when the engine is back, without being started again."""
    async with Household(tmp_path) as household:
        (worker,) = household.workers
        engine = household.parts["engine"]
        await asyncio.to_thread(engine.kill)
        await asyncio.sleep(15)
        engine.start()
        await household.client()
        assert (household.deaths, worker.starts) == ([], 1)
        assert (await household.stop_workers()) == {"worker-1": 0}


async def told(part: Part, words: str, within: float = 60.0) -> None:
    until = time.monotonic() + within
    while words not in part.told():
        assert part.died() is None
        assert time.monotonic() < until, part.told()
        await asyncio.sleep(0.05)
