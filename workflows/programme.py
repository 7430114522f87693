"""A programme as a workflow: durable from its founding to its end, one run for about one report."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import ProgrammeFounded
    from domain.programme import Programme, founded
    from workflows.chapter import Chapter, Position
    from workflows.entity import EntityWorkflow


class ProgrammeChapter(Chapter):
    """A programme between two runs: its founding before the first one, its state before each later one."""

    founding: ProgrammeFounded | None = None
    state: Programme | None = None


@workflow.defn(name="Programme")
class ProgrammeWorkflow(EntityWorkflow[Programme]):
    """One programme."""

    @workflow.init
    def __init__(self, chapter: ProgrammeChapter) -> None:
        self._begin(chapter, founded)

    @workflow.run
    async def run(self, chapter: ProgrammeChapter) -> Position:
        return await self._live(ProgrammeChapter)

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> Programme:
        return self._life.state
