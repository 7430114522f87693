"""The raw contents of the ledger for those who do not take its word: as stored, unparsed, all at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from ledger.desk import Desk
from ledger.tables import (
    POSTGRESQL_FUNCTION,
    POSTGRESQL_TRIGGERS,
    RECORDS,
    SQLITE_TRIGGERS,
    letters,
    states,
)

_POSTGRESQL_KINDS = {"entries_refuse_change": 27, "entries_refuse_truncate": 34}
"""pg_trigger.tgtype: 1 each row, 2 before, 8 delete, 16 update, 32 truncate, added up."""


class Unreadable(ValueError):
    """What is stored cannot be read as what it should be; the sentence says where."""


class StoredEntry(NamedTuple):
    """A row of the log exactly as the database holds it; in a damaged one a value may be of any type."""

    position: Any
    entity: Any
    number: Any
    kind: Any
    at: Any
    recorded_at: Any
    request: Any
    code: Any
    body: Any
    prev: Any
    hash: Any


class StoredLetter(NamedTuple):
    """Which letter is on file for which entry, and how far it got."""

    key: str
    entity: str
    number: int
    status: str


class Inspection:
    """A look at everything stored, at one and the same moment. Valid inside `Evidence.evidence()` only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self) -> Iterator[StoredEntry]:
        """All rows of the log by position; Unreadable where the database's file itself is damaged."""
        columns = ", ".join(StoredEntry._fields)
        query = text(f"SELECT {columns} FROM entries ORDER BY position")  # noqa: S608 - our own column names
        try:
            for row in self._connection.execute(query, execution_options={"yield_per": 500}):
                yield StoredEntry(*row)
        except OperationalError:
            raise
        except DatabaseError as error:
            raise Unreadable(f"the entries cannot be read any further: {error.orig}") from error

    def heads(self) -> tuple[tuple[Any, Any], ...]:
        """Size and hash of every head row; in a sound ledger there is one."""
        rows = self._connection.execute(text("SELECT size, hash FROM head"))
        return tuple((row[0], row[1]) for row in rows)

    def lacking_triggers(self) -> tuple[str, ...]:
        """The triggers that should guard the entries and are missing, switched off or changed, by name."""
        if self._connection.dialect.name == "sqlite":
            return self._lacking_in_sqlite()
        return self._lacking_in_postgresql()

    def _lacking_in_sqlite(self) -> tuple[str, ...]:
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'")
        found = {name: sql for name, sql in self._connection.execute(query)}
        return tuple(name for name, sql in SQLITE_TRIGGERS.items() if found.get(name) != sql)

    def _lacking_in_postgresql(self) -> tuple[str, ...]:
        query = text(
            "SELECT t.tgname, t.tgtype, t.tgenabled, t.tgqual, p.prosrc FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = 'entries'::regclass AND NOT t.tgisinternal"
        )
        sound = {
            name
            for name, kind, enabled, condition, source in self._connection.execute(query)
            if kind == _POSTGRESQL_KINDS.get(name)
            and enabled in ("O", "A", b"O", b"A")
            and condition is None
            and source.strip() == POSTGRESQL_FUNCTION
        }
        return tuple(name for name in POSTGRESQL_TRIGGERS if name not in sound)

    def projected(self) -> frozenset[str]:
        """Every entity that has rows, a snapshot or letters, whether or not it has entries."""
        found: set[str] = set()
        for table in (*(table for _, table, _, _ in RECORDS), states, letters):
            found.update(self._connection.scalars(select(table.c.entity).distinct()))
        return frozenset(found)

    def records(self, entity: str, field: str) -> dict[str, dict[str, Any]]:
        """The stored rows behind a field of `domain.records.Records`, by what tells them apart.

        Values are as the domain has them, lists for tuples; Unreadable where a cell holds no such value.
        """
        _, table, model, key = next(held for held in RECORDS if held[0] == field)
        try:
            rows = self._connection.execute(select(table).where(table.c.entity == entity)).mappings().all()
        except (ValueError, TypeError) as error:
            raise Unreadable(f"a cell of table {table.name} cannot be read: {error}") from None
        return {row[key] if key else entity: {name: row[name] for name in model.model_fields} for row in rows}

    def snapshot(self, entity: str) -> tuple[Any, Any, Any] | None:
        """The number of the entry it was made after, the version that made it, and the stored snapshot."""
        try:
            found = self._connection.execute(select(states).where(states.c.entity == entity)).one_or_none()
        except ValueError as error:
            raise Unreadable(f"the snapshot cannot be read: {error}") from None
        return (found.number, found.code, found.snapshot) if found is not None else None

    def letters(self, entity: str) -> tuple[StoredLetter, ...]:
        """The letters on file for an entity."""
        columns = (letters.c.key, letters.c.entity, letters.c.number, letters.c.status)
        rows = self._connection.execute(
            select(*columns).where(letters.c.entity == entity).order_by(letters.c.number, letters.c.key)
        )
        return tuple(StoredLetter(*row) for row in rows)


class Evidence(Desk):
    """The ledger as auditors see it."""

    @contextmanager
    def evidence(self) -> Iterator[Inspection]:
        """A look at all that is stored at one moment; what others write meanwhile is not in it."""
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                yield Inspection(connection)
                return
            driver = connection.connection.driver_connection
            assert driver is not None
            usual = driver.text_factory
            # bytes that are no UTF-8 must come out as they are, to be named rather than to end the reading
            driver.text_factory = _decoded
            try:
                yield Inspection(connection)
            finally:
                driver.text_factory = usual


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def record_fields() -> tuple[tuple[str, str | None], ...]:
    """The fields of `domain.records.Records` that are kept as rows, and what tells the rows of one apart."""
    return tuple((field, key) for field, _, _, key in RECORDS)
