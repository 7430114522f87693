"""A cluster on the engine: what happens in it reaches its partnerships once, whatever fails on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import cast

from client.door import Memory
from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.clusters.requests import Matter
from domain.entities import cluster_of, fold, partnership_of
from domain.errands import Carried, Errand
from domain.partnership import Partnership
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import SIDES, Actor, Role
from tests.clusters import THREE, cluster_founding, consent, of, partnership_founding
from tests.engine import Skipping, World, _nobody, company
from tests.given import DELEGATION, MANAGER, OPERATOR, OTHER_OPERATOR, START, TEAM_LEADER, deliverable, text

MONTH = timedelta(days=31)


class Stumbling(DoorMessenger):
    """A messenger who asks everybody, and then forgets to say so the first time: the engine sends him again."""

    rounds = 0

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        came = await super().carry(entity, errand, clockwork)
        self.rounds += 1
        if self.rounds == 1:
            raise ConnectionError("the network went away once everybody had been asked")
        return came


class Town:
    """A cluster and its partnerships on the engine, under codes of their own."""

    def __init__(self, world: World, prefix: str) -> None:
        self.world = world
        self.named = {code: f"{prefix}{code}" for code in THREE}
        self.entity = f"cluster/{prefix}ECO"
        self.prefix = prefix
        self.messenger = Stumbling(world.client, cast(Memory, world.ledger), _nobody)

    async def found(self) -> None:
        for code, name in self.named.items():
            await self.world.door.found(partnership_founding(code, named=name))
        first = cluster_founding(f"{self.prefix}ECO")
        candidates = tuple(one.model_copy(update={"code": self.named[one.code]}) for one in first.candidates)
        await self.world.door.found(first.model_copy(update={"candidates": candidates}))
        for code in THREE:
            for side in SIDES:
                await self.ask(consent(self.named[code]), of(code, side))

    async def ask(self, request: rq.AnyRequest, by: Actor) -> None:
        await self.world.door.request(self.entity, request, by)

    async def ask_of(self, code: str, request: rq.AnyRequest, by: Actor) -> None:
        await self.world.door.request(f"partnership/{self.named[code]}", request, by)

    def events(self, entity: str) -> list[ev.AnyEvent]:
        return [entry.event for entry in self.world.ledger.entries(entity)]

    def partnership(self, code: str) -> Partnership:
        entity = f"partnership/{self.named[code]}"
        return partnership_of(fold(entity, self.events(entity)))

    async def carried(self, number: int) -> None:
        """Wait until so many errands are over."""
        for _ in range(400):
            done = [one for one in self.events(self.entity) if isinstance(one, ev.ErrandCarried) and one.over]
            if len(done) >= number:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"errands are not over: {self.events(self.entity)[-3:]}")

    async def adopt(self) -> None:
        await self.ask(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
        plan = deliverable("joint_plan")
        await self.ask(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=plan), MANAGER)

        async def decide(gate: str, by: Actor) -> None:
            await self.ask(rq.Decide(gate=gate, version=plan.version, verdict=Verdict.APPROVE), by)

        for gate, role in (("K2.review", Role.FOCAL_POINT), ("K2.adopt", Role.SIGNATORY)):
            if gate == "K2.adopt":
                await decide("K2.team", TEAM_LEADER)
                await decide("K2.eud", DELEGATION)
            for code in THREE:
                for side in SIDES:
                    await decide(gate, of(code, side, role))

    async def end(self) -> None:
        for entity in (self.entity, *(f"partnership/{name}" for name in self.named.values())):
            handle = self.world.client.get_workflow_handle(entity)
            if (await handle.describe()).status == 1:
                await handle.terminate()


async def test_a_joint_session_reaches_its_partnerships_once_though_the_messenger_comes_twice(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    world = worlds(client=skipping.client)
    town = Town(world, "S")
    async with company(world.client, world.ledger, world.post, messenger=town.messenger):
        await town.found()
        starts = START + timedelta(days=30)
        await town.ask(rq.PlanSession(code="js-1", mode=rq.ExchangeMode.VIRTUAL, starts=starts), MANAGER)
        invited = rq.StepSession(code="js-1", step=rq.SessionStep.INVITED, text=text("agenda"))
        await town.ask(invited, MANAGER)
        for entity in (*(f"partnership/{name}" for name in town.named.values()), town.entity):
            assert await skipping.skipper.fast_forward(world.client.get_workflow_handle(entity), MONTH)
        held = rq.HoldJointSession.model_validate(
            {
                "code": "js-1",
                "mode": "virtual",
                "held": starts,
                "attended": [
                    {"name": "Fuenlabrada", "number": 3},
                    {"name": "Getafe", "number": 2},
                    {"name": "Hangzhou", "number": 4},
                ],
                "evidence": text("attendance"),
            }
        )
        await town.ask(held, OPERATOR)
        await town.carried(1)
        for code in ("C1-01", "C1-02"):
            (exchange,) = town.partnership(code).exchanges
            assert (exchange.code, exchange.of) == ("js-1", town.entity)
            assert (exchange.participants_eu, exchange.participants_cn) == (5, 4)
        assert town.partnership("C2-03").exchanges == (), "nobody of it was there"
        assert town.messenger.rounds == 2
        (told,) = [one for one in town.events(town.entity) if isinstance(one, ev.ErrandCarried)]
        assert told.done == tuple(f"partnership/{town.named[code]}" for code in ("C1-01", "C1-02"))
        reminded = [one for one in town.events(town.entity) if isinstance(one, ev.ReminderFell)]
        assert reminded, "the calendar spoke on its own over the month"
        await town.end()


async def test_an_adopted_plan_holds_in_every_partnership_and_a_merger_hands_on_what_was_open(
    worlds: Callable[..., World],
) -> None:
    world = worlds()
    town = Town(world, "P")
    async with company(world.client, world.ledger, world.post, messenger=town.messenger):
        await town.found()
        await town.adopt()
        await town.carried(1)
        version = deliverable("joint_plan").version
        for code in THREE:
            plan = town.partnership(code).joint_plan
            assert plan is not None and (plan.of, plan.version) == (town.entity, version)
            joined = [
                one
                for one in town.events(f"partnership/{town.named[code]}")
                if one.kind == "joint_plan_joined"
            ]
            assert len(joined) == 1
        name = town.named["C1-01"]
        await town.ask_of("C1-01", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        await town.ask(rq.AskMerger(member=name, reason="common_theme"), MANAGER)
        for side in SIDES:
            await town.ask(consent(name, Matter.MERGER), of("C1-01", side))
        merge = rq.Merge(into=f"{town.prefix}ECO", consent=text("both"), of=town.entity)
        await town.ask_of("C1-01", rq.Propose(matter=merge, reason="common_theme"), OPERATOR)
        await town.ask_of("C1-01", rq.Confirm(proposal=1), OTHER_OPERATOR)
        ended = await world.client.get_workflow_handle(f"partnership/{name}").result()
        assert ended["ended"], "it has ended once the cluster knows what was open"
        cluster = cluster_of(fold(town.entity, town.events(town.entity)))
        member = cluster.membership(name)
        assert member is not None and member.taken_over == ("submit/scoping/0",)
        assert town.partnership("C1-01").end is ev.End.MERGED
        await town.end()


async def test_a_partnership_that_refuses_is_looked_after_and_the_others_take_it(
    worlds: Callable[..., World],
) -> None:
    """One of the three has ended in the meantime."""
    world = worlds()
    town = Town(world, "R")
    async with company(world.client, world.ledger, world.post, messenger=town.messenger):
        await town.found()
        gone = rq.Withdraw(side=SIDES[0], reason="budget", notice=text("we leave"))
        await town.ask_of("C2-03", gone, of("C2-03", SIDES[0]))
        await town.adopt()
        await town.carried(1)
        (told,) = [one for one in town.events(town.entity) if isinstance(one, ev.ErrandCarried)]
        assert [one.entity for one in told.refused] == [f"partnership/{town.named['C2-03']}"]
        cluster = cluster_of(fold(town.entity, town.events(town.entity)))
        assert [watch.id for watch in cluster.watches] == ["errand/plan.1"]
        assert town.partnership("C1-02").joint_plan is not None
        await town.end()
