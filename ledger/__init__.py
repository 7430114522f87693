"""The memory: entries that stay as they were written, and everything that follows from them."""

from ledger.store import SqlLedger, migrate, open_ledger

__all__ = ["SqlLedger", "migrate", "open_ledger"]
