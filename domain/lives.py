"""The lives of entities as they were on record at one moment, and what indicators ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from domain import events as ev
from domain.entities import fold
from domain.entries import Entry
from domain.events import VisitCompleted, VisitStepTaken
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.pilot import Pilot
from domain.requests import ExchangeMode
from domain.stages.study_visits import VisitReport
from domain.terms import Stage
from domain.values import Organisation, Side
from domain.visits.events import Direction
from domain.visits.requests import Grades
from domain.visits.visit import StudyVisit

E = TypeVar("E", bound=ev.Event)


@dataclass(frozen=True)
class Made:
    """A visit that was made, with evidence, and where that stands on record."""

    visit: StudyVisit
    event: VisitCompleted
    recorded: datetime
    place: str
    surveys: tuple[tuple[str, Grades | None], ...] = ()
    """Where the survey of its participants stands, and what it came to where that is on record."""

    @property
    def days(self) -> int:
        """Whole days from the visit's last day to the one, in UTC, on which it was recorded."""
        return (self.recorded.astimezone(UTC).date() - self.event.last).days

    @property
    def host(self) -> str:
        return "China" if self.visit.direction is Direction.EU_TO_CN else "Europe"

    def reported_by(self, report: VisitReport) -> bool:
        """Whether a partnership's own report tells of this visit: made alike, the same way, on days they share."""
        alike = report.mode.value == self.event.mode.value
        same_way = (report.host is Side.CN) == (self.visit.direction is Direction.EU_TO_CN)
        shared = report.period.since <= self.event.last and self.event.first <= report.period.until
        return alike and same_way and shared


@dataclass
class Told:
    """One entity's entries as they were on record at the moment asked about."""

    state: Entity
    entries: Sequence[Entry]

    def place(self, entry: Entry) -> str:
        return f"{self.state.code}/{entry.number}"

    def told(self, *kinds: type[E]) -> Iterator[tuple[str, E]]:
        """The events of these kinds with their places."""
        for entry in self.entries:
            if isinstance(entry.event, kinds):
                yield self.place(entry), entry.event

    def passed(self, stage: Stage) -> list[str]:
        """Where it says that a stage was passed."""
        return [place for place, event in self.told(ev.StagePassed) if event.stage is stage]


@dataclass
class PilotLife(Told):
    """One pilot."""

    state: Pilot


@dataclass
class Life(Told):
    """One partnership; `pilots` are those of its plan."""

    state: Partnership
    pilots: list[PilotLife] = field(default_factory=list)

    def attended(self) -> Iterator[tuple[str, ev.ExchangeHeld, Organisation]]:
        """Each organisation on the attendance list of an exchange, which is its evidence, and where that stands."""
        known = {one.code: one for one in self.state.organisations}
        for place, held in self.told(ev.ExchangeHeld):
            for code in held.organisations:
                yield place, held, known[code]

    def endorsed_here(self) -> list[tuple[str, str | None]]:
        """Where a pilot passed the partnership's own stage, and of which action of the plan it was."""
        found: list[tuple[str, str | None]] = []
        action: str | None = None
        for entry in self.entries:
            event = entry.event
            if not isinstance(event, ev.DeliverableSubmitted | ev.StagePassed):
                continue
            if event.stage is not Stage.PILOT_INVESTMENTS:
                continue
            if isinstance(event, ev.DeliverableSubmitted):
                action = getattr(event.deliverable, "action", None)
            else:
                found.append((self.place(entry), action))
        return found


@dataclass
class Lives:
    """All partnerships as they were on record, and what else was: the visits that were made."""

    as_of: datetime
    partnerships: list[Life] = field(default_factory=list)
    visits: list[Made] = field(default_factory=list)

    def __iter__(self) -> Iterator[Life]:
        return iter(self.partnerships)

    def cooperations(self) -> list[list[Life]]:
        """Partnerships with those that go on from them: one cooperation of two cities, however often founded anew."""
        found: dict[str, list[Life]] = {}
        chains: list[list[Life]] = []
        # whatever order they come in, what one goes on from was founded before it
        for life in sorted(self.partnerships, key=lambda life: life.state.founded):
            before = life.state.continues
            chain = found.get(before.of) if before is not None else None
            if chain is None:
                chain = []
                chains.append(chain)
            chain.append(life)
            found[life.state.entity] = chain
        order = {life.state.entity: place for place, life in enumerate(self.partnerships)}
        return sorted(chains, key=lambda chain: order[chain[0].state.entity])


def lives_by(lives: Iterable[Sequence[Entry]], as_of: datetime) -> Lives:
    """All lives as far as they were on record by then, from the entries of each entity in their order."""
    known = Lives(as_of)
    pilots: list[PilotLife] = []
    for entries in lives:
        then = [entry for entry in entries if entry.recorded_at <= as_of]
        if then:
            state = fold(then[0].entity, [entry.event for entry in then])
            if isinstance(state, Partnership):
                known.partnerships.append(Life(state, then))
            elif isinstance(state, StudyVisit):
                known.visits += _made(state, then)
            elif isinstance(state, Pilot):
                pilots.append(PilotLife(state, then))
    for pilot in pilots:
        for life in known:
            if (life.state.programme, life.state.code) == (pilot.state.programme, pilot.state.partnership):
                life.pilots.append(pilot)
    return known


def _made(visit: StudyVisit, entries: Sequence[Entry]) -> Iterator[Made]:
    surveys = tuple(
        (f"{visit.code}/{entry.number}", entry.event.grades)
        for entry in entries
        if isinstance(entry.event, VisitStepTaken) and entry.event.step == "survey"
    )
    for entry in entries:
        if isinstance(entry.event, VisitCompleted) and entry.event.mode is not ExchangeMode.TEAM_SCOPING:
            yield Made(visit, entry.event, entry.recorded_at, f"{visit.code}/{entry.number}", surveys)
