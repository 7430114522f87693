"""What the calendar says by itself: over months in skipped time, and over years in fast programme time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from client.connection import SEARCH_ATTRIBUTES
from client.payloads import data_converter
from domain import requests as rq
from domain.entities import fold
from domain.events import AnyEvent
from domain.terms import Stage
from tests.engine import Skipping, World, new_world
from tests.given import OPERATOR, START

MONTHS = timedelta(days=200)


def told_in_time(world: World) -> bool:
    """Whether the engine said by itself, within the minute, what the domain says when asked at every due moment."""
    events = [entry.event for entry in world.entries]
    state = fold(world.entity, events[:2])
    expected: list[AnyEvent] = []
    while (due := state.next_due()) is not None and due <= START + MONTHS:
        lapsed = state.lapse(due)
        expected += lapsed
        state = state.after(lapsed)
    kinds = [event.kind for event in events]
    assert kinds.count("reminder_fell") >= 3
    assert "deadline_passed" in kinds
    assert [event.model_dump(exclude={"at"}) for event in events[2:]] == [
        event.model_dump(exclude={"at"}) for event in expected
    ]
    assert max(entry.recorded_at - entry.event.at for entry in world.entries[2:]) < timedelta(minutes=1)
    return world.sound()


async def test_reminders_fall_when_they_are_due_over_months(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    world = worlds(client=skipping.client)
    async with world.working():
        await world.found()
        await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        assert await skipping.skipper.fast_forward(world.handle, MONTHS)
        await world.settled()
    assert told_in_time(world)


async def test_reminders_fall_on_the_engines_own_test_server_too() -> None:
    """Another implementation of the engine, with one clock for all workflows."""
    binary = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter(), test_server_existing_path=str(binary)
    ) as environment:
        asked = AddSearchAttributesRequest(namespace="default", search_attributes=SEARCH_ATTRIBUTES)
        await environment.client.operator_service.add_search_attributes(asked)
        world = new_world(environment.client)
        async with world.working():
            await world.found()
            await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
            await environment.sleep(MONTHS)
            for _ in range(100):
                if told_until_now(world):
                    break
                await asyncio.sleep(0.05)
        assert told_in_time(world)


def told_until_now(world: World) -> bool:
    """Whether the last entry that the calendar owed for these months is there."""
    state = fold(world.entity, [entry.event for entry in world.entries])
    due = state.next_due()
    return due is None or due > START + MONTHS


async def test_after_an_outage_everything_owed_is_said_at_the_time_it_was_due(
    worlds: Callable[..., World],
) -> None:
    fast = worlds(speed=86_400 * 100)  # a hundred days a second
    async with fast.working():
        await fast.found()
        await fast.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        await fast.settled()
    await asyncio.sleep(2.0)  # nobody works for 200 days
    async with fast.working():
        await asyncio.wait_for(fast.settled(), 10)
        assert "reminder_fell" in fast.ledger.kinds(fast.entity)
        times = [entry.event.at for entry in fast.entries]
        assert times == sorted(times)
        assert fast.sound()


async def test_years_pass_in_seconds_of_programme_time(
    worlds: Callable[..., World],
) -> None:
    fast = worlds(speed=86_400 * 365)  # a year a second
    async with fast.working():
        await fast.found()
        await fast.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        ended = await asyncio.wait_for(fast.handle.result(), 20)
    assert ended["stage"] == "cut_off"
    assert {"reminder_fell", "deadline_passed", "cut_off_reached"} <= set(fast.ledger.kinds(fast.entity))
    assert fast.sound()
