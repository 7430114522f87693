"""A pilot as a workflow: durable from its founding to its end, one run for about one stage."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import PilotFounded
    from domain.pilots.pilot import Pilot, founded
    from workflows.chapter import Chapter, Position
    from workflows.entity import EntityWorkflow


class PilotChapter(Chapter):
    """A pilot between two runs: its founding before the first one, its state before each later one."""

    founding: PilotFounded | None = None
    state: Pilot | None = None


@workflow.defn(name="Pilot")
class PilotWorkflow(EntityWorkflow[Pilot]):
    """One pilot."""

    @workflow.init
    def __init__(self, chapter: PilotChapter) -> None:
        self._begin(chapter, founded)

    @workflow.run
    async def run(self, chapter: PilotChapter) -> Position:
        return await self._live(PilotChapter)

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> Pilot:
        return self._life.state
