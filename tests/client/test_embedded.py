"""The embedded default: one folder, one process tree, started and stopped as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from client import whereabouts
from client.connection import RETENTION, connect
from client.door import Door
from client.house import House
from client.settings import Settings, load
from client.troubles import Trouble
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import open_ledger
from tests.given import OPERATOR, START, founding

ROOT = Path(__file__).parents[2]
UP = """
import asyncio, sys
from client.house import keep
from client.settings import load
from client.troubles import Trouble
try:
    asyncio.run(keep(load(), lambda said: print(said, flush=True), lambda here: print("READY", flush=True)))
except Trouble as trouble:
    sys.exit(trouble.sentence)
"""


class Up:
    """A process that does what `tandem up` does."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = home.with_suffix(f".{time.monotonic_ns()}")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", UP],
                env={**environment, "TANDEM_HOME": str(home)},
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> bool:
        until = time.monotonic() + 60
        while "READY" not in self.said() and self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        return "READY" in self.said()


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[[], Up]]:
    begun: list[Up] = []

    def begin() -> Up:
        begun.append(Up(tmp_path / "home"))
        return begun[-1]

    yield begin
    left = whereabouts.kept(tmp_path / "home")
    for one in begun:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(60)
    for process in (left.worker, left.engine) if left else ():
        if process is not None and alive(process):
            os.kill(process, signal.SIGKILL)


def alive(process: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_from_an_empty_folder_to_a_recorded_decision_and_on_after_a_restart(tmp_path: Path) -> None:
    settings: Settings = load(home=tmp_path / "home", temporal_address=None)
    said: list[str] = []
    clockwork = Clockwork(origin=START, anchor=datetime.now(UTC))
    async with House(settings, said.append) as here:
        client = await connect(settings)
        known = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        assert known.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
        ledger = open_ledger(settings.database)
        door = Door(client, ledger, clockwork)
        assert await door.found(founding())
        answer = await door.request("partnership/C1-01", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        assert answer.last == 2
        with pytest.raises(
            Trouble, match=rf"already running in .* \(process {os.getpid()}\), web page http://"
        ):
            await House(settings).start()
        assert whereabouts.running(settings.home) == here
    assert whereabouts.running(settings.home) is None
    with pytest.raises(Trouble, match="nothing is running"):
        await connect(settings)
    assert not any(alive(process) for process in (here.engine, here.worker) if process)
    assert said == ["the worker finishes what it has in hand"]
    async with House(settings):
        door = Door(await connect(settings), ledger, clockwork)
        hold = rq.LogContact(person=OPERATOR.person, channel=rq.Channel.PHONE)
        assert (await door.request("partnership/C1-01", hold, OPERATOR)).first == 3
    ledger.close()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_of_it_with_status_0(up: Callable[[], Up], sign: int) -> None:
    house = up()
    assert house.ready(), house.said()
    here = whereabouts.kept(house.home)
    assert here is not None and here.worker is not None
    house.process.send_signal(sign)
    assert house.process.wait(60) == 0, house.said()
    assert not alive(here.engine) and not alive(here.worker)
    assert whereabouts.kept(house.home) is None


def test_what_a_killed_house_left_running_is_stopped_by_the_next(up: Callable[[], Up]) -> None:
    first = up()
    assert first.ready(), first.said()
    left = whereabouts.kept(first.home)
    assert left is not None and left.worker is not None
    first.process.kill()
    first.process.wait()
    assert alive(left.engine)
    second = up()
    assert second.ready(), second.said()
    assert "an earlier `tandem up` was killed" in second.said()
    assert not alive(left.engine) and not alive(left.worker)
    second.process.terminate()
    assert second.process.wait(60) == 0


def test_a_part_that_dies_stops_the_house_with_its_last_words(up: Callable[[], Up]) -> None:
    house = up()
    assert house.ready(), house.said()
    here = whereabouts.kept(house.home)
    assert here is not None and here.worker is not None
    os.kill(here.worker, signal.SIGKILL)
    assert house.process.wait(60) == 1
    assert "the worker stopped by itself (exit status -9)" in house.said()
    assert "logs/worker.log" in house.said()
    assert not alive(here.engine)


async def test_with_a_cluster_named_there_is_nothing_to_start(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="TANDEM_TEMPORAL_ADDRESS names a cluster"):
        await House(load(home=tmp_path, temporal_address="127.0.0.1:7233")).start()
    assert not any(tmp_path.iterdir())


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match=r"cannot keep data in .*file: "):
        await House(load(home=tmp_path / "file", temporal_address=None)).start()
