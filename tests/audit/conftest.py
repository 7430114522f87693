"""The tests of the auditor's tools run on both databases."""

from tests.databases import (
    database_url,
    empty_url,
    ledger,
    postgresql_url,
    pytest_terminal_summary,
    sqlite_url,
)

__all__ = [
    "database_url",
    "empty_url",
    "ledger",
    "postgresql_url",
    "pytest_terminal_summary",
    "sqlite_url",
]
