"""Versioned workers: a chapter ends on the build it began with, the next one begins on the current build."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from temporalio.client import WorkflowHistory

from client import preparing
from client.connection import connect, set_current
from client.settings import load
from client.troubles import Trouble
from domain import requests as rq
from domain.terms import Stage
from tests.engine import VERSIONED, World, company
from tests.given import OPERATOR
from tests.workflows.test_chapters import engage


def builds(history: WorkflowHistory) -> list[str]:
    """The builds that did the tasks of a run."""
    done = (event.workflow_task_completed_event_attributes for event in history.events)
    return list(dict.fromkeys(task.deployment_version.build_id for task in done if task.identity))


async def test_a_new_build_takes_over_at_the_next_chapter(engine: str, worlds: Callable[..., World]) -> None:
    client, another = [
        await connect(load(temporal_address=engine, temporal_namespace=VERSIONED)) for _ in range(2)
    ]
    world = worlds(client=client, patience=30)
    async with company(client, world.ledger, world.post, "b1"):
        await _current(world, "b1")
        await world.found()
        await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        async with company(another, world.ledger, world.post, "b2"):
            await _current(world, "b2")
            for number in range(40):
                await world.ask(engage(number), OPERATOR)
                if (await world.position()).chapter > 1:
                    break
                await asyncio.sleep(0.1)
            await world.ask(engage(100), OPERATOR)
            first, *_, last = await world.runs()
            assert builds(first) == ["b1"]
            assert builds(last) == ["b2"]
            assert len(await world.runs()) <= 3
            assert world.sound()


async def _current(world: World, build: str) -> None:
    """The engine knows a version a moment after its worker first asked for work."""
    for attempt in range(100):
        try:
            await set_current(world.client, build)
            return
        except Exception:
            if attempt == 99:
                raise
            await asyncio.sleep(0.1)


async def test_a_build_that_nobody_works_on_is_not_made_current(engine: str) -> None:
    settings = load(temporal_address=engine, temporal_namespace=VERSIONED)
    with pytest.raises(Trouble, match="TANDEM_BUILD=b9"):
        await preparing.current(settings, "b9")
