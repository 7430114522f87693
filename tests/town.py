"""A cluster and its partnerships on the engine, for tests and for histories to keep."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import cast

from temporalio.client import WorkflowExecutionStatus

from client.door import Memory
from client.errands import DoorMessenger
from domain import events as ev
from domain import requests as rq
from domain.entities import fold, partnership_of
from domain.partnership import Partnership
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import SIDES, Actor, Role
from tests.clusters import THREE, cluster_founding, consent, of, partnership_founding
from tests.engine import World, _nobody, company
from tests.given import DELEGATION, MANAGER, OPERATOR, TEAM_LEADER, deliverable
from worker.house import Company


class Town:
    """A cluster and its partnerships on the engine, under codes of their own."""

    def __init__(self, world: World, prefix: str, messenger: type[DoorMessenger] = DoorMessenger) -> None:
        self.world = world
        self.named = {code: f"{prefix}{code}" for code in THREE}
        self.entity = f"cluster/{prefix}ECO"
        self.prefix = prefix
        self.messenger = messenger(world.client, cast(Memory, world.ledger), _nobody)

    def working(self) -> AbstractAsyncContextManager[Company]:
        return company(self.world.client, self.world.ledger, self.world.post, messenger=self.messenger)

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
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                await handle.terminate()
