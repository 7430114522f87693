"""The bare workflow in a module that imports all that a partnership's does, to see what the imports alone cost."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from benchmarks.bare import Bareness, Life
    from domain.events import PartnershipFounded
    from domain.partnership import Partnership, founded
    from domain.requests import Command
    from workflows.chapter import REQUEST, Answer, Chapter

IMPORTED = (PartnershipFounded, Partnership, founded, Command, Answer, Chapter)


@workflow.defn(name="Laden")
class Laden:
    """A life of a given shape, under the product's imports and the product's sandbox."""

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

    @workflow.update(name=REQUEST)
    async def request(self, told: str) -> int:
        return await self._life.request()

    @request.validator
    def check(self, told: str) -> None:
        self._life.check()
