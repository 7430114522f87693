"""Playing a rehearsal: everybody of all entities, in the order of time, to the end, without any server.

What happens first is done first: what the calendar says, the next step of anybody, an entity that begins. Whatever
one asks of others reaches them at once, and they may refuse it. Entities live in memory, or wherever a `Home` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Generic, Protocol, TypeVar

from domain.clusters.cluster import Cluster
from domain.entities import KINDS, AnyFounding, founded, kind_of, partnership_of
from domain.errands import Carried, Errand, TurnedDown
from domain.events import AnyEvent, PartnershipFounded, ProgrammeFounded
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.pilot import Pilot
from domain.programme import Programme
from domain.reaching import all_meant
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Gathering, Tour, Venture
from domain.rehearsal.driving import Diary, Turn, plan_for
from domain.rehearsal.piloting import venture_begins
from domain.rehearsal.scene import Planned, Stagehands
from domain.rehearsal.stories import Story, drawn_for, entity_of, stories, story_founded, tried_again
from domain.requests import AnyRequest
from domain.values import Actor, Refusal
from domain.visits.visit import StudyVisit

_MOST_STEPS = 5_000

Lag = Callable[[Planned], timedelta]
"""How long a step is on its way."""
Watched = Callable[[datetime], None]
S = TypeVar("S", bound=Entity)


class Home(Protocol):
    """Where the entities of a play live, who are asked there and nowhere else.

    An answer tells all that has happened to the entity since the answer before, also what nobody waited for.
    """

    def begin(self, event: AnyFounding) -> None:
        """Have an entity begin, at the time of its founding."""

    def speak(self, state: Entity, at: datetime) -> tuple[AnyEvent, ...]:
        """Let time come to `at`, when the calendar has something to say."""

    def ask(self, state: Entity, one: Planned, at: datetime) -> tuple[AnyEvent, ...]:
        """Have somebody take a step at a time; Refusal where the entity does not."""

    def carry(self, state: Entity, errand: Errand) -> Mapping[str, tuple[AnyEvent, ...]] | None:
        """What came of an errand, in every entity; None where nobody carries errands there, so that the play has to."""


class InMemory:
    """A home without any server: entities are asked as they stand in the play."""

    def begin(self, event: AnyFounding) -> None:
        pass

    def speak(self, state: Entity, at: datetime) -> tuple[AnyEvent, ...]:
        return state.lapse(at)

    def ask(self, state: Entity, one: Planned, at: datetime) -> tuple[AnyEvent, ...]:
        return state.ask(one.request, one.by, at)

    def carry(self, state: Entity, errand: Errand) -> None:
        return None


@dataclass(frozen=True)
class Refused:
    planned: Planned
    sentence: str
    turn: Turn


@dataclass(frozen=True)
class Rehearsed(Generic[S]):
    """One entity after its rehearsal: the last state, all its events, and every refusal."""

    state: S
    events: tuple[AnyEvent, ...]
    steps: int
    refusals: tuple[Refused, ...]
    asked: tuple[int | None, ...] = ()
    """For each event the number of the step it came of; None where the calendar spoke by itself."""
    taken: tuple[Planned, ...] = ()
    """The steps that its own people took, each at the time it got there."""

    @property
    def unexpected(self) -> tuple[Refused, ...]:
        return tuple(one for one in self.refusals if one.turn is Turn.REFUSED)


@dataclass(frozen=True)
class Rehearsal:
    """A whole programme after its rehearsal, each entity by its code; `unfounded` are stories that could not begin."""

    partnerships: Mapping[str, Rehearsed[Partnership]]
    visits: Mapping[str, Rehearsed[StudyVisit]]
    clusters: Mapping[str, Rehearsed[Cluster]]
    pilots: Mapping[str, Rehearsed[Pilot]]
    programme: Rehearsed[Programme] | None
    unfounded: tuple[str, ...] = ()

    def all(self) -> dict[str, Rehearsed[Any]]:
        """Every entity by its code, as the ledger keeps them: no two have the same, of whatever kind."""
        itself = [self.programme] if self.programme is not None else []
        kinds = (self.partnerships, self.visits, self.clusters, self.pilots)
        lives: list[Rehearsed[Any]] = [life for kind in kinds for life in kind.values()]
        lives += itself
        by_code = {life.state.code: life for life in lives}
        if len(by_code) < len(lives):
            raise ValueError("two entities of this rehearsal have the same code")
        return by_code


@dataclass
class _Play:
    """One entity being played: where it stands, and everything that has happened."""

    state: Entity
    events: list[AnyEvent]
    now: datetime
    home: Home
    asked: list[int | None] = field(default_factory=lambda: [None])
    refusals: list[Refused] = field(default_factory=list)
    taken: list[Planned] = field(default_factory=list)
    steps: int = 0
    diary: Diary = field(default_factory=Diary)
    next_step: Planned | None = None
    carrying: bool = False
    """Whether one of its errands is on its way just now."""
    due: datetime | None = None
    """When the calendar speaks next."""
    on_the_way: tuple[datetime, Planned, int] | None = None
    """A step that was sent: when it gets there, and how much had happened when it was sent."""

    def happened(self, told: Iterable[AnyEvent], step: int | None) -> None:
        told = tuple(told)
        self.state = self.state.after(told)
        # where everything comes a little later than it was asked, nobody looks at it before it has happened
        self.now = max((self.now, *(event.at for event in told)))
        self.events += told
        self.asked += [step] * len(told)

    def moment(self, hands: Stagehands) -> datetime | None:
        """When something happens here next, which `turn` then does; None where nothing ever will."""
        if self.state.ended:
            return None
        if self.on_the_way is None:
            known = frozenset(self.diary.done)
            self.next_step = self.diary.next(plan_for(self.state, self.now, hands, known))
        step = self.on_the_way[0] if self.on_the_way else self.next_step.at if self.next_step else None
        self.due = self.state.next_due()
        times = [when for when in (self.due, step) if when is not None]
        return max(min(times), self.now) if times else None

    def turn(self, moment: datetime, lag: Lag | None) -> None:
        """What happens here at that moment: the calendar speaks, else a step is sent, or gets there."""
        if self.steps > _MOST_STEPS:
            raise RuntimeError(f"{self.state.code}: the rehearsal goes in circles at {moment:%Y-%m-%d}")
        self.steps += 1
        self.now = moment
        if self.due is not None and self.due <= moment:
            self.happened(self.home.speak(self.state, moment), None)
            return
        one = self.next_step
        if self.on_the_way is None and lag is not None and one is not None:
            self.on_the_way = (moment + lag(one), one, len(self.events))
            return
        known = len(self.events)
        if self.on_the_way is not None:
            _, one, known = self.on_the_way
            self.on_the_way = None
        assert one is not None
        self._take(one, news=len(self.events) > known)

    def _take(self, one: Planned, *, news: bool) -> None:
        try:
            caused = self.home.ask(self.state, one, self.now)
        except Refusal as refusal:
            turn = self.diary.refused(one, self.now, news=news)
            self.refusals.append(Refused(planned=one, sentence=refusal.sentence, turn=turn))
            return
        self.diary.taken(one)
        self.taken.append(one.model_copy(update={"at": self.now}))
        self.happened(caused, self.steps)

    def receive(self, request: AnyRequest, by: Actor, now: datetime) -> None:
        """Take what another entity asks; Refusal where this one does not."""
        self.now = max(self.now, now)
        self.steps += 1
        self.happened(self.state.lapse(self.now), None)
        self.happened(self.state.ask(request, by, self.now), self.steps)


@dataclass
class _Company:
    """All that are played, and what is still to begin, in the order of time."""

    hands: Stagehands
    lag: Lag | None
    home: Home
    plays: dict[str, _Play] = field(default_factory=dict)
    queue: list[tuple[datetime, str, int]] = field(default_factory=list)
    """When something happens next, in which entity, and the number of that entry of the queue."""
    latest: dict[str, int] = field(default_factory=dict)
    """The number that still counts, of those an entity has in the queue."""
    to_begin: dict[str, AnyFounding | Story] = field(default_factory=dict)
    ventures: dict[str, list[Venture]] = field(default_factory=dict)
    """Pilots that have not been begun, by the entity of their partnership."""
    unfounded: list[str] = field(default_factory=list)
    numbers: int = 0

    def expect(self, entity: str, at: datetime, what: AnyFounding | Story) -> None:
        """An entity begins then, if it can."""
        self.to_begin[entity] = what
        self._await(entity, at)

    def play(self, until: datetime, watched: Watched | None) -> None:
        while self.queue and self.queue[0][0] <= until:
            at, entity, number = heappop(self.queue)
            if self.latest[entity] != number:
                continue
            if watched is not None:
                watched(at)
            if entity in self.to_begin:
                self._begin(entity, self.to_begin.pop(entity), at)
            else:
                self.plays[entity].turn(at, self.lag)
            if entity in self.plays:
                self._look_after(entity)

    def _begin(self, entity: str, what: AnyFounding | Story, at: datetime) -> None:
        if isinstance(what, Tour | Gathering | Venture):
            drawn = [one for code in drawn_for(what) if (one := self._living(code)) is not None]
            if not drawn:
                return
            try:
                event = story_founded(what, drawn, at)
            except Refusal as refusal:
                again = tried_again(what, at)
                if again is not None:
                    self.expect(entity, again, what)
                else:
                    self.unfounded.append(f"{entity}: {refusal.sentence}")
                return
        else:
            event = what
        self.home.begin(event)
        self.plays[entity] = _Play(founded(event), [event], event.at, self.home)

    def _living(self, code: str) -> Partnership | None:
        play = self.plays.get(f"partnership/{code}")
        if play is None or play.state.ended:
            return None
        return partnership_of(play.state)

    def _look_after(self, entity: str) -> None:
        """Once something happened: its errands run, its pilots begin, and it is known when it goes on."""
        play = self.plays[entity]
        while play.state.errands and not play.carrying:  # else one that comes back would carry it once more
            self._carry(play, play.state.errands[0])
        for venture in tuple(self.ventures.get(entity, ())):
            begins = venture_begins(venture, partnership_of(play.state), self.hands)
            if begins is not None:
                self.ventures[entity].remove(venture)
                self.expect(entity_of(venture), max(begins, play.now), venture)
        self._await(entity, play.moment(self.hands))

    def _await(self, entity: str, at: datetime | None) -> None:
        """Whatever was awaited of it before counts no more, also where nothing is any longer."""
        self.numbers += 1
        self.latest[entity] = self.numbers
        if at is not None:
            heappush(self.queue, (at, entity, self.numbers))

    def _carry(self, play: _Play, errand: Errand) -> None:
        came = self.home.carry(play.state, errand)
        if came is None:
            self._carry_here(play, errand)
            return
        for entity, told in came.items():
            self.plays[entity].happened(told, None)
        for entity in came:
            if entity != play.state.entity:
                self._look_after(entity)

    def _carry_here(self, play: _Play, errand: Errand) -> None:
        if errand.scope is None:
            named = sorted(errand.to)
        else:
            named = all_meant(errand.scope, {entity: play.state for entity, play in self.plays.items()})
        refused: dict[str, TurnedDown] = {}
        play.carrying = True
        for to in named:
            try:
                self._ask(to, errand, play.now)
            except Refusal as refusal:
                refused[to] = TurnedDown.by(to, refusal)
        play.carrying = False
        came = Carried(
            done=tuple(to for to in named if to not in refused),
            refused=tuple(refused.values()),
            after=max(named, default=errand.after),
            over=True,
        )
        play.happened(play.state.carried(errand.id, came, play.now), None)

    def _ask(self, to: str, errand: Errand, now: datetime) -> None:
        target = self.plays.get(to)
        if target is None:
            raise Refusal(f"there is no {to}")
        target.receive(errand.request, errand.by, now)
        self._look_after(to)


def rehearse_all(
    foundings: Sequence[PartnershipFounded],
    hands: Stagehands,
    until: datetime,
    lag: Lag | None = None,
    governing: ProgrammeFounded | None = None,
    watched: Watched | None = None,
    home: Home | None = None,
) -> Rehearsal:
    """Play a whole programme: these partnerships, with the script's visits, clusters and pilots of them, until then.

    With `governing` the programme itself is played too, and its orders and its extension come from there. With a `lag`
    every step arrives that much later than it was sent, as on a busy engine. `watched` is told how far time is.
    Without a `home` all entities live in memory.
    """
    company = _Company(replace(hands, governed=governing is not None), lag, home or InMemory())
    for founding in foundings:
        company.expect(f"partnership/{founding.code}", founding.at, founding)
    if governing is not None:
        company.expect(f"programme/{governing.code}", governing.at, governing)
    for story in stories(hands.script, [founding.code for founding in foundings]):
        if isinstance(story, Venture):
            company.ventures.setdefault(f"partnership/{story.partnership}", []).append(story)
        else:
            company.expect(entity_of(story), noon(story.begun), story)
    company.play(until, watched)
    return _gathered(company)


def _gathered(company: _Company) -> Rehearsal:
    lives: dict[str, dict[str, Rehearsed[Any]]] = {kind: {} for kind in KINDS}
    for entity, play in company.plays.items():
        lives[kind_of(entity)][play.state.code] = Rehearsed(
            state=play.state,
            events=tuple(play.events),
            steps=play.steps,
            refusals=tuple(play.refusals),
            asked=tuple(play.asked),
            taken=tuple(play.taken),
        )
    return Rehearsal(
        partnerships=lives["partnership"],
        visits=lives["visit"],
        clusters=lives["cluster"],
        pilots=lives["pilot"],
        programme=next(iter(lives["programme"].values()), None),
        unfounded=tuple(company.unfounded),
    )
