"""How fast things begin, and whether they end cleanly (G10, G13).

    .venv/bin/python -m benchmarks.startup [--quick]

From an empty folder: `tandem up` is started, and a partnership founded, opened, handed in and approved as soon as
its engine answers. Reading commands are set beside `python -c "import sqlite3"`, commands that ask the engine beside
a client of Temporal's that connects and makes one call; each in turn with its neighbour. At last commands of both
kinds are run two hundred times, and their exit statuses counted.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median, note
from benchmarks.places import Process, folder, people_on_file, spawn
from client import whereabouts
from client.connection import connect
from client.door import Door
from client.settings import load
from client.troubles import Trouble
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.terms import Stage
from ledger import open_ledger
from ledger.migrating import is_current
from tests.given import MANAGER, OPERATOR, START, TEAM_LEADER, deliverable, founding

_TANDEM = str(Path(sys.executable).parent / "tandem")
_BARE_CALL = """
import asyncio, os, sys
from temporalio.client import Client
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
async def main():
    client = await Client.connect(sys.argv[1])
    await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
asyncio.run(main())
os._exit(0)
"""
READING = (("board",), ("tasks",), ("history", "S-01"), ("partnership", "list"))
"""Commands that read the ledger and nothing else."""
ASKING = ("partnership", "log-contact", "S-01", "teamleader", "phone", "--as", "operator")
"""A command that asks the engine; people reach each other as often as they like."""


async def measure(quick: bool) -> list[Figure]:
    starts, rounds, ends = (1, 2, 10) if quick else (3, 7, 200)
    firsts = []
    for _ in range(starts):
        with folder() as home:
            first, house = await _first_approval(home / "home")
            house.end()
            firsts.append(first)
    note(f"first approvals after {', '.join(f'{one:.2f} s' for one in firsts)}")
    with folder() as home:
        _, house = await _first_approval(home / "home")
        try:
            settings = load(home=home / "home")
            found = whereabouts.running(settings.home)
            assert found is not None
            figures = await _commands(home / "home", found.address, rounds)
            clean = await _ends(home / "home", ends)
        finally:
            house.end()
    return [
        Figure("G10 first", median(firsts)),
        *figures,
        Figure("G13", float(ends - clean), "" if ends == 200 else f"of {ends}"),
    ]


async def _first_approval(home: Path) -> tuple[float, Process]:
    """Seconds from an empty folder to the first approval on record, and the house, which goes on running."""
    log = home.with_suffix(".log")
    begun = time.perf_counter()
    house = spawn([_TANDEM, "--home", str(home), "up"], log)
    settings = load(home=home)
    while not settings.home.joinpath("ledger.sqlite").exists() or not is_current(settings.database):
        await _a_moment(house)
    ledger = open_ledger(settings.database)
    people_on_file(ledger)
    client = None
    while client is None:
        try:
            client = await connect(settings)
        except Trouble:
            await _a_moment(house)
    clockwork = Clockwork(origin=START, anchor=datetime.now(UTC))
    door = Door(client, ledger, clockwork, 60.0)
    await door.found(founding(code="S-01"), clockwork)
    report = deliverable("scoping_report")
    for request, by in (
        (rq.OpenStage(stage=Stage.SCOPING), OPERATOR),
        (rq.Submit(stage=Stage.SCOPING, deliverable=report), MANAGER),
        (rq.Decide(gate="G2", version=report.version, verdict=rq.Verdict.APPROVE), TEAM_LEADER),
    ):
        await door.request("partnership/S-01", request, by)
    took = time.perf_counter() - begun
    ledger.close()
    return took, house


async def _a_moment(house: Process) -> None:
    if house.popen.poll() is not None:
        raise RuntimeError(f"the house fell down: {house.log.read_text()[-2000:]}")
    await asyncio.sleep(0.01)


def _timed(command: list[str]) -> Callable[[], Awaitable[float]]:
    async def run() -> float:
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, said = await process.communicate()
        took = time.perf_counter() - begun
        if process.returncode:
            raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode()[-1000:]}")
        return took

    return run


def _asking(home: Path) -> list[str]:
    return [_TANDEM, "--home", str(home), *ASKING]


async def _commands(home: Path, address: str, rounds: int) -> list[Figure]:
    arms = {
        "python": _timed([sys.executable, "-c", "import sqlite3"]),
        **{" ".join(words): _timed([_TANDEM, "--home", str(home), *words]) for words in READING},
        "bare call": _timed([sys.executable, "-c", _BARE_CALL, address]),
        "asking": _timed(_asking(home)),
    }
    for arm in arms.values():
        await arm()
    taken = await in_turn(arms, rounds)
    rows = [(name, f"{median(each):.3f}") for name, each in taken.items()]
    sys.stdout.write(f"\n{measuring.table(('command', 'seconds'), rows)}\n")
    slowest = max((" ".join(words) for words in READING), key=lambda name: median(taken[name]))
    return [
        Figure("G10 read x", measuring.ratio(taken[slowest], taken["python"]), f"tandem {slowest}"),
        Figure("G10 read", median(taken[slowest]), f"tandem {slowest}"),
        Figure("G10 engine", measuring.ratio(taken["asking"], taken["bare call"])),
    ]


async def _ends(home: Path, times: int) -> int:
    """How many of so many commands, half of them reading and half asking, two at a time, end with status 0."""
    commands = [
        _asking(home) if number % 2 else [_TANDEM, "--home", str(home), *READING[number // 2 % len(READING)]]
        for number in range(times)
    ]
    gate = asyncio.Semaphore(2)
    statuses: Counter[int] = Counter()

    async def run(command: list[str]) -> None:
        async with gate:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            statuses[await process.wait()] += 1

    await asyncio.gather(*(run(command) for command in commands))
    note(f"exit statuses: {dict(statuses)}")
    return statuses[0]


if __name__ == "__main__":
    measuring.alone(measure)
