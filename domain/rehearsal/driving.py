"""Playing a rehearsal: the next step of anybody, what the calendar says before it, and so on to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.clusters.cluster import Cluster
from domain.clusters.cluster import founded as cluster_founded
from domain.errands import Carried
from domain.events import AnyEvent, PartnershipFounded, ProgrammeFounded, VisitFounded
from domain.living import Entity
from domain.partnership import Partnership, founded
from domain.programme import Programme
from domain.programme import founded as programme_founded
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Character, improvised, jittered
from domain.rehearsal.gathering import gathering_founded, plan_gathering
from domain.rehearsal.governing import plan_programme
from domain.rehearsal.happenings import even_when_stopped, happenings
from domain.rehearsal.initiatives import initiatives
from domain.rehearsal.replies import replies
from domain.rehearsal.scene import Planned, Scene, Stagehands
from domain.rehearsal.touring import plan_tour, tour_founded
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from domain.visits.visit import StudyVisit
from domain.visits.visit import founded as visit_founded

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


@dataclass(frozen=True)
class Arrival:
    """What an entity's errand asks of another one, and when it gets there."""

    at: datetime
    id: str
    by: Actor
    request: AnyRequest

    def planned(self) -> Planned:
        return Planned(id=self.id, at=self.at, earliest=self.at, by=self.by, request=self.request)


@dataclass(frozen=True)
class Toured:
    """One visit after its rehearsal, and what it told the partnerships it served."""

    state: StudyVisit
    events: tuple[AnyEvent, ...]
    refusals: tuple[Refused, ...]
    arrivals: Mapping[str, tuple[Arrival, ...]]
    taken: tuple[Planned, ...] = ()
    """The steps that people took, each at the time it got there."""

    @property
    def unexpected(self) -> tuple[Refused, ...]:
        return tuple(one for one in self.refusals if one.turn is Turn.REFUSED)


@dataclass(frozen=True)
class Beside:
    """The programme itself, or a cluster, after its rehearsal, and what it asked of others."""

    state: Entity
    events: tuple[AnyEvent, ...]
    refusals: tuple[Refused, ...]
    arrivals: Mapping[str, tuple[Arrival, ...]]

    @property
    def unexpected(self) -> tuple[Refused, ...]:
        return tuple(one for one in self.refusals if one.turn is Turn.REFUSED)


@dataclass
class _Play:
    """One entity being played: where it stands, and everything that has happened."""

    state: Entity
    events: list[AnyEvent]
    asked: list[int | None] = field(default_factory=lambda: [None])
    refusals: list[Refused] = field(default_factory=list)
    arrivals: dict[str, tuple[Arrival, ...]] = field(default_factory=dict)
    taken: list[Planned] = field(default_factory=list)
    """The steps that people took, each at the time it got there."""
    others: Sequence[str] = ()
    """To whom an errand goes that names nobody: all those there are."""
    steps: int = 0

    def happened(self, told: Iterable[AnyEvent], step: int | None) -> None:
        told = tuple(told)
        self.state = self.state.after(told)
        self.events += told
        self.asked += [step] * len(told)

    def play(
        self,
        hands: Stagehands,
        until: datetime,
        lag: Lag | None,
        arriving: Sequence[Arrival] = (),
    ) -> None:
        """Play on until it ends or the time is over."""
        diary, now = Diary(), self.events[0].at
        while not self.state.ended:
            known = frozenset(diary.done)
            outside = [
                one.planned() for one in arriving if one.id not in known and one.at >= self.events[0].at
            ]
            one = diary.next([*plan_for(self.state, now, hands, known), *outside])
            due = self.state.next_due()
            moment = min((when for when in (due, one.at if one else None) if when is not None), default=None)
            if moment is None or moment > until:
                break
            if self.steps > _MOST_STEPS:
                raise RuntimeError(f"{self.state.code}: the rehearsal goes in circles at {now:%Y-%m-%d}")
            self.steps += 1
            now = max(now, moment)
            if due is not None and due <= now:
                self.happened(self.state.lapse(now), None)
                continue
            assert one is not None
            arrives = now + lag(one) if lag is not None else now
            spoken = self.state.lapse(arrives)
            self.happened(spoken, None)
            now = arrives
            try:
                caused = self.state.ask(one.request, one.by, now)
            except Refusal as refusal:
                turn = diary.refused(one, now, news=bool(spoken))
                self.refusals.append(Refused(planned=one, sentence=refusal.sentence, turn=turn))
                continue
            diary.taken(one)
            self.taken.append(one.model_copy(update={"at": now}))
            self.happened(caused, self.steps)
            self._run_errands(now)

    def beside(self) -> Beside:
        return Beside(self.state, tuple(self.events), tuple(self.refusals), self.arrivals)

    def _run_errands(self, now: datetime) -> None:
        """What is to be asked of others is on its way; in a rehearsal all of them take it."""
        for errand in self.state.errands:
            named = errand.to or self.others
            for to in named:
                told = Arrival(now, errand.command(to, self.state.entity), errand.by, errand.request)
                self.arrivals[to] = (*self.arrivals.get(to, ()), told)
            came = Carried(done=tuple(sorted(named)), after=max(named, default=errand.after), over=True)
            self.happened(self.state.carried(errand.id, came, now), None)


def rehearse_one(
    founding: PartnershipFounded,
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    arriving: Sequence[Arrival] = (),
) -> Rehearsed:
    """Play one partnership without any server, from its founding until it ends or the time is over.

    With a `lag` every step arrives that much later than it was sent, as on a busy engine. `arriving` is what others,
    such as a study visit, ask of it.
    """

    play = _Play(founded(founding), [founding])
    play.play(hands, until, lag, arriving)
    state = play.state
    assert isinstance(state, Partnership)
    return Rehearsed(
        state=state,
        events=tuple(play.events),
        steps=play.steps,
        refusals=tuple(play.refusals),
        asked=tuple(play.asked),
    )


def govern_one(
    founding: ProgrammeFounded,
    hands: Stagehands,
    until: datetime,
    others: Sequence[str],
    lag: Lag | None = None,
) -> Beside:
    """Play the programme itself without any server; its broadcasts are on their way to all of these others."""

    play = _Play(programme_founded(founding), [founding], others=others)
    play.play(hands, until, lag)
    return play.beside()


def gatherings(
    partnerships: Sequence[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    arriving: Mapping[str, tuple[Arrival, ...]] | None = None,
) -> dict[str, Beside]:
    """Play the script's clusters, those of which all members are there; they begin as these were founded."""

    members = {founding.code: founded(founding) for founding in partnerships}
    found = {}
    for story in hands.script.clusters:
        if not all(code in members for code in story.members) or noon(story.begun) >= until:
            continue
        first = gathering_founded(story, [members[code] for code in story.members], noon(story.begun))
        play = _Play(cluster_founded(first), [first])
        play.play(hands, until, lag, (arriving or {}).get(f"cluster/{story.code}", ()))
        found[story.code] = play.beside()
    return found


def tour_one(
    founding: VisitFounded,
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    arriving: Sequence[Arrival] = (),
) -> Toured:
    """Play one study visit without any server, from its founding until it ends or the time is over."""

    play = _Play(visit_founded(founding), [founding])
    play.play(hands, until, lag, arriving)
    state = play.state
    assert isinstance(state, StudyVisit)
    return Toured(state, tuple(play.events), tuple(play.refusals), play.arrivals, tuple(play.taken))


def tours(
    partnerships: Sequence[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    arriving: Mapping[str, tuple[Arrival, ...]] | None = None,
) -> dict[str, Toured]:
    """Play the script's study visits; they begin as their partnerships were founded."""
    served = {founding.code: founded(founding) for founding in partnerships}
    found = {}
    for tour in hands.script.tours:
        mine = [served[code] for code in tour.serves if code in served]
        if mine and noon(tour.begun) < until:
            event = tour_founded(tour, mine, noon(tour.begun))
            asked = (arriving or {}).get(f"visit/{tour.code}", ())
            found[tour.code] = tour_one(event, hands, until, lag, asked)
    return found


def arrivals_of(toured: Iterable[Toured | Beside]) -> dict[str, tuple[Arrival, ...]]:
    """What these asked of others, by the entity they asked it of."""
    arriving: dict[str, tuple[Arrival, ...]] = {}
    for one in toured:
        for to, told in one.arrivals.items():
            arriving[to] = (*arriving.get(to, ()), *told)
    return arriving


def rehearse(
    partnerships: Iterable[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
) -> dict[str, Rehearsed]:
    """Play a whole programme without any server; each partnership's rehearsal by its code."""
    return rehearse_all(tuple(partnerships), hands, until, lag)[0]


def rehearse_all(
    foundings: Sequence[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    watched: Callable[[Sequence[PartnershipFounded]], Iterable[PartnershipFounded]] = tuple,
    governing: ProgrammeFounded | None = None,
) -> tuple[dict[str, Rehearsed], dict[str, Toured], dict[str, Beside]]:
    """The same with the script's study visits and clusters beside it, those of these partnerships alone.

    With `governing` the programme itself is played too, and its extension comes from there.
    `watched` hands on the partnerships one after the other, to whoever wants to see how far it is.
    """
    beside: dict[str, Beside] = {}
    if governing is not None:
        hands = replace(hands, governed=True)
        others = [f"partnership/{one.code}" for one in foundings]
        others += [f"visit/{one.code}" for one in hands.script.tours]
        others += [f"cluster/{one.code}" for one in hands.script.clusters]
        beside[governing.code] = govern_one(governing, hands, until, others, lag)
    asked = arrivals_of(beside.values())
    toured = tours(foundings, hands, until, lag, asked)
    beside |= gatherings(foundings, hands, until, lag, asked)
    arriving = arrivals_of([*beside.values(), *toured.values()])
    rehearsed = {
        founding.code: rehearse_one(
            founding, hands, until, lag, arriving.get(f"partnership/{founding.code}", ())
        )
        for founding in watched(foundings)
    }
    return rehearsed, toured, beside
