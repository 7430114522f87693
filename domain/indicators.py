"""The programme's indicators, counted from entries: each figure names the entries it stands on.

No evidence, no count; physical and virtual are never added up; and because only entries recorded by a moment are
looked at, the count for an earlier day is the one that was true then. Codes are those of the domain reference, section
5; where a rule is narrower here, for want of a record, the rule of the indicator says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from domain import events as ev
from domain.entities import fold
from domain.entries import Entry
from domain.events import VisitCompleted
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.facts import SourceState
from domain.pilots.pilot import Pilot
from domain.records import records_of
from domain.requests import AgreementStep, ExchangeMode
from domain.stages.study_visits import VisitMode, VisitReport
from domain.terms import Stage
from domain.values import SIDES, Component, StakeholderGroup, Value
from domain.visits.events import Direction
from domain.visits.visit import StudyVisit

E = TypeVar("E", bound=ev.Event)


class Figure(Value):
    """One number, `of` so many where it is a share; `evidence` names its entries as `C1-01/45`."""

    split: str = ""
    """What part of the indicator it is, such as `physical` or `eu`; empty where there are no parts."""
    value: int
    of: int | None = None
    evidence: tuple[str, ...] = ()


class Indicator(Value):
    """`uncounted` are entries that would count if there were evidence for them."""

    code: str
    title: str
    rule: str
    figures: tuple[Figure, ...]
    uncounted: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Made:
    """A visit that was made, with evidence, and where that stands on record."""

    visit: StudyVisit
    event: VisitCompleted
    place: str

    @property
    def host(self) -> str:
        return "China" if self.visit.direction is Direction.EU_TO_CN else "Europe"

    def reported_by(self, report: VisitReport) -> bool:
        """Whether a partnership's own report tells of this visit: on days they share."""
        return report.period.since <= self.event.last and self.event.first <= report.period.until


@dataclass
class _Told:
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
class _PilotLife(_Told):
    """One pilot."""

    state: Pilot


@dataclass
class _Life(_Told):
    """One partnership; `visits` are those that served it by then, `pilots` those of its plan."""

    state: Partnership
    visits: Sequence[_Made] = ()
    pilots: list[_PilotLife] = field(default_factory=list)

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
class _Lives:
    """All partnerships as they were on record, and what else was: the visits that were made."""

    partnerships: list[_Life] = field(default_factory=list)
    visits: list[_Made] = field(default_factory=list)

    def __iter__(self) -> Iterator[_Life]:
        return iter(self.partnerships)

    def __len__(self) -> int:
        return len(self.partnerships)


@dataclass
class _Tally:
    """A count by part: how many, and where each of them stands."""

    places: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, split: str, place: str, number: int = 1) -> None:
        self.places.setdefault(split, []).append(place)
        self.numbers[split] = self.numbers.get(split, 0) + number

    def figures(self, splits: Iterable[str], of: Mapping[str, int] | None = None) -> tuple[Figure, ...]:
        """A figure for each part, those that came to nothing included."""
        return tuple(
            Figure(
                split=split,
                value=self.numbers.get(split, 0),
                of=of.get(split, 0) if of is not None else None,
                evidence=tuple(self.places.get(split, ())),
            )
            for split in splits
        )


def counted(lives: Iterable[Sequence[Entry]], as_of: datetime) -> tuple[Indicator, ...]:
    """Every indicator, from the entries of each entity (in their order) that were on record by then."""
    known = _Lives()
    pilots: list[_PilotLife] = []
    for entries in lives:
        then = [entry for entry in entries if entry.recorded_at <= as_of]
        if then:
            state = fold(then[0].entity, [entry.event for entry in then])
            if isinstance(state, Partnership):
                known.partnerships.append(_Life(state, then))
            elif isinstance(state, StudyVisit):
                known.visits += _made(state, then)
            elif isinstance(state, Pilot):
                pilots.append(_PilotLife(state, then))
    for pilot in pilots:
        for life in known:
            if (life.state.programme, life.state.code) == (pilot.state.programme, pilot.state.partnership):
                life.pilots.append(pilot)
    return tuple(count(known) for count in _COUNTS)


def _made(visit: StudyVisit, entries: Sequence[Entry]) -> Iterator[_Made]:
    for entry in entries:
        if isinstance(entry.event, VisitCompleted) and entry.event.mode is not ExchangeMode.TEAM_SCOPING:
            yield _Made(visit, entry.event, f"{visit.code}/{entry.number}")


def _engaged(lives: _Lives) -> Indicator:
    tally = _Tally()
    names = {Component.CITY: "city", Component.REGION: "region"}
    for life in lives:
        for place in life.passed(Stage.SCOPING)[:1]:
            tally.add(names[life.state.component], place)
    return Indicator(
        code="O1",
        title="partnerships engaged",
        rule="scoping passed at both of its gates",
        figures=tally.figures(names.values()),
    )


def _members(lives: _Lives) -> Indicator:
    tally = _Tally()
    seen: set[tuple[str, str]] = set()
    for life in lives:
        if life.state.ended:
            continue
        for side in SIDES:
            member = life.state.member(side)
            if (side.value, member.name) not in seen:
                seen.add((side.value, member.name))
                joined = [
                    place
                    for place, event in life.told(ev.PartnershipFounded, ev.MemberReplaced)
                    if not isinstance(event, ev.MemberReplaced) or event.member.side is side
                ]
                tally.add(side.value, joined[-1])
    return Indicator(
        code="O2",
        title="entities taking part",
        rule="distinct members of partnerships that have not ended",
        figures=tally.figures(side.value for side in SIDES),
    )


def _exchanges(lives: _Lives) -> Iterator[tuple[str, ev.ExchangeHeld]]:
    """Each exchange once; a visit, which reaches every partnership it served, is counted as the visit it is."""
    joint: set[tuple[str, str]] = set()
    for life in lives:
        for place, held in life.told(ev.ExchangeHeld):
            if held.of is None:
                yield place, held
            elif not held.of.startswith("visit/") and (held.of, held.code) not in joint:
                joint.add((held.of, held.code))
                yield place, held


def _sessions(lives: _Lives) -> Indicator:
    tally, without = _Tally(), []
    for place, held in _exchanges(lives):
        if held.evidence is None:
            without.append(place)
        else:
            tally.add(held.mode.value, place)
    return Indicator(
        code="O3",
        title="knowledge exchanges held",
        rule="sessions held, each with evidence",
        figures=tally.figures(mode.value for mode in ExchangeMode),
        uncounted=tuple(without),
    )


def _participants(lives: _Lives) -> Indicator:
    tally = _Tally()
    for place, held in _exchanges(lives):
        if held.evidence is not None:
            tally.add(held.mode.value, place, held.participants_eu + held.participants_cn)
    for made in lives.visits:
        tally.add(made.event.mode.value, made.place, made.event.participants_eu + made.event.participants_cn)
    return Indicator(
        code="O4",
        title="participations in exchanges",
        rule="rows of attendance of sessions and visits with evidence: who came twice is counted twice",
        figures=tally.figures(mode.value for mode in ExchangeMode),
    )


def _visits(lives: _Lives) -> Iterator[tuple[str, VisitReport]]:
    """Each accepted report of a visit, where its acceptance stands on record; a stage may be passed again later."""
    for life in lives:
        report: VisitReport | None = None
        for place, event in life.told(ev.DeliverableSubmitted, ev.StagePassed):
            if isinstance(event, ev.DeliverableSubmitted) and isinstance(event.deliverable, VisitReport):
                report = event.deliverable
            elif (
                isinstance(event, ev.StagePassed) and event.stage is Stage.STUDY_VISITS and report is not None
            ):
                yield place, report


def _once(lives: _Lives) -> Iterator[tuple[list[str], VisitReport]]:
    """Each visit once, with all places that tell of it.

    One delegation that served several partnerships told each of them of the same days, mode and direction.
    """
    joint: dict[tuple[object, ...], tuple[list[str], VisitReport]] = {}
    for place, report in _visits(lives):
        visit: tuple[object, ...] = (report.mode, report.host, report.period.since, report.period.until)
        if report.mode is VisitMode.VIRTUAL:
            visit = (*visit, place)  # anybody may sit before a screen on the same days
        joint.setdefault(visit, ([], report))[0].append(place)
    yield from joint.values()


def _study_visits(lives: _Lives) -> Indicator:
    tally = _Tally()
    splits = [f"{mode.value}, to {host}" for mode in VisitMode for host in ("China", "Europe")]
    hosts = {SIDES[0]: "Europe", SIDES[1]: "China"}
    for made in lives.visits:
        tally.add(f"{made.event.mode.value}, to {made.host}", made.place)
    for places, report in _reported_only(lives):
        split = f"{report.mode.value}, to {hosts[report.host]}"
        tally.add(split, places[0])
        tally.places[split] += places[1:]
    return Indicator(
        code="O5",
        title="study visits",
        rule="visits made, with attendance lists, each once however many partnerships it served; beside them accepted "
        "reports of partnerships, where missions of the same days, mode and direction are one visit",
        figures=tally.figures(splits),
    )


def _reported_only(lives: _Lives) -> Iterator[tuple[list[str], VisitReport]]:
    """The visits that partnerships reported and that are on record in no other way."""
    told = {(served.code, made.place): made for made in lives.visits for served in made.visit.serves}
    for places, report in _once(lives):
        codes = [place.rpartition("/")[0] for place in places]
        if not any(code in codes and made.reported_by(report) for (code, _), made in told.items()):
            yield places, report


def _plans(lives: _Lives) -> Indicator:
    tally = _Tally()
    for life in lives:
        if life.state.plan_adopted is not None:
            tally.add("", life.passed(Stage.ACTION_PLAN)[-1])
    return Indicator(
        code="R1",
        title="cooperation action plans adopted",
        rule="adopted by both sides, and not reopened since",
        figures=tally.figures(("",)),
    )


def _agreements(lives: _Lives) -> Indicator:
    tally = _Tally()
    for life in lives:
        signed = [
            place for place, event in life.told(ev.AgreementStepTaken) if event.step is AgreementStep.SIGNED
        ]
        if signed:
            tally.add("", signed[-1])
    return Indicator(
        code="R2", title="agreements signed", rule="signed by both sides", figures=tally.figures(("",))
    )


def _pilots(lives: _Lives) -> Indicator:
    tally = _Tally()
    for life in lives:
        alone: list[str] = []
        for pilot in life.pilots:
            for place in pilot.passed(Stage.PILOT_CONCEPT)[:1]:
                tally.add("endorsed", place)
                alone.append(pilot.state.action)
            for place in pilot.passed(Stage.PILOT_COMPLETION)[:1]:
                tally.add("implemented", place)
            for place, event in pilot.told(ev.SourceRecorded):
                held = pilot.state.source(event.source.code)
                if held is not None and event.source.state is held.state is SourceState.COMMITTED:
                    tally.add("with finance", place)
                    break
        for place, action in life.endorsed_here():
            if action is None or action not in alone:
                tally.add("endorsed", place)
    return Indicator(
        code="R3",
        title="pilots",
        rule="distinct pilots: endorsed by both sides (at their own gates, or at the partnership's stage; of one and "
        "the same action once), completion accepted, a source of finance that has committed itself",
        figures=tally.figures(("endorsed", "implemented", "with finance")),
    )


def _all_groups(lives: _Lives) -> Indicator:
    tally = _Tally()
    for life in lives:
        groups: dict[StakeholderGroup, str] = {}
        for place, event in life.told(ev.OrganisationEngaged):
            groups.setdefault(event.organisation.group, place)
        if len(groups) == len(StakeholderGroup):
            tally.add("", max(groups.values(), key=_number))
    return Indicator(
        code="R4",
        title="partnerships that engaged organisations of every stakeholder group",
        rule="at least one organisation of each group on record",
        figures=tally.figures(("",), {"": len(lives)}),
    )


def _number(place: str) -> int:
    return int(place.rpartition("/")[2])


def _businesses(lives: _Lives) -> Indicator:
    tally = _Tally()
    seen: set[str] = set()
    for life in lives:
        for place, event in life.told(ev.OrganisationEngaged):
            one = event.organisation
            if one.group is StakeholderGroup.BUSINESS and one.code not in seen:
                seen.add(one.code)
                tally.add(one.side.value, place)
    return Indicator(
        code="R5",
        title="business organisations engaged",
        rule="distinct organisations by their codes",
        figures=tally.figures(side.value for side in SIDES),
    )


def _women(lives: _Lives) -> Indicator:
    tally, of = _Tally(), {"": 0}
    for made in lives.visits:
        tally.add("", made.place, made.event.women)
        of[""] += made.event.participants_eu + made.event.participants_cn
    for places, report in _reported_only(lives):
        tally.add("", places[0], report.women)
        of[""] += report.participants_eu + report.participants_cn
    return Indicator(
        code="R6",
        title="women among the participants of study visits",
        rule="as the record or the accepted report of each visit counts them; other exchanges do not record it",
        figures=tally.figures(("",), of),
    )


def _in_time(lives: _Lives) -> Indicator:
    tally, of = _Tally(), {"": 0}
    for life in lives:
        settled = {event.gate: place for place, event in life.told(ev.GateSettled)}
        for row in records_of(life.state).gates:
            if row.in_time is not None:
                of[""] += 1
                if row.in_time:
                    tally.add("", settled[row.gate])
    return Indicator(
        code="P1",
        title="gates settled in time",
        rule="settled by their deadline, of all that were settled and had one",
        figures=tally.figures(("",), of),
    )


def _evidenced(lives: _Lives) -> Indicator:
    tally, of, without = _Tally(), {"": 0}, []
    for place, held in _exchanges(lives):
        of[""] += 1
        if held.evidence is None:
            without.append(place)
        else:
            tally.add("", place)
    return Indicator(
        code="P4",
        title="exchanges with evidence",
        rule="of all exchanges on record, those that count",
        figures=tally.figures(("",), of),
        uncounted=tuple(without),
    )


_COUNTS = (
    _engaged,
    _members,
    _sessions,
    _participants,
    _study_visits,
    _plans,
    _agreements,
    _pilots,
    _all_groups,
    _businesses,
    _women,
    _in_time,
    _evidenced,
)
