"""A partnership as a workflow: durable from its founding to its end, one run for about one stage."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import PartnershipFounded
    from domain.partnership import Partnership, founded
    from workflows.chapter import Chapter, Position
    from workflows.entity import EntityWorkflow


class PartnershipChapter(Chapter):
    """A partnership between two runs: its founding before the first one, its state before each later one."""

    founding: PartnershipFounded | None = None
    state: Partnership | None = None


@workflow.defn(name="Partnership")
class PartnershipWorkflow(EntityWorkflow[Partnership]):
    """One partnership."""

    @workflow.init
    def __init__(self, chapter: PartnershipChapter) -> None:
        self._begin(chapter, founded)

    @workflow.run
    async def run(self, chapter: PartnershipChapter) -> Position:
        return await self._live(PartnershipChapter)

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> Partnership:
        return self._life.state
