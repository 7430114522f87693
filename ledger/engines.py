"""Connections to the two databases, set up so that what was acknowledged stays."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    import psycopg

_PRAGMAS = (
    "busy_timeout = 30000",
    "synchronous = FULL",  # with NORMAL a power cut takes acknowledged entries along
    "foreign_keys = ON",
    "recursive_triggers = ON",  # so that INSERT OR REPLACE asks the delete trigger
)


_PATIENCE = 30.0
"""How long a writer waits for another one, and anybody for a database that does not answer, in seconds."""
_IDLE = 60_000
"""After so many milliseconds PostgreSQL breaks off a transaction whose process stands still, and frees what it held."""


def database_url(url: str) -> URL:
    """The address of a database: `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.

    Raises ValueError, without repeating a password, for any other.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(
            "this is no database address; give sqlite:///path/to/file.db or postgresql://user@host/name"
        ) from None
    kind = parsed.get_backend_name()
    if kind in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise ValueError(f"a ledger is kept in SQLite or PostgreSQL, not in {kind}")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("a ledger in SQLite needs a file: sqlite:///path/to/file.db")
    return parsed.set(drivername="sqlite+pysqlite")


def _impatient() -> type[psycopg.Connection[Any]]:
    """A connection on which nothing is waited for longer than `_PATIENCE`.

    A limit in the server is none where the server itself stands still; the network notices nothing of that either.
    """
    import psycopg  # only here: a reading command on SQLite would wait for a driver it does not use
    from psycopg import errors

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or _PATIENCE)
            except errors._WaitTimeout:
                self.pgconn.finish()  # nobody knows what became of the statement, so nothing more is asked here
                raise psycopg.OperationalError(f"no answer within {_PATIENCE:.0f} seconds") from None

    return Impatient


def engine_for(url: str, *, patient: bool = False) -> Engine:
    """An engine whose transactions begin as the ledger needs them.

    A statement that PostgreSQL does not answer in half a minute ends in an error, unless `patient`. A file of SQLite
    in a folder that cannot be written is only read; ValueError where that would leave out its latest entries.

    Under the execution option `writing` a SQLite transaction takes the write lock at its beginning
    (BEGIN IMMEDIATE), so that two writers wait for each other instead of failing half-way.
    """
    address = database_url(url)
    if address.get_backend_name() == "postgresql":
        arguments: dict[str, Any] = {"connect_timeout": 10}
        if "options" not in address.query:
            arguments["options"] = f"-c idle_in_transaction_session_timeout={_IDLE}"
        waiting = create_engine(
            address, pool_pre_ping=True, pool_size=8, max_overflow=16, connect_args=arguments
        )
        if not patient:
            impatient = _impatient()

            @event.listens_for(waiting, "do_connect")
            def _connect(_dialect: Any, _record: Any, given: Any, named: Any) -> Any:
                return impatient.connect(*given, **named)

        return waiting
    sealed = _sealed(address)
    engine = create_engine(
        sealed or address,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=16,
        connect_args={"timeout": _PATIENCE},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
        if sealed is None:
            _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _sealed(address: URL) -> URL | None:
    """The address of a file that lies where nothing can be written, such as an archive's medium; else None.

    SQLite wants to put files beside one it only reads, unless it may take it for unchanging. What is in the log
    beside it would not be read then, so a file that has any there is a ValueError.
    """
    path = Path(str(address.database)).absolute()
    if not path.exists() or os.access(path.parent, os.W_OK):
        return None
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise ValueError(
            f"{path} lies where nothing can be written, and its latest entries are in {log.name} beside it; "
            "copy the folder to where it can be written"
        )
    return address.set(
        database=f"file:{quote(str(path))}", query={"mode": "ro", "immutable": "1", "uri": "true"}
    )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a write-ahead log; SQLite does not wait its turn for that as it does for everything else."""
    give_up = time.monotonic() + _PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
