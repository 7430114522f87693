"""The door: sentences for every way in which an entity cannot be asked, and what is put on record of that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from temporalio.client import Client

from client.connection import RETENTION, connect, raise_retention, register_search_attributes
from client.replay import entities, replay
from client.settings import load
from client.troubles import Trouble, Unanswered
from domain import requests as rq
from domain.terms import Stage
from domain.values import Refusal
from tests.engine import World
from tests.given import CN_MAYOR, OPERATOR, founding

OPEN = rq.OpenStage(stage=Stage.SCOPING)


async def test_founding_twice_is_once(world: World) -> None:
    async with world.working():
        assert await world.door.found(founding(world.code))
        assert not await world.door.found(founding(world.code))
        both = await asyncio.gather(*(world.door.found(founding(f"{world.code}-b")) for _ in range(2)))
        assert True in both
        assert world.ledger.last_number(f"partnership/{world.code}-b") == 1
        await world.client.get_workflow_handle(f"partnership/{world.code}-b").terminate()


async def test_a_founding_that_makes_no_partnership_is_refused_before_it_goes_anywhere(world: World) -> None:
    event = founding(world.code)
    holders = tuple(held.model_copy(update={"country": "FR"}) for held in event.holders)
    with pytest.raises(Refusal, match="its calendar edition lacks FR"):
        await world.door.found(event.model_copy(update={"holders": holders}))


async def test_somebody_unknown_cannot_be_asked(world: World) -> None:
    async with world.working():
        with pytest.raises(
            Refusal, match="there is no partnership C9-99; `tandem partnership list` shows them"
        ):
            await world.door.request("partnership/C9-99", OPEN, OPERATOR)


async def test_a_grave_refusal_is_put_on_record_once(world: World) -> None:
    async with world.working():
        await world.found()
        with pytest.raises(Refusal) as refused:
            await world.ask(OPEN, CN_MAYOR)
        assert refused.value.grave
        assert [(entity, sentence) for entity, sentence, _ in world.ledger.attempts] == [
            (world.entity, refused.value.sentence)
        ]
        await world.ask(OPEN, OPERATOR)
        with pytest.raises(Refusal):
            await world.ask(OPEN, OPERATOR)  # open already: refused, and nobody's fault
        assert len(world.ledger.attempts) == 1


async def test_what_the_engine_lost_is_told_apart_from_what_never_was(world: World) -> None:
    async with world.working():
        await world.found()
        await world.handle.terminate()
        with pytest.raises(Trouble, match=r"was terminated in the engine.*tandem recover"):
            await world.ask(OPEN, OPERATOR)
        world.ledger.kept["partnership/C9-98"] = world.ledger.kept[world.entity]
        with pytest.raises(Trouble, match=r"on record, but the engine does not know it.*tandem recover"):
            await world.door.request("partnership/C9-98", OPEN, OPERATOR)


async def test_a_cancelled_caller_is_not_kept_waiting(world: World) -> None:
    async with world.working():
        await world.found()
    asking = asyncio.create_task(world.ask(OPEN, OPERATOR))
    await asyncio.sleep(0.3)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, 1)


async def test_unanswered_says_how_to_ask_again(worlds: Callable[..., World]) -> None:
    world = worlds(patience=0.5)
    await world.client.start_workflow("Partnership", id=world.entity, task_queue="nobody")
    with pytest.raises(
        Unanswered, match=r"no answer from partnership .* within 0 seconds|within 1 seconds"
    ) as it:
        await world.ask(OPEN, OPERATOR)
    assert it.value.id in it.value.sentence


async def test_where_nothing_runs_it_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"nothing is running in .*; start it with `tandem up`"):
        await connect(load(home=tmp_path, temporal_address=None))


async def test_a_wrong_address_or_namespace_is_named(engine: str) -> None:
    with pytest.raises(Trouble, match=r"no engine answers at 127\.0\.0\.1:9"):
        await connect(load(temporal_address="127.0.0.1:9"))
    with pytest.raises(Trouble, match="no namespace 'elsewhere'"):
        await connect(load(temporal_address=engine, temporal_namespace="elsewhere"))
    with pytest.raises(Trouble, match=r"cannot read /nowhere/ca\.pem"):
        await connect(load(temporal_address=engine, temporal_tls_ca="/nowhere/ca.pem"))


async def test_the_namespace_is_made_ready_once(client: Client) -> None:
    assert await register_search_attributes(client) == ()
    await raise_retention(client)
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

    known = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert known.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


async def test_replay_tells_of_every_run_of_an_entity(world: World) -> None:
    async with world.working():
        await world.found()
        await world.ask(OPEN, OPERATOR)
        await world.settled()
        results = [result async for result in replay(world.client, [world.entity])]
        assert [(result.entity, result.trouble) for result in results] == [(world.entity, "")]
        with pytest.raises(Refusal, match="the engine does not know partnership C9-99"):
            _ = [result async for result in replay(world.client, ["partnership/C9-99"])]
        for _ in range(50):
            if world.entity in await entities(world.client):
                break
            await asyncio.sleep(0.1)
        else:
            pytest.fail("it is not listed")
