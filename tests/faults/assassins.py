"""Who is killed when: one by chance at drawn moments, and all of a kind at once while an errand is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from domain.clockwork import Clockwork
from domain.entities import State, folded, kind_of
from domain.entries import Entry
from domain.reaching import kinds_meant
from tests.faults.household import Household, Part
from tests.faults.promises import Entries, Promise, Window, made
from tests.faults.witness import PatientLedger

LONGEST_PAUSE = 1.0
"""No part stays away for longer, in seconds."""
_LOOK = 0.01
"""Seconds between two looks whether there is anything new on record."""
_GRACE = timedelta(seconds=60)
"""So long after the play is over errands that waited behind others are still aimed at."""


@dataclass(frozen=True)
class Shot:
    """What a kill was aimed at, and when it began: the entry of the promise was seen on record before."""

    at: Promise
    begun: datetime


@dataclass(frozen=True)
class Kill:
    """Who was dead when, for how many seconds it stayed away, and which letters were in anybody's hands then."""

    at: datetime
    kind: str
    name: str
    away: float
    in_hand: frozenset[str]
    shot: Shot | None = None
    """Where it was not left to chance."""


def hit(kill: Kill, entries: Entries, clockwork: Clockwork) -> bool | None:
    """Whether an aimed kill fell into its window; None while that window is still open.

    Entries tell programme time, which their workflow reckoned from the engine's clock when it wrote them down: a moment
    before they were on record. Here that is turned back into real time, by the clock of the one machine on which
    everything runs. So a kill comes after what began its window if that was seen on record before the first signal was
    sent; and it comes before what closed it if all were dead by the time at which their workflow learned of the end.
    """
    assert kill.shot is not None
    promise, begun = kill.shot.at, kill.shot.begun
    over = promise.over(entries)
    if over is None:
        return None
    opened = entries[promise.entity][promise.number - 1].recorded_at
    if not clockwork.wall(opened) < begun <= kill.at < clockwork.wall(over):
        return False
    if promise.window is Window.VISIT:
        return True
    answered = [clockwork.wall(one.recorded_at) for one in promise.answers(entries)]
    return any(at < begun for at in answered) and any(at > kill.at for at in answered)


def missed(kinds: Sequence[str], kills: Iterable[Kill], entries: Entries, clockwork: Clockwork) -> list[str]:
    """Each kind and sort of window of which no kill fell into an open one, with what came of those aimed at it."""
    shots = [(one, one.shot.at) for one in kills if one.shot is not None]
    found = []
    for kind in kinds:
        for window in Window:
            fell = [
                hit(one, entries, clockwork) for one, at in shots if (one.kind, at.window) == (kind, window)
            ]
            if not any(fell):
                found.append(
                    f"no kill of {kind} fell into the midst of a {window}, of {len(fell)} aimed at one"
                )
    return found


def is_open(promise: Promise, entries: Entries) -> bool:
    """Whether its window is open by what stands on record; that of a broadcast also closes with half the answers."""
    if promise.over(entries) is not None:
        return False
    scope = promise.errand.scope
    if scope is None:
        return True
    asked = [one for one in entries if kind_of(one) in kinds_meant(scope)]
    return 0 < len(list(promise.answers(entries))) <= len(asked) / 2


@dataclass
class Killer:
    """Kills parts of a household and notes it; each comes back on its own, so that pauses may overlap."""

    household: Household
    ledger: PatientLedger
    kills: list[Kill]
    _comebacks: set[asyncio.Task[None]] = field(default_factory=set)

    def alive(self, kind: str) -> list[Part]:
        """The parts of a kind that are not away just now."""
        return [part for name, part in self.household.parts.items() if name.startswith(kind) and part.wanted]

    async def kill(self, kind: str, victims: Sequence[Part], away: float, shot: Shot | None = None) -> None:
        """Kill these at once; `away` is for how many seconds."""
        for victim in victims:
            victim.wanted = False  # before anybody else takes it for alive, and kills and starts it too
        await asyncio.gather(*(asyncio.to_thread(victim.kill) for victim in victims))
        at = datetime.now(UTC)
        for victim in victims:
            task = asyncio.create_task(_come_back(victim, away))
            self._comebacks.add(task)
            task.add_done_callback(self._comebacks.discard)
        in_hand = await asyncio.to_thread(self.ledger.in_hand) if kind == "worker" else frozenset()
        self.kills += [Kill(at, kind, victim.name, away, in_hand, shot) for victim in victims]

    async def all_back(self) -> None:
        """Wait until nobody is away."""
        if self._comebacks:
            await asyncio.wait(self._comebacks)


async def _come_back(part: Part, away: float) -> None:
    await asyncio.sleep(away)
    part.start()


async def by_schedule(
    killer: Killer, seed: int, schedule: Iterable[tuple[float, str, float]], curtain: datetime
) -> None:
    """Kill one of a kind at each moment of a schedule (campaign.Plan.schedule)."""
    chance = Random(f"victims {seed}")
    for moment, kind, away in schedule:
        wait = (curtain - datetime.now(UTC)).total_seconds() + moment
        await asyncio.sleep(max(wait, 0))
        alive = killer.alive(kind)
        while not alive:  # all of this kind are away just now; they come back in a moment
            await asyncio.sleep(0.05)
            alive = killer.alive(kind)
        await killer.kill(kind, [chance.choice(alive)], away)


async def by_aim(
    killer: Killer, seed: int, kinds: Sequence[str], clockwork: Clockwork, until: datetime
) -> None:
    """Kill all of a kind in a window of each sort, for each of these kinds; a shot that missed is fired again.

    Each errand is shot at once at most. Gives up at a real time, or a while later when errands that waited until then
    are carried; what was missed is for the judge to tell (`missed`).
    """
    chance = Random(f"aims {seed}")
    record = _Record(killer.ledger)
    tried: list[Promise] = []
    last = until + _GRACE
    while (now := datetime.now(UTC)) < until or (now < last and record.open(tried)):
        if await asyncio.to_thread(record.grown):
            wanted = to_come(killer.kills, kinds, record.entries, clockwork)
            if not wanted:
                return
            for promise in record.promises:
                kind = wanted.get(promise.window)
                victims = killer.alive(kind) if kind is not None else []
                if kind is not None and victims and promise not in tried and is_open(promise, record.entries):
                    tried.append(promise)
                    shot = Shot(promise, datetime.now(UTC))
                    await killer.kill(kind, victims, chance.uniform(0, LONGEST_PAUSE), shot)
                    break  # what stands on record may have changed meanwhile
        await asyncio.sleep(_LOOK)


def to_come(
    kills: Iterable[Kill], kinds: Sequence[str], entries: Entries, clockwork: Clockwork
) -> dict[Window, str | None]:
    """For each sort of window not done with the kind to be killed next; None where it is not known yet if one hit."""
    told = {
        (one.shot.at.window, one.kind): hit(one, entries, clockwork) for one in kills if one.shot is not None
    }
    found: dict[Window, str | None] = {}
    for window in Window:
        left = [kind for kind in kinds if not told.get((window, kind))]
        if left:
            found[window] = next((kind for kind in left if told.get((window, kind), False) is False), None)
    return found


class _Record:
    """All entries on record, of which only the new ones are read each time, and the promises they make."""

    def __init__(self, ledger: PatientLedger) -> None:
        self.entries: dict[str, tuple[Entry, ...]] = {}
        self.promises: list[Promise] = []
        self._states: dict[str, State] = {}
        self._ledger = ledger
        self._size = 0

    def grown(self) -> bool:
        """Read what is new; whether anything was."""
        size = self._ledger.size()
        if size == self._size:
            return False
        self._size = size
        for entity, last in self._ledger.entities().items():
            known = self.entries.get(entity, ())
            if last > len(known):
                new = self._ledger.entries(entity, len(known))
                self.entries[entity] = (*known, *new)
                if kind_of(entity) in ("programme", "visit"):
                    self.promises += [one for entry in new for one in self._made(entry)]
        return True

    def open(self, but: Sequence[Promise]) -> bool:
        """Whether anything promised is not kept yet, but for these."""
        return any(one not in but and one.over(self.entries) is None for one in self.promises)

    def _made(self, entry: Entry) -> Iterator[Promise]:
        before = self._states.get(entry.entity)
        after = self._states[entry.entity] = folded(entry.entity, before, entry.event)
        return made(before, after, entry)
