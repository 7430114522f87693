"""A cluster as a workflow: durable from its founding to its end, one run for about one stage."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.clusters.cluster import Cluster, founded
    from domain.events import ClusterFounded
    from workflows.chapter import Chapter, Position
    from workflows.entity import EntityWorkflow


class ClusterChapter(Chapter):
    """A cluster between two runs: its founding before the first one, its state before each later one."""

    founding: ClusterFounded | None = None
    state: Cluster | None = None


@workflow.defn(name="Cluster")
class ClusterWorkflow(EntityWorkflow[Cluster]):
    """One cluster."""

    @workflow.init
    def __init__(self, chapter: ClusterChapter) -> None:
        self._begin(chapter, founded)

    @workflow.run
    async def run(self, chapter: ClusterChapter) -> Position:
        return await self._live(ClusterChapter)

    @workflow.query(name="state", description="All the facts, as the domain holds them")
    def state(self) -> Cluster:
        return self._life.state
