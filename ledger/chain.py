"""How an entry is written down for ever: its canonical form, its hash, and the checkpoint over all of them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Self

import rfc8785
from pydantic import Field, ValidationError

from domain.entries import Entry
from domain.values import Value

GENESIS = "0" * 64
"""What the first entry names as the hash of the one before it."""

BODY_FIELDS = (
    "position",
    "entity",
    "number",
    "kind",
    "at",
    "recorded_at",
    "request",
    "code",
    "event",
    "prev",
)
"""Every field of a body. All but `event` are columns of their own beside it; `event` is in the body alone."""


def canonical(value: Any) -> str:
    """The RFC 8785 form of a JSON value.

    Raises ValueError for what has no lasting form: floats, whole numbers beyond 2**53, lone surrogates.
    """
    _refuse_floats(value, "")
    return rfc8785.dumps(value).decode()


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise ValueError(
            f"{path or 'the value'} is the float {value!r}; entries hold texts and whole numbers"
        )
    if isinstance(value, dict):
        for key, held in value.items():
            _refuse_floats(held, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, held in enumerate(value):
            _refuse_floats(held, f"{path}[{index}]")


def digest(body: bytes) -> str:
    """SHA-256 over a zero byte and the body (a leaf of RFC 6962), as 64 hex digits."""
    return hashlib.sha256(b"\x00" + body).hexdigest()


def given(entry: Entry) -> dict[str, Any]:
    """What the workflow decided about an entry, as JSON values; position, code and chain come with storing."""
    return entry.model_dump(mode="json")


def row(position: int, prev: str, code: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The stored row of an entry: its columns, its canonical body and the hash over it.

    `facts` has entity, number, recorded_at, request and event; kind and at are the event's own.
    """
    event = facts["event"]
    body = {
        "position": position,
        "entity": facts["entity"],
        "number": facts["number"],
        "kind": event["kind"],
        "at": event["at"],
        "recorded_at": facts["recorded_at"],
        "request": facts["request"],
        "code": code,
        "event": event,
        "prev": prev,
    }
    text = canonical(body)
    columns = {name: body[name] for name in BODY_FIELDS if name != "event"}
    return {**columns, "body": text, "hash": digest(text.encode())}


def entry_of(body: str | dict[str, Any]) -> Entry:
    """The entry a body tells of; ValueError where it holds none (an attempt, or a damaged body)."""
    held = json.loads(body) if isinstance(body, str) else body
    return Entry.model_validate({name: held[name] for name in Entry.model_fields if name in held})


class Checkpoint(Value):
    """The size of the log and the hash of its newest entry: whoever keeps one can tell a rewritten past."""

    size: int = Field(ge=0)
    head: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def line(self) -> str:
        """One line of text: `tandem checkpoint <size> <hash>`."""
        return f"tandem checkpoint {self.size} {self.head}"

    @classmethod
    def read(cls, text: str) -> Self:
        """A checkpoint from its line (found anywhere in a text, such as a letter) or from JSON.

        Raises ValueError where there is none, or where several different ones are.
        """
        found = set(re.findall(r"\btandem checkpoint (\d{1,15}) ([0-9a-f]{64})\b", text))
        if len(found) > 1:
            raise ValueError("the text holds several different checkpoints; give one of them")
        if found:
            size, head = found.pop()
            return cls(size=int(size), head=head)
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise ValueError(
                "no checkpoint found: expected a line 'tandem checkpoint <size> <64 hex digits>' "
                'or JSON {"size": ..., "head": ...}'
            ) from None
