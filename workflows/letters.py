"""A round of an entity's letters on its own: what sends them where no entry is due that would."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.correspondence import Delivery
    from activities.ports import Delivered
    from workflows import steps


@workflow.defn(name="Letters")
class LettersWorkflow:
    """Sends what waits for one entity, ended or not, and ends when nothing waits any more."""

    @workflow.run
    async def run(self, delivery: Delivery) -> Delivered:
        return await steps.deliver(delivery.entity, delivery.clockwork)
