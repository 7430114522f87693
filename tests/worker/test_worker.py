"""The worker as a process: how it starts, what it says, and that it ends well."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from client.door import Door
from client.settings import Settings, load
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import SqlLedger, migrate, open_ledger
from ledger.rows import Person
from tests.given import EVERYBODY, OPERATOR, START, founding

CANARY = "Canarywharf"


class Worker:
    """`python -m worker` with these settings, its log in a file."""

    def __init__(self, settings: Settings, **environment: str) -> None:
        self.log = settings.home / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker"],
                env={**os.environ, **settings.environment(), **environment},
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )

    def told(self) -> str:
        return self.log.read_text()

    def says(self, words: str, within: float = 60.0) -> bool:
        until = time.monotonic() + within
        while words not in self.told() and self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        return words in self.told()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.told().splitlines()]

    def stop(self, sign: int = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=40)


@pytest.fixture
def settings(engine: str, tmp_path: Path) -> Settings:
    settings = load(temporal_address=engine, home=tmp_path, log_format="json")
    migrate(settings.database)
    return settings


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def begin(**environment: str) -> Worker:
        workers.append(Worker(settings, **environment))
        return workers[-1]

    yield begin
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.kill()
            worker.process.wait()


@pytest.fixture
def ledger(settings: Settings) -> Iterator[SqlLedger]:
    ledger = open_ledger(settings.database)
    for who in EVERYBODY:
        key = who.person.removeprefix("p-")
        ledger.put_person(
            Person(
                id=who.person,
                key=key,
                name=f"{key} {CANARY}",
                email=f"{key}@{CANARY}.example.org",
                language="en",
                zone="Europe/Madrid",
            )
        )
    yield ledger
    ledger.close()


def test_it_ends_with_status_0(start: Callable[..., Worker]) -> None:
    """Several at once, because the engine's library crashes at the interpreter's end now and then."""
    workers = [start() for _ in range(4)]
    for worker, sign in zip(workers, [signal.SIGTERM, signal.SIGINT] * 2, strict=True):
        assert worker.says("the worker is ready"), worker.told()
        assert worker.stop(sign) == 0, worker.told()
        assert worker.lines()[-1]["event"] == "the worker has stopped"


async def test_it_finishes_what_it_has_in_hand_and_says_what_that_is(
    start: Callable[..., Worker], client: Client, ledger: SqlLedger, settings: Settings
) -> None:
    worker = start()
    door = Door(client, ledger, Clockwork(origin=START, anchor=datetime.now(UTC)))
    await door.found(founding("W-1"))
    await asyncio.sleep(0.5)
    held = sqlite3.connect(settings.home / "ledger.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    asking = asyncio.create_task(door.request("partnership/W-1", rq.OpenStage(stage=Stage.SCOPING), OPERATOR))
    await asyncio.sleep(0.5)
    worker.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.says, '"waiting_for": "record for'), worker.told()
    held.execute("COMMIT")
    held.close()
    assert await asyncio.to_thread(worker.process.wait, 30) == 0
    waiting = [line["waiting_for"] for line in worker.lines() if "waiting_for" in line]
    assert "record for partnership/W-1" in waiting
    assert [entry.number for entry in ledger.entries("partnership/W-1")][:2] == [1, 2]
    again = start()
    assert (await asking).first == 2
    await asyncio.to_thread(again.stop)


async def test_its_log_says_what_a_line_is_about_and_nothing_personal(
    start: Callable[..., Worker], client: Client, ledger: SqlLedger, settings: Settings
) -> None:
    worker = start()
    door = Door(client, ledger, Clockwork(origin=START, anchor=datetime.now(UTC)))
    await door.found(founding("W-2"))
    await door.request("partnership/W-2", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    hashed = await door.keep(f"{CANARY} asks for patience", "remark", OPERATOR.person)
    await door.request("partnership/W-2", rq.Hold(reason="travel", remark=hashed), OPERATOR)
    for _ in range(100):
        if any(letter.sent_at for letter in ledger.letters("partnership/W-2")):
            break
        await asyncio.sleep(0.1)
    mails = [file.read_text() for file in settings.maildir.glob("new/*")]
    assert any(CANARY in mail for mail in mails), "no letter went out, so nothing is proved"
    assert await asyncio.to_thread(worker.stop) == 0
    recorded = next(
        line for line in worker.lines() if line.get("entry") == 2 and line.get("step") == "record"
    )
    assert recorded["entity"] == "partnership/W-2"
    assert recorded["stage"] == "scoping"
    assert recorded["request"].startswith("cmd-")
    assert {"timestamp", "level", "logger"} <= set(recorded)
    assert CANARY.lower() not in worker.told().lower()


def test_without_tables_it_says_so_in_a_sentence(engine: str, tmp_path: Path) -> None:
    worker = Worker(load(temporal_address=engine, home=tmp_path))
    assert worker.process.wait(timeout=60) == 1
    assert worker.told().splitlines() == [
        "tandem: the ledger's tables are not those of this version; bring them up to date with `tandem prepare`"
    ]


def test_without_an_engine_it_says_so_in_a_sentence(start: Callable[..., Worker]) -> None:
    worker = start(TANDEM_TEMPORAL_ADDRESS="127.0.0.1:9", TANDEM_PATIENCE="2")
    assert worker.process.wait(timeout=60) == 1
    assert any(
        line.startswith("{") and "waiting for the engine" in line for line in worker.told().splitlines()
    )
    assert worker.told().splitlines()[-1] == (
        "tandem: no engine answers at 127.0.0.1:9; check TANDEM_TEMPORAL_ADDRESS and that the cluster is up"
    )


def test_a_wrong_setting_is_named(start: Callable[..., Worker]) -> None:
    worker = start(TANDEM_SMTP_PORT="many")
    assert worker.process.wait(timeout=60) == 1
    assert worker.told().startswith("tandem: TANDEM_SMTP_PORT: ")


def test_for_people_it_writes_lines_that_read_well(start: Callable[..., Worker]) -> None:
    worker = start(TANDEM_LOG_FORMAT="console")
    assert worker.says("the worker is ready")
    assert worker.stop() == 0
    assert "{" not in worker.told()
