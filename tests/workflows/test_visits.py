"""A study visit on the engine: what it tells the partnerships it served reaches each of them once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from temporalio.client import Client

from client.door import Door
from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.entities import fold
from domain.errands import Carried, Errand
from domain.events import VisitFounded
from domain.requests import AnyRequest, Verdict
from domain.stages import default_terms
from domain.terms import Stage
from domain.values import Actor, ExchangeMode, Side
from domain.visits import requests as vr
from domain.visits.events import Direction, Served
from domain.visits.steps import ConceptNote
from domain.visits.visit import StudyVisit, visit_terms
from tests import engine as engines
from tests.fakes.world import FakeLedger, FakePost
from tests.given import DELEGATION, END, OPERATOR, START, TEAM_LEADER, founding, partnership, text
from workflows.chapter import Answer

_SPEED = 86_400 * 8
FIRST = START.date() + timedelta(days=45)


class Unlucky(DoorMessenger):
    """Asks the first of them and then fails, so often; it notes every round."""

    def __init__(self, client: Client, ledger: FakeLedger, failures: int) -> None:
        super().__init__(client, ledger, lambda scope, after: ())
        self.failures = failures
        self.rounds: list[str] = []

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        self.rounds.append(errand.id)
        if self.failures:
            self.failures -= 1
            first = errand.model_copy(update={"to": errand.to[:1]})
            await super().carry(entity, first, clockwork)
            raise ConnectionError("the worker went away in the middle")
        return await super().carry(entity, errand, clockwork)


class Tour:
    """Two partnerships, and a visit on a screen that serves both."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ledger = FakeLedger()
        self.post = FakePost(self.ledger)
        self.clockwork = Clockwork(origin=START, anchor=datetime.now(UTC), speed=_SPEED)
        self.door = Door(client, self.ledger, self.clockwork, 20.0)
        self.codes = tuple(f"T{next(engines._CODES)}" for _ in range(2))
        self.code = f"V{next(engines._CODES)}"

    @property
    def entity(self) -> str:
        return f"visit/{self.code}"

    @property
    def visit(self) -> StudyVisit:
        state = fold(self.entity, [entry.event for entry in self.ledger.entries(self.entity)])
        assert isinstance(state, StudyVisit)
        return state

    async def ask(self, request: AnyRequest, by: Actor) -> Answer:
        return await self.door.request(self.entity, request, by)

    async def decide(self, gate: str, by: Actor) -> None:
        latest = self.visit.latest_gate(gate)
        assert latest is not None
        await self.ask(rq.Decide(gate=gate, version=latest.version, verdict=Verdict.APPROVE), by)

    async def found(self) -> None:
        for code in self.codes:
            assert await self.door.found(founding(code))
        known = partnership()
        event = VisitFounded(
            at=START,
            by=OPERATOR,
            programme="11438",
            code=self.code,
            title="Digital skills",
            direction=Direction.EU_TO_CN,
            mode=ExchangeMode.VIRTUAL,
            serves=tuple(Served(code=code, eu="Fuenlabrada", cn="Hangzhou") for code in self.codes),
            hosts=("Hangzhou",),
            first=FIRST,
            days=2,
            members=known.members,
            holders=known.holders,
            terms=visit_terms(default_terms()),
            edition=known.edition,
            ends=END,
        )
        assert await self.door.found(event)
        assert not await self.door.found(event), "founded twice it is founded once"

    async def made(self) -> None:
        """Approved, its dates fixed, held and recorded."""
        note = ConceptNote(
            version=text("concept"),
            objective=True,
            partnerships=self.codes,
            delegates=0,
            estimate=Decimal(0),
        )
        await self.ask(rq.Submit(stage=Stage.VISIT_CONCEPT, deliverable=note), OPERATOR)
        await self.decide("G4a.team", TEAM_LEADER)
        await self.decide("G4a", DELEGATION)
        await self.ask(vr.StepVisit(step="dates"), OPERATOR)
        over = datetime.combine(FIRST + timedelta(days=4), time(), UTC)
        await asyncio.sleep(max((self.clockwork.wall(over) - datetime.now(UTC)).total_seconds(), 0))
        completion = vr.CompleteVisit(
            first=FIRST,
            last=FIRST + timedelta(days=1),
            participants_eu=7,
            participants_cn=9,
            women=8,
            evidence=text("attendance lists"),
        )
        await self.ask(completion, OPERATOR)

    def exchanges(self, code: str) -> list[ev.ExchangeHeld]:
        told = self.ledger.entries(f"partnership/{code}")
        return [entry.event for entry in told if isinstance(entry.event, ev.ExchangeHeld)]

    async def told(self) -> None:
        """Wait until the visit has it on record that everybody was told."""
        while self.visit.errands:  # noqa: ASYNC110 - what is waited for happens in the engine
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        for entity in (self.entity, *(f"partnership/{code}" for code in self.codes)):
            await engines.ended(self.client, entity)


@pytest_asyncio.fixture
async def tour(client: Client) -> AsyncIterator[Tour]:
    made = Tour(client)
    yield made
    await made.end()


@pytest.mark.timeout(120)
async def test_a_visit_reaches_each_partnership_it_served_once_whatever_fails(
    client: Client, tour: Tour
) -> None:
    messenger = Unlucky(client, tour.ledger, failures=2)
    async with engines.company(client, tour.ledger, tour.post, messenger=messenger):
        await tour.found()
        await tour.made()
        await tour.told()
    assert messenger.rounds == ["completed"] * 3
    for code in tour.codes:
        (held,) = tour.exchanges(code)
        assert (held.of, held.code, held.evidence) == (tour.entity, tour.code, text("attendance lists"))
        assert held.by == OPERATOR and held.mode is ExchangeMode.VIRTUAL
    (carried,) = [
        entry.event for entry in tour.ledger.entries(tour.entity) if isinstance(entry.event, ev.ErrandCarried)
    ]
    assert carried.done == tuple(sorted(f"partnership/{code}" for code in tour.codes))


@pytest.mark.timeout(120)
async def test_a_partnership_that_refuses_is_named_with_its_sentence_and_the_other_is_told(
    client: Client, tour: Tour
) -> None:
    async with engines.company(client, tour.ledger, tour.post):
        await tour.found()
        withdrawn = f"partnership/{tour.codes[0]}"
        notice = rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave"))
        await tour.door.request(withdrawn, notice, OPERATOR)
        await tour.made()
        await tour.told()
    (carried,) = [
        entry.event for entry in tour.ledger.entries(tour.entity) if isinstance(entry.event, ev.ErrandCarried)
    ]
    assert carried.done == (f"partnership/{tour.codes[1]}",)
    (refused,) = carried.refused
    assert refused.entity == withdrawn and "closed" in refused.sentence
    assert [watch.id for watch in tour.visit.watches] == ["errand/completed"]
    assert tour.exchanges(tour.codes[0]) == [] and len(tour.exchanges(tour.codes[1])) == 1
