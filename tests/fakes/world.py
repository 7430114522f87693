"""A ledger and a post office in memory, which can be told to fail."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from activities.ports import Delivered, Recorded
from domain.entries import Entry
from domain.values import Actor


class FakeLedger:
    """Keeps entries in lists; the same entries twice are once, a gap or a difference is a ValueError.

    `before` and `after` say how many more calls fail before and after they stored their batch. Every entry
    plans one letter.
    """

    def __init__(self, before: int = 0, after: int = 0) -> None:
        self.before = before
        self.after = after
        self.kept: dict[str, list[Entry]] = {}
        self.unsent: dict[str, list[int]] = {}
        self.texts: dict[str, str] = {}
        self.attempts: list[tuple[str, str, str | None]] = []
        self.calls = 0
        self.pause = 0.0
        self._lock = threading.Lock()

    def record(self, entries: tuple[Entry, ...]) -> Recorded:
        time.sleep(self.pause)
        with self._lock:
            self.calls += 1
            self._fail("before")
            entity = entries[0].entity
            mine = self.kept.setdefault(entity, [])
            for entry in entries:
                if entry.number <= len(mine):
                    if mine[entry.number - 1] != entry:
                        raise ValueError(f"another entry is on record under {entry.number}")
                elif entry.number == len(mine) + 1:
                    mine.append(entry)
                    self.unsent.setdefault(entity, []).append(entry.number)
                else:
                    raise ValueError(f"entry {entry.number} leaves a gap after {len(mine)}")
            self._fail("after")
            size = sum(len(kept) for kept in self.kept.values())
            head = hashlib.sha256(f"{size} {mine[-1].model_dump_json()}".encode()).hexdigest()
            waiting = bool(self.unsent.get(entity))
            return Recorded(number=len(mine), letters_waiting=waiting, size=size, head=head, code="0.1.0")

    def _fail(self, when: str) -> None:
        left = getattr(self, when)
        if left:
            setattr(self, when, left - 1)
            raise ConnectionError(f"the database went away {when} the batch was stored")

    def last_number(self, entity: str) -> int:
        return len(self.kept.get(entity, ()))

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]:
        return tuple(self.kept.get(entity, ())[since:])

    def kinds(self, entity: str) -> list[str]:
        return [entry.event.kind for entry in self.entries(entity)]

    def store_text(self, text: str, kind: str, owner: str | None = None) -> str:
        hashed = f"sha256:{hashlib.sha256(f'{len(self.texts)} {text}'.encode()).hexdigest()}"
        self.texts[hashed] = text
        return hashed

    def attempt(
        self,
        entity: str,
        actor: Actor | None,
        request: dict[str, Any],
        sentence: str,
        at: datetime,
        request_id: str | None = None,
    ) -> int:
        self.attempts.append((entity, sentence, request_id))
        return len(self.attempts)


class FakePost:
    """Sends the letters a fake ledger planned; on strike as long as `strike` says so."""

    def __init__(self, ledger: FakeLedger, strike: Callable[[], bool] = lambda: False) -> None:
        self.ledger = ledger
        self.strike = strike
        self.sent: list[tuple[str, int]] = []
        self.rounds: list[tuple[str, datetime]] = []
        self.pause = 0.0

    async def deliver(self, entity: str, at: datetime) -> Delivered:
        self.rounds.append((entity, at))
        await asyncio.sleep(self.pause)
        waiting = self.ledger.unsent.get(entity, [])
        if self.strike():
            return Delivered(waiting=len(waiting))
        batch, waiting[:] = list(waiting), []
        self.sent += [(entity, number) for number in batch]
        return Delivered(sent=len(batch))
