"""A partnership and a pilot of it on the engine, and what is done to them there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from domain import events as ev
from domain import requests as rq
from domain.entities import fold
from domain.entries import Entry
from domain.pilots.facts import LISTS, CheckItem, CheckResult, PilotStep
from domain.pilots.pilot import Pilot
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Actor
from tests.domain.piloting import scores
from tests.engine import World
from tests.given import (
    COUNTERPART,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    TEAM_LEADER,
    deliverable,
    pilot_founding,
    text,
)
from tests.story import DECIDERS, KINDS


class Piloting:
    """A partnership and a pilot of it, both on the engine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.code = f"{world.code}-P"
        self.entity = f"pilot/{self.code}"

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.client.get_workflow_handle(self.entity)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.world.ledger.entries(self.entity)

    @property
    def pilot(self) -> Pilot:
        state = fold(self.entity, [entry.event for entry in self.entries])
        assert isinstance(state, Pilot)
        return state

    def told(self) -> list[ev.PilotRecorded]:
        """What the partnership has on record of pilots."""
        return [entry.event for entry in self.world.entries if isinstance(entry.event, ev.PilotRecorded)]

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.event.kind == kind]

    async def begins(self) -> None:
        await self.world.found()
        first = pilot_founding(self.code, partnership=self.world.code)
        assert await self.world.door.found(first)

    async def asks(self, request: rq.AnyRequest, by: Actor = OPERATOR) -> None:
        await self.world.door.request(self.entity, request, by)

    async def hands_in(self, stage: Stage) -> None:
        await self.asks(rq.Submit(stage=stage, deliverable=deliverable(KINDS[stage])), EU_FOCAL)

    async def approves(self, gate: str) -> None:
        for by in DECIDERS[gate]:
            found = self.pilot.latest_gate(gate)
            assert found is not None
            await self.asks(rq.Decide(gate=gate, version=found.version, verdict=Verdict.APPROVE), by)

    async def checks(self) -> None:
        today = self.pilot.now.date()
        for item in CheckItem:
            listed = today if item in LISTS else None
            await self.asks(
                rq.RecordCheck(
                    item=item, result=CheckResult.CLEAR, listed_on=listed, evidence=text("evidence")
                ),
                MANAGER,
            )

    async def endorsed(self) -> None:
        await self.asks(rq.OpenStage(stage=Stage.PILOT_FICHE))
        await self.hands_in(Stage.PILOT_FICHE)
        gate = self.pilot.latest_gate("P6")
        assert gate is not None
        for by in (TEAM_LEADER, COUNTERPART):
            await self.asks(rq.ScorePilot(version=gate.version, scores=scores()), by)
        await self.approves("P6")
        await self.hands_in(Stage.PILOT_CONCEPT)
        await self.checks()
        for code in ("P7.dd", "P7.eud", "P7"):
            await self.approves(code)

    async def begun(self) -> None:
        await self.endorsed()
        await self.asks(rq.StepPilot(step=PilotStep.AGREED, text=text("agreement")))
        until = (self.pilot.now + timedelta(days=700)).date()
        await self.asks(rq.StepPilot(step=PilotStep.IMPLEMENTING, until=until))

    async def completed(self) -> None:
        await self.begun()
        await self.hands_in(Stage.PILOT_COMPLETION)
        await self.approves("P8")

    async def comes(self, kind: str, times: int = 1, seconds: float = 20) -> None:
        """Wait until there are so many entries of a kind."""
        for _ in range(int(seconds * 20)):
            if len(self.of(kind)) >= times:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{len(self.of(kind))} of {times} {kind}")

    async def carried(self, errands: int) -> None:
        """Wait until so many errands have been carried out."""
        await self.comes("errand_carried", errands)

    async def end(self) -> None:
        await self.handle.terminate()
