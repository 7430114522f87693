"""A witness at the door: what was asked, what was answered, and what nobody knows the answer to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from client import wording
from client.door import Door
from client.troubles import Trouble, Unanswered
from domain.clockwork import Clockwork
from domain.entities import AnyFounding
from domain.entries import Entry
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from ledger import SqlLedger
from workflows.chapter import Answer

R = TypeVar("R")
_PATIENCE = 90.0
_TWICE = 0.1
"""So often somebody clicks twice."""


@dataclass
class Asked:
    """One request with its id, and every answer it was given; none where nobody knows."""

    id: str
    entity: str
    request: AnyRequest
    by: Actor
    answers: list[Answer] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unanswered: int = 0
    """How often patience ran out, or asking was impossible, before it was asked again with the same id."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Kept:
    """A text the door said it keeps."""

    hash: str
    text: str


class Witness:
    """Stands in for the door in a rehearsal, asks again whatever had no answer, and remembers all of it."""

    def __init__(self, door: Door, seed: int) -> None:
        self.asked: list[Asked] = []
        self.texts: list[Kept] = []
        self._door = door
        self._chance = Random(f"witness {seed}")

    async def keep(self, text: str, kind: str, owner: str | None = None) -> str:
        hashed = await self._door.keep(text, kind, owner)
        self.texts.append(Kept(hashed, wording.clean_text(text)))
        return hashed

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
        begun = time.monotonic()
        while True:
            try:
                return await self._door.found(event, clockwork)
            except (Unanswered, Trouble):
                if time.monotonic() - begun > _PATIENCE:
                    raise
                await asyncio.sleep(0.2)

    async def request(self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None) -> Answer:
        request = wording.clean(request)
        asked = Asked(id or wording.command_id(entity, request, by), entity, request, by)
        self.asked.append(asked)
        if self._chance.random() >= _TWICE:
            return await self._answered(asked)
        first, second = await asyncio.gather(
            self._answered(asked), self._answered(asked), return_exceptions=True
        )
        for answer in (first, second):
            if isinstance(answer, BaseException):
                raise answer
        assert isinstance(first, Answer)
        return first

    async def _answered(self, asked: Asked) -> Answer:
        begun = time.monotonic()
        while True:
            try:
                answer = await self._door.request(asked.entity, asked.request, asked.by, id=asked.id)
            except Refusal as refusal:
                asked.refusals.append(refusal)
                raise
            except (Unanswered, Trouble):
                asked.unanswered += 1
                if time.monotonic() - begun > _PATIENCE:
                    raise
                await asyncio.sleep(0.2)
            else:
                asked.answers.append(answer)
                asked.seconds = max(asked.seconds, time.monotonic() - begun)
                return answer


class PatientLedger:
    """The ledger as somebody reads it who tries again while its database is away."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        self.troubles = 0

    @property
    def ledger(self) -> SqlLedger:
        return self._ledger

    def _again(self, ask: Callable[[], R]) -> R:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return ask()
            except DBAPIError:
                self.troubles += 1
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def in_hand(self) -> frozenset[str]:
        """The keys of the letters that somebody has claimed, alive or dead."""
        letters = self._again(self._ledger.letters)
        return frozenset(one.letter.key for one in letters if one.claimed_at is not None)

    def size(self) -> int:
        """How many entries there are in all."""
        return self._again(self._ledger.checkpoint).size

    def entities(self) -> dict[str, int]:
        return self._again(self._ledger.entities)

    def last_number(self, entity: str) -> int:
        return self._again(lambda: self._ledger.last_number(entity))

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]:
        return self._again(lambda: self._ledger.entries(entity, since))

    def store_text(self, text: str, kind: str, owner: str | None = None) -> str:
        return self._again(lambda: self._ledger.store_text(text, kind, owner))

    def attempt(
        self,
        entity: str,
        actor: Actor | None,
        request: dict[str, Any],
        sentence: str,
        at: datetime,
        request_id: str | None = None,
    ) -> int:
        return self._again(lambda: self._ledger.attempt(entity, actor, request, sentence, at, request_id))
