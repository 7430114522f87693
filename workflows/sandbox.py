"""Which workflows there are, and how workers and replays alike run them: sandboxed, our own modules let through."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

from workflows.kinds import WORKFLOW_OF
from workflows.letters import LettersWorkflow

ENTITIES: Mapping[str, type] = {kind.name: kind.workflow for kind in WORKFLOW_OF.values()}
"""The workflows of entities by the names they have on the engine."""

WORKFLOWS: Mapping[str, type] = {"Letters": LettersWorkflow, **ENTITIES}
"""Every kind of workflow by the name it has on the engine."""

# Time zones enter every deadline, so they come from the pinned tzdata package and not from the machine.
zoneinfo.reset_tzpath(to=())


_NOWHERE = StorageDriverStoreContext(target=None)


class _Plain(WorkflowInstance):
    """A sandboxed instance that is not asked what each of its payloads is for.

    For every payload that comes or goes the library asks that several times, each time by compiling code into the
    sandbox: a quarter of a worker's CPU. Our converter (client.payloads) looks at no context, so it is told of none.
    """

    def __init__(self, within: WorkflowInstance) -> None:
        self._within = within

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._within.activate(act)

    def get_info(self) -> Info:
        return self._within.get_info()

    def get_thread_id(self) -> int | None:
        return self._within.get_thread_id()

    def get_serialization_context(self, command_info: object) -> None:
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        return _NOWHERE


class _Runner(SandboxedWorkflowRunner):
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Plain(super().create_instance(det))


# What passes through is imported once, not once for every run: 2 to 11 MB and up to 0.2 s each otherwise. All of it is
# kept pure by its floors (pyproject.toml); the sandbox still stops a workflow that reaches for the world as it runs.
RUNNER = _Runner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "activities",
        "domain",
        "tzdata",
        "workflows.chapter",
        "workflows.cluster",
        "workflows.entity",
        "workflows.kinds",
        "workflows.partnership",
        "workflows.pilot",
        "workflows.programme",
        "workflows.steps",
        "workflows.visit",
        "zoneinfo",
    )
)
