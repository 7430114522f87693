"""A programme's broadcast on the engine: every partnership asked once, whoever refuses told, time given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import cast

import pytest_asyncio
from temporalio.client import Client

from client.door import Memory
from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.broad_requests import Broad
from domain.clockwork import Clockwork
from domain.entities import State, fold
from domain.entries import Entry
from domain.errands import Carried, Errand
from domain.programme import Programme
from domain.scopes import Scope
from domain.terms import Stage
from domain.values import Refusal
from tests.engine import World, company
from tests.given import OPERATOR, OTHER_OPERATOR, founding, programme_founding, text
from tests.reporting import LIFT, SUSPEND, broadcast
from worker.house import Company

DAY = 86_400


@dataclass
class Cities:
    """A programme and its partnerships, in the world of one test."""

    world: World
    codes: tuple[str, ...]
    found: list[str] = field(default_factory=list)

    @property
    def programme(self) -> str:
        return f"programme/P{self.world.code}"

    def messenger(self) -> DoorMessenger:
        ledger = cast(Memory, self.world.ledger)
        return DoorMessenger(self.world.client, ledger, self._in_scope)

    def _in_scope(self, scope: Scope, after: str) -> Iterable[str]:
        meant = [f"partnership/{code}" for code in self.codes]
        meant += [self.programme] if "programme" in scope.kinds else []
        return [one for one in meant if one > after]

    def working(self, messenger: object | None = None) -> AbstractAsyncContextManager[Company]:
        post = self.world.post
        carrier = cast(DoorMessenger, messenger or self.messenger())
        return company(self.world.client, self.world.ledger, post, messenger=carrier)

    async def begin(self) -> None:
        door = self.world.door
        await door.found(programme_founding(code=f"P{self.world.code}"))
        for code in self.codes:
            await door.found(founding(code))

    async def orders(self, request: Broad, *kinds: str) -> None:
        """Two persons want a broadcast, to all partnerships or to these kinds."""
        door, state = self.world.door, self.state(self.programme)
        assert isinstance(state, Programme)
        scope = Scope(programme="11438", kinds=kinds or ("partnership",))
        proposed = rq.Propose(matter=broadcast(request, scope), reason="force_majeure")
        await door.request(self.programme, proposed, OPERATOR)
        await door.request(self.programme, rq.Confirm(proposal=state.proposed + 1), OTHER_OPERATOR)

    async def carried(self, number: int) -> list[ev.ErrandCarried]:
        """What came of a broadcast, once all have been asked."""
        errand = f"broadcast-{number}"
        async with asyncio.timeout(60):
            while True:
                rounds = self._rounds(errand)
                if any(one.over for one in rounds):
                    return rounds
                await asyncio.sleep(0.05)

    def _rounds(self, errand: str) -> list[ev.ErrandCarried]:
        events = [entry.event for entry in self.entries(self.programme)]
        return [one for one in events if isinstance(one, ev.ErrandCarried) and one.errand == errand]

    def entries(self, entity: str) -> tuple[Entry, ...]:
        return self.world.ledger.entries(entity)

    def state(self, entity: str) -> State:
        return fold(entity, [entry.event for entry in self.entries(entity)])

    def asked(self, code: str, kind: str) -> list[str | None]:
        """The ids of the requests that brought events of a kind."""
        return [one.request for one in self.entries(f"partnership/{code}") if one.event.kind == kind]


@pytest_asyncio.fixture
async def cities(client: Client, worlds: Callable[..., World]) -> AsyncIterator[Callable[..., Cities]]:
    """Makes a programme with so many partnerships; what is left running ends with the test."""
    made: list[Cities] = []

    def make(many: int, speed: int = 1) -> Cities:
        world = worlds(speed=speed)
        one = Cities(world, tuple(f"{world.code}.{number}" for number in range(many)))
        made.append(one)
        return one

    yield make
    for one in made:
        for entity in (one.programme, *(f"partnership/{code}" for code in one.codes)):
            if one.entries(entity):
                await client.get_workflow_handle(entity).terminate()


async def test_a_broadcast_reaches_every_partnership_once_and_tells_who_refused(
    cities: Callable[..., Cities],
) -> None:
    one = cities(4)
    async with one.working():
        await one.begin()
        refusing = one.codes[2]
        await one.world.door.request(f"partnership/{refusing}", SUSPEND, OPERATOR)
        await one.orders(SUSPEND)
        (told,) = await one.carried(1)
    ordered = [entry for entry in one.entries(one.programme) if entry.event.kind == "broadcast_ordered"]
    assert len(ordered) == 1, "one parent entry for all"
    assert told.done == tuple(f"partnership/{code}" for code in one.codes if code != refusing)
    (down,) = told.refused
    assert down.entity == f"partnership/{refusing}" and "is suspended by the authority" in down.sentence
    for code in one.codes:
        (request,) = one.asked(code, "suspension_ordered")
        if code != refusing:
            assert request == f"programme.P{one.world.code}:broadcast-1:partnership.{code}"


class StoppedInTheMiddle:
    """Asks the first two, and then never comes back: its worker is stopped meanwhile."""

    def __init__(self, cities: Cities) -> None:
        self._cities = cities
        self.asked = asyncio.Event()

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        door = self._cities.world.door
        for code in self._cities.codes[:2]:
            one = f"partnership/{code}"
            await door.carry(one, errand.request, errand.by, errand.command(one, entity))
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody waits for it")


async def test_a_round_whose_worker_was_stopped_is_repeated_and_asks_nobody_twice(
    cities: Callable[..., Cities],
) -> None:
    one = cities(4)
    stopped = StoppedInTheMiddle(one)
    async with one.working(stopped):
        await one.begin()
        await one.orders(SUSPEND)
        async with asyncio.timeout(30):
            await stopped.asked.wait()
    assert not one._rounds("broadcast-1"), "nothing of the round is on record yet"
    async with one.working():
        (told,) = await one.carried(1)
    assert told.done == tuple(f"partnership/{code}" for code in one.codes) and told.refused == ()
    for code in one.codes:
        assert len(one.asked(code, "suspension_ordered")) == 1


async def test_what_was_left_of_each_deadline_is_there_again_after_the_suspension(
    cities: Callable[..., Cities],
) -> None:
    one = cities(2, speed=2 * DAY)
    async with one.working():
        await one.begin()
        for code in one.codes:
            await one.world.door.request(f"partnership/{code}", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        await one.orders(SUSPEND)
        await one.carried(1)
        await asyncio.sleep(3)
        await one.orders(LIFT)
        await one.carried(2)
    for code in one.codes:
        entries = one.entries(f"partnership/{code}")
        kinds = [entry.event.kind for entry in entries]
        stop, start = kinds.index("suspension_ordered"), kinds.index("suspension_lifted")
        before = fold(f"partnership/{code}", [entry.event for entry in entries[:stop]])
        after = fold(f"partnership/{code}", [entry.event for entry in entries[: start + 1]])
        clock = before.stages[0].clock
        assert after.stages[0].clock == clock
        stopped_at, lifted_at = entries[stop].event.at, entries[start].event.at
        left = clock.remaining(stopped_at, before.edition)
        was, now = before.deadline(clock), after.deadline(clock)
        assert was is not None and now is not None
        assert left > 0 and clock.remaining(lifted_at, after.edition, after.stops) in (left, left + 1)
        assert (now.on - was.on).days >= (lifted_at - stopped_at).days >= 4
        assert not {"reminder_fell", "deadline_passed"} & set(kinds[stop:start]), "nothing fires meanwhile"


async def test_a_programme_stands_still_and_goes_on_with_all_the_others(
    cities: Callable[..., Cities],
) -> None:
    """It is asked by its own broadcast, as the others are, and can order the end of it while it stands still."""
    one = cities(2)
    async with one.working():
        await one.begin()
        await one.orders(SUSPEND, "partnership", "programme")
        (told,) = await one.carried(1)
        assert told.done[-1] == one.programme and not told.refused
        assert one.state(one.programme).suspended
        await one.orders(LIFT, "partnership", "programme")
        (told,) = await one.carried(2)
        assert told.done[-1] == one.programme and not told.refused
    for entity in (one.programme, *(f"partnership/{code}" for code in one.codes)):
        assert not one.state(entity).suspended
        kinds = [entry.event.kind for entry in one.entries(entity)]
        assert (kinds.count("suspension_ordered"), kinds.count("suspension_lifted")) == (1, 1)


async def test_an_extension_is_carried_to_every_partnership(cities: Callable[..., Cities]) -> None:
    one = cities(2)
    async with one.working():
        await one.begin()
        ends = one.state(one.programme).ends.replace(year=2024)
        matter = rq.Extend(ends=ends, addendum=text("addendum 2"))
        await one.world.door.request(one.programme, rq.Propose(matter=matter, reason="addendum"), OPERATOR)
        await one.world.door.request(one.programme, rq.Confirm(proposal=1), OTHER_OPERATOR)
        await one.carried(1)
    assert one.state(one.programme).ends == ends
    assert [one.state(f"partnership/{code}").ends for code in one.codes] == [ends, ends]


async def test_a_broadcast_wanted_by_one_person_asks_nobody(cities: Callable[..., Cities]) -> None:
    one = cities(1)
    async with one.working():
        await one.begin()
        matter = rq.Propose(matter=broadcast(SUSPEND), reason="force_majeure")
        await one.world.door.request(one.programme, matter, OPERATOR)
        refused = None
        try:
            await one.world.door.request(one.programme, rq.Confirm(proposal=1), OPERATOR)
        except Refusal as refusal:
            refused = refusal
        assert refused is not None and "a second person confirms it" in refused.sentence
    assert one.asked(one.codes[0], "suspension_ordered") == []
    assert one.world.ledger.attempts[-1][0] == one.programme
