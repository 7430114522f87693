"""How the workflow of an entity is started: with its state, and with what the engine's index and web page show."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from client.connection import RPC, TASK_QUEUE
from domain.entities import State
from workflows import chapter as chapters
from workflows.kinds import run_of


async def start(
    client: Client, state: State, chapter: chapters.Chapter, number: int, *, anew: bool = False
) -> None:
    """Start an entity's workflow, whose state is `state` after entry `number`.

    With `anew` a run that is under way is ended and replaced in the same step, and one that has ended is no
    hindrance. Raises WorkflowAlreadyStartedError (without `anew`), and RPCError as the library does.
    """
    tags = state.tags()
    reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if anew else WorkflowIDReusePolicy.REJECT_DUPLICATE
    conflict = WorkflowIDConflictPolicy.TERMINATE_EXISTING if anew else WorkflowIDConflictPolicy.USE_EXISTING
    await client.start_workflow(
        run_of(state),
        chapter,
        id=state.entity,
        task_queue=TASK_QUEUE,
        id_reuse_policy=reuse,
        id_conflict_policy=conflict,
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(chapters.STAGE, tags.stage),
                SearchAttributePair(chapters.COMPONENT, tags.component),
                SearchAttributePair(chapters.CLUSTER, tags.cluster),
                SearchAttributePair(chapters.OVERDUE, tags.overdue),
                SearchAttributePair(chapters.ENTRY, number),
            ]
        ),
        static_summary=state.own_title(),
        static_details=", ".join(
            told
            for told in (
                f"Programme {state.programme}",
                tags.component,
                f"cluster {tags.cluster}" if tags.cluster else "",
            )
            if told
        ),
        rpc_timeout=RPC,
    )
