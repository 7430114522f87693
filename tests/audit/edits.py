"""What somebody with full rights on the database could do to the log, chosen at random."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql

from domain.entries import Entry
from domain.values import Role
from ledger import SqlLedger
from ledger.chain import canonical, digest
from ledger.evidence import Evidence, Inspection, StoredEntry
from ledger.tables import SQLITE_TRIGGERS
from tests.given import EU_FOCAL, OPERATOR, actor, on
from tests.ledger.lives import entries

COLUMNS = StoredEntry._fields
Rows = list[dict[str, Any]]


def fill(ledger: SqlLedger) -> None:
    """Two partnerships, their entries interleaved, with refused attempts between them."""
    one, two = entries("C1-01"), entries("C1-02")[:9]
    parts: list[tuple[Entry, ...]] = [one[:4], two[:3], one[4:12], two[3:], one[12:20]]
    for part in parts:
        ledger.record(part)
        ledger.attempt(part[0].entity, EU_FOCAL, {"kind": "decide"}, "not your gate", on(2021, 6, 1), "r-7")
        ledger.attempt(part[0].entity, OPERATOR, {"kind": "hold"}, "no", on(2021, 6, 2))


class Opened(Evidence):
    """The ledger as seen from inside a transaction that is going to be rolled back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def evidence(self) -> Iterator[Inspection]:
        yield Inspection(self._connection)

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """Edits made inside are gone afterwards."""
        with self._connection.begin_nested() as savepoint:
            yield self._connection
            savepoint.rollback()


@contextmanager
def opened(ledger: SqlLedger) -> Iterator[Opened]:
    """The log without keys and constraints, as whoever owns the database can make it, the guards back in place."""
    with ledger._writer.connect() as connection:
        if connection.dialect.name == "sqlite":
            for table in ("entries", "head"):
                connection.execute(sql(f"CREATE TABLE bare AS SELECT * FROM {table}"))
                connection.execute(sql(f"DROP TABLE {table}"))
                connection.execute(sql(f"ALTER TABLE bare RENAME TO {table}"))
            _guard(connection)
        else:
            for name in ("pk_entries", "uq_entries_hash", "uq_entries_entity_number"):
                connection.execute(sql(f"ALTER TABLE entries DROP CONSTRAINT {name}"))
            for column in COLUMNS:
                connection.execute(sql(f"ALTER TABLE entries ALTER {column} DROP NOT NULL"))
            for name in ("ck_head_one_row", "pk_head"):
                connection.execute(sql(f"ALTER TABLE head DROP CONSTRAINT {name}"))
        yield Opened(connection)


def _guard(connection: Connection) -> None:
    for name, statement in SQLITE_TRIGGERS.items():
        connection.execute(sql(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(sql(statement))


def rows(connection: Connection) -> Rows:
    return [
        dict(zip(COLUMNS, row, strict=True))
        for row in connection.execute(sql(f"SELECT {', '.join(COLUMNS)} FROM entries ORDER BY position"))
    ]


def rewrite(connection: Connection, was: Rows, now: Rows) -> None:
    """Bring the log from these rows to those, past the guards, which are back in place afterwards."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        for name in SQLITE_TRIGGERS:
            connection.execute(sql(f"DROP TRIGGER {name}"))
    else:
        connection.execute(sql("ALTER TABLE entries DISABLE TRIGGER USER"))
    held, told = (Counter(tuple(row.values()) for row in log) for log in (was, now))
    gone = [dict(zip(COLUMNS, row, strict=True)) for row in (held - told).elements()]
    come = [dict(zip(COLUMNS, row, strict=True)) for row in (told - held).elements()]
    if gone:
        connection.execute(sql("DELETE FROM entries WHERE hash = :hash AND body = :body"), gone)
    if come:
        names = ", ".join(f":{column}" for column in COLUMNS)
        connection.execute(sql(f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({names})"), come)
    if sqlite:
        _guard(connection)
    else:
        connection.execute(sql("ALTER TABLE entries ENABLE TRIGGER USER"))
    assert len(rows(connection)) == len(now)


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """What the body of a row says."""
    found: dict[str, Any] = json.loads(row["body"])
    return found


def set_head(connection: Connection, size: int, hashed: str) -> None:
    connection.execute(sql("UPDATE head SET size = :size, hash = :hash"), {"size": size, "hash": hashed})


def _other_text(text: str, dice: random.Random) -> str:
    """A text changed in one place."""
    place = dice.randrange(len(text) + 1)
    letters = 'abcdefghijklmnopqrstuvwxyz0123456789 -:{}[]",\\é杭'
    kind = dice.randrange(4)
    if kind == 0 or not text:
        return text[:place] + dice.choice(letters) + text[place:]
    place = min(place, len(text) - 1)
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + dice.choice(letters) + text[place + 1 :]
    return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def _other(value: Any, others: list[Any], dice: random.Random) -> Any:
    """Something else than this value: a near miss, or what stands in another row."""
    while True:
        if dice.random() < 0.2:
            found = dice.choice(others)
        elif isinstance(value, int):
            found = dice.choice((value + 1, value - 1, value * 2, 0, -value, dice.randrange(10**6)))
        elif value is None:
            found = dice.choice(("", "r-7", "null"))
        elif dice.random() < 0.05:
            found = None
        else:
            found = _other_text(value, dice)
        if found != value:
            return found


def a_cell(log: Rows, dice: random.Random) -> None:
    """Any column of any entry."""
    row, column = dice.choice(log), dice.choice(COLUMNS)
    row[column] = _other(row[column], [other[column] for other in log], dice)


def a_body(log: Rows, dice: random.Random) -> None:
    """One character of a body."""
    row = dice.choice(log)
    row["body"] = _other(row["body"], [row["body"] + " "], dice)


def a_body_with_its_hash(log: Rows, dice: random.Random) -> None:
    """One character of a body, and the hash made to fit."""
    row = dice.choice(log)
    row["body"] = _other_text(row["body"], dice) + dice.choice(("", " "))
    if digest(row["body"].encode()) == row["hash"]:
        row["body"] += "\n"
    row["hash"] = digest(row["body"].encode())


def a_spelling(log: Rows, dice: random.Random) -> None:
    """The same facts written another way, and the hash made to fit."""
    row = dice.choice(log)
    facts = json.loads(row["body"])
    row["body"] = dice.choice(
        (
            json.dumps(facts, ensure_ascii=False),
            json.dumps(facts, indent=1),
            json.dumps(dict(reversed(facts.items())), ensure_ascii=False, separators=(",", ":")),
            row["body"].replace('"number":', '"number":0,"number":'),
        )
    )
    row["hash"] = digest(row["body"].encode())


def a_fact(log: Rows, dice: random.Random) -> None:
    """A field of an entry, in body and column alike, and the hash made to fit."""
    row = dice.choice(log)
    facts = json.loads(row["body"])
    name = dice.choice(("kind", "at", "recorded_at", "request", "code", "position", "number", "entity"))
    facts[name] = _other(facts[name], [other[name] for other in log], dice)
    if name in ("kind", "at"):
        facts["event"][name] = facts[name]
    _sealed(row, facts)


def an_actor(log: Rows, dice: random.Random) -> None:
    """Who did it, and the hash made to fit: on record as another one's decision."""
    row = dice.choice([row for row in log if (json.loads(row["body"])["event"].get("by"))])
    facts = json.loads(row["body"])
    facts["event"]["by"] = actor("forger", Role.EU_DELEGATION).model_dump(mode="json")
    _sealed(row, facts)


def _sealed(row: dict[str, Any], facts: dict[str, Any]) -> None:
    row["body"] = canonical(facts)
    row["hash"] = digest(row["body"].encode())
    row.update({name: value for name, value in facts.items() if name != "event"})


def a_deletion(log: Rows, dice: random.Random) -> None:
    """An entry is gone."""
    del log[dice.randrange(len(log))]


def a_deletion_closed_up(log: Rows, dice: random.Random) -> None:
    """An entry is gone and those after it have moved up, in the columns."""
    place = dice.randrange(len(log) - 1)
    gone = log.pop(place)
    for row in log[place:]:
        row["position"] -= 1
        if row["entity"] == gone["entity"]:
            row["number"] -= 1


def a_swap_of_places(log: Rows, dice: random.Random) -> None:
    """Two entries in each other's place."""
    one, two = dice.sample(log, 2)
    one["position"], two["position"] = two["position"], one["position"]


def a_swap_of_contents(log: Rows, dice: random.Random) -> None:
    """Two entries with each other's content, place and hash kept."""
    one, two = dice.sample(log, 2)
    for column in COLUMNS:
        if column not in ("position", "prev", "hash"):
            one[column], two[column] = two[column], one[column]


def an_insertion(log: Rows, dice: random.Random) -> None:
    """An entry that never was, between others or at the end."""
    forged = dict(dice.choice(log))
    place = dice.choice((dice.randrange(1, len(log)), len(log)))
    for row in log[place:]:
        row["position"] += 1
    facts = json.loads(forged["body"]) | {"position": place + 1, "prev": log[place - 1]["hash"]}
    facts["number"] = 1 + max(row["number"] for row in log if row["entity"] == forged["entity"])
    _sealed(forged, facts)
    log.insert(place, forged)


def a_doubling(log: Rows, dice: random.Random) -> None:
    """The same row twice."""
    place = dice.randrange(len(log))
    log.insert(place, dict(log[place]))


def an_exchange_of_tails(log: Rows, dice: random.Random) -> None:
    """All entries from one on in the reverse order, numbered anew by position."""
    place = dice.randrange(len(log) - 1)
    log[place:] = reversed(log[place:])
    for position, row in enumerate(log, start=1):
        row["position"] = position


Edit = Callable[[Rows, random.Random], None]
EDITS: tuple[Edit, ...] = (
    *(a_cell,) * 8,
    *(a_body,) * 4,
    a_body_with_its_hash,
    a_spelling,
    a_fact,
    an_actor,
    a_deletion,
    a_deletion_closed_up,
    a_swap_of_places,
    a_swap_of_contents,
    an_insertion,
    a_doubling,
    an_exchange_of_tails,
)
"""Edits of entries that nothing but the log itself must show; the commonest kinds more often."""


def truncated(log: Rows, dice: random.Random) -> None:
    """The end of the log is gone; the head is made to fit by the caller."""
    del log[dice.randrange(len(log)) :]


def rewritten(log: Rows, dice: random.Random) -> None:
    """A past that hangs together: a time moved, and every hash from there on made anew."""
    place = dice.randrange(len(log))
    facts = json.loads(log[place]["body"])
    facts["recorded_at"] = "2031-01-01T00:00:00Z"
    _sealed(log[place], facts)
    for before, row in zip(log[place:], log[place + 1 :], strict=False):
        _sealed(row, json.loads(row["body"]) | {"prev": before["hash"]})
