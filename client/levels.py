"""Whether ledger and engine stand level: entity by entity, which of the two knows more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

from temporalio.client import Client
from temporalio.service import RPCError

from client import replay, witness
from client.troubles import Trouble
from client.witness import Head
from client.witness import Life as EngineLife
from domain.values import Value
from ledger.store import SqlLedger
from workflows.sandbox import ENTITIES

_AT_ONCE = 16
_AGAIN = 0.3
"""Seconds until a second look at an entity that seems to be apart: it may only have been on the move."""
_LOOKS = 4


class Standing(StrEnum):
    LEVEL = "level"
    LEDGER_OLDER = "ledger older"
    """The engine has seen entries on record that the ledger does not hold: an older copy of it was put back."""
    ENGINE_OLDER = "engine older"
    """The ledger holds entries the engine does not know, or others than those it wants to record."""
    ENGINE_LOST = "engine lost"
    """The engine does not know the entity, or its run was stopped; by the ledger it lives."""
    APART = "apart"
    """Both hold entries that were answered under the same number, and they differ."""


class Level(Value):
    """One entity: the number of its last entry on record, that of the last one the engine has seen recorded."""

    entity: str
    ledger: int
    engine: int
    standing: Standing
    stopped: bool = False
    """The engine's run was stopped: beside being brought level, it must be started again."""


Progress = Callable[[int, int], None]
"""Told how many entities have been looked at, and how many there are."""


async def levels(client: Client, ledger: SqlLedger, progress: Progress | None = None) -> tuple[Level, ...]:
    """Every entity that ledger or engine know. Trouble where the engine cannot be asked."""
    try:
        known = {*await replay.entities(client, *ENTITIES), *await asyncio.to_thread(ledger.entities)}
        return await _all(client, ledger, sorted(known), progress)
    except RPCError as error:
        raise Trouble(f"the engine cannot be asked how far it is: {error.message}") from error


async def _all(
    client: Client, ledger: SqlLedger, entities: list[str], progress: Progress | None
) -> tuple[Level, ...]:
    found: dict[str, Level] = {}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def look(entity: str) -> None:
        async with turns:
            found[entity] = await level(client, ledger, entity)
        if progress is not None:
            progress(len(found), len(entities))

    async with asyncio.TaskGroup() as group:
        for entity in entities:
            group.create_task(look(entity))
    return tuple(found[entity] for entity in entities)


async def level(client: Client, ledger: SqlLedger, entity: str) -> Level:
    """One entity, looked at more than once where it seems to be apart: both go on while we look."""
    before: Level | None = None
    for _ in range(_LOOKS):
        seen = await _once(client, ledger, entity)
        if seen.standing is Standing.LEVEL or seen == before:
            return seen
        before = seen
        await asyncio.sleep(_AGAIN)
    assert before is not None
    # neither stands still, and each look finds it further on: it is being written right now
    return before.model_copy(update={"standing": Standing.LEVEL})


async def _once(client: Client, ledger: SqlLedger, entity: str) -> Level:
    head = await witness.head(client, entity)
    last = await asyncio.to_thread(ledger.last_number, entity)
    stopped = head.life is EngineLife.STOPPED
    standing = await asyncio.to_thread(_standing, ledger, entity, head, last)
    return Level(entity=entity, ledger=last, engine=head.recorded, standing=standing, stopped=stopped)


def _standing(ledger: SqlLedger, entity: str, head: Head, last: int) -> Standing:
    if head.recorded > last:
        return Standing.LEDGER_OLDER
    if head.life is EngineLife.UNKNOWN:
        return Standing.ENGINE_LOST if _lives(ledger, entity) else Standing.LEVEL
    if not _same(ledger, entity, head):
        return Standing.APART if head.answered else Standing.ENGINE_OLDER
    if head.given < last and (head.life is EngineLife.OPEN or _lives(ledger, entity)):
        return Standing.ENGINE_OLDER
    if head.life is EngineLife.STOPPED and _lives(ledger, entity):
        return Standing.ENGINE_LOST
    return Standing.LEVEL


def _lives(ledger: SqlLedger, entity: str) -> bool:
    state = ledger.state(entity)
    return state is not None and not state.ended


def _same(ledger: SqlLedger, entity: str, head: Head) -> bool:
    """Whether what the engine handed over last is on record just so, as far as it is on record."""
    if not head.newest:
        return True
    held = {entry.number: entry for entry in ledger.entries(entity, since=head.newest[0].number - 1)}
    return all(held.get(entry.number, entry) == entry for entry in head.newest)
