"""What people type, before it goes anywhere: one spelling, no hidden characters, no more than can be kept."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import unicodedata
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.requests import COMMAND_LIMIT, DATA_LIMIT, LARGE_KINDS, AnyRequest
from domain.values import Actor, Refusal, Value

TEXT_LIMIT = 16 * 1024
WHOLE = 2**53 - 1
"""The largest whole number that every reader of JSON understands alike."""

_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
V = TypeVar("V", bound=Value)


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """A free text in its one spelling (NFC, lines end in a newline); Refusal for what cannot be kept."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    _refuse_hidden(text, "the text", allowed="\n\t")
    size = len(text.encode())
    if size > limit:
        raise Refusal(
            f"the text has {size:,} bytes and may have {limit:,}; shorten it, or keep the document elsewhere "
            "and write down where"
        )
    if not text.strip():
        raise Refusal("the text is empty; write a word or leave it out")
    return text


def clean(request: V) -> V:
    """A request in its one spelling; Refusal for characters or numbers that cannot be kept, or for too much."""
    given = request.model_dump(mode="json")
    kind = str(given.get("kind", ""))
    words = _cleaned(given, kind)
    limit = DATA_LIMIT if kind in LARGE_KINDS else COMMAND_LIMIT
    size = len(_canonical(words).encode())
    if size > limit:
        raise Refusal(f"the request has {size:,} bytes and may have {limit:,}; nothing was sent")
    if words == given:
        return request
    try:
        return type(request).model_validate(words)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        raise Refusal(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def command_id(entity: str, request: AnyRequest, by: Actor) -> str:
    """A new id: when it was made, 80 random bits, and a digest of what is asked, of whom and by whom."""
    moment = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    ulid = "".join(_ULID[moment >> shift & 31] for shift in range(125, -1, -5))
    return f"cmd-{ulid}-{_digest(entity, request, by)}"


def belongs(id: str, entity: str, request: AnyRequest, by: Actor) -> bool:
    """Whether an id was made for this very request."""
    return id.rpartition("-")[2] == _digest(entity, request, by)


def _digest(entity: str, request: AnyRequest, by: Actor) -> str:
    told = {"entity": entity, "request": request.model_dump(mode="json"), "by": by.model_dump(mode="json")}
    return hashlib.sha256(_canonical(told).encode()).hexdigest()[:16]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _cleaned(value: Any, path: str) -> Any:
    match value:
        case str():
            value = unicodedata.normalize("NFC", value)
            _refuse_hidden(value, path)
        case bool():
            pass
        case int() if abs(value) > WHOLE:
            raise Refusal(f"{path}: the number is too large")
        case float():
            raise Refusal(f"{path}: {value!r} is no whole number; give amounts as text, such as 1200.50")
        case dict():
            return {key: _cleaned(held, f"{path}.{key}") for key, held in value.items()}
        case list():
            return [_cleaned(held, f"{path}.{place}") for place, held in enumerate(value, start=1)]
    return value


def _refuse_hidden(text: str, where: str, allowed: str = "") -> None:
    for place, sign in enumerate(text, start=1):
        if sign not in allowed and unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn"):
            name = "NUL" if sign == "\0" else f"U+{ord(sign):04X}"
            raise Refusal(f"{where}: character {place} is {name}, which no reader sees; remove it")
