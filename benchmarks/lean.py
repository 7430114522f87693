"""The bare workflow, in a module that imports nothing else."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from benchmarks.bare import Bareness, Life


@workflow.defn(name="Bare")
class Bare:
    """A life of a given shape."""

    @workflow.init
    def __init__(self, start: Bareness) -> None:
        self._life = Life(start)

    @workflow.run
    async def run(self, start: Bareness) -> int:
        if await self._life.live():
            workflow.continue_as_new(
                Bareness(shape=start.shape, run=start.run + 1, letters=self._life.letters)
            )
        return start.run

    @workflow.update(name="request")
    async def request(self, told: str) -> int:
        return await self._life.request()

    @request.validator
    def check(self, told: str) -> None:
        self._life.check()
