"""Putting entries on record, on behalf of a workflow."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Ledger, Recorded
from domain.entries import Entry
from domain.values import Value


class Batch(Value):
    """Entries of one entity that go on record together, and the stage it stands in after them."""

    entries: tuple[Entry, ...]
    stage: str = ""


class Recording:
    """Records batches in the ledger it was given. Trouble with the database is left to the engine to retry."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    # A transaction must not be torn by an exception thrown into its thread; it is over in a moment anyway.
    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, batch: Batch) -> Recorded:
        """Entries, records and letters in one transaction; the same batch twice is once.

        A batch that does not fit what is on record fails with the type LedgerMismatch, and is tried again like any
        trouble: the workflow waits, nothing is lost, and it goes on by itself once the ledger has been mended
        (for instance after it was restored from a backup older than the engine). Failing for good instead
        would end the entity's workflow.
        """
        first, last = batch.entries[0], batch.entries[-1]
        try:
            recorded = self._ledger.record(batch.entries)
        except ValueError as mismatch:
            activity.logger.error(
                "the ledger does not take entries %d to %d: %s", first.number, last.number, mismatch
            )
            raise ApplicationError(
                f"entries {first.number} to {last.number} do not fit what is on record: {mismatch}",
                type="LedgerMismatch",
                next_retry_delay=timedelta(seconds=30),
            ) from mismatch
        activity.logger.info("entries %d to %d are on record", first.number, last.number)
        return recorded
