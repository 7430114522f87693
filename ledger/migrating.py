"""Bringing a database's tables up to what this version of the product needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from ledger.engines import engine_for

if TYPE_CHECKING:  # a tenth of a second that only those need to wait who migrate
    from alembic.config import Config

_ONE_AT_A_TIME = 0x7A6E64656D
"""An arbitrary number: who holds PostgreSQL's advisory lock of this number is migrating."""


def migrate(url: str) -> None:
    """Make or change the tables of the database at this address, in one transaction; twice is once.

    Two processes may call it at the same time: the second waits, then finds nothing to do.
    """
    from alembic import command

    engine = engine_for(url, patient=True)  # large tables take their time
    try:
        with engine.execution_options(writing=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the tables of the database at this address have the newest shape; not so where there are none."""
    from alembic.migration import MigrationContext

    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == newest_revision()
    finally:
        engine.dispose()


def newest_revision() -> str:
    """The name of the tables' newest shape."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "ledger:migrations")
    config.attributes["connection"] = connection
    return config
