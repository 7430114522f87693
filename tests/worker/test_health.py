"""The health check of a worker: the engine hears from this machine, and says so of no other."""

from __future__ import annotations

import asyncio
import os
import socket
import time

import pytest

from client.connection import connect, worker_identity
from client.settings import load
from client.troubles import Trouble
from tests.engine import company
from tests.fakes.world import FakeLedger, FakePost
from worker import health

PATIENCE = 60


async def test_a_worker_is_healthy_once_the_engine_hears_from_it(engine: str) -> None:
    settings = load(temporal_address=engine)
    host = f"{socket.gethostname()}-{os.getpid()}"
    with pytest.raises(Trouble, match=f"no worker of {host} has asked for work of the queue 'tandem'"):
        await health.look(settings, host)
    client = await connect(settings, identity=f"worker-1@{host}")
    ledger = FakeLedger()
    async with company(client, ledger, FakePost(ledger)):
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await health.look(settings, host)
                break
            except Trouble:
                assert time.monotonic() < until
                await asyncio.sleep(0.2)
        with pytest.raises(Trouble, match="no worker of"):
            await health.look(settings, f"not-{host}")


async def test_a_worker_not_heard_of_for_long_is_not_healthy(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine remembers who asked for five minutes; one that asked long ago is named with its last time."""
    settings = load(temporal_address=engine)
    host = f"{socket.gethostname()}-late-{os.getpid()}"
    client = await connect(settings, identity=f"worker-1@{host}")
    ledger = FakeLedger()
    async with company(client, ledger, FakePost(ledger)):
        monkeypatch.setattr(health, "QUIET", health.QUIET * 0)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await health.look(settings, host)
            except Trouble as told:
                if " since " in told.sentence:
                    return
            assert time.monotonic() < until
            await asyncio.sleep(0.2)


async def test_an_engine_that_is_not_there_is_told_as_that() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = load(temporal_address=f"127.0.0.1:{probe.getsockname()[1]}")
    with pytest.raises(Trouble, match="no engine answers at"):
        await health.look(settings, "here")


def test_two_containers_workers_have_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container every worker is process 1; only the host's name tells them apart."""
    names = set()
    for host in ("0a1b", "2c3d"):
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        names.add(worker_identity(1))
    assert len(names) == 2
