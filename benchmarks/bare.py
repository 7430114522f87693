"""The life of a bare workflow of a given shape: the same waits, timers, steps and new runs, nothing in them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from benchmarks.shape import Round, Shape
from domain.values import Value

QUEUE = "bare"
LETTERS = "-letters"
"""What the queue of the letters has at the end of its name."""
DRAINING = "Draining"
_FAR = timedelta(days=7)


class Bareness(Value):
    """What one run of the bare workflow starts with: the shape of the life and the run's place in it."""

    shape: Shape
    run: int = 0
    letters: int = 0


@activity.defn(name="nothing")
def nothing(number: int) -> int:
    """What stands for the record: nothing is done."""
    return number


@activity.defn(name="nobody")
async def nobody(number: int) -> int:
    """What stands for the letters: nobody is written to."""
    return number


class Life:
    """One run: an outbox that is written down batch by batch, letters beside it, one alarm."""

    def __init__(self, start: Bareness) -> None:
        self._run = start.shape.runs[start.run]
        self._last = start.run + 1 == len(start.shape.runs)
        self._outbox: list[Round] = [self._run.beginning]
        self._taken = 0
        self._recorded = -1
        self.letters = start.letters
        self._alarm: asyncio.Task[None] | None = None

    def check(self) -> None:
        if self._taken >= len(self._run.rounds):
            raise ApplicationError("this run has had its requests", type=DRAINING, non_retryable=True)

    async def request(self) -> int:
        self._outbox.append(self._run.rounds[self._taken])
        self._taken += 1
        mine = self._taken
        await workflow.wait_condition(lambda: self._recorded >= mine)
        return mine

    async def live(self) -> bool:
        """Live until the run is over; whether another one follows."""
        postman = asyncio.create_task(self._carry())
        while not self._over():
            if self._outbox:
                await self._record(self._outbox[0])
                del self._outbox[0]
                self._recorded += 1
            else:
                await workflow.wait_condition(lambda: bool(self._outbox) or self._over())
        postman.cancel()
        return not self._last

    def _over(self) -> bool:
        return (
            self._taken >= len(self._run.rounds)
            and not self._outbox
            and not (self._last and self.letters)
            and workflow.all_handlers_finished()
        )

    async def _record(self, round_: Round) -> None:
        for _ in range(round_.records):
            await workflow.execute_activity(
                nothing,
                self._taken,
                start_to_close_timeout=timedelta(seconds=15),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
            )
        self.letters += round_.letters
        for _ in range(round_.timers):
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = asyncio.create_task(workflow.sleep(_FAR))

    async def _carry(self) -> None:
        while True:
            await workflow.wait_condition(lambda: self.letters > 0)
            await workflow.execute_activity(
                nobody,
                self._taken,
                task_queue=workflow.info().task_queue + LETTERS,
                start_to_close_timeout=timedelta(minutes=10),
                heartbeat_timeout=timedelta(seconds=30),
            )
            self.letters -= 1
