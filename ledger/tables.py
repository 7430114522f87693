"""Every table of the ledger, and the triggers that keep entries as they were written."""

from __future__ import annotations

import json
import types
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from domain.records import AgreementRecord, EntityRecord, GateRecord, PartnershipRecord, TaskRecord

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment, always handed out in UTC; SQLite has no zones, so there it is kept as UTC without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} needs its zone before it can be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class JsonText:
    """A JSON value that is text already; it is kept as it is, and read as what it says."""

    text: str


class Json(TypeDecorator[Any]):
    """A JSON value kept as text with sorted keys, so that equal values are equal text on both databases.

    But for `JsonText`, which is kept as it comes: only what it says counts there.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, JsonText):
            return value.text
        return None if value is None else json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def json_text(value: Any) -> str:
    """The text under which `Json` keeps a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _column(model: type[BaseModel], name: str, *, key: bool) -> Column[Any]:
    """The column that holds one field of a record, by the field's type."""
    annotation: Any = model.model_fields[name].annotation
    nullable = False
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [held for held in get_args(annotation) if held is not type(None)]
        nullable = len(kinds) < len(get_args(annotation))
        annotation = kinds[0]
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin = get_origin(annotation) or annotation
    kind: TypeEngine[Any]
    if origin is bool:
        kind = Boolean()
    elif origin is int:
        kind = Integer()
    elif origin is datetime:
        kind = Instant()
    elif origin in (tuple, list, dict):
        kind = Json()
    elif isinstance(origin, type) and issubclass(origin, str):
        kind = Text()
    else:
        raise TypeError(f"{model.__name__}.{name}: no column is known for {annotation!r}")
    return Column(name, kind, primary_key=key, nullable=nullable and not key)


def _records(name: str, model: type[BaseModel], keys: tuple[str, ...], *indexes: Index) -> Table:
    columns = [_column(model, field, key=field in keys) for field in model.model_fields]
    return Table(name, METADATA, *columns, *indexes)


entries = Table(
    "entries",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entity", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("request", Text),
    Column("code", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("entity", "number"),
    UniqueConstraint("hash"),
)
"""The log. `position` orders all entries, `number` those of one entity; both without gaps."""

head = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""One row: how many entries there are and the hash of the newest. Who appends holds it locked."""

standings = _records("standings", EntityRecord, ("entity",), Index(None, "kind", "code"))
partnerships = _records("partnerships", PartnershipRecord, ("entity",))
gates = _records("gates", GateRecord, ("entity", "gate"))
tasks = _records("tasks", TaskRecord, ("entity", "task"), Index(None, "due"))
agreements = _records("agreements", AgreementRecord, ("entity",))

RECORDS: tuple[tuple[str, Table, type[BaseModel], str | None], ...] = (
    ("standing", standings, EntityRecord, None),
    ("partnership", partnerships, PartnershipRecord, None),
    ("gates", gates, GateRecord, "gate"),
    ("tasks", tasks, TaskRecord, "task"),
    ("agreement", agreements, AgreementRecord, None),
)
"""Each field of `domain.records.Records`, its table, its rows' type, and what tells the rows of an entity apart."""

states = Table(
    "states",
    METADATA,
    Column("entity", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("snapshot", Json, nullable=False),
)
"""Where each entity stood after its entry `number`; saves folding all of them again, and can be dropped.

`code` is the version of the product that folded it: another one may fold the same entries to more.
"""

letters = Table(
    "letters",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Json, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Instant),
    Column("last_error", Text),
    Column("sent_at", Instant),
    Column("message_id", Text),
    CheckConstraint(
        "status IN ('planned', 'sent', 'failed', 'refused', 'withdrawn', 'held', 'doubtful', 'past')",
        name="known_status",
    ),
    Index(None, "entity", "status"),
    Index(None, "recipient"),
)
"""Letters from planning to their end. `claimed_at` is real time: somebody is sending it since then."""

people = Table(
    "people",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("phone", Text),
    Column("demo", Boolean, nullable=False),
)
"""Who is behind a person's id: the one place of names and addresses; a row can go without touching an entry."""

erasures = Table(
    "erasures",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""Whose data were erased (the opaque id alone) and when, in real time: a restored backup erases them again."""

texts = Table(
    "texts",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner", Text, index=True),
    Column("stored_at", Instant, nullable=False),
)
"""The vault: free texts by the salted hash under which entries speak of them. `stored_at` is real time."""

travel = Table(
    "travel",
    METADATA,
    Column("visit", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
"""What is kept of passports and the like while a visit is prepared; purged with the entry that says so."""

programmes = Table(
    "programmes",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("origin", Instant),
    Column("anchor", Instant),
    Column("speed", Float, nullable=False),
)
"""Programmes as loaded, and the programme clock: `origin` was at the real time `anchor`, running at `speed`."""

REFUSAL = "entries are append-only"
"""What both databases say when somebody tries to change an entry."""

SQLITE_TRIGGERS: dict[str, str] = {
    "entries_refuse_update": (
        "CREATE TRIGGER entries_refuse_update BEFORE UPDATE ON entries "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
    "entries_refuse_delete": (
        "CREATE TRIGGER entries_refuse_delete BEFORE DELETE ON entries "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
    # INSERT OR REPLACE deletes the old row without asking the delete trigger
    "entries_refuse_replace": (
        "CREATE TRIGGER entries_refuse_replace BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries "
        "WHERE position = NEW.position OR hash = NEW.hash OR (entity = NEW.entity AND number = NEW.number)) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
}

POSTGRESQL_FUNCTION = f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END"
POSTGRESQL_TRIGGERS: dict[str, str] = {
    "entries_refuse_change": (
        "CREATE TRIGGER entries_refuse_change BEFORE UPDATE OR DELETE ON entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ),
    "entries_refuse_truncate": (
        "CREATE TRIGGER entries_refuse_truncate BEFORE TRUNCATE ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    ),
}
