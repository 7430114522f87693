"""Errands carried: entities of a scope found in the ledger and asked at the door, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from temporalio.client import Client

from client.door import Door, Memory
from domain.clockwork import Clockwork
from domain.errands import Carried, Errand, Scope, TurnedDown
from domain.living import Entity
from domain.reaching import kinds_meant, meant
from domain.values import Refusal
from ledger.store import SqlLedger

A_ROUND = 50
"""So many are asked in one round, whose outcome then goes on record: after a failure it begins again from there."""
AT_ONCE = 4
"""So many are asked at the same time: a broadcast to thousands leaves room for everybody else."""
A_SECOND = 20
"""No more than so many are asked in a second, however fast they answer: the engine is everybody's."""
_PATIENCE = 120.0


class DoorMessenger:
    """Carries errands by the door everybody uses; `find` names the entities under way that a scope means, in order."""

    def __init__(self, client: Client, ledger: Memory, find: Callable[[Scope, str], Iterable[str]]) -> None:
        self._client = client
        self._ledger = ledger
        self._find = find

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        """Ask the next fifty. Trouble or Unanswered, as the door raises them, where one cannot be asked now."""
        found = await asyncio.to_thread(self._next_of, errand)
        wanted, more = found[:A_ROUND], len(found) > A_ROUND
        door = Door(self._client, self._ledger, clockwork, patience=_PATIENCE)
        turns = asyncio.Semaphore(AT_ONCE)
        refused: dict[str, TurnedDown] = {}
        begun = asyncio.get_running_loop().time()

        async def ask(place: int, one: str) -> None:
            async with turns:
                await asyncio.sleep(begun + place / A_SECOND - asyncio.get_running_loop().time())
                try:
                    await door.carry(one, errand.request, errand.by, errand.command(one, entity))
                except Refusal as refusal:
                    refused[one] = TurnedDown.by(one, refusal)

        async with asyncio.TaskGroup() as group:
            for place, one in enumerate(wanted):
                group.create_task(ask(place, one))
        return Carried(
            done=tuple(one for one in wanted if one not in refused),
            refused=tuple(refused[one] for one in wanted if one in refused),
            after=wanted[-1] if wanted else errand.after,
            over=not more,
        )

    def _next_of(self, errand: Errand) -> list[str]:
        """The ids of the next entities, and one more where there are further ones."""
        if errand.scope is None:
            return sorted(one for one in errand.to if one > errand.after)[: A_ROUND + 1]
        return list(islice(self._find(errand.scope, errand.after), A_ROUND + 1))


def in_scope(
    ledger: SqlLedger, scope: Scope, after: str = "", read: Callable[[str], Entity | None] | None = None
) -> Iterator[str]:
    """The ids of the entities under way that a scope means, from behind one of them on, in their order.

    `read` gives an entity's state where its row does not tell; else the ledger does.
    """
    read = read or ledger.state
    for kind in sorted(kinds_meant(scope)):
        for record in ledger.standings(kind, programme=scope.programme):
            if record.entity > after and meant(scope, record, partial(read, record.entity)):
                yield record.entity
