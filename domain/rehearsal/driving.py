"""Who would do what next: the plans of all kinds of entities, and the diary of which steps were taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.clusters.cluster import Cluster
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.pilot import Pilot
from domain.programme import Programme
from domain.rehearsal.characters import Character, improvised, jittered
from domain.rehearsal.gathering import plan_gathering
from domain.rehearsal.governing import plan_programme
from domain.rehearsal.happenings import even_when_stopped, happenings
from domain.rehearsal.initiatives import initiatives
from domain.rehearsal.piloting import plan_pilot
from domain.rehearsal.replies import replies
from domain.rehearsal.scene import Planned, Scene, Stagehands, in_order
from domain.rehearsal.touring import plan_tour
from domain.requests import PlanSession
from domain.visits.requests import MoveVisit
from domain.visits.visit import StudyVisit

_TRIES = 3
_LATER = timedelta(days=3)
_MUCH_LATER = timedelta(days=5)


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
    return in_order(found)


def plan_for(
    state: Entity, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """The same for an entity of any kind that is played."""
    match state:
        case Partnership():
            return plan(state, at, hands, done)
        case StudyVisit():
            return plan_tour(state, at, hands, done)
        case Cluster():
            return plan_gathering(state, at, hands, done)
        case Pilot():
            return plan_pilot(state, at, hands, done)
        case Programme():
            return plan_programme(state, at, hands, done)
    raise ValueError(f"nobody plays {state.entity}")


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
        late = at > one.at + _MUCH_LATER or _over(one, at)
        return Turn.OVERTAKEN if news or late else Turn.REFUSED


def _over(one: Planned, at: datetime) -> bool:
    """Whether the day a step was planned for was to come then, and is over by now."""
    match one.request:
        case PlanSession(starts=starts):
            return one.at < starts <= at
        case MoveVisit(first=date() as first):
            return one.at.date() < first <= at.date()
        case _:
            return False
