"""Engines for tests: one development server for the whole run, and workers inside the test."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import TimeSkippingConfig
from temporalio.testing._timeskipping import TimeSkipper

from activities.ports import Ledger, Messenger, Post
from client.connection import connect, raise_retention, register_search_attributes
from client.door import Door, Memory
from client.errands import DoorMessenger
from client.house import engine_binary, engine_command
from client.replay import histories
from client.settings import load
from client.troubles import Trouble
from domain.clockwork import Clockwork
from domain.entities import fold
from domain.entries import Entry
from domain.errands import Scope
from domain.requests import AnyRequest
from domain.values import Actor
from tests.fakes.world import FakeLedger, FakePost
from tests.given import START, founding, programme_founding
from worker.house import Company
from workflows.chapter import Answer, Position

VERSIONED = "versioned"
"""A namespace of its own for versioned workers: there, a current version takes every task of the queue."""
_CODES = count(1)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a development server that can skip time, with everything registered."""
    with serving(tmp_path_factory.mktemp("engine")) as address:
        yield address


@contextmanager
def serving(home: Path, kept: bool = False) -> Iterator[str]:
    """A development server with its data in a folder, while the block runs.

    `kept`: one that ends by itself is started again on the same data, as systemd does where the product is installed.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = engine_command(engine_binary(), home / "temporal.sqlite", port, None)
    command += ["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"]
    command += ["--namespace", VERSIONED]
    wanted = threading.Event()
    started = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while wanted.is_set():
            with (home / "log").open("ab") as log:
                running[:] = [subprocess.Popen(command, stdout=log, stderr=log)]
            started.set()
            if not wanted.is_set():  # nobody else knows of this one yet
                running[0].terminate()
            running[0].wait()
            if not kept:
                return
            time.sleep(0.1)

    wanted.set()
    keeper = threading.Thread(target=keep)
    keeper.start()
    assert started.wait(timeout=30), "the engine of the tests cannot be started"
    try:
        for namespace in ("default", VERSIONED):
            asyncio.run(_prepared(f"127.0.0.1:{port}", namespace))
        yield f"127.0.0.1:{port}"
    finally:
        wanted.clear()
        running[0].terminate()
        keeper.join(timeout=30)
        assert not keeper.is_alive(), "the engine of the tests does not stop"


async def _prepared(address: str, namespace: str) -> None:
    until = time.monotonic() + 30
    client = None
    while client is None:
        try:
            reached = await connect(load(temporal_address=address, temporal_namespace=namespace))
            await reached.count_workflows()
            client = reached
        except (Trouble, RPCError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.05)
    await register_search_attributes(client)
    await raise_retention(client)


@pytest_asyncio.fixture
async def client(engine: str) -> Client:
    return await connect(load(temporal_address=engine))


@dataclass
class Skipping:
    """A client whose workflows live in a time of their own, which the test moves on."""

    client: Client
    skipper: TimeSkipper


@pytest_asyncio.fixture
async def skipping(client: Client) -> Skipping:
    config = TimeSkippingConfig(enabled=False, max_session_skip_count=100_000)
    skipper = TimeSkipper(client, config=config)
    return Skipping(skipper.client, skipper)


@dataclass
class World:
    """A ledger and a post in memory, a door to them, and a partnership of its own for this test."""

    client: Client
    ledger: FakeLedger
    post: FakePost
    door: Door
    code: str
    clockwork: Clockwork
    kind: str = "partnership"

    @property
    def entity(self) -> str:
        return f"{self.kind}/{self.code}"

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(self.entity)

    def working(self) -> AbstractAsyncContextManager[Company]:
        return company(self.client, self.ledger, self.post)

    async def found(self, **given: Any) -> None:
        """Found the partnership (or the programme) at the programme's beginning, which is now."""
        first = programme_founding if self.kind == "programme" else founding
        assert await self.door.found(first(self.code, **given))

    async def ask(self, request: AnyRequest, by: Actor, id: str | None = None) -> Answer:
        return await self.door.request(self.entity, request, by, id=id)

    async def position(self) -> Position:
        return Position.model_validate(await self.handle.query("position"))

    async def settled(self) -> int:
        """Wait until nothing is under way any more; the length of the newest history then."""
        length = 0
        while True:
            position = await self.position()
            described = await self.handle.describe()
            if not position.letters_waiting and length == described.history_length:
                return length
            length = described.history_length
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        await ended(self.client, self.entity)

    async def runs(self) -> list[WorkflowHistory]:
        return await histories(self.client, self.entity)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.ledger.entries(self.entity)

    def sound(self) -> bool:
        """Whether the entries are numbered without a gap and fold."""
        assert [entry.number for entry in self.entries] == list(range(1, len(self.entries) + 1))
        fold(self.entity, [entry.event for entry in self.entries])
        return True


@pytest_asyncio.fixture
async def worlds(client: Client) -> AsyncIterator[Callable[..., World]]:
    """Makes worlds; what is left running in them at the end does not bother the next test's workers."""
    made: list[World] = []

    def make(**given: Any) -> World:
        made.append(new_world(given.pop("client", client), **given))
        return made[-1]

    yield make
    for world in made:
        await world.end()


@pytest.fixture
def world(worlds: Callable[..., World]) -> World:
    """A ledger, a post and a partnership of its own."""
    return worlds()


async def ended(client: Client, entity: str) -> None:
    """What is left running does not bother the next test's workers."""
    with contextlib.suppress(RPCError):  # it may have ended by itself, or never begun
        await client.get_workflow_handle(entity).terminate()


def new_world(client: Client, speed: int = 1, patience: float = 20.0) -> World:
    """The programme begins now, at START of its own time."""
    ledger = FakeLedger()
    clockwork = Clockwork(origin=START, anchor=datetime.now(UTC), speed=speed)
    door = Door(client, ledger, clockwork, patience)
    return World(client, ledger, FakePost(ledger), door, f"T{next(_CODES)}", clockwork)


def _nobody(scope: Scope, after: str) -> tuple[str, ...]:
    """A scope in a test without a ledger that could be searched: errands go to those they name."""
    return ()


@asynccontextmanager
async def company(
    client: Client,
    ledger: Ledger,
    post: Post,
    build: str | None = None,
    messenger: Messenger | None = None,
) -> AsyncIterator[Company]:
    """The workers, working while the block runs."""
    until = asyncio.Event()
    workers = Company(
        client, ledger, post, messenger or DoorMessenger(client, cast(Memory, ledger), _nobody), build
    )
    working = asyncio.create_task(workers.work(until))
    try:
        yield workers
    finally:
        until.set()
        await working
