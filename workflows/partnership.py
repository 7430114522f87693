"""A partnership as a workflow: durable from its founding to its end, one run for about one stage."""

from __future__ import annotations

from temporalio import workflow
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from domain.events import PartnershipFounded
    from domain.partnership import Partnership, founded
    from domain.requests import Command
    from workflows.chapter import REQUEST, Answer, Chapter, Life, Position


class PartnershipChapter(Chapter):
    """A partnership between two runs: its founding before the first one, its state before each later one."""

    founding: PartnershipFounded | None = None
    state: Partnership | None = None


@workflow.defn(name="Partnership")
class PartnershipWorkflow:
    """One partnership. Everything people do to it is the one update `request`."""

    @workflow.init
    def __init__(self, chapter: PartnershipChapter) -> None:
        # requests may be handled before `run` begins, so all there is to know is set here
        if chapter.state is not None:
            self._life = Life(chapter, chapter.state)
        elif chapter.founding is not None:
            self._life = Life(chapter, founded(chapter.founding), (chapter.founding,))
        else:
            raise ValueError(f"{chapter.entity} has neither a founding nor a state to start from")

    @workflow.run
    async def run(self, chapter: PartnershipChapter) -> Position:
        onwards = await self._life.live()
        if onwards is not None:
            handed_on = PartnershipChapter(**dict(onwards), state=self._life.state)
            workflow.continue_as_new(
                handed_on, initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE
            )
        return self._life.position()

    @workflow.update(name=REQUEST, description="Ask something of the partnership; answered once on record")
    async def request(self, command: Command) -> Answer:
        return await self._life.request(command)

    @request.validator
    def check(self, command: Command) -> None:
        self._life.check(command)

    @workflow.query(name="position", description="How far it has come: entries, chapter, stage, letters")
    def position(self) -> Position:
        return self._life.position()

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> Partnership:
        return self._life.state
