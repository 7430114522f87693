"""Whether the log hangs together: every row with itself, with the one before it, with head and checkpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from audit.report import Findings
from ledger.chain import BODY_FIELDS, GENESIS, Checkpoint, canonical, digest
from ledger.evidence import StoredEntry

_FIELDS = frozenset(BODY_FIELDS)
_COLUMNS = tuple(name for name in BODY_FIELDS if name != "event")
_LARGEST = 2**53 - 1
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class Link(NamedTuple):
    """An entry as it was read, its body parsed where it could be, and whether it is sound in itself."""

    row: StoredEntry
    body: dict[str, Any] | None
    sound: bool


class Chain:
    """Follows the log from its first entry and says what does not fit; read `links` to its end first."""

    def __init__(self, findings: Findings, kept: Checkpoint | None = None) -> None:
        self._findings = findings
        self._kept = kept
        self._kept_met = kept is None or kept.size == 0
        self.size = 0
        self.head = GENESIS
        self.last_numbers: dict[str, int] = {}

    def links(self, rows: Iterable[StoredEntry]) -> Iterator[Link]:
        """Each row of the log in its order, checked against itself and all before it."""
        position = 0
        for row in rows:
            self.size += 1
            problems = list(self._misplaced(row, position))
            body, faults = _faults(row)
            problems += faults
            if row.prev != self.head:
                problems.append("the hash it names for the entry before it is not that entry's hash")
            if self._kept is not None and row.position == self._kept.size:
                self._kept_met = True
                if row.hash != self._kept.head:
                    problems.append(
                        "its hash is not the one in the checkpoint kept elsewhere: the past was rewritten"
                    )
            for problem in problems:
                self._findings.add(f"{_place(row)}: {problem}")
            if isinstance(row.position, int):
                position = row.position
            self.head = row.hash if isinstance(row.hash, str) else ""
            yield Link(row, body, not problems)

    def _misplaced(self, row: StoredEntry, before: int) -> Iterator[str]:
        if row.position != before + 1:
            yield f"position {before + 1} was to come here: entries are missing, doubled or out of order"
        if not isinstance(row.entity, str) or not isinstance(row.number, int):
            yield "its entity or number is not of the right type"
            return
        expected = self.last_numbers.get(row.entity, 0) + 1
        if row.number != expected:
            yield f"number {expected} of {row.entity} was to come next"
        self.last_numbers[row.entity] = row.number

    def close(self, heads: tuple[tuple[Any, Any], ...]) -> None:
        """Compare the end of the log with the head row and the checkpoint kept elsewhere."""
        if len(heads) != 1:
            self._findings.add(f"the head has {len(heads)} rows; there is to be one")
        for size, hashed in heads:
            if size != self.size:
                self._findings.add(f"the head says {size} entries, the log has {self.size}")
            if hashed != self.head:
                self._findings.add("the head's hash is not the hash of the last entry")
        if self._kept is None:
            return
        if not self._kept_met:
            self._findings.add(
                f"the checkpoint kept elsewhere tells of {self._kept.size} entries, the log ends after "
                f"{self.size}: its end was cut off"
            )
        elif self._kept.size == 0 and self._kept.head != GENESIS:
            self._findings.add("the checkpoint kept elsewhere tells of no entries and yet of a hash")


def _place(row: StoredEntry) -> str:
    return f"position {row.position} ({row.entity} number {row.number})"


def _faults(row: StoredEntry) -> tuple[dict[str, Any] | None, list[str]]:
    """The body of a row, and how the row differs from what its body says."""
    if not isinstance(row.body, str):
        return None, ["its body is not text"]
    raw = row.body.encode("utf-8", "surrogateescape")
    faults = []
    if digest(raw) != row.hash:
        faults.append("its hash is not the hash of its body")
    try:
        body = from_json(raw, allow_inf_nan=False)
        if not is_canonical(row.body, raw, body):
            faults.append("its body is not in canonical form")
    except (ValueError, RecursionError):
        return None, [*faults, "its body is not JSON in canonical form"]
    if not isinstance(body, dict):
        return None, [*faults, "its body is no JSON object"]
    if body.keys() != _FIELDS:
        faults.append("its body has other fields than an entry has")
        return body, faults
    columns, said = _columns(row), [body[name] for name in _COLUMNS]
    if columns != said or [*map(type, columns)] != [*map(type, said)]:
        for name, column, told in zip(_COLUMNS, columns, said, strict=True):
            if type(column) is not type(told) or column != told:
                faults.append(f"its column {name} is not what its body says")
    event = body["event"]
    if not isinstance(event, dict):
        faults.append("its event is no event")
    elif (event.get("kind"), event.get("at")) != (body["kind"], body["at"]):
        faults.append("kind or time of its event are not its own")
    return body, faults


def _columns(row: StoredEntry) -> list[Any]:
    return [
        row.position,
        row.entity,
        row.number,
        row.kind,
        row.at,
        row.recorded_at,
        row.request,
        row.code,
        row.prev,
    ]


def is_canonical(body: str, raw: bytes, value: Any) -> bool:
    """Whether a body is the canonical form of its value.

    Where every object has its keys in order, and nothing in it is a float or too large a number, the compact
    form that pydantic writes is RFC 8785's, and ten times as fast. Letters beyond the 16-bit ones are ordered
    otherwise there.
    """
    if (body.isascii() or not _BEYOND.search(body)) and _in_order(value) and to_json(value) == raw:
        return True
    return canonical(value) == body


def _in_order(value: Any) -> bool:
    """Whether the keys of every object ascend, and all numbers have one written form."""
    if type(value) is dict:
        last = ""
        for key, held in value.items():
            if key <= last:
                return False
            last = key
            kind = type(held)
            if kind is str or kind is NoneType or kind is bool:
                continue
            if not _in_order(held):
                return False
        return True
    if type(value) is list:
        return all(_in_order(held) for held in value)
    if type(value) is int:
        return -_LARGEST <= value <= _LARGEST
    return type(value) is not float
