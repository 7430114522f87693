"""Letters as the secretariat handles them: which are held or in trouble, and letting them go again."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from activities.correspondence import Delivery
from client.asking import clock_of
from client.connection import RPC, TASK_QUEUE
from client.troubles import Trouble
from domain.values import Value
from ledger.store import SqlLedger
from workflows.letters import LettersWorkflow


class Released(Value):
    """How many letters may go out again, how many never will, and for how many entities somebody carries them."""

    held: int = 0
    doubtful: int = 0
    dropped: int = 0
    entities: int = 0


def let_go(ledger: SqlLedger, doubtful: bool | None) -> Released:
    """Let held letters go; letters in doubt go too (`doubtful` True), never (False), or stay where they are (None)."""
    held = ledger.release_letters()
    settled = 0 if doubtful is None else ledger.settle_doubts(send=doubtful)
    return Released(held=held, doubtful=settled if doubtful else 0, dropped=0 if doubtful else settled)


async def carry(client: Client, ledger: SqlLedger) -> int:
    """Have all letters carried that wait, also those of entities that have ended; for how many entities.

    Twice is once: who carries an entity's letters already goes on. Trouble where the engine does not take it up;
    the letters then wait.
    """
    entities = ledger.entities_with_letters()
    for entity in entities:
        code = entity.partition("/")[2]
        try:
            await client.start_workflow(
                LettersWorkflow.run,
                Delivery(entity=entity, clockwork=clock_of(ledger, entity)),
                id=f"letters/{code}",
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"letters of {code} that were held or waited",
                rpc_timeout=RPC,
            )
        except RPCError as error:
            raise Trouble(
                f"the letters may go out, but the engine does not take it up ({error.message}); run this again"
            ) from error
    return len(entities)
