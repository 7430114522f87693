"""Two builds at once as two processes: a chapter ends on the build it began with, the next is on the current one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError

from client.connection import connect, set_current
from client.door import Door
from client.replay import histories, replay
from client.settings import Settings, load
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import migrate, open_ledger
from tests import engine as engines
from tests.faults.test_reported_failed import engage, level, put_people
from tests.given import OPERATOR, START, founding
from tests.worker.test_worker import Worker

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"


def builds(history: WorkflowHistory) -> list[str]:
    """The builds that did the tasks of a run, as the history itself names them."""
    done = (event.workflow_task_completed_event_attributes for event in history.events)
    return list(dict.fromkeys(task.deployment_version.build_id for task in done if task.identity))


@contextmanager
def worker(settings: Settings, build: str) -> Iterator[Worker]:
    """`python -m worker` as this build, until the block ends; it ends with status 0."""
    process = Worker(settings, TANDEM_BUILD=build)
    try:
        assert process.says("the worker is ready", within=60), process.told()
        yield process
        assert process.stop() == 0, process.told()
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


async def current(client: Client, build: str) -> None:
    """The engine knows a version a moment after its worker first asked for work."""
    for attempt in range(200):
        try:
            await set_current(client, build)
            return
        except RPCError:
            if attempt == 199:
                raise
            await asyncio.sleep(0.1)


@pytest.mark.timeout(240)
def test_an_upgrade_under_traffic_loses_nothing_and_every_step_names_its_build(tmp_path: Path) -> None:
    with engines.serving(tmp_path) as address:
        settings = load(temporal_address=address, home=tmp_path, log_format="json")
        migrate(settings.database)
        with worker(settings, "b1") as old:
            asyncio.run(_upgrade(settings, old))


async def _upgrade(settings: Settings, old: Worker) -> None:
    client = await connect(settings)
    ledger = open_ledger(settings.database, code="0.0.0-test")
    put_people(ledger)
    await current(client, "b1")
    door = Door(client, ledger, Clockwork(origin=START, anchor=datetime.now(UTC)), patience=90)
    codes = ("C1-01", "C1-02", "C1-03")
    entities = [f"partnership/{code}" for code in codes]
    for code in codes:
        assert await door.found(founding(code))
    for entity in entities:
        await door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    answered: Counter[str] = Counter()
    stop = asyncio.Event()

    async def traffic(entity: str) -> None:
        """Requests one after the other, without a break, whoever works."""
        number = 0
        while not stop.is_set():
            await door.request(entity, engage(number), OPERATOR)
            answered[entity] += 1
            number += 1
            await asyncio.sleep(0.1)

    talking = [asyncio.create_task(traffic(entity)) for entity in entities]
    moved: list[WorkflowHistory] = []
    with worker(settings, "b2"):
        await current(client, "b2")
        for _ in range(300):
            moved = [(await histories(client, entity))[-1] for entity in entities]
            if all(builds(run) == ["b2"] for run in moved):
                break
            await asyncio.sleep(0.2)
        else:
            pytest.fail(f"they do not move on: {[builds(run) for run in moved]}")
        assert await asyncio.to_thread(old.stop) == 0  # the old build goes, and nobody misses it
        before = dict(answered)
        for _ in range(200):
            if all(answered[entity] > before[entity] + 2 for entity in entities):
                break
            await asyncio.sleep(0.1)
        stop.set()
        await asyncio.gather(*talking)
        for entity in entities:
            runs = await histories(client, entity)
            told = [builds(run) for run in runs]
            assert all(len(by) == 1 for by in told), f"a chapter was worked on by two builds: {told}"
            assert told[0] == ["b1"] and told[-1] == ["b2"] and sorted(told) == told
            effects = Counter(entry.request for entry in ledger.entries(entity) if entry.request)
            assert set(effects.values()) == {1} and len(effects) == answered[entity] + 1
            assert await level(ledger, client, entity)
        replayed = [result async for result in replay(client, entities)]
        assert len(replayed) >= 2 * len(entities)
        assert [result.trouble for result in replayed if result.trouble] == []
    ledger.close()


def test_every_release_has_its_histories_kept() -> None:
    """What a build once decided must replay for ever, so its histories are recorded before it goes out."""
    kept = {
        folder.name: len(list(folder.glob("*.json.gz"))) for folder in HISTORIES.iterdir() if folder.is_dir()
    }
    assert kept.get(version("tandem"), 0) >= 4, f"no histories of {version('tandem')} are kept: {kept}"
    assert all(kept.values()), kept
