"""Done, and reported as failed: after a COMMIT, an Update, a founding; nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from temporalio.client import (
    Client,
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from client.door import Door
from client.payloads import data_converter
from client.replay import histories
from client.settings import load
from client.troubles import Trouble
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.entities import fold
from domain.partnership import Partnership
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Actor, Organisation, Side, StakeholderGroup
from ledger import SqlLedger, letterbook
from ledger.engines import engine_for
from ledger.rows import LetterStatus, Person
from post.mailbox import MaildirCarrier, messages
from tests import databases
from tests import engine as engines
from tests.faults.test_races import failed_tasks
from tests.given import (
    CN_FOCAL,
    EU_FOCAL,
    EVERYBODY,
    MANAGER,
    OPERATOR,
    START,
    TEAM_LEADER,
    deliverable,
    founding,
)
from worker.house import ProgrammePost
from workflows.chapter import Position

engine, client = engines.engine, engines.client
database_url, sqlite_url, postgresql_url = (
    databases.database_url,
    databases.sqlite_url,
    databases.postgresql_url,
)

SEED = int(os.environ.get("TANDEM_FAULTS_SEED", "20261127"))
REQUESTS = 300 if os.environ.get("TANDEM_FAULTS") == "long" else 25


class Unsure(SqlLedger):
    """A ledger whose transactions are committed, and then every so often reported as failed."""

    def __init__(self, url: str, share: float) -> None:
        super().__init__(engine_for(url), "0.0.0-test")
        self.dice, self.share, self.told = random.Random(SEED), share, 0

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with super()._writing() as connection:
            yield connection
        if self.dice.random() < self.share:
            self.told += 1
            raise OperationalError("COMMIT", {}, ConnectionError("the connection went away after COMMIT"))


class Mishap(Interceptor):
    """A network that loses the engine's answers, every so often, once what was asked has been done."""

    def __init__(self, share: float) -> None:
        self.dice, self.share, self.told = random.Random(SEED), share, Counter[str]()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Losing(next, self)

    def loses(self, what: str) -> None:
        if self.dice.random() >= self.share:
            return
        self.told[what] += 1
        if what == "update" and self.dice.random() < 0.2:
            raise WorkflowUpdateRPCTimeoutOrCancelledError
        codes = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNKNOWN)
        raise RPCError("the answer was lost", self.dice.choice(codes), b"")


class _Losing(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, mishap: Mishap) -> None:
        super().__init__(next)
        self._mishap = mishap

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:
        handle = await super().start_workflow_update(input)
        await handle.result()
        self._mishap.loses("update")
        return handle

    async def start_workflow(self, input: StartWorkflowInput) -> Any:
        handle = await super().start_workflow(input)
        self._mishap.loses("founding")
        return handle

    async def describe_workflow(self, input: DescribeWorkflowInput) -> Any:
        described = await super().describe_workflow(input)
        self._mishap.loses("description")
        return described


def engage(number: int) -> rq.Engage:
    return rq.Engage(
        organisation=Organisation(code=f"org-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS)
    )


def put_people(ledger: SqlLedger) -> None:
    for who in EVERYBODY:
        key = who.person.removeprefix("p-")
        person = Person(
            id=who.person, key=key, name=key, email=f"{key}@example.org", language="en", zone="Europe/Madrid"
        )
        ledger.put_person(person)


async def level(ledger: SqlLedger, client: Client, entity: str) -> bool:
    """Entries without a gap, and the same state folded from them, on record, and in the workflow."""
    entries = ledger.entries(entity)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    folded = fold(entity, [entry.event for entry in entries])
    assert ledger.state(entity) == folded
    held = await client.get_workflow_handle(entity).query("state", result_type=Partnership)
    assert held == folded
    return True


async def test_transactions_reported_failed_after_commit_lose_and_double_nothing(
    client: Client,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four of ten, in the record, in the letters' book and in the vault; real ledger, real post, real mailbox."""
    monkeypatch.setattr(letterbook, "LEASE", timedelta(seconds=1))
    ledger = Unsure(database_url, share=0.0)
    put_people(ledger)
    settings = load(home=tmp_path)
    post = ProgrammePost(ledger, MaildirCarrier(settings.maildir), settings)
    code = f"RF-{random.getrandbits(40)}"
    entity = f"partnership/{code}"
    door = Door(client, ledger, Clockwork(origin=START, anchor=datetime.now(UTC)), patience=60)
    ledger.share = 0.4
    async with engines.company(client, ledger, post):
        assert await door.found(founding(code))
        paper = deliverable("scoping_report")
        steps: list[tuple[rq.AnyRequest, Actor]] = [
            (rq.OpenStage(stage=Stage.SCOPING), OPERATOR),
            (rq.Submit(stage=Stage.SCOPING, deliverable=paper), MANAGER),
            (rq.Decide(gate="G2", version=paper.version, verdict=Verdict.APPROVE), TEAM_LEADER),
            (rq.Decide(gate="G3", version=paper.version, verdict=Verdict.APPROVE), EU_FOCAL),
            (rq.Decide(gate="G3", version=paper.version, verdict=Verdict.APPROVE), CN_FOCAL),
        ]
        answers = [await door.request(entity, request, by) for request, by in steps]
        answers += await asyncio.gather(
            *(door.request(entity, engage(number), OPERATOR) for number in range(REQUESTS // 2))
        )
        entries = ledger.entries(entity)
        effects = Counter(entry.request for entry in entries if entry.request)
        assert len(effects) == len(answers) == len({answer.first for answer in answers})
        ledger.share = 0.15  # a letter takes four transactions, and a lease each time one is in doubt
        for _ in range(400):
            if ledger.waiting(entity) == 0:
                break
            with suppress(OperationalError):  # beside the workflow's own tries, which come ever more seldom
                await post.deliver(entity, START + timedelta(hours=1))
            await asyncio.sleep(0.1)
        ledger.share = 0.0
        assert await level(ledger, client, entity)
        assert await failed_tasks(_Named(client, entity)) == []  # type: ignore[arg-type]  # all it needs
        filed = ledger.letters(entity)
        assert {letter.status for letter in filed} <= {LetterStatus.SENT, LetterStatus.WITHDRAWN}
        sent = [letter.message_id for letter in filed if letter.status is LetterStatus.SENT]
        assert len(sent) == len(set(sent)) == len(messages(settings.maildir)) > 3
        await client.get_workflow_handle(entity).terminate()
    with capsys.disabled():
        print(
            f"\ncommitted and reported failed, seed {SEED}, {database_url.partition(':')[0]}: {ledger.told} "
            f"transactions; {len(entries)} entries and {len(sent)} letters, each once"
        )
    assert ledger.told > 5
    ledger.close()


class _Named:
    def __init__(self, client: Client, entity: str) -> None:
        self._client, self._entity = client, entity

    async def runs(self) -> Any:
        return await histories(self._client, self._entity)


async def test_answers_of_the_engine_that_are_lost_are_asked_for_again_and_take_effect_once(
    client: Client, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mishap = Mishap(share=0.4)
    losing = Client(client.service_client, data_converter=data_converter(), interceptors=[mishap])
    world = engines.new_world(client, patience=60)
    door = Door(losing, world.ledger, patience=60)
    door._clockwork = world.door._clockwork
    async with world.working():
        for _ in range(20):  # a founding whose answer is lost is told as trouble, and can be asked again
            try:
                await door.found(founding(world.code))
                break
            except Trouble as trouble:
                assert "try again later" in trouble.sentence
        answers = await asyncio.gather(
            *(door.request(world.entity, engage(number), OPERATOR) for number in range(REQUESTS))
        )
        assert len({answer.first for answer in answers}) == REQUESTS
        effects = Counter(entry.request for entry in world.entries if entry.request)
        assert len(effects) == REQUESTS and set(effects.values()) == {1}
        assert Position.model_validate(await world.handle.query("position")).number == REQUESTS + 1
        # the end: the entity is gone when it is asked again, and its own doing is known by the record
        leaving = rq.Withdraw(side=Side.EU, reason="budget", notice=await door.keep("we leave", "notice"))
        answer = await door.request(world.entity, leaving, EU_FOCAL)
        assert answer.last == len(world.entries)
        assert world.sound()
        await world.end()
    with capsys.disabled():
        print(f"\nanswers lost on the way, seed {SEED}: {dict(mishap.told)} of {REQUESTS + 2} calls' answers")
    assert mishap.told["update"] >= 3
