"""What every entity's workflow answers to; each kind adds how it begins and what its state is."""

from __future__ import annotations

from typing import Any, Generic

from temporalio import workflow
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from domain.requests import Command
    from workflows.chapter import REQUEST, Answer, Chapter, Life, Position, S


class EntityWorkflow(Generic[S]):
    """One entity. Everything people do to it is the one update `request`."""

    _life: Life[S]

    def _begin(self, chapter: Any, founded: Any) -> None:
        """Requests may be handled before `run` begins, so all there is to know is set by this, first of all."""
        if chapter.state is not None:
            self._life = Life(chapter, chapter.state)
        elif chapter.founding is not None:
            self._life = Life(chapter, founded(chapter.founding), (chapter.founding,))
        else:
            raise ValueError(f"{chapter.entity} has neither a founding nor a state to start from")

    async def _live(self, kind: type[Chapter]) -> Position:
        """Live to the end of the chapter, and hand on to the next one, or to the end of the entity."""
        onwards = await self._life.live()
        if onwards is not None:
            handed_on = kind.model_validate({**dict(onwards), "state": self._life.state})
            workflow.continue_as_new(
                handed_on, initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE
            )
        return self._life.position()

    @workflow.update(name=REQUEST, description="Ask something of the entity; answered once on record")
    async def request(self, command: Command) -> Answer:
        return await self._life.request(command)

    @request.validator
    def check(self, command: Command) -> None:
        self._life.check(command)

    @workflow.query(name="position", description="How far it has come: entries, chapter, stage, letters")
    def position(self) -> Position:
        return self._life.position()
