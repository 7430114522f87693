"""Which workflows there are, and how workers and replays alike run them: sandboxed, our own modules let through."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.letters import LettersWorkflow
from workflows.partnership import PartnershipWorkflow

WORKFLOWS: Mapping[str, type] = {"Letters": LettersWorkflow, "Partnership": PartnershipWorkflow}
"""Every kind of workflow by the name it has on the engine."""

# Time zones enter every deadline, so they come from the pinned tzdata package and not from the machine.
zoneinfo.reset_tzpath(to=())

# What passes through is imported once, not once for every run: 2 to 11 MB and up to 0.2 s each otherwise. All of it is
# kept pure by its floors (pyproject.toml); the sandbox still stops a workflow that reaches for the world as it runs.
RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "activities",
        "domain",
        "tzdata",
        "workflows.chapter",
        "workflows.partnership",
        "workflows.steps",
        "zoneinfo",
    )
)
