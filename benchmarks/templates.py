"""Large ledgers made quickly: one life is recorded as always, and its rows are written down again under other names."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from domain.entries import Entry
from ledger import migrate, open_ledger
from ledger.chain import BODY_FIELDS, GENESIS, canonical, digest
from ledger.tables import METADATA

CODE = "TEMPLATE"
"""The code of the life that is copied; it stands nowhere else in the rows."""
_WIDTH = 7
_CHUNK = 500


def code_of(number: int) -> str:
    """The code of a copy; codes in the order of their numbers."""
    return f"N-{number:0{_WIDTH}}"


@dataclass(frozen=True)
class Template:
    """The rows of one partnership in every table, and the file they were recorded in."""

    file: Path
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def template(folder: Path, batches: Sequence[Sequence[Entry]]) -> Template:
    """Record a life in a fresh ledger; its letters count as sent."""
    file = folder / "template.sqlite"
    migrate(f"sqlite:///{file}")
    ledger = open_ledger(f"sqlite:///{file}")
    for batch in batches:
        ledger.record(tuple(batch))
    ledger.close()
    rows = {}
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE letters SET status = 'sent', sent_at = at, attempts = 1")
        for table in METADATA.tables.values():
            if "entity" in table.c:
                names = [column.name for column in table.columns]
                order = "position" if table.name == "entries" else "entity"
                found = connection.execute(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {order}")
                rows[table.name] = (names, found.fetchall())
    connection.close()
    return Template(file, rows)


def fill(
    file: Path, of: Template, copies: int, *, without: tuple[str, ...] = (), spread: bool = False
) -> None:
    """Write a ledger with so many copies of a life, its chain whole, in the order it would have been written.

    `without` names tables to leave empty; `spread` lets what is due fall due at different times.
    """
    shutil.copy(of.file, file)
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        connection.execute(f"PRAGMA {pragma}")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:  # nobody changes anything here, but the check costs time at every row
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("BEGIN")
    for table in of.rows:
        connection.execute(f"DELETE FROM {table}")
    chain = _Chain(of.rows["entries"])
    for table, (names, rows) in of.rows.items():
        if table in without:
            continue
        marks = ", ".join("?" for _ in names)
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        for begin in range(0, copies, _CHUNK):
            numbers = range(begin, min(begin + _CHUNK, copies))
            if table == "entries":
                connection.executemany(insert, chain.rows(numbers))
            else:
                connection.executemany(insert, _copied(names, rows, numbers, spread))
    connection.execute("UPDATE head SET size = ?, hash = ?", (chain.size, chain.head))
    connection.execute("COMMIT")
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.close()


def _copied(
    names: list[str], rows: list[tuple[Any, ...]], numbers: range, spread: bool
) -> Iterator[tuple[Any, ...]]:
    place = names.index("due") if spread and "due" in names else None
    for number in numbers:
        code = code_of(number)
        for row in rows:
            new = [value.replace(CODE, code) if isinstance(value, str) else value for value in row]
            if place is not None and new[place] is not None:
                due = datetime.fromisoformat(new[place]) + timedelta(minutes=number)
                new[place] = due.isoformat(sep=" ", timespec="microseconds")
            yield tuple(new)


class _Chain:
    """Entries again under other names: position, chain and hash anew, everything else as it was."""

    def __init__(self, held: tuple[list[str], list[tuple[Any, ...]]]) -> None:
        self.size, self.head = 0, GENESIS
        names, rows = held
        self._parts = []
        for row in rows:
            columns = dict(zip(names, row, strict=True))
            body = json.loads(columns["body"])
            body["position"], body["prev"] = 123454321, "@prev@"
            text = canonical(body)
            assert (
                sorted(body) == sorted(BODY_FIELDS) and text.count("123454321") == text.count("@prev@") == 1
            )
            self._parts.append((columns, text, names))

    def rows(self, numbers: range) -> Iterator[tuple[Any, ...]]:
        for number in numbers:
            code = code_of(number)
            for columns, text, names in self._parts:
                self.size += 1
                body = (
                    text.replace(CODE, code).replace("123454321", str(self.size)).replace("@prev@", self.head)
                )
                hashed = digest(body.encode())
                new = columns | {
                    "position": self.size,
                    "entity": columns["entity"].replace(CODE, code),
                    "body": body,
                    "prev": self.head,
                    "hash": hashed,
                }
                self.head = hashed
                yield tuple(new[name] for name in names)
