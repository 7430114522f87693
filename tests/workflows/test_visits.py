"""A study visit on the engine: what it tells the partnerships it served reaches each of them once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.client import Client

from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.errands import Carried, Errand
from domain.values import ExchangeMode, Side
from tests.engine import company, new_world
from tests.fakes.world import FakeLedger
from tests.given import OPERATOR, START, text
from tests.touring import Tour

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


@pytest_asyncio.fixture
async def tour(client: Client) -> AsyncIterator[Tour]:
    made = Tour(new_world(client, speed=_SPEED))
    yield made
    await made.end()


@pytest.mark.timeout(120)
async def test_a_visit_reaches_each_partnership_it_served_once_whatever_fails(
    client: Client, tour: Tour
) -> None:
    messenger = Unlucky(client, tour.ledger, failures=2)
    async with company(client, tour.ledger, tour.post, messenger=messenger):
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
    async with company(client, tour.ledger, tour.post):
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
    assert refused.entity == withdrawn and "(withdrawn)" in refused.sentence
    assert [watch.id for watch in tour.visit.watches] == ["errand/completed"]
    assert tour.exchanges(tour.codes[0]) == [] and len(tour.exchanges(tour.codes[1])) == 1
