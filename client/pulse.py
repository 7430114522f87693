"""The numbers that tell at a glance whether the product does its work: for metrics, and for the doctor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from client.asking import clock_of
from client.connection import RPC
from domain.values import Value
from ledger.rows import LetterStatus
from ledger.store import SqlLedger


class Pulse(Value):
    """How the ledger stands now. Ages are in seconds of real time, 0 where there is nothing."""

    entries: int
    partnerships_open: int
    tasks_open: int
    tasks_overdue: int
    task_oldest: float
    """For how long the task that waits longest has waited."""
    letters: dict[str, int]
    """How many letters there are in each status."""
    letter_lateness: float
    """For how long the letter that waits longest to go out has waited; those held by a person do not count."""


def age(ledger: SqlLedger, entity: str, at: datetime) -> timedelta:
    """How long ago, in real time, something of an entity was that it has at this programme time; never below 0."""
    return max(datetime.now(UTC) - clock_of(ledger, entity).wall(at), timedelta())


def pulse(ledger: SqlLedger) -> Pulse:
    """How the ledger stands now."""
    told = ledger.tally()
    counts = {status.value: 0 for status in LetterStatus}
    return Pulse(
        entries=told.entries,
        partnerships_open=told.partnerships_open,
        tasks_open=told.tasks_open,
        tasks_overdue=told.tasks_overdue,
        task_oldest=age(ledger, *told.task_oldest).total_seconds() if told.task_oldest else 0.0,
        letters=counts | {status.value: count for status, count in told.letters.items()},
        letter_lateness=age(ledger, *told.letter_oldest).total_seconds() if told.letter_oldest else 0.0,
    )


async def distance(client: Client, partnerships_open: int) -> int:
    """How many open partnerships more there are on record than run in the engine; below 0 the other way round.

    The engine's index may lag behind by a second or so; what stays apart is for `tandem recover --dry-run`.
    RPCError as the library raises it.
    """
    query = "WorkflowType = 'Partnership' AND ExecutionStatus = 'Running'"
    running = await client.count_workflows(query, rpc_timeout=RPC)
    return partnerships_open - running.count


async def failing(client: Client) -> tuple[str, ...]:
    """The entities whose workflow tasks fail again and again. RPCError as the library raises it."""
    query = "ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"
    return tuple(sorted({one.id async for one in client.list_workflows(query, rpc_timeout=RPC)}))
