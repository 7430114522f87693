"""Recorded approvals a second and their latency, with one client and with eight, beside DBOS (G3).

    .venv/bin/python -m benchmarks.approvals [--quick]

Four arms in turn, their records all in one PostgreSQL cluster of this run, which waits for the disk: the product on
the engine as `tandem up` starts it; the product on an untuned `temporal server start-dev`; DBOS as an entity that
waits with recv for one decision after another; DBOS as a short workflow for each decision. An approval of ours writes
an entry, rows of the gate and its tasks, and a snapshot; one of DBOS's a record row, an audit row and a letter row. All
are answered once that is on record. DBOS is installed, as benchmarks/peers/dbos.txt pins it, into `.venv/peers/dbos`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import measuring
from benchmarks.measuring import Figure, in_turn, median, note, percentile, quiet, ratio
from benchmarks.places import Product, engine, folder, product
from domain import requests as rq
from domain.terms import Seat, Stage
from tests.databases import Server, from_binaries
from tests.given import (
    CN_FOCAL,
    CN_MAYOR,
    COUNTERPART,
    DELEGATION,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    TEAM_LEADER,
    deliverable,
    founding,
)
from tests.story import only_gate

CLIENTS = 8
DECIDERS = (TEAM_LEADER, DELEGATION, COUNTERPART, EU_FOCAL, CN_FOCAL, EU_MAYOR)
"""All but one of those whose approval the gate needs, so that it stays open."""
_SEATS = (*DECIDERS, CN_MAYOR)
_ROOT = Path(__file__).parents[1]
_PEER = Path(sys.prefix) / "peers" / "dbos"
_PINS = _ROOT / "benchmarks" / "peers" / "dbos.txt"
_NUMBERS = count(1)
OURS, UNTUNED, ENTITY, SHORT = "tandem", "tandem, untuned start-dev", "DBOS entity", "DBOS short workflow"

Turn = tuple[list[float], list[float], float]
"""Seconds of each approval of one client, of each of eight clients, and the seconds all those took."""


async def measure(quick: bool) -> list[Figure]:
    rounds, gates = (1, 1) if quick else (5, 3)
    peer_python = await asyncio.to_thread(_peer)
    server = await asyncio.to_thread(from_binaries, "-c synchronous_commit=on")
    with folder() as home:
        async with (
            engine(home) as tuned,
            engine(home, "untuned", tuned=False) as untuned,
            product(home, tuned, "ours", database=server.fresh()) as ours,
            product(home, untuned, "beside", database=server.fresh()) as beside,
        ):
            peer = _start(peer_python, server)
            try:
                each = gates * len(DECIDERS)
                arms: dict[str, Callable[[], Awaitable[Turn]]] = {
                    OURS: lambda: _ours(ours, gates),
                    UNTUNED: lambda: _ours(beside, gates),
                    ENTITY: lambda: asyncio.to_thread(_theirs, peer, "entity", each),
                    SHORT: lambda: asyncio.to_thread(_theirs, peer, "short", each),
                }
                for arm in arms.values():
                    await arm()
                taken = await in_turn(arms, rounds)
            finally:
                assert peer.stdin is not None
                peer.stdin.close()
                peer.wait(30)
    rates = {name: [len(one[1]) / one[2] for one in turns] for name, turns in taken.items()}
    _show(taken, rates)
    return [
        Figure("G3 entity", ratio(rates[OURS], rates[ENTITY]), f"{median(rates[OURS]):.0f}/s of ours"),
        Figure("G3 untuned", ratio(rates[OURS], rates[UNTUNED])),
    ]


async def _ours(ours: Product, gates: int) -> Turn:
    """Approvals at gates that have been opened for it."""
    entities = await asyncio.gather(*(_gate(ours) for _ in range((CLIENTS + 1) * gates)))

    async def client(mine: list[str]) -> list[float]:
        took = []
        version = deliverable("scoping_report").version
        for entity in mine:
            for by in DECIDERS:
                begun = time.perf_counter()
                decision = rq.Decide(gate="G.test", version=version, verdict=rq.Verdict.APPROVE)
                await ours.door.request(entity, decision, by)
                took.append(time.perf_counter() - begun)
        return took

    await quiet(ours.worker.pid)  # the letters that opening brought
    alone = await client(entities[:gates])
    begun = time.perf_counter()
    shares = [entities[(number + 1) * gates : (number + 2) * gates] for number in range(CLIENTS)]
    together = [took for each in await asyncio.gather(*map(client, shares)) for took in each]
    return alone, together, time.perf_counter() - begun


async def _gate(ours: Product) -> str:
    """A partnership with an open gate that needs all of its seven seats."""
    seats = tuple(Seat(role=who.role, side=who.side) for who in _SEATS)
    terms = only_gate(seats, needed=len(seats), stage=Stage.SCOPING)
    code = f"A-{next(_NUMBERS)}"
    await ours.door.found(founding(code=code, terms=terms), ours.clockwork)
    entity = f"partnership/{code}"
    await ours.door.request(entity, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    await ours.door.request(
        entity, rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report")), MANAGER
    )
    return entity


def _peer() -> str:
    """The python of the virtual environment of DBOS, made where there is none of these pins."""
    python, made = _PEER / "bin" / "python", _PEER / "pins.txt"
    pins = _PINS.read_text()
    if not made.exists() or made.read_text() != pins:
        note(f"installing DBOS into {_PEER}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_PEER)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(_PINS)], check=True)
        made.write_text(pins)
    return str(python)


def _start(python: str, server: Server) -> subprocess.Popen[str]:
    program = _ROOT / "benchmarks" / "peers" / "dbos_approvals.py"
    peer = subprocess.Popen(
        [python, str(program), server.fresh()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert peer.stdout is not None
    if peer.stdout.readline() != "ready\n":
        raise RuntimeError("DBOS does not start")
    return peer


def _theirs(peer: subprocess.Popen[str], how: str, each: int) -> Turn:
    def turn(clients: int) -> dict[str, Any]:
        assert peer.stdin is not None and peer.stdout is not None
        peer.stdin.write(json.dumps({"how": how, "clients": clients, "each": each}) + "\n")
        peer.stdin.flush()
        answer = peer.stdout.readline()
        if not answer:
            raise RuntimeError("DBOS gave up")
        told: dict[str, Any] = json.loads(answer)
        return told

    alone, together = turn(1), turn(CLIENTS)
    return alone["took"], together["took"], together["seconds"]


def _show(taken: dict[str, list[Turn]], rates: dict[str, list[float]]) -> None:
    rows = []
    for name, turns in taken.items():
        alone = [took for one in turns for took in one[0]]
        together = [took for one in turns for took in one[1]]
        cells = [f"{percentile(of, share) * 1000:.0f}" for of in (alone, together) for share in (0.5, 0.99)]
        rows.append((name, f"{median(rates[name]):.0f}", *cells))
    head = ("arm", "approvals/s, 8 clients", "p50 ms, 1", "p99 ms, 1", "p50 ms, 8", "p99 ms, 8")
    sys.stdout.write(f"\n{measuring.table(head, rows)}\n")


if __name__ == "__main__":
    measuring.alone(measure)
