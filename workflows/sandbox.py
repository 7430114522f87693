"""Which workflows there are, and how workers and replays alike run them: sandboxed, our own modules let through."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from temporalio.worker.workflow_sandbox import SandboxRestrictions

from workflows.kinds import WORKFLOW_OF
from workflows.letters import LettersWorkflow
from workflows.runner import PlainRunner

ENTITIES: Mapping[str, type] = {kind.name: kind.workflow for kind in WORKFLOW_OF.values()}
"""The workflows of entities by the names they have on the engine."""

WORKFLOWS: Mapping[str, type] = {"Letters": LettersWorkflow, **ENTITIES}
"""Every kind of workflow by the name it has on the engine."""

# Time zones enter every deadline, so they come from the pinned tzdata package and not from the machine.
zoneinfo.reset_tzpath(to=())

# What passes through is imported once, not once for every run: 2 to 11 MB and up to 0.2 s each otherwise. All of it is
# kept pure by its floors (pyproject.toml); the sandbox still stops a workflow that reaches for the world as it runs.
RUNNER = PlainRunner(
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
