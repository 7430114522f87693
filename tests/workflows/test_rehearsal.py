"""The rehearsal is the product: the same people at the same times leave the same entries on the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from client.door import Door
from domain.acts import Act, acts
from domain.clockwork import Clockwork
from domain.events import AnyEvent, ExchangeHeld, PartnershipFounded, VisitFounded
from domain.partnership import Partnership
from domain.rehearsal import Rehearsed, rehearse_all
from tests.domain.test_rehearsal import UNTIL, founding, hands
from tests.domain.test_whatif import recorded
from tests.engine import Skipping, World

PLAYED = ("C1-06", "C1-07", "C1-10", "C2-10")
"""One that withdraws, one that is merged, one that goes all the way, and one that is rejected."""
CLOSE = timedelta(minutes=2)
"""The workflow's own clock runs on while a request is on its way."""


class Stage:
    """One partnership on the engine, whose time is moved on from act to act."""

    def __init__(self, world: World, skipping: Skipping, life: Rehearsed[Partnership]) -> None:
        self.world, self.skipping = world, skipping
        first = life.events[0]
        assert isinstance(first, PartnershipFounded)
        self.founding = first.model_copy(update={"code": world.code})
        clockwork = Clockwork(origin=first.at, anchor=datetime.now(UTC))
        self.door = Door(world.client, world.ledger, clockwork, patience=30)

    async def play(self, todo: tuple[Act, ...], until: datetime) -> None:
        assert await self.door.found(self.founding)
        for act in todo:
            await self._move_on(act.at)
            await self.door.request(self.world.entity, act.request, act.by)
        if todo and self.world.entries[-1].event.kind != "partnership_closed":
            await self._move_on(until)
            await self.world.settled()

    async def _move_on(self, to: datetime) -> None:
        left = to - self.world.entries[-1].recorded_at
        if left > timedelta():
            await self.skipping.skipper.fast_forward(self.world.handle, left)


def alike(one: Any, other: Any) -> bool:
    """Equal, but for times that may be a little apart."""
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        names = type(one).model_fields
        return type(one) is type(other) and all(
            alike(getattr(one, name), getattr(other, name)) for name in names
        )
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < CLOSE
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def told(events: list[AnyEvent]) -> list[str]:
    return [f"{event.at:%Y-%m-%d %H:%M} {event.kind}" for event in events]


async def test_the_engine_records_what_the_rehearsal_foretells(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    """Each entry with all its facts and its time; letters follow from them, so they are the same too."""
    lives = rehearse_all([founding(code) for code in PLAYED], hands(1), UNTIL).partnerships
    together = worlds(client=skipping.client)
    stages = {
        code: Stage(replace(together, code=f"{together.code}-{code}"), skipping, life)
        for code, life in lives.items()
    }
    async with together.working():
        await asyncio.gather(
            *(
                stage.play(tuple(acts(recorded(lives[code]))), lives[code].events[-1].at)
                for code, stage in stages.items()
            )
        )
    for code, stage in stages.items():
        expected = [
            lives[code].events[0].model_copy(update={"code": stage.world.code}),
            *lives[code].events[1:],
        ]
        events = [entry.event for entry in stage.world.entries]
        assert told(events) == told(expected), code
        odd = [one.kind for one, other in zip(events, expected, strict=True) if not alike(one, other)]
        assert odd == [], code
        assert stage.world.sound()
    assert sum(len(life.events) for life in lives.values()) > 150


async def test_a_visit_and_the_partnership_it_serves_come_out_as_rehearsed(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    """The visit's own entries, and in the partnership the exchange that its errand leaves, at the time foretold."""
    world = worlds(client=skipping.client)
    served, code = replace(world, code=f"{world.code}-C1-09"), f"{world.code}-V-01"
    founded = founding("C1-09").model_copy(update={"code": served.code})
    script = hands(1).script
    character = script.character("C1-09")
    assert character is not None
    tour = next(one for one in script.tours if one.code == "V-01")
    script = script.model_copy(
        update={
            "characters": (character.model_copy(update={"code": served.code}),),
            "tours": (tour.model_copy(update={"code": code, "serves": (served.code,)}),),
        }
    )
    rehearsed = rehearse_all((founded,), replace(hands(1), script=script), UNTIL)
    life, visit = rehearsed.partnerships[served.code], rehearsed.visits[code]
    (arrives,) = [event.at for event in visit.events if event.kind == "errand_carried"]
    entity = f"visit/{code}"
    stage = Stage(served, skipping, life)
    stage.founding = founded
    todo = [act for act in acts(recorded(life)) if getattr(act.request, "of", None) is None]
    async with world.working():
        await stage.play(tuple(act for act in todo if act.at < arrives), arrives)
        first = visit.events[0]
        assert isinstance(first, VisitFounded)
        clockwork = Clockwork(origin=first.at, anchor=datetime.now(UTC))
        door = Door(world.client, world.ledger, clockwork, patience=30)
        assert await door.found(first, clockwork)
        handle = world.client.get_workflow_handle(entity)

        async def until(at: datetime) -> None:
            left = at - world.ledger.entries(entity)[-1].recorded_at
            if left > timedelta():
                await skipping.skipper.fast_forward(handle, left)

        for one in visit.taken:
            await until(one.at)
            await door.request(entity, one.request, one.by)
            while one.request.kind == "complete_visit" and not _told(world, entity):  # noqa: ASYNC110 - in the engine
                await asyncio.sleep(0.05)
        await until(visit.events[-1].at)
        await handle.result()
    events = _events(world, entity)
    assert told(events) == told(list(visit.events))
    odd = [one.kind for one, other in zip(events, visit.events, strict=True) if not alike(one, other)]
    assert odd == []
    held = [event for event in _events(world, served.entity) if isinstance(event, ExchangeHeld) and event.of]
    expected = [event for event in life.events if isinstance(event, ExchangeHeld) and event.of]
    assert len(held) == 1 and alike(held[0], expected[0])


def _told(world: World, entity: str) -> bool:
    return any(event.kind == "errand_carried" for event in _events(world, entity))


def _events(world: World, entity: str) -> list[AnyEvent]:
    return [entry.event for entry in world.ledger.entries(entity)]
