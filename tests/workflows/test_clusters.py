"""A cluster on the engine: what happens in it reaches its partnerships once, whatever fails on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.clusters.founding import continuing
from domain.clusters.requests import Matter
from domain.entities import cluster_of, fold
from domain.errands import Carried, Errand
from domain.terms import Stage
from domain.values import SIDES
from tests.clusters import THREE, consent, of
from tests.engine import Skipping, World
from tests.given import MANAGER, OPERATOR, OTHER_OPERATOR, START, deliverable, text
from tests.town import Town

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


async def test_a_joint_session_reaches_its_partnerships_once_though_the_messenger_comes_twice(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    world = worlds(client=skipping.client)
    town = Town(world, "S", Stumbling)
    async with town.working():
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
        assert isinstance(town.messenger, Stumbling) and town.messenger.rounds == 2
        (told,) = [one for one in town.events(town.entity) if isinstance(one, ev.ErrandCarried)]
        assert told.done == tuple(f"partnership/{town.named[code]}" for code in ("C1-01", "C1-02"))
        reminded = [one for one in town.events(town.entity) if isinstance(one, ev.ReminderFell)]
        assert reminded, "the calendar spoke on its own over the month"
        await town.end()


async def test_an_adopted_plan_holds_in_every_partnership_and_a_merger_hands_on_what_was_open(
    worlds: Callable[..., World],
) -> None:
    world = worlds()
    town = Town(world, "P", Stumbling)
    async with town.working():
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
        await town.ask(rq.AskSplit(member=name, reason="bilateral"), MANAGER)
        for side in SIDES:
            await town.ask(consent(name, Matter.SPLIT), of("C1-01", side))
        cluster = cluster_of(fold(town.entity, town.events(town.entity)))
        first = continuing(
            f"{name}-2", old=town.partnership("C1-01"), cluster=cluster, by=OPERATOR, at=cluster.now
        )
        assert await world.door.found(first)
        town.named["C1-01"] = first.code
        for _ in range(400):
            if town.partnership("C1-01").errands == ():
                break
            await asyncio.sleep(0.05)
        (told,) = [
            one for one in town.events(f"partnership/{first.code}") if isinstance(one, ev.ErrandCarried)
        ]
        assert (told.done, told.refused) == ((town.entity,), ()), "the cluster knows that it goes on"
        member = cluster_of(fold(town.entity, town.events(town.entity))).membership(name)
        assert member is not None and member.went_on == f"partnership/{first.code}"
        await town.end()


async def test_a_partnership_that_refuses_is_looked_after_and_the_others_take_it(
    worlds: Callable[..., World],
) -> None:
    """One of the three has ended in the meantime."""
    world = worlds()
    town = Town(world, "R", Stumbling)
    async with town.working():
        await town.found()
        gone = rq.Withdraw(side=SIDES[0], reason="budget", notice=text("we leave"))
        await town.ask_of("C2-03", gone, of("C2-03", SIDES[0]))
        await town.adopt()
        await town.carried(1)
        (told,) = [one for one in town.events(town.entity) if isinstance(one, ev.ErrandCarried)]
        assert [one.entity for one in told.refused] == [f"partnership/{town.named['C2-03']}"]
        cluster = cluster_of(fold(town.entity, town.events(town.entity)))
        assert [watch.id for watch in cluster.watches] == ["errand/joint_plan_1"]
        assert town.partnership("C1-02").joint_plan is not None
        await town.end()
