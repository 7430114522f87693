"""The tables as migrated, and the guards on the entries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from ledger import SqlLedger, migrate, open_ledger
from ledger.engines import database_url as parsed
from ledger.engines import engine_for
from ledger.migrating import newest_revision
from ledger.tables import METADATA
from tests.ledger.lives import entries


def test_the_migrated_tables_are_the_tables_of_the_code(empty_url: str) -> None:
    migrate(empty_url)
    engine = engine_for(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == newest_revision()
    engine.dispose()


def _constraints(url: str) -> dict[str, list[str]]:
    """The names of keys, constraints and indexes, which the comparison above does not look at."""
    engine = engine_for(url)
    look = inspect(engine)
    found = {
        table: sorted(
            [str(look.get_pk_constraint(table)["name"])]
            + [str(held["name"]) for held in look.get_unique_constraints(table)]
            + [f"{held['name']}: {held['sqltext']}" for held in look.get_check_constraints(table)]
            + [str(held["name"]) for held in look.get_indexes(table)]
        )
        for table in METADATA.tables
    }
    engine.dispose()
    return found


def test_keys_and_constraints_have_the_names_of_the_code(empty_url: str) -> None:
    engine = engine_for(empty_url)
    METADATA.create_all(engine)
    wanted = _constraints(empty_url)
    METADATA.drop_all(engine)
    engine.dispose()
    migrate(empty_url)
    assert _constraints(empty_url) == wanted


def test_migrating_twice_or_twice_at_once_is_once(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(migrate, empty_url) for _ in range(2)]:
            done.result()
    opened = open_ledger(empty_url)
    opened.record(entries())
    newest = opened.checkpoint()
    migrate(empty_url)
    assert opened.checkpoint() == newest
    opened.close()


def test_a_migration_that_breaks_off_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    create_index = Operations.create_index

    def breaks_off(self: Operations, name: str, *rest: object) -> None:
        if name == "ix_texts_owner":
            raise RuntimeError("the power went")
        create_index(self, name, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Operations, "create_index", breaks_off)
    with pytest.raises(RuntimeError, match="the power went"):
        migrate(empty_url)
    monkeypatch.undo()
    engine = engine_for(empty_url)
    with engine.connect() as connection, pytest.raises(DatabaseError):
        connection.execute(sql("SELECT count(*) FROM entries"))
    engine.dispose()
    migrate(empty_url)


def test_entries_refuse_to_be_changed(ledger: SqlLedger) -> None:
    ledger.record(entries())
    for statement in (
        "UPDATE entries SET code = 'forged' WHERE position = 3",
        "UPDATE entries SET body = body",
        "DELETE FROM entries WHERE position = 3",
        "DELETE FROM entries",
        "INSERT INTO entries SELECT * FROM entries WHERE position = 3 "
        "ON CONFLICT (position) DO UPDATE SET code = 'forged'",
    ):
        with pytest.raises(DatabaseError, match="append-only"), ledger._writing() as connection:
            connection.execute(sql(statement))
    assert ledger.entries("partnership/C1-01") == entries()


def test_postgresql_entries_refuse_to_be_truncated(postgresql_url: str) -> None:
    opened = open_ledger(postgresql_url)
    opened.record(entries())
    for statement in ("TRUNCATE entries", "TRUNCATE entries CASCADE"):
        with pytest.raises(DatabaseError, match="append-only"), opened._writing() as connection:
            connection.execute(sql(statement))
    assert opened.entries("partnership/C1-01") == entries()
    opened.close()


@pytest.mark.parametrize("unique", ["position", "hash", "entity"])
def test_sqlite_entries_refuse_to_be_replaced(sqlite_url: str, unique: str) -> None:
    """INSERT OR REPLACE takes a row away without asking the delete trigger, unless told to."""
    opened = open_ledger(sqlite_url)
    opened.record(entries())
    other = {"position": "position + 1000", "hash": "'x' || hash", "entity": "entity || 'x'"}
    chosen = {name: name if name == unique else value for name, value in other.items()}
    rest = "number, kind, at, recorded_at, request, 'forged', body, prev"
    statement = (
        "INSERT OR REPLACE INTO entries "
        "(position, hash, entity, number, kind, at, recorded_at, request, code, body, prev) "
        f"SELECT {chosen['position']}, {chosen['hash']}, {chosen['entity']}, {rest} "
        "FROM entries WHERE position = 3"
    )
    with pytest.raises(DatabaseError, match="append-only"), opened._writing() as connection:
        connection.execute(sql("PRAGMA recursive_triggers = OFF"))
        connection.execute(sql(statement))
    opened.close()


def test_sqlite_keeps_what_it_acknowledged(sqlite_url: str) -> None:
    opened = open_ledger(sqlite_url)
    with opened._reading() as connection:
        pragmas = {
            name: connection.execute(sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    opened.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "no database address"),
        ("/var/lib/tandem.db", "no database address"),
        ("mysql://root@localhost/tandem", "not in mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_any_other_address_is_refused_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        open_ledger(address)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_postgresql_is_always_spoken_to_by_the_same_driver(scheme: str) -> None:
    assert parsed(f"{scheme}://tandem@localhost/tandem").drivername == "postgresql+psycopg"
