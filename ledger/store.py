"""The one way to put something on record: entries, records and letters in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from activities.ports import Recorded
from domain import entities
from domain.entries import Entry
from domain.events import TravelDataPurged
from domain.letters import Letter
from domain.values import Actor, Value
from ledger.chain import Checkpoint, canonical, entry_of, given, row
from ledger.desk import upsert
from ledger.engines import engine_for
from ledger.evidence import Evidence
from ledger.letterbook import LetterBook, count_waiting, plan
from ledger.migrating import migrate
from ledger.reading import RECOVERIES, Reading, attempts_of, last_number, state_of
from ledger.registry import Registry
from ledger.rows import DifferentEntry, LetterStatus, MissingEntry, Recovery
from ledger.tables import RECORDS, JsonText, entries, head, letters, states, travel

__all__ = ["SqlLedger", "migrate", "open_ledger"]

_REMEMBERED = 500
"""Entities whose state is kept in memory between two recordings."""


def installed_version() -> str:
    """The version of the product that runs, which every entry it writes names."""
    try:
        return version("tandem")
    except PackageNotFoundError:
        return "unreleased"


def open_ledger(url: str, code: str | None = None) -> SqlLedger:
    """The ledger at `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.

    Its tables are made by `migrate(url)`. ValueError for any other address.
    """
    return SqlLedger(engine_for(url), code or installed_version())


class _Parted(Exception):
    """The rows of an entity are not those that were written last."""


@dataclass(frozen=True)
class _Standing:
    """Where an entity stood after the entry with this hash, and the rows it then had."""

    hashed: str
    number: int
    state: entities.State
    records: entities.Records


class SqlLedger(Reading, LetterBook, Registry, Evidence):
    """The ledger in a database: it records, and answers what the console, the post room and auditors ask.

    An object may be shared by threads.
    """

    def __init__(self, engine: Engine, code: str) -> None:
        super().__init__(engine, code)
        self._standings: dict[str, _Standing] = {}
        """Where entities stood after the last recording: spares reading snapshots and rows."""

    def record(self, batch: Sequence[Entry], *, code: str | None = None, held: bool = False) -> Recorded:
        """Put a batch of one entity's entries on record, with the rows and letters that follow from them.

        Entries that are on record already are passed over, so the same batch twice is once. DifferentEntry
        (a ValueError) where another entry holds a number, MissingEntry (a ValueError) where one is left out;
        then, and when anything else goes wrong, nothing of the batch is stored. In a recovery `code` is the
        version that wrote the batch the first time, and its letters are `held`.

        An entry left out means that the ledger is an older copy put back: what it takes for waiting may have gone
        out long ago, so all letters are held until a person releases them.
        """
        if not batch:
            return Recorded(number=0, letters_waiting=False)
        entity = batch[0].entity
        _in_order(entity, batch)
        try:
            return self._record(entity, batch, code or self._code, held=held)
        except MissingEntry:
            self.hold_letters()
            raise
        except (IntegrityError, _Parted):
            if self._standings.pop(entity, None) is None:
                raise
        # somebody wrote the rows anew meanwhile, or by hand: once more, with what really stands there
        return self.record(batch, code=code, held=held)

    def _record(self, entity: str, batch: Sequence[Entry], code: str, *, held: bool) -> Recorded:
        with self._writing() as connection:
            newest = _locked_head(connection)
            known = self._standing(connection, entity)
            last, state = (
                (known.number, known.state)
                if known is not None
                else state_of(connection, entity, self._code) or (0, None)
            )
            _compare(connection, entity, [entry for entry in batch if entry.number <= last])
            fresh = [entry for entry in batch if entry.number > last]
            if fresh and fresh[0].number != last + 1:
                raise MissingEntry(
                    f"{entity}: entry {fresh[0].number} cannot be recorded, the last on record is {last}"
                )
            course = entities.Course(state)
            rows: list[dict[str, Any]] = []
            standing: _Standing | None = None
            for entry in fresh:
                state = course.take(entry)
                rows.append(row(newest.size + 1, newest.head, code, given(entry)))
                newest = Checkpoint(size=newest.size + 1, head=rows[-1]["hash"])
            if state is not None and rows:
                _append(connection, rows, newest)
                number = fresh[-1].number
                records = project(connection, number, state, self._code, known.records if known else None)
                standing = _Standing(newest.head, number, state, records)
                if any(isinstance(entry.event, TravelDataPurged) for entry in fresh):
                    connection.execute(delete(travel).where(travel.c.visit == entity))
                plan(connection, course.letters, newest, LetterStatus.HELD if held else LetterStatus.PLANNED)
                size, hashed, by = newest.size, newest.head, code
            else:
                told = {"of_entity": entity, "of_number": batch[-1].number}
                size, hashed, by = connection.execute(_STORED, told).one()
            recorded = Recorded(
                number=batch[-1].number if fresh else last,
                letters_waiting=(bool(course.letters) and not held) or count_waiting(connection, entity) > 0,
                size=size,
                head=hashed,
                code=by,
            )
        if standing is not None:  # only now is it certain that the transaction stands
            if len(self._standings) >= _REMEMBERED:
                self._standings.clear()
            self._standings[entity] = standing
        return recorded

    def _standing(self, connection: Connection, entity: str) -> _Standing | None:
        """Where an entity stands, as remembered; None unless the last entry on record is still that one."""
        known = self._standings.get(entity)
        if known is None or connection.scalar(_NEWEST, {"of_entity": entity}) != known.hashed:
            return None
        return known

    def attempt(
        self,
        entity: str,
        actor: Actor | None,
        request: dict[str, Any],
        sentence: str,
        at: datetime,
        request_id: str | None = None,
    ) -> int:
        """Record a refused request that matters in itself; returns its number among the attempts on an entity.

        `request` is the request as JSON values: hashes in place of free text, no floats (ValueError).
        The same attempt again under the same `request_id` is once.
        """
        told = {"at": at, "by": actor, "of": entity, "request": request, "sentence": sentence}
        event = _AttemptRefused.model_validate(told).model_dump(mode="json")
        under = attempts_of(entity)
        with self._writing() as connection:
            newest = _locked_head(connection)
            if request_id is not None:
                again = select(entries.c.number, entries.c.body).where(
                    entries.c.entity == under, entries.c.request == request_id
                )
                for number, body in connection.execute(again):
                    held = json.loads(body)["event"]
                    if {**held, "at": event["at"]} == event:
                        return int(number)
            return self._note(connection, newest, under, event, request_id)

    def recovered(self, recovery: Recovery) -> int:
        """Put on record that ledger and engine were brought level; returns how many recoveries that makes."""
        event = _LedgerRecovered.model_validate(recovery.model_dump()).model_dump(mode="json")
        with self._writing() as connection:
            return self._note(connection, _locked_head(connection), RECOVERIES, event, None)

    def _note(
        self,
        connection: Connection,
        newest: Checkpoint,
        under: str,
        event: dict[str, Any],
        request: str | None,
    ) -> int:
        """Add an entry to a logbook, that is, one of no entity of the engine; returns its number there."""
        facts = {
            "entity": under,
            "number": last_number(connection, under) + 1,
            "recorded_at": event["at"],
            "request": request,
            "event": event,
        }
        added = row(newest.size + 1, newest.head, self._code, facts)
        _append(connection, [added], Checkpoint(size=added["position"], head=added["hash"]))
        return int(added["number"])

    def restore(self, entity: str, number: int, state: entities.State, due: Sequence[Letter]) -> None:
        """Write an entity's rows and snapshot anew from its state after entry `number`.

        Letters that are not on file are filed as held, so that nothing old goes out unasked; unsent letters
        of entries that do not exist are removed. Does nothing where further entries came in meanwhile: those
        brought the rows along.
        """
        with self._writing() as connection:
            newest = _locked_head(connection)
            if last_number(connection, entity) == number:
                for _, table, _, _ in RECORDS:  # a damaged row could not even be compared
                    connection.execute(delete(table).where(table.c.entity == entity))
                project(connection, number, state, self._code)
                stray = ~letters.c.number.between(1, number)
                connection.execute(delete(letters).where(_unsent(entity), stray))
                plan(connection, due, newest, LetterStatus.HELD)

    def forget(self, entity: str) -> None:
        """Remove rows, snapshot and unsent letters of an entity that has no entries."""
        with self._writing() as connection:
            _locked_head(connection)
            if last_number(connection, entity) == 0:
                for _, table, _, _ in RECORDS:
                    connection.execute(delete(table).where(table.c.entity == entity))
                connection.execute(delete(states).where(states.c.entity == entity))
                connection.execute(delete(letters).where(_unsent(entity)))


class _AttemptRefused(BaseModel):
    kind: str = "attempt_refused"
    at: datetime
    by: Actor | None
    of: str
    request: dict[str, Any]
    sentence: str


class _LedgerRecovered(Recovery):
    kind: str = "ledger_recovered"


def _unsent(entity: str) -> ColumnElement[bool]:
    return and_(letters.c.entity == entity, letters.c.status != LetterStatus.SENT.value)


def _in_order(entity: str, batch: Sequence[Entry]) -> None:
    for place, entry in enumerate(batch):
        if entry.entity != entity:
            raise ValueError(f"a batch is of one entity, this one is of {entity} and {entry.entity}")
        if entry.number != batch[0].number + place:
            raise MissingEntry(
                f"{entity}: entry {entry.number} does not follow {batch[place - 1].number} in its batch"
            )


def _locked_head(connection: Connection) -> Checkpoint:
    """The newest checkpoint, locked until the transaction ends: from here on this writer is alone."""
    size, hashed = connection.execute(_HEAD).one()
    return Checkpoint(size=size, head=hashed)


def _compare(connection: Connection, entity: str, again: Sequence[Entry]) -> None:
    """DifferentEntry unless these entries are on record just as they are."""
    if not again:
        return
    query = select(entries.c.number, entries.c.body).where(
        entries.c.entity == entity, entries.c.number.between(again[0].number, again[-1].number)
    )
    stored = {number: body for number, body in connection.execute(query)}
    for entry in again:
        body = json.loads(stored[entry.number])
        told = given(entry)
        if canonical({name: body.get(name) for name in told}) == canonical(told):
            continue
        # a batch told again by a later version may have gained fields with defaults since
        if entry_of(body) != entry:
            raise DifferentEntry(
                f"{entity}: another entry is on record under number {entry.number} ({body['kind']})"
            )


def _append(connection: Connection, rows: list[dict[str, Any]], newest: Checkpoint) -> None:
    connection.execute(_APPEND, rows)
    connection.execute(_ADVANCE, {"size": newest.size, "hash": newest.head})


def project(
    connection: Connection,
    number: int,
    state: entities.State,
    code: str,
    before: entities.Records | None = None,
) -> entities.Records:
    """Bring an entity's rows and snapshot up to its state after entry `number`; unchanged rows stay untouched.

    `before` are the rows as they stand, where that is known; else they are read. Returns them as they are now.
    """
    entity = state.entity
    records = entities.records_of(state)
    for field, table, _, key in RECORDS:
        wanted = _rows(records, field, key)
        if before is None:
            query = select(table).where(table.c.entity == entity)
            lines = [dict(line) for line in connection.execute(query).mappings()]
            found = {line[key] if key else entity: line for line in lines}
            stored = set(found)
            changed = [n for n, r in wanted.items() if n in stored and not same(found[n], r.model_dump())]
        else:
            held = _rows(before, field, key)
            stored = set(held)
            changed = [n for n, r in wanted.items() if n in stored and held[n] != r]
        gone = [_where(entity, name, key) for name in stored if name not in wanted]
        added = [row.model_dump() for name, row in wanted.items() if name not in stored]
        if gone:
            connection.execute(_DELETES[table.name], gone)
        if added:
            connection.execute(_INSERTS[table.name], added)
        for name in changed:
            told = _where(entity, name, key) | wanted[name].model_dump()
            if connection.execute(_UPDATES[table.name], told).rowcount != 1:
                raise _Parted(f"{entity}: the row of {table.name} {name} is gone")
    upsert(
        connection,
        states,
        "entity",
        {"entity": entity, "number": number, "code": code, "snapshot": JsonText(entities.snapshot(state))},
    )
    return records


def _rows(records: entities.Records, field: str, key: str | None) -> dict[str, Value]:
    """The rows of one table, by what tells them apart."""
    held = getattr(records, field)
    if key:
        return {getattr(row, key): row for row in held}
    return {held.entity: held} if held is not None else {}


def _where(entity: str, name: str, key: str | None) -> dict[str, str]:
    """What `_row_of` asks for."""
    return {"of_entity": entity, "of_key": name} if key else {"of_entity": entity}


def _row_of(table: Table, key: str | None) -> ColumnElement[bool]:
    row = table.c.entity == bindparam("of_entity")
    return and_(row, table.c[key] == bindparam("of_key")) if key else row


# Put together once: that costs more than having the database carry them out.
_DELETES = {table.name: delete(table).where(_row_of(table, key)) for _, table, _, key in RECORDS}
_INSERTS = {table.name: insert(table) for _, table, _, _ in RECORDS}
_UPDATES = {table.name: update(table).where(_row_of(table, key)) for _, table, _, key in RECORDS}
_HEAD = select(head.c.size, head.c.hash).with_for_update()
_APPEND = insert(entries)
_ADVANCE = update(head)
_NEWEST = (
    select(entries.c.hash)
    .where(entries.c.entity == bindparam("of_entity"))
    .order_by(entries.c.number.desc())
    .limit(1)
)
_STORED = select(entries.c.position, entries.c.hash, entries.c.code).where(
    entries.c.entity == bindparam("of_entity"), entries.c.number == bindparam("of_number")
)


def same(stored: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a row as read from the database is the row as the domain gives it."""
    return stored == {name: list(v) if isinstance(v, tuple) else v for name, v in wanted.items()}
