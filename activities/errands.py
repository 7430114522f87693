"""Running an entity's errands: asking others on its behalf, on behalf of a workflow."""

from __future__ import annotations

import asyncio

from temporalio import activity

from activities.ports import Messenger
from domain.clockwork import Clockwork
from domain.entries import EntityId
from domain.errands import Carried, Errand
from domain.values import Value

QUEUE = "tandem-errands"
"""A queue of its own: an errand waits for others, and those for places of the record's."""
_HEARTBEAT = 5.0


class Round(Value):
    """Whose errand, which, and what that entity takes for now."""

    entity: EntityId
    errand: Errand
    clockwork: Clockwork = Clockwork()


class Errands:
    """Runs errands by the messenger it was given."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    @activity.defn(name="carry")
    async def carry(self, round_: Round) -> Carried:
        """Ask the next of those the errand is for, and say who took it and who refused.

        Whoever was asked already, by this round or one whose worker was killed, is asked again with the same id and
        answers what it answered then.
        """
        asking = asyncio.ensure_future(self._messenger.carry(round_.entity, round_.errand, round_.clockwork))
        while not asking.done():
            try:
                await asyncio.wait({asking}, timeout=_HEARTBEAT)
            except asyncio.CancelledError:
                asking.cancel()
                raise
            activity.heartbeat()
        came = asking.result()
        activity.logger.info(
            "errand %s: %d took it, %d refused", round_.errand.id, len(came.done), len(came.refused)
        )
        return came
