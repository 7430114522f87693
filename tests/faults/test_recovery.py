"""The engine's database or the ledger is lost or put back from an older copy in the middle of a programme."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client import letters as outgoing
from client.levels import Level, Standing, levels
from client.recovery import Outcome, recover, wanting
from domain.entities import fold
from ledger import migrate
from ledger.copying import copy_database
from ledger.rows import LetterStatus
from tests.faults.assassins import Kill
from tests.faults.campaign import Aftermath, Plan, fought
from tests.faults.household import Household
from tests.faults.oracle import UNKNOWN, acknowledged, judged, once, unrecorded
from tests.faults.witness import PatientLedger

pytestmark = pytest.mark.timeout(600)

CODES = ("C1-02", "C1-04", "C1-05", "C1-06", "C1-08")
SEEDS, LONG_SEEDS = (7,), (7, 11, 13, 17, 19)
_COPIED, _STRUCK = 0.35, 0.6
"""At these parts of the play the copies are taken, and the calamity comes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = metafunc.config.getoption("--fault-seed")
    seeds = (given,) if given is not None else LONG_SEEDS if metafunc.config.getoption("--long") else SEEDS
    metafunc.parametrize("seed", seeds)


def plan(name: str, seed: int) -> Plan:
    return Plan(name, seed, {}, seconds=26, workers=1, days=330, codes=CODES)


def _without(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        (path.parent / name).unlink(missing_ok=True)


@dataclass
class Calamity:
    """Copies both databases, later kills engine and worker, does its damage, recovers, and has all go on."""

    damage: Callable[[Household, Path], None]
    found: tuple[Level, ...] = ()
    outcome: Outcome | None = None
    after: tuple[Level, ...] = ()
    before: int = 0
    """Size of the log at the moment of the calamity."""
    held: frozenset[str] = frozenset()
    gone_while_held: list[str] = field(default_factory=list)
    released: outgoing.Released | None = None

    async def __call__(
        self,
        plan: Plan,
        pace: float,
        household: Household,
        patient: PatientLedger,
        curtain: datetime,
        kills: list[Kill],
    ) -> None:
        ledger = patient.ledger
        copies = household.folder / "copies"
        copies.mkdir()
        await _until(curtain, plan.seconds * pace * _COPIED)
        for name in ("temporal.sqlite", "ledger.sqlite"):
            await asyncio.to_thread(copy_database, household.folder / name, copies / name)
        await _until(curtain, plan.seconds * pace * _STRUCK)
        worker, engine = household.workers[0], household.parts["engine"]
        in_hand = await asyncio.to_thread(patient.in_hand)
        await asyncio.gather(asyncio.to_thread(worker.kill), asyncio.to_thread(engine.kill))
        kills.append(Kill(datetime.now(UTC), "worker", worker.name, 0, in_hand | patient.in_hand()))
        self.before = ledger.checkpoint().size
        self.damage(household, copies)
        ledger.close()  # its connections are to files that are no more
        await asyncio.to_thread(migrate, household.settings.database)
        engine.start()
        client = await household.client("recovery")
        self.found = await levels(client, ledger)
        self.outcome = await recover(client, ledger, self.found)
        self.after = await levels(client, ledger)
        self.held = frozenset(key for _, key in ledger.unended())
        worker.start()
        await household.ready(worker)
        await asyncio.sleep(2)
        letters = {one.letter.key: one for one in await asyncio.to_thread(ledger.letters)}
        self.gone_while_held = [key for key in self.held if letters[key].status is LetterStatus.SENT]
        self.released = await asyncio.to_thread(outgoing.let_go, ledger, None)
        await outgoing.carry(client, ledger)


async def _until(curtain: datetime, seconds: float) -> None:
    await asyncio.sleep(max((curtain - datetime.now(UTC)).total_seconds() + seconds, 0))


def _engine_lost(household: Household, copies: Path) -> None:
    _without(household.folder / "temporal.sqlite")


def _engine_older(household: Household, copies: Path) -> None:
    _without(household.folder / "temporal.sqlite")
    copy_database(copies / "temporal.sqlite", household.folder / "temporal.sqlite")


def _ledger_older(household: Household, copies: Path) -> None:
    _without(household.folder / "ledger.sqlite")
    copy_database(copies / "ledger.sqlite", household.folder / "ledger.sqlite")


@pytest.mark.parametrize(
    ("damage", "standing"),
    [
        (_engine_lost, Standing.ENGINE_LOST),
        (_engine_older, Standing.ENGINE_OLDER),
        (_ledger_older, Standing.LEDGER_OLDER),
    ],
    ids=["engine-lost", "engine-older", "ledger-older"],
)
def test_after_a_recovery_no_decision_is_lost_and_no_letter_goes_twice(
    damage: Callable[[Household, Path], None], standing: Standing, tmp_path: Path, seed: int
) -> None:
    print(f"to have this calamity alone: --fault-seed {seed}")
    calamity = Calamity(damage)
    after = asyncio.run(fought(plan(standing.value, seed), tmp_path / "household", calamity))
    assert calamity.outcome is not None and calamity.released is not None
    print(calamity.outcome.model_dump_json(), calamity.released)
    assert standing in {one.standing for one in wanting(calamity.found)}, (
        "nothing was out of level: proves nothing"
    )
    assert wanting(calamity.after) == () and not calamity.outcome.left
    assert calamity.gone_while_held == []
    told = _judged(after, calamity)
    assert told == []
    assert sum(bool(one.answers) for one in after.asked) > 20


def _judged(after: Aftermath, calamity: Calamity) -> list[str]:
    """The oracle's complaints, less what a ledger put back from an older copy cannot have: see docs/reliability.md."""
    assert calamity.outcome is not None
    did = calamity.outcome.recovery
    found = judged(after).found
    if did.harvested:
        # texts and refused attempts are nowhere but in the ledger; the recovery says how much of it is missing
        found["i"] = [*acknowledged(after.asked, after.entries), *once(after.entries, after.places)]
        if did.lost is not None:
            found["iv"] = [
                one for one in found["iv"] if int(one.split()[3]) <= did.before
            ]  # the log says from where on older checkpoints do not match
            found["ii"] = [one for one in found["ii"] if "checkpoint kept elsewhere" not in one]
    # what has ended on record is not begun again: an engine that was lost does not know it, an older one not its end
    over = {entity for entity, mine in after.entries.items() if fold(entity, [e.event for e in mine]).ended}
    gone = [
        f"{entity}: {what}" for entity in over for what in (UNKNOWN, "it does not run, and has not ended")
    ]
    # the older run of such an entity was stopped, with whatever it was about to have recorded
    gone += [unrecorded(one) for one in after.living if one.entity in over and not one.running]
    return [f"({name}) {said}" for name, all_ in found.items() for said in all_ if said not in gone]
