"""Pilots on the engine: carried out, told of to their partnership once, asked for notes by the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest

from client.door import Memory
from client.errands import DoorMessenger
from client.replay import histories, replayer
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.errands import Carried, Errand, Scope
from domain.pilots.facts import Reached
from domain.terms import Stage
from domain.values import Refusal
from tests.engine import Skipping, World, company
from tests.given import (
    EU_FOCAL,
    text,
)
from tests.pilots import Piloting


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
            await piloting.comes("note_asked", notes)
            assert len(piloting.of("note_asked")) == notes
        assert len(piloting.of("notes_missing")) == 1
        missing = piloting.of("notes_missing")[0].event.at
        assert timedelta(days=180) < missing - began < timedelta(days=186)
        left = piloting.pilot.ends - piloting.entries[-1].recorded_at
        await skipping.skipper.fast_forward(piloting.handle, left + timedelta(minutes=5))
        await piloting.comes("pilot_closed")
    closed = piloting.of("pilot_closed")[0].event
    assert isinstance(closed, ev.PilotClosed)
    assert (closed.end.value, closed.reached) == ("cut_off", Reached.IMPLEMENTING)
