"""Rehearsing on the real engine: invented people send real requests, at the speed of the programme's clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from client.troubles import Trouble
from domain import entities
from domain.clockwork import Clockwork
from domain.entries import Entry
from domain.partnership import Partnership
from domain.rehearsal import Diary, Planned, Stagehands, Turn, plan
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from workflows.chapter import Answer

__all__ = ["Played", "demo_clockwork", "rehearse"]

_LOOK_AGAIN = 0.25
"""Seconds between two looks for what the calendar has said by itself."""
_BEFORE_LOOKING = 0.1
_PATIENCE = 120
_MEMORY = 0.1
"""The weight of the latest request in how long the next one is expected to take."""


class Asking(Protocol):
    """What a rehearsal needs of the door (client.door.Door)."""

    async def keep(self, text: str, kind: str, owner: str | None = None) -> str: ...
    async def request(
        self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None
    ) -> Answer: ...


class Reading(Protocol):
    """What it needs of the ledger (ledger.store.SqlLedger); the method blocks, and is called in threads."""

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]: ...


Progress = Callable[[Partnership, tuple[Entry, ...]], None]
"""Told whenever something new is on record: the partnership as it stands then, and the new entries."""


@dataclass
class Played:
    """What a rehearsal came to so far.

    Refused were `mistakes` on purpose, steps that something else had `overtaken` while they were on their
    way, and those in `refusals`, which nobody meant: they point to a fault.
    """

    states: dict[str, Partnership] = field(default_factory=dict)
    requests: int = 0
    mistakes: int = 0
    overtaken: int = 0
    refusals: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """How long each answered request took."""
    expected: float = 0.0
    """How long the next one will most likely take: in a rehearsal, that is days of programme time."""

    def took(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.expected += (seconds - self.expected) * _MEMORY

    def slowest(self, share: float) -> float:
        """The time within which this share of all requests was answered, in seconds."""
        if not self.seconds:
            return 0.0
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)]

    @property
    def ended(self) -> int:
        return sum(state.ended for state in self.states.values())


def demo_clockwork(now: datetime, starts: datetime, until: datetime, seconds: float) -> Clockwork:
    """A clock that takes `seconds` of real time, from `now` on, for all the time from `starts` to `until`."""
    return Clockwork(
        origin=starts, anchor=now, speed=max(math.ceil((until - starts).total_seconds() / seconds), 1)
    )


async def rehearse(
    door: Asking,
    ledger: Reading,
    clockwork: Clockwork,
    hands: Stagehands,
    partnerships: Iterable[str],
    until: datetime,
    progress: Progress | None = None,
) -> Played:
    """Play these partnerships, by their codes and all at once, until they end or programme time is over.

    Raises Trouble, or the library's errors, as the door and the ledger do; then all players have stopped.
    """
    played = Played()
    players = [
        _Player(f"partnership/{code}", door, ledger, clockwork, hands, until, progress, played)
        for code in partnerships
    ]
    tasks = [asyncio.create_task(player.play(), name=f"rehearsal of {player.entity}") for player in players]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return played


@dataclass
class _Player:
    """Everybody of one partnership."""

    entity: str
    door: Asking
    ledger: Reading
    clockwork: Clockwork
    hands: Stagehands
    until: datetime
    progress: Progress | None
    played: Played
    state: Partnership | None = None
    number: int = 0
    diary: Diary = field(default_factory=Diary)

    async def play(self) -> None:
        while not await self._look():
            if self._now() > self.until:
                return
            await asyncio.sleep(_LOOK_AGAIN)
        while self.state is not None and not self.state.ended:
            one = self.diary.next(plan(self.state, self._now(), self.hands, frozenset(self.diary.done)))
            due = self.state.next_due()
            sending = self._sent_by(one) if one is not None else None
            times = [when for when in (sending, due) if when is not None]
            if not times or min(times) > self.until:
                return
            await self._sleep_until(min(times))
            if due is not None and due <= self._now():
                await self._spoken()
            elif one is not None:
                await self._take(one)

    def _now(self) -> datetime:
        return self.clockwork.at(datetime.now(UTC))

    def _sent_by(self, one: Planned) -> datetime:
        """When to send a request so that it arrives when it was planned, whatever the engine takes for it."""
        early = one.at - timedelta(seconds=self.played.expected * self.clockwork.speed)
        return max(early, one.earliest)

    async def _sleep_until(self, at: datetime) -> None:
        wait = (self.clockwork.wall(at) - datetime.now(UTC)).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _look(self) -> bool:
        """Fold what is new on record; False where nothing is."""
        fresh = await asyncio.to_thread(self.ledger.entries, self.entity, self.number)
        if not fresh:
            return False
        for entry in fresh:
            self.state = entities.folded(self.entity, self.state, entry.event)
        self.number = fresh[-1].number
        assert self.state is not None
        self.played.states[self.state.code] = self.state
        if self.progress is not None:
            self.progress(self.state, fresh)
        return True

    async def _spoken(self) -> None:
        """Wait for what the calendar has to say now."""
        await asyncio.sleep(_BEFORE_LOOKING)
        looks = 0
        while not await self._look():
            looks += 1
            if looks * _LOOK_AGAIN > _PATIENCE:
                raise Trouble(
                    f"{self.entity} owes the calendar an entry, and none came for {_PATIENCE} seconds; "
                    "is the worker running?"
                )
            await asyncio.sleep(_LOOK_AGAIN)

    async def _take(self, one: Planned) -> None:
        request = await kept(one, self.door.keep)
        begun = asyncio.get_running_loop().time()
        self.played.requests += 1
        try:
            await self.door.request(self.entity, request, one.by)
        except Refusal as refusal:
            now, news = self._now(), await self._look()
            match self.diary.refused(one, now, news=news):
                case Turn.MISTAKE:
                    self.played.mistakes += 1
                case Turn.OVERTAKEN:
                    self.played.overtaken += 1
                case Turn.REFUSED:
                    self.played.refusals.append(f"{self.entity}: {one.id}: {refusal.sentence}")
        else:
            self.diary.taken(one)
            self.played.took(asyncio.get_running_loop().time() - begun)
            await self._look()


async def kept(one: Planned, keep: Callable[[str, str, str | None], Awaitable[str]]) -> AnyRequest:
    """A planned request whose texts are kept at the door, with the hashes they are kept under."""
    hashes = {text.hash: await keep(text.words, text.kind, text.owner) for text in one.texts}
    if not hashes:
        return one.request
    return type(one.request).model_validate(_put(one.request.model_dump(mode="json"), hashes))


def _put(value: Any, hashes: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return hashes.get(value, value)
    if isinstance(value, dict):
        return {key: _put(held, hashes) for key, held in value.items()}
    if isinstance(value, list):
        return [_put(held, hashes) for held in value]
    return value
