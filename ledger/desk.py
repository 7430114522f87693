"""What every part of the ledger works with: an engine to read from and one to write with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Executable, Table, func, select
from sqlalchemy.dialects import sqlite

from ledger.chain import Checkpoint
from ledger.tables import head

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


class Desk:
    """A place to read and write; every method is a transaction of its own.

    Trouble with the database (SQLAlchemy's errors) is handed on to the caller, who tries again later.
    `code` is the version of the product, which every entry it writes names.
    """

    def __init__(self, engine: Engine, code: str) -> None:
        self._engine = engine
        self._code = code
        self._writer = engine.execution_options(writing=True)
        # SQLite lets one write at a time and has the others try again after a sleep; a queue of our own threads
        # is quicker and fairer. Other processes, and PostgreSQL, have their own ways to wait.
        self._turn: AbstractContextManager[Any] = (
            threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @property
    def code(self) -> str:
        """The version of the product that reads and writes here."""
        return self._code

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turn, self._writer.begin() as connection:
            yield connection

    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint: how many entries there are and the hash of the last."""
        with self._reading() as connection:
            size, hashed = connection.execute(select(head.c.size, head.c.hash)).one()
            return Checkpoint(size=size, head=hashed)

    def clock(self) -> datetime:
        """What time it is by the database; by this machine, where the database has no clock of its own."""
        with self._reading() as connection:
            if connection.dialect.name == "sqlite":
                return wall_clock()
            found = connection.execute(select(func.clock_timestamp())).scalar_one()
            assert isinstance(found, datetime)
            return found

    def close(self) -> None:
        """Close all connections; the ledger can be used again afterwards."""
        self._engine.dispose()


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what to do where a row is there already."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # only where it is used: it takes long to load

        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    """Put a row in place of the one with the same key, or as a new one."""
    form = (connection.dialect.name, table, key, tuple(values))
    if form not in _UPSERTS:
        statement = insert(connection, table)
        rest = {name: statement.excluded[name] for name in values if name != key}
        _UPSERTS[form] = statement.on_conflict_do_update(index_elements=[key], set_=rest)
    connection.execute(_UPSERTS[form], values)


_UPSERTS: dict[tuple[str, Table, str, tuple[str, ...]], Executable] = {}
"""Put together once: that costs more than having the database carry them out."""


def wall_clock() -> datetime:
    """Real time, for what concerns processes and storage; the programme's own time comes from the caller."""
    return datetime.now(UTC)
