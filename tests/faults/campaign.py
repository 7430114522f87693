"""A campaign: a programme in compressed time on a household of which parts are killed, and what is left of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

import audit
from client import programme, replay
from client.connection import RPC
from client.door import Door
from client.rehearsal import Played, demo_clockwork, rehearse
from domain.clockwork import Clockwork
from domain.entities import KINDS, kind_of
from domain.entries import Entry
from domain.living import Entity
from domain.rehearsal import Tour
from domain.values import ExchangeMode
from domain.visits.events import Direction
from ledger import SqlLedger
from ledger.chain import Checkpoint
from ledger.rows import Attempt, FiledLetter, LetterStatus
from tests.faults.assassins import LONGEST_PAUSE, Kill, Killer, by_aim, by_schedule
from tests.faults.broadcasting import broadcasts
from tests.faults.household import ROOT, Household, Received
from tests.faults.witness import Asked, Kept, PatientLedger, Witness
from workflows.chapter import Position

FILES = ROOT / "programmes"
STARTS = datetime(2021, 2, 8, 8, tzinfo=UTC)
CODES = ("C1-02", "C1-04", "C1-05", "C1-06", "C1-07", "C1-08", "C2-01", "C2-10")
VISITS = ("V-99", "V-98", "V-97", "V-96")
_SETTING_UP = 6.0
_USUAL_START, _SLOWEST = 4.0, 3.0
_SETTLED = 180.0
_WAITS = (LetterStatus.PLANNED, LetterStatus.FAILED)


@dataclass(frozen=True)
class Plan:
    """How long a campaign plays, over how much programme time, and who is killed how often.

    Everything that is left to chance hangs on the seed. A busy machine plays more slowly, so that between two
    kills there is something to be killed at.
    """

    name: str
    seed: int
    kills: dict[str, int]
    """How often each kind of part is killed: worker, engine, postgresql."""
    seconds: float
    workers: int = 2
    postgresql: bool = False
    days: int = 365
    codes: tuple[str, ...] = CODES
    aims: tuple[str, ...] = ()
    """Kinds of part of which all are killed, besides, in the midst of a broadcast and of a visit's completion."""

    @property
    def visits(self) -> tuple[str, ...]:
        """The codes of the visits played: one for each kind that is aimed at, and two for shots that miss."""
        return VISITS[: len(self.aims) + 2 if self.aims else 1]

    def __str__(self) -> str:
        return f"{self.name}-{self.seed}"

    def clockwork(self, curtain: datetime, pace: float) -> Clockwork:
        """Programme time from a real time on, on a machine so stretched."""
        return demo_clockwork(curtain, STARTS, STARTS + timedelta(days=self.days), self.seconds * pace)

    def schedule(self, pace: float = 1.0) -> list[tuple[float, str, float]]:
        """When after the curtain which kind is killed, and how long it then stays away; all in seconds.

        `pace` is how many times as long everything takes.
        """
        chance = Random(f"kills {self.seed}")
        victims = [kind for kind, times in sorted(self.kills.items()) for _ in range(times)]
        chance.shuffle(victims)
        moments = sorted(chance.uniform(0.03, 0.97) * self.seconds for _ in victims)
        return [
            (moment * pace, kind, chance.uniform(0, LONGEST_PAUSE))
            for moment, kind in zip(moments, victims, strict=True)
        ]


@dataclass(frozen=True)
class Living:
    """An entity as the engine holds it, and the entries on record, all at one moment."""

    entity: str
    running: bool
    position: Position
    state: Entity
    history: WorkflowHistory
    task_attempts: int
    """How often its pending workflow task was tried; 0 where none is pending."""


@dataclass
class Aftermath:
    """Everything there is to judge a campaign by, gathered while its household still stood."""

    plan: Plan
    clockwork: Clockwork
    asked: list[Asked]
    texts: list[Kept]
    texts_held: dict[str, str]
    kills: list[Kill]
    deaths: list[str]
    statuses: dict[str, int]
    entries: dict[str, tuple[Entry, ...]]
    attempts: tuple[Attempt, ...]
    verified: list[audit.Report]
    rebuilt: audit.Report
    checkpoints: list[Checkpoint]
    heads: dict[int, str]
    """The hash of the entry at each position of a checkpoint."""
    places: dict[tuple[str, int], int]
    """The position in the log of each entity's entries, by their numbers: the order in which they came on record."""
    letters: tuple[FiledLetter, ...]
    received: list[Received]
    living: list[Living]
    reported: list[str]
    """Entities whose workflow tasks fail, says the engine."""
    replayed: list[replay.Replayed]
    played: Played
    settled: float
    """Seconds from the end of the play until nothing was under way any more."""
    ledger_url: str
    numbers: Counter[str] = field(default_factory=Counter)


Assassin = Callable[[Plan, float, Household, PatientLedger, datetime, list[Kill]], Awaitable[None]]
"""Does harm while the play is on; told how stretched it is and the curtain's real time, and notes whom it killed."""


async def fought(plan: Plan, folder: Path, assassin: Assassin | None = None) -> Aftermath:
    """Play, kill, wait until everything has settled, gather, and take the household down."""
    household = Household(folder, plan.seed, plan.workers, postgresql=plan.postgresql)
    async with household:
        ledger = household.ledger()
        try:
            return await _fought(plan, household, ledger, assassin or _as_planned)
        finally:
            ledger.close()


async def _fought(plan: Plan, household: Household, ledger: SqlLedger, assassin: Assassin) -> Aftermath:
    client = await household.client("rehearsal")
    patient = PatientLedger(ledger)
    until = STARTS + timedelta(days=plan.days)
    curtain = datetime.now(UTC) + timedelta(seconds=_SETTING_UP)
    pace = min(max(household.took / _USUAL_START, 1.0), _SLOWEST)
    clockwork = plan.clockwork(curtain, pace)
    door = Door(client, patient, clockwork, patience=float(household.settings.patience))
    witness = Witness(door, plan.seed)
    facts = programme.read(FILES / "iurc-china.yaml", FILES / "demonstration-people.yaml")
    mine = tuple(one for one in facts.partnerships if one.code in plan.codes)
    facts = facts.model_copy(update={"partnerships": mine})
    script = programme.read_script(FILES / "demonstration-script.yaml")
    # a worker's death may hold up a partnership for two months of the play: whether its plan is adopted in time for a
    # pilot is chance, and one that began in the last days would prove nothing
    script = script.model_copy(update={"tours": tuple(_tours(plan, facts)), "pilots": ()})
    await programme.load(facts, door, ledger, clockwork, STARTS)
    hands = programme.stagehands(facts, script, programme.ids_by_key(ledger), STARTS, plan.seed)
    kills: list[Kill] = []
    checkpoints: list[Checkpoint] = []
    noting = asyncio.create_task(_note_checkpoints(ledger, checkpoints))
    killing = asyncio.ensure_future(assassin(plan, pace, household, patient, curtain, kills))
    try:
        # together, so that the play is over at once where the harm could not be done
        play = rehearse(witness, patient, clockwork, hands, plan.codes, until)
        orders = broadcasts(witness, patient, clockwork, STARTS, until)
        played, _, _ = await asyncio.gather(play, killing, orders)
    finally:
        for task in (killing, noting):
            task.cancel()
        await asyncio.gather(killing, noting, return_exceptions=True)
    begun = time.monotonic()
    ended = await _settled(household, ledger)
    settled = time.monotonic() - begun
    found = [await _living(client, ledger, entity) for entity in sorted(ledger.entities())]
    living = [one for one in found if one is not None]
    reported = [
        execution.id
        async for execution in client.list_workflows("TemporalReportedProblems IS NOT NULL", rpc_timeout=RPC)
    ]
    statuses = await household.stop_workers()
    # time goes on while all this is looked at: what was planned since, and nobody took up, proves nothing
    letters = tuple(one for one in ledger.letters() if one.letter.key in ended or _taken_up(one))
    replayed = [one async for one in replay.replay(client)]
    checkpoints = sorted(
        {one.size: one for one in [*checkpoints, *_in(letters)]}.values(), key=lambda c: c.size
    )
    with ledger.evidence() as evidence:
        rows = list(evidence.entries())
    kept = await asyncio.to_thread(ledger.texts, [one.hash for one in witness.texts])
    return Aftermath(
        plan=plan,
        clockwork=clockwork,
        asked=witness.asked,
        texts=witness.texts,
        texts_held=kept,
        kills=kills,
        deaths=household.deaths,
        statuses=statuses,
        entries={entity: ledger.entries(entity) for entity in ledger.entities()},
        attempts=ledger.attempts(),
        verified=[audit.verify(ledger, one) for one in _some(checkpoints)],
        rebuilt=audit.rebuild(ledger, True),
        checkpoints=checkpoints,
        heads={row.position: row.hash for row in rows},
        places={(row.entity, row.number): row.position for row in rows},
        letters=letters,
        received=list(household.mail.received),
        living=living,
        reported=reported,
        replayed=replayed,
        played=played,
        settled=settled,
        ledger_url=household.settings.database,
        numbers=Counter({"troubles reading the ledger": patient.troubles}),
    )


async def _as_planned(
    plan: Plan,
    pace: float,
    household: Household,
    ledger: PatientLedger,
    curtain: datetime,
    kills: list[Kill],
) -> None:
    """Kill by the schedule, and beside it by aim until everything aimed at was hit or the play is over."""
    killer = Killer(household, ledger, kills)
    over = curtain + timedelta(seconds=plan.seconds * pace)
    async with asyncio.TaskGroup() as group:
        group.create_task(by_schedule(killer, plan.seed, plan.schedule(pace), curtain))
        group.create_task(by_aim(killer, plan.seed, plan.aims, plan.clockwork(curtain, pace), over))
    await killer.all_back()


def _tours(plan: Plan, facts: programme.Programme) -> Iterator[Tour]:
    """Visits on a screen that two of the partnerships each are served by, so soon that completions are fought over."""
    mine = [one for one in facts.partnerships if one.code in plan.codes]
    for number, code in enumerate(plan.visits):
        served = mine[2 * number : 2 * number + 2]
        # one after the other, so that who missed the first tries the next; a busy machine needs the rest of the year
        begun = STARTS.date() + timedelta(days=plan.days // 18 + number * plan.days // 12)
        yield Tour(
            code=code,
            title="A visit on a screen",
            direction=Direction.EU_TO_CN,
            mode=ExchangeMode.VIRTUAL,
            serves=tuple(one.code for one in served),
            hosts=(served[0].cn.name,),
            begun=begun,
            first=begun + timedelta(days=plan.days // 3),
            days=2,
            evidence_days=4,
        )


async def _note_checkpoints(ledger: SqlLedger, checkpoints: list[Checkpoint]) -> None:
    """Keep a checkpoint now and then, as somebody outside would."""
    while True:
        try:
            newest = await asyncio.to_thread(ledger.checkpoint)
        except Exception:  # the database is away just now; its errors are its driver's
            newest = None
        if newest is not None and newest.size:
            checkpoints.append(newest)
        await asyncio.sleep(1)


async def _settled(household: Household, ledger: SqlLedger) -> frozenset[str]:
    """The letters on file at a moment when none is on its way; after a while, whatever the state of things."""
    for worker in household.workers:
        await household.ready(worker)
    until = time.monotonic() + _SETTLED
    while True:
        letters = await asyncio.to_thread(ledger.letters)
        if all(one.status not in _WAITS for one in letters) or time.monotonic() > until:
            return frozenset(one.letter.key for one in letters)
        await asyncio.sleep(0.1)


def _taken_up(filed: FiledLetter) -> bool:
    return filed.status not in _WAITS or filed.attempts > 0


async def _living(client: Client, ledger: SqlLedger, entity: str, within: float = 60.0) -> Living | None:
    """An entity at a moment when nothing is under way; after a while, as it is then.

    None for one that the engine does not know and that has ended on record.
    """
    handle = client.get_workflow_handle(entity)
    until = time.monotonic() + within
    while True:
        late = time.monotonic() > until
        try:
            before = Position.model_validate(await handle.query("position", rpc_timeout=RPC))
            state = KINDS[kind_of(entity)].model_validate(await handle.query("state", rpc_timeout=RPC))
            history = await handle.fetch_history(rpc_timeout=RPC)
            described = await handle.describe(rpc_timeout=RPC)
            raw = await client.workflow_service.describe_workflow_execution(
                DescribeWorkflowExecutionRequest(
                    namespace=client.namespace, execution=WorkflowExecution(workflow_id=entity)
                ),
                timeout=RPC,
            )
            after = Position.model_validate(await handle.query("position", rpc_timeout=RPC))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and _ended(ledger, entity):
                return None
            if late:
                raise
            await asyncio.sleep(0.2)
            continue
        quiet = before == after and before.number == before.recorded and not raw.pending_activities
        if late or (quiet and len(history.events) == described.history_length):
            return Living(
                entity=entity,
                running=described.status is WorkflowExecutionStatus.RUNNING,
                position=after,
                state=state,
                history=history,
                task_attempts=raw.pending_workflow_task.attempt,
            )
        await asyncio.sleep(0.1)


def _ended(ledger: SqlLedger, entity: str) -> bool:
    state = ledger.state(entity)
    return state is not None and state.ended


def _in(letters: Iterable[FiledLetter]) -> list[Checkpoint]:
    """The checkpoints at the foot of the letters that went out."""
    return [Checkpoint.read(one.checkpoint) for one in letters if one.status is LetterStatus.SENT]


def _some(checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    """The first, the last and a few between: each is a reading of the whole log."""
    places = sorted({round(part * (len(checkpoints) - 1) / 4) for part in range(5)})
    return [checkpoints[place] for place in places]
