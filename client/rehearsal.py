"""Rehearsing on the real engine: invented people send real requests, at the speed of the programme's clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from client.troubles import Trouble
from domain import entities
from domain.clockwork import Clockwork
from domain.entities import AnyFounding
from domain.entries import Entry
from domain.living import Entity
from domain.partnership import Partnership
from domain.rehearsal import (
    Diary,
    Planned,
    Stagehands,
    Story,
    Turn,
    Venture,
    drawn_for,
    entity_of,
    plan_for,
    stories,
    story_founded,
    tried_again,
    venture_begins,
)
from domain.rehearsal.chance import noon
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from workflows.chapter import Answer

__all__ = ["Played", "demo_clockwork", "rehearse"]

_LOOK_AGAIN = 0.25
"""Seconds between two looks for what the calendar has said by itself."""
_PATIENCE = 120
_AT_ONCE = 4
"""Requests of one partnership that may be on their way together."""
_MEMORY = 0.1
"""The weight of the latest request in how long the next one is expected to take."""


class Asking(Protocol):
    """What a rehearsal needs of the door (client.door.Door)."""

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool: ...
    async def keep(self, text: str, kind: str, owner: str | None = None) -> str: ...
    async def request(
        self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None
    ) -> Answer: ...


class Reading(Protocol):
    """What it needs of the ledger (ledger.store.SqlLedger); the method blocks, and is called in threads."""

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]: ...


Progress = Callable[[Entity, tuple[Entry, ...]], None]
"""Told whenever something new is on record: the entity as it stands then, and the new entries."""


@dataclass
class Played:
    """What a rehearsal came to so far.

    Refused were `mistakes` on purpose, steps that something else had `overtaken` while they were on their
    way, and those in `refusals`, which nobody meant: they point to a fault.
    """

    states: dict[str, Entity] = field(default_factory=dict)
    requests: int = 0
    mistakes: int = 0
    overtaken: int = 0
    refusals: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """How long each answered request took."""
    late: timedelta = timedelta()
    """Programme time by which all answered requests together came later than planned."""
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
    def days_late(self) -> float:
        """How many days of programme time a request came late on average: much on a busy machine."""
        return self.late / timedelta(days=1) / max(len(self.seconds), 1)

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
    governing: str | None = None,
) -> Played:
    """Play these partnerships, by their codes, with their visits, clusters and pilots, all at once, until time is over.

    `governing` is the id of the programme, where its reports and its extension are played too.

    Raises Trouble, or the library's errors, as the door and the ledger do; then all players have stopped.
    """
    played = Played()
    hands = replace(hands, governed=governing is not None)
    given: dict[str, Any] = {
        "door": door,
        "ledger": ledger,
        "clockwork": clockwork,
        "hands": hands,
        "until": until,
        "progress": progress,
        "played": played,
    }
    codes = list(partnerships)
    players: list[_Player] = [_Player(f"partnership/{code}", **given) for code in codes]
    players += [_Later(entity_of(story), **given, story=story) for story in stories(hands.script, codes)]
    if governing is not None:
        players.append(_Player(governing, **given))
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
    """Everybody of one entity; several may be on their way to the door at once."""

    entity: str
    door: Asking
    ledger: Reading
    clockwork: Clockwork
    hands: Stagehands
    until: datetime
    progress: Progress | None
    played: Played
    state: Entity | None = None
    number: int = 0
    diary: Diary = field(default_factory=Diary)
    on_the_way: dict[asyncio.Task[None], Planned] = field(default_factory=dict)
    thought: tuple[tuple[object, ...], Planned | None] = ((), None)
    """What the next step was found to be, and from what: as long as nothing happens, it stays that."""
    foresight: tuple[Entity, Entity, int] | None = None
    """The state on record, that with what the calendar must have said since, and how many events that are."""
    looked: float = 0.0
    waited_since: float | None = None

    async def play(self) -> None:
        try:
            while not await self._look():
                if self._now() > self.until:
                    return
                await asyncio.sleep(_LOOK_AGAIN)
            while self.state is not None and not self.state.ended:
                if not await self._turn(self.state):
                    return
        finally:
            for task in self.on_the_way:
                task.cancel()
            await asyncio.gather(*self.on_the_way, return_exceptions=True)

    async def _turn(self, state: Entity) -> bool:
        """Do what is due now, else wait for the next thing: a step, the calendar, an answer.

        False where time is over and all that was due by then is on record.
        """
        now = min(self._now(), self.until)
        seen, spoken = self._foreseen(state, now)
        if now == self.until and not spoken and not self.on_the_way:
            return False
        one = self._next(seen, now, spoken) if now < self.until else None
        if one is not None and self._sent_by(one) <= now:
            self._send(one)
            return True
        times = [self._sent_by(one) if one else None, seen.next_due(), self.until]
        wait = max(min(self._seconds_until(when) for when in times if when is not None), 0)
        if spoken or now == self.until:
            await self._catch_up()
            wait = _LOOK_AGAIN
        await self._rest(wait)
        return True

    def _foreseen(self, state: Entity, now: datetime) -> tuple[Entity, int]:
        """With what the calendar has said by now, and how much that is: it follows from the rules, so nobody waits."""
        of, seen, spoken = self.foresight or (state, state, 0)
        if of is not state:
            seen, spoken = state, 0
        due = seen.next_due()
        if due is not None and due <= now:
            told = seen.lapse(now)
            seen, spoken = seen.after(told), spoken + len(told)
        self.foresight = (state, seen, spoken)
        return seen, spoken

    def _next(self, seen: Entity, now: datetime, spoken: int) -> Planned | None:
        if len(self.on_the_way) >= _AT_ONCE:
            return None
        known = self.diary.done.union(one.id for one in self.on_the_way.values())
        because = (self.number, spoken, frozenset(known), tuple(self.diary.not_before.items()))
        if self.thought[0] != because:
            busy = {one.about for one in self.on_the_way.values()}
            planned = plan_for(seen, now, self.hands, frozenset(known))
            free = (one for one in planned if one.id not in known and one.about not in busy)
            self.thought = (because, self.diary.next(free))
        return self.thought[1]

    def _now(self) -> datetime:
        return self.clockwork.at(datetime.now(UTC))

    def _seconds_until(self, at: datetime) -> float:
        return (self.clockwork.wall(at) - datetime.now(UTC)).total_seconds()

    def _sent_by(self, one: Planned) -> datetime:
        """When to send a request so that it arrives when it was planned, whatever the engine takes for it."""
        early = one.at - timedelta(seconds=self.played.expected * self.clockwork.speed)
        return max(early, one.earliest)

    async def _rest(self, seconds: float) -> None:
        """Wait, but not beyond the next answer."""
        if not self.on_the_way:
            await asyncio.sleep(seconds)
            return
        done, _ = await asyncio.wait(self.on_the_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self.on_the_way[task]
            task.result()

    async def _catch_up(self) -> None:
        """Look for what the calendar has said by itself, not too often; Trouble where it never comes."""
        clock = asyncio.get_running_loop().time()
        if clock - self.looked < _LOOK_AGAIN:
            return
        if await self._look():
            self.waited_since = None
        elif self.waited_since is None:
            self.waited_since = clock
        elif clock - self.waited_since > _PATIENCE:
            raise Trouble(
                f"{self.entity} owes the calendar an entry, and none came for {_PATIENCE} seconds; "
                "is the worker running?"
            )

    async def _look(self) -> bool:
        """Fold what is new on record; False where nothing is."""
        self.looked = asyncio.get_running_loop().time()
        fresh = await asyncio.to_thread(self.ledger.entries, self.entity, self.number)
        fresh = tuple(
            entry for entry in fresh if entry.number > self.number
        )  # another may have looked meanwhile
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

    def _send(self, one: Planned) -> None:
        task = asyncio.create_task(self._take(one), name=f"rehearsal of {self.entity}: {one.id}")
        self.on_the_way[task] = one

    async def _take(self, one: Planned) -> None:
        request = await kept(one, self.door.keep)
        begun, before = asyncio.get_running_loop().time(), self.number
        crowded = len(self.on_the_way) > 1
        self.played.requests += 1
        try:
            await self.door.request(self.entity, request, one.by)
        except Refusal as refusal:
            await self._look()
            news = crowded or len(self.on_the_way) > 1 or self.number > before
            match self.diary.refused(one, self._now(), news=news):
                case Turn.MISTAKE:
                    self.played.mistakes += 1
                case Turn.OVERTAKEN:
                    self.played.overtaken += 1
                case Turn.REFUSED:
                    self.played.refusals.append(f"{self.entity}: {one.id}: {refusal.sentence}")
        else:
            self.diary.taken(one)
            self.played.took(asyncio.get_running_loop().time() - begun)
            self.played.late += max(self._now() - one.at, timedelta())
            await self._look()


@dataclass
class _Later(_Player):
    """Everybody of an entity that begins in the middle of the programme, from partnerships that still live then."""

    story: Story | None = None

    async def play(self) -> None:
        assert self.story is not None
        begins = await self._begins(self.story)
        while begins is not None and begins <= self.until:
            await asyncio.sleep(max(self._seconds_until(begins), 0))
            codes = drawn_for(self.story)
            drawn = [state for code in codes if (state := await self._living(code)) is not None]
            if not drawn:
                return
            try:
                await self.door.found(story_founded(self.story, drawn, self._now()), self.clockwork)
            except Refusal as refusal:
                begins = tried_again(self.story, self._now())
                if begins is None:
                    self.played.refusals.append(f"{self.entity}: {refusal.sentence}")
                continue
            await super().play()
            return

    async def _begins(self, story: Story) -> datetime | None:
        """The day the script knows, or the one on which a pilot begins; None where it never comes."""
        return await self._pilot_begins(story) if isinstance(story, Venture) else noon(story.begun)

    async def _pilot_begins(self, story: Venture) -> datetime | None:
        """Once the plan it carries out is adopted; None where it never is."""
        while self._now() <= self.until:
            partnership = self.played.states.get(story.partnership)
            if isinstance(partnership, Partnership):
                begins = venture_begins(story, partnership, self.hands)
                if begins is not None or partnership.ended:
                    return begins
            await asyncio.sleep(_LOOK_AGAIN)
        return None

    async def _living(self, code: str) -> Partnership | None:
        entity = f"partnership/{code}"
        told = await asyncio.to_thread(self.ledger.entries, entity, 0)
        if not told:
            return None
        state = entities.partnership_of(entities.fold(entity, [entry.event for entry in told]))
        return None if state.ended else state


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
