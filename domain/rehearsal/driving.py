"""Playing a rehearsal: the next step of anybody, what the calendar says before it, and so on to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.events import AnyEvent, PartnershipFounded
from domain.partnership import Partnership, founded
from domain.rehearsal.characters import Character, improvised, jittered
from domain.rehearsal.happenings import even_when_stopped, happenings
from domain.rehearsal.initiatives import initiatives
from domain.rehearsal.replies import replies
from domain.rehearsal.scene import Planned, Scene, Stagehands
from domain.values import Refusal

_TRIES = 3
_LATER = timedelta(days=3)
_MUCH_LATER = timedelta(days=5)
_MOST_STEPS = 5_000


def character_of(state: Partnership, hands: Stagehands) -> Character:
    """The story a partnership plays with this seed."""
    character = hands.script.character(state.code)
    if character is None:
        return improvised(state.code, hands.seed, state.founded.date(), state.ends.date())
    return jittered(character, hands.seed)


def plan(
    state: Partnership, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """What every invented person would do next and when, soonest first, none of it before `at`.

    The same for the same seed, state and tries. `done` are the ids of steps taken before, so that one that
    was refused on purpose is not taken again. A step may become void by what happens before it: plan again
    after each event.
    """
    if state.ended:
        return ()
    scene = Scene(hands=hands, character=character_of(state, hands), state=state, at=at, done=done)
    if state.on_hold or state.suspended:
        found = list(even_when_stopped(scene))
    else:
        found = [*replies(scene), *initiatives(scene), *happenings(scene)]
    return tuple(sorted(found, key=lambda planned: (planned.at, planned.id)))


class Turn(StrEnum):
    """Why a step was refused: on purpose, because something came first, or against everybody's intention."""

    MISTAKE = "mistake"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


@dataclass
class Diary:
    """Which steps were taken, and which wait for another try after a refusal nobody meant."""

    done: set[str] = field(default_factory=set)
    tries: dict[str, int] = field(default_factory=dict)
    not_before: dict[str, datetime] = field(default_factory=dict)

    def next(self, planned: Iterable[Planned]) -> Planned | None:
        """The soonest of these steps."""
        due = [self._later(one) for one in planned if one.id not in self.done]
        return min(due, key=lambda one: (one.at, one.id), default=None)

    def _later(self, one: Planned) -> Planned:
        at = self.not_before.get(one.id)
        return one if at is None or at <= one.at else one.model_copy(update={"at": at, "earliest": at})

    def taken(self, one: Planned) -> None:
        self.done.add(one.id)

    def refused(self, one: Planned, at: datetime, *, news: bool) -> Turn:
        """Note a refusal at a time, and say what to make of it; a step that was meant is tried again later.

        `news` says whether something had happened that whoever took the step could not know. A step that
        comes much later than planned, because the engine was busy, may be overtaken by time itself.
        """
        self.tries[one.id] = self.tries.get(one.id, 0) + 1
        if one.refused or self.tries[one.id] >= _TRIES:
            self.done.add(one.id)
        else:
            self.not_before[one.id] = at + _LATER
        if one.refused:
            return Turn.MISTAKE
        return Turn.OVERTAKEN if news or at > one.at + _MUCH_LATER else Turn.REFUSED


@dataclass(frozen=True)
class Refused:
    planned: Planned
    sentence: str
    turn: Turn


@dataclass(frozen=True)
class Rehearsed:
    """One partnership after its rehearsal: the last state, all its events, and every refusal."""

    state: Partnership
    events: tuple[AnyEvent, ...]
    steps: int
    refusals: tuple[Refused, ...]
    asked: tuple[int | None, ...] = ()
    """For each event the number of the step it came of; None where the calendar spoke by itself."""

    @property
    def unexpected(self) -> tuple[Refused, ...]:
        return tuple(one for one in self.refusals if one.turn is Turn.REFUSED)


Lag = Callable[[Planned], timedelta]
"""How long a step is on its way."""


def rehearse_one(
    founding: PartnershipFounded, hands: Stagehands, until: datetime, lag: Lag | None = None
) -> Rehearsed:
    """Play one partnership without any server, from its founding until it ends or the time is over.

    With a `lag` every step arrives that much later than it was sent, as on a busy engine.
    """
    state, diary = founded(founding), Diary()
    events: list[AnyEvent] = [founding]
    asked: list[int | None] = [None]
    refusals: list[Refused] = []

    def happened(told: Iterable[AnyEvent], step: int | None) -> None:
        for event in told:
            events.append(event)
            asked.append(step)

    now, steps = founding.at, 0
    while not state.ended:
        one = diary.next(plan(state, now, hands, frozenset(diary.done)))
        due = state.next_due()
        moment = min((when for when in (due, one.at if one else None) if when is not None), default=None)
        if moment is None or moment > until:
            break
        if steps > _MOST_STEPS:
            raise RuntimeError(f"{state.code}: the rehearsal goes in circles at {now:%Y-%m-%d}")
        steps += 1
        now = max(now, moment)
        if due is not None and due <= now:
            spoken = state.lapse(now)
            state = state.after(spoken)
            happened(spoken, None)
            continue
        assert one is not None
        arrives = now + lag(one) if lag is not None else now
        spoken = state.lapse(arrives)
        state, now = state.after(spoken), arrives
        happened(spoken, None)
        try:
            caused = state.ask(one.request, one.by, now)
        except Refusal as refusal:
            turn = diary.refused(one, now, news=bool(spoken))
            refusals.append(Refused(planned=one, sentence=refusal.sentence, turn=turn))
            continue
        diary.taken(one)
        state = state.after(caused)
        happened(caused, steps)
    return Rehearsed(
        state=state, events=tuple(events), steps=steps, refusals=tuple(refusals), asked=tuple(asked)
    )


def rehearse(
    partnerships: Iterable[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
) -> dict[str, Rehearsed]:
    """Play a whole programme without any server; each partnership's rehearsal by its code."""
    return {founding.code: rehearse_one(founding, hands, until, lag) for founding in partnerships}
