"""Engines, workers and ledgers to measure on: started as users start them, in folders that go away again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from client.connection import (
    TASK_QUEUE,
    connect,
    pollers,
    raise_retention,
    register_search_attributes,
    worker_identity,
)
from client.door import Door
from client.house import engine_binary, engine_command
from client.settings import Settings, load
from client.troubles import Trouble
from domain.clockwork import Clockwork
from ledger import migrate, open_ledger
from ledger.rows import Person
from ledger.store import SqlLedger
from tests.given import EVERYBODY, START

_PATIENCE = 60.0


@dataclass
class Process:
    """A process of ours, and the log it writes."""

    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def end(self) -> int:
        """Ask it to end; killed where it does not within half a minute."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(30)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        return self.popen.wait()

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()


def spawn(command: list[str], log: Path, **environment: str) -> Process:
    with log.open("ab") as told:
        popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, env={**os.environ, **environment}
        )
    return Process(popen, log)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for as long as the block runs."""
    made = Path(tempfile.mkdtemp(prefix="tandem-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass
class Engine:
    """A development server: its address, its process, its database file."""

    address: str
    process: Process
    database: Path

    @property
    def settings(self) -> Settings:
        return load(temporal_address=self.address)


@asynccontextmanager
async def engine(home: Path, name: str = "engine", *, tuned: bool = True) -> AsyncIterator[Engine]:
    """A development server as `tandem up` starts it, or as Temporal's own documentation does."""
    port = _free_port()
    database = home / f"{name}.sqlite"
    if tuned:
        command = engine_command(engine_binary(), database, port, None)
    else:
        start = [engine_binary(), "server", "start-dev", "--headless", "--ip", "127.0.0.1"]
        command = [*start, "--port", str(port), "--db-filename", str(database), "--log-level", "warn"]
    process = spawn(command, home / f"{name}.log")
    running = Engine(f"127.0.0.1:{port}", process, database)
    try:
        client = await _answering(running)
        await register_search_attributes(client)
        await raise_retention(client)
        yield running
    finally:
        process.end()


async def _answering(running: Engine) -> Client:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            client = await connect(running.settings)
            await client.count_workflows()
            return client
        except (Trouble, RPCError):
            if time.monotonic() > until or running.process.popen.poll() is not None:
                raise
            await asyncio.sleep(0.05)


def people_on_file(ledger: SqlLedger) -> None:
    """Everybody of the tests' partnership has an address, so that letters really go out."""
    for who in EVERYBODY:
        key = who.person.removeprefix("p-")
        person = Person(
            id=who.person,
            key=key,
            name=f"{key} of nowhere",
            email=f"{key}@example.org",
            language="en",
            zone="Europe/Brussels",
            demo=True,
        )
        ledger.put_person(person)


@dataclass
class Product:
    """The product on an engine: a ledger, a worker process of its own, and a door."""

    client: Client
    ledger: SqlLedger
    door: Door
    settings: Settings
    clockwork: Clockwork
    worker: Process

    def start(self) -> None:
        """Start a worker process; the one before has ended."""
        command = [sys.executable, "-m", "worker"]
        self.worker = spawn(command, self.settings.home / "worker.log", **self.settings.environment())

    async def work(self) -> None:
        """Start a worker process and wait until it asks the engine for work."""
        self.start()
        await polled(self.client, TASK_QUEUE, self.worker)


@asynccontextmanager
async def product(
    home: Path,
    running: Engine,
    name: str = "product",
    *,
    database: str | None = None,
    filled: Path | None = None,
) -> AsyncIterator[Product]:
    """The product on an engine, with its ledger in SQLite in this folder, or in the database named.

    `filled` is a ledger in SQLite to begin with; it is moved there.
    """
    place = home / name
    place.mkdir()
    if filled is not None:
        filled.rename(place / "ledger.sqlite")
    settings = load(
        home=place, temporal_address=running.address, database_url=database, log_level="warning", patience=120
    )
    migrate(settings.database)
    ledger = open_ledger(settings.database)
    people_on_file(ledger)
    client = await connect(settings)
    clockwork = Clockwork(origin=START, anchor=datetime.now(UTC))
    door = Door(client, ledger, clockwork, 120.0)
    worker = spawn([sys.executable, "-m", "worker"], place / "worker.log", **settings.environment())
    one = Product(client, ledger, door, settings, clockwork, worker)
    try:
        await polled(client, TASK_QUEUE, worker)
        yield one
    finally:
        one.worker.end()
        ledger.close()


async def polled(client: Client, queue: str, worker: Process) -> None:
    """Wait until this worker asks for work on this queue."""
    until = time.monotonic() + _PATIENCE
    while worker_identity(worker.pid) not in dict(await pollers(client, queue, activities=False)):
        if worker.popen.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"a worker does not work: {worker.log.read_text(errors='replace')[-2000:]}")
        await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
