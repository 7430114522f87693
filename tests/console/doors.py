"""A door without an engine: it asks the domain itself and puts the answer on record at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from client import wording
from client.asking import Answer
from client.settings import Settings
from client.troubles import Unanswered
from domain.clockwork import Clockwork
from domain.entities import AnyFounding, founded
from domain.entries import numbered
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from ledger import SqlLedger


class QuickDoor:
    """What `client.door.Door` promises, at a time the test sets. `silent` requests get no answer."""

    at = datetime(2021, 10, 12, 9, tzinfo=UTC)
    silent = 0

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    @staticmethod
    def name(entity: str, request: AnyRequest, by: Actor) -> str:
        return wording.command_id(entity, wording.clean(request), by)

    async def keep(self, text: str, kind: str, owner: str | None = None) -> str:
        return self._ledger.store_text(wording.clean_text(text), kind, owner)

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
        try:
            state = founded(event)
        except ValueError as wrong:
            raise Refusal(str(wrong)) from wrong
        if self._ledger.last_number(state.entity):
            return False
        self._ledger.record(numbered(state.entity, 0, (event,), event.at, None))
        return True

    async def request(self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None) -> Answer:
        request = wording.clean(request)
        id = id or wording.command_id(entity, request, by)
        if QuickDoor.silent:
            QuickDoor.silent -= 1
            raise Unanswered(f"no answer from {entity} within 60 seconds", id=id)
        state = self._ledger.state(entity)
        assert state is not None
        QuickDoor.at += timedelta(hours=1)
        try:
            events = state.ask(request, by, QuickDoor.at)
        except Refusal as refusal:
            if refusal.grave:
                told = request.model_dump(mode="json")
                self._ledger.attempt(entity, by, told, refusal.sentence, QuickDoor.at, id)
            raise
        last = self._ledger.last_number(entity)
        batch = numbered(entity, last, events, QuickDoor.at, id)
        self._ledger.record(batch)
        after = state.after(events)
        return Answer(
            entity=entity,
            first=last + 1,
            last=last + len(batch),
            stage=after.standing(),
            overdue=len(after.overdue),
            ended=after.ended,
        )


@asynccontextmanager
async def opened(settings: Settings, ledger: SqlLedger, programme: str) -> AsyncIterator[QuickDoor]:
    """In place of `client.asking.opened`."""
    yield QuickDoor(ledger)
