"""Pilots on the engine: carried out, told of to their partnership once, asked for notes by the calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from temporalio.client import WorkflowHandle

from client.door import Memory
from client.errands import DoorMessenger
from client.replay import histories, replayer
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.entities import fold
from domain.entries import Entry
from domain.errands import Carried, Errand, Scope
from domain.pilots.facts import LISTS, CheckItem, CheckResult, PilotStep, Reached
from domain.pilots.pilot import Pilot
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Actor, Refusal
from tests.domain.piloting import scores
from tests.engine import Skipping, World, company
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
    def handle(self) -> WorkflowHandle[object, object]:
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

    async def carried(self, errands: int) -> None:
        """Wait until so many errands have been carried out."""
        for _ in range(400):
            if len(self.of("errand_carried")) >= errands:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{len(self.of('errand_carried'))} of {errands} errands carried out")

    async def end(self) -> None:
        await self.handle.terminate()


def _nobody(scope: Scope, after: str) -> tuple[str, ...]:
    return ()


class Forgetful:
    """A messenger whose answer is lost the first times: what was asked of others was asked."""

    def __init__(self, world: World, lost: int) -> None:
        self._messenger = DoorMessenger(world.client, cast(Memory, world.ledger), _nobody)
        self.lost = lost
        self.rounds = 0

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        came = await self._messenger.carry(entity, errand, clockwork)
        self.rounds += 1
        if self.rounds <= self.lost:
            raise ConnectionError("the messenger was lost on the way back")
        return came


async def test_a_pilot_is_carried_out_and_its_partnership_learns_of_it_once(world: World) -> None:
    piloting = Piloting(world)
    messenger = Forgetful(world, lost=1)
    async with company(world.client, world.ledger, world.post, messenger=messenger):
        await piloting.begins()
        await piloting.completed()
        await piloting.carried(2)
        assert messenger.rounds > 2, "the first answer was lost, and it was asked again"
        assert [(one.pilot, one.reached) for one in piloting.told()] == [
            (piloting.code, Reached.ENDORSED),
            (piloting.code, Reached.COMPLETED),
        ]
        assert [one.event.refused for one in piloting.of("errand_carried")] == [(), ()]  # type: ignore[union-attr]  # they are of this kind
        assert piloting.pilot.errands == ()
        assert piloting.pilot.standing() == "completed"
        assert world.sound()
        runs = await histories(world.client, piloting.entity)
        assert len(runs) > 1, "a passed stage turns the page"
        for run in runs:
            await replayer().replay_workflow(run)
        await piloting.end()


async def test_a_refusal_reaches_the_caller_and_leaves_no_trace(world: World) -> None:
    piloting = Piloting(world)
    async with world.working():
        await piloting.begins()
        await piloting.asks(rq.OpenStage(stage=Stage.PILOT_FICHE))
        await piloting.hands_in(Stage.PILOT_FICHE)
        before = len(piloting.entries)
        with pytest.raises(Refusal, match="is approved on the scores of the panel"):
            await piloting.approves("P6")
        assert len(piloting.entries) == before
        await piloting.end()


async def test_an_ended_partnership_turns_the_word_down_and_the_secretariat_looks_after_it(
    world: World,
) -> None:
    piloting = Piloting(world)
    async with world.working():
        await piloting.begins()
        await world.ask(rq.Withdraw(side=EU_FOCAL.side, reason="budget", notice=text("we leave")), EU_FOCAL)
        await piloting.endorsed()
        await piloting.carried(1)
        assert [watch.what for watch in piloting.pilot.watches] == ["errand"]
        assert piloting.told() == []
        await piloting.end()


async def test_notes_are_asked_for_by_the_calendar_and_it_ends_with_the_programme(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    world = worlds(client=skipping.client)
    piloting = Piloting(world)
    async with world.working():
        await piloting.begins()
        await piloting.begun()
        await piloting.carried(1)
        began = piloting.pilot.began
        assert began is not None
        for days, notes in ((93, 1), (92, 2)):
            await skipping.skipper.fast_forward(piloting.handle, timedelta(days=days))
            for _ in range(200):
                if len(piloting.of("note_asked")) == notes:
                    break
                await asyncio.sleep(0.05)
            assert len(piloting.of("note_asked")) == notes
        assert len(piloting.of("notes_missing")) == 1
        missing = piloting.of("notes_missing")[0].event.at
        assert timedelta(days=180) < missing - began < timedelta(days=186)
        left = piloting.pilot.ends - piloting.entries[-1].recorded_at
        await skipping.skipper.fast_forward(piloting.handle, left + timedelta(minutes=5))
        for _ in range(400):
            if piloting.of("pilot_closed"):
                break
            await asyncio.sleep(0.05)
    closed = piloting.of("pilot_closed")[0].event
    assert isinstance(closed, ev.PilotClosed)
    assert (closed.end.value, closed.reached) == ("cut_off", Reached.IMPLEMENTING)
