"""A study visit as a workflow: durable from the idea to the purge of its travel data."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import VisitFounded
    from domain.visits.visit import StudyVisit, founded
    from workflows.chapter import Chapter, Position
    from workflows.entity import EntityWorkflow


class VisitChapter(Chapter):
    """A visit between two runs: its founding before the first one, its state before each later one."""

    founding: VisitFounded | None = None
    state: StudyVisit | None = None


@workflow.defn(name="StudyVisit")
class StudyVisitWorkflow(EntityWorkflow[StudyVisit]):
    """One study visit."""

    @workflow.init
    def __init__(self, chapter: VisitChapter) -> None:
        self._begin(chapter, founded)

    @workflow.run
    async def run(self, chapter: VisitChapter) -> Position:
        return await self._live(VisitChapter)

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> StudyVisit:
        return self._life.state
