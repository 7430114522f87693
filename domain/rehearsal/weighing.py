"""What a rehearsed programme asks of people, week by week, and what becomes of it: counted, never estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field

from domain import events as ev
from domain.calendars import CountryCalendar
from domain.entities import Course
from domain.entries import as_happened
from domain.life import SECRETARIAT
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.pilot import Pilot
from domain.programmes.cascade import hits
from domain.records import records_of
from domain.rehearsal.playing import Rehearsed
from domain.tasks import deadlines_of, tasks_of
from domain.terms import Stage
from domain.values import PersonId, Role, Value
from domain.visits.visit import StudyVisit

STAFF = (*SECRETARIAT, Role.CLUSTER_MANAGER)
"""Whose load is weighed: the secretariat with its cluster managers."""
CHINA = "CN"
_DAY = timedelta(days=1)
_LEAST_FESTIVAL = 5
"""So many days off in a row are a festival, and not a bridge."""


class Stretch(Value):
    """A stage of a partnership on the calendar: from its opening until it passed, or for as long as was played."""

    code: str
    stage: Stage
    since: date
    until: date
    passed: bool


class ContactLoad(Value):
    """The letters to one person: how many in all, the most in one week (that begins on `week`), and by week."""

    person: PersonId
    letters: int
    most: int
    week: date
    weeks: dict[date, int]
    """By the Monday of each week that had any, in their order."""


class WeekLoad(Value):
    """A week of the secretariat, from its Monday: requests it made, and tasks that waited for it at its end."""

    week: date
    requests: int
    waiting: int


class GateLoad(Value):
    """What became of a gate over all its openings. `late` were settled after their deadline; `silent` by it."""

    code: str
    title: str
    opened: int = 0
    in_time: int = 0
    late: int = 0
    silent: int = 0
    open: int = 0


class Weighed(Value):
    """A rehearsal in figures."""

    partnerships: int
    visits: dict[str, int] = Field(default_factory=dict)
    """Study visits by how they ended."""
    pilots: dict[str, int] = Field(default_factory=dict)
    """Pilots by how they ended."""
    events: int
    people: int
    """Everybody who held a role at some time."""
    weeks: int
    """Weeks that were played, the begun one included."""
    letters: int
    reminders: int
    escalations: int
    """Letters that told somebody above the one who owes."""
    contacts: tuple[ContactLoad, ...]
    """Most letters first."""
    secretariat: tuple[WeekLoad, ...]
    """Every week from the first to the last, quiet ones included."""
    gates: tuple[GateLoad, ...]
    overdue: int
    """Deadlines that passed with the task undone."""
    cut_offs: dict[str, int]
    """How many partnerships under way each cut-off affected, by its name: those that had not done what it ends."""
    seasons: dict[str, int]
    """Deadlines whose last day fell into a time when little is answered."""
    deadlines: int
    ends: dict[str, int]
    stretches: tuple[Stretch, ...]
    refusals: tuple[str, ...]
    """Steps that were refused and that nobody meant to be: they point to a fault."""

    @property
    def busiest(self) -> ContactLoad | None:
        """The contact with the most letters in one week."""
        return max(self.contacts, key=lambda one: (one.most, one.letters, one.person), default=None)

    @property
    def in_time(self) -> tuple[int, int]:
        """How many gates were settled in time, and how many were settled."""
        settled = sum(one.in_time + one.late for one in self.gates)
        return sum(one.in_time for one in self.gates), settled


def week_of(at: datetime) -> date:
    """The Monday of a moment's week, in UTC."""
    day = at.astimezone(UTC).date()
    return day - day.weekday() * _DAY


def weigh(lives: Mapping[str, Rehearsed[Any]], until: datetime, unfounded: Iterable[str] = ()) -> Weighed:
    """Count everything in rehearsed entities (by code) that were played up to `until`.

    What was `unfounded`, each with the sentence why, is among the refusals.
    """
    scales = _Scales(until, unfounded)
    for code, life in lives.items():
        scales.take(code, life)
    return scales.result()


class _Scales:
    """What has been counted so far."""

    def __init__(self, until: datetime, refusals: Iterable[str]) -> None:
        self._until = until
        self._since = until
        self._people: set[PersonId] = set()
        self._events = 0
        self._letters: dict[PersonId, Counter[date]] = {}
        self._kinds: Counter[str] = Counter()
        self._requests: Counter[date] = Counter()
        self._waiting: Counter[date] = Counter()
        self._gates: dict[str, GateLoad] = {}
        self._happened: Counter[str] = Counter()
        self._cut_offs: Counter[str] = Counter()
        self._deadlines = 0
        self._seasons: Counter[str] = Counter(dict.fromkeys(("Spring Festival", "Golden Week", "August"), 0))
        self._ends: Counter[str] = Counter()
        self._visits: Counter[str] = Counter()
        self._pilots: Counter[str] = Counter()
        self._stretches: list[Stretch] = []
        self._refusals = list(refusals)

    def take(self, code: str, life: Rehearsed[Any]) -> None:
        course = Course()
        due: dict[tuple[str, str], datetime] = {}
        since: dict[str, datetime] = {}
        told: set[tuple[datetime, PersonId]] = set()
        opened: dict[Stage, date] = {}
        for entry in as_happened(life.state.entity, life.events):
            state, event = course.take(entry), entry.event
            self._happened[event.kind] += 1
            if event.by is not None and event.by.role in STAFF:
                told.add((event.at, event.by.person))
            # everybody reaches every cut-off by the calendar; hit are those who have not done what it ends
            if isinstance(event, ev.CutOffReached) and isinstance(state, Partnership):
                self._cut_offs[event.cut_off] += hits(state, event.cut_off)
            self._stage(code, event, opened)
            self._waited(state, event.at, since)
            due |= deadlines_of(state)
        last: Entity = life.state
        for letter in course.letters:
            self._letters.setdefault(letter.recipient, Counter())[week_of(letter.at)] += 1
            self._kinds[letter.kind] += 1
        self._since = min(self._since, life.events[0].at)
        self._people |= {holder.person for holder in last.holders}
        self._requests.update(week_of(at) for at, _ in told)
        for begun in since.values():
            self._week_by_week(begun, self._until)
        for stage, day in opened.items():
            until = min(last.ended_at or self._until, self._until).date()
            self._stretches.append(Stretch(code=code, stage=stage, since=day, until=until, passed=False))
        self._deadlines += len(due)
        self._fell(last, due.values())
        self._settled(last)
        end = str(last.end) if last.end is not None else "still running"
        if isinstance(last, Partnership):
            self._ends[end] += 1
        elif isinstance(last, StudyVisit):
            self._visits[end] += 1
        elif isinstance(last, Pilot):
            self._pilots[end] += 1
        self._events += len(life.events)
        self._refusals += [f"{code}: {one.planned.id}: {one.sentence}" for one in life.unexpected]

    def _stage(self, code: str, event: ev.AnyEvent, opened: dict[Stage, date]) -> None:
        if isinstance(event, ev.StageOpened):
            opened.setdefault(event.stage, event.at.date())
        elif isinstance(event, ev.StagePassed) and event.stage in opened:
            since = opened.pop(event.stage)
            self._stretches.append(
                Stretch(code=code, stage=event.stage, since=since, until=event.at.date(), passed=True)
            )

    def _waited(self, state: Entity, at: datetime, since: dict[str, datetime]) -> None:
        """Note which tasks wait for the secretariat, and count the weeks of those that do not any more."""
        now = {task.id for task in tasks_of(state) if task.seat.role in STAFF}
        for gone in since.keys() - now:
            self._week_by_week(since.pop(gone), at)
        for new in now - since.keys():
            since[new] = at

    def _week_by_week(self, since: datetime, until: datetime) -> None:
        """A task counts at the end of every week in which it waited on."""
        week, last = week_of(since), week_of(until)
        while week < last:
            self._waiting[week] += 1
            week += 7 * _DAY

    def _fell(self, state: Entity, due: Iterable[datetime]) -> None:
        known = next((one for one in state.edition.countries if one.country == CHINA), None)
        for at in due:
            day = (at - timedelta(microseconds=1)).astimezone(UTC).date()
            season = season_of(day, known)
            if season:
                self._seasons[season] += 1

    def _settled(self, state: Entity) -> None:
        for row in records_of(state).gates:
            code = row.gate.partition("/")[0]
            held = self._gates.get(code, GateLoad(code=code, title=row.title))
            self._gates[code] = held.model_copy(
                update={
                    "opened": held.opened + 1,
                    "in_time": held.in_time + (row.in_time is True),
                    "late": held.late + (row.in_time is False),
                    "silent": held.silent + row.silent,
                    "open": held.open + (row.settled is None),
                }
            )

    def result(self) -> Weighed:
        contacts = []
        for person, weeks in self._letters.items():
            week, most = max(weeks.items(), key=lambda one: (one[1], one[0]))
            by_week = dict(sorted(weeks.items()))
            contacts.append(
                ContactLoad(person=person, letters=weeks.total(), most=most, week=week, weeks=by_week)
            )
        return Weighed(
            partnerships=self._ends.total(),
            visits=dict(sorted(self._visits.items())),
            pilots=dict(sorted(self._pilots.items())),
            events=self._events,
            people=len(self._people),
            weeks=(week_of(self._until) - week_of(self._since)).days // 7 + 1,
            letters=sum(self._kinds.values()),
            reminders=self._kinds["reminder"] + self._kinds["signature"],
            escalations=self._kinds["escalation"],
            contacts=tuple(sorted(contacts, key=lambda one: (-one.letters, one.person))),
            secretariat=tuple(self._weeks()),
            gates=tuple(self._gates[code] for code in sorted(self._gates)),
            overdue=self._happened["deadline_passed"],
            cut_offs={name: count for name, count in self._cut_offs.items() if count},
            seasons=dict(self._seasons),
            deadlines=self._deadlines,
            ends=dict(sorted(self._ends.items())),
            stretches=tuple(sorted(self._stretches, key=lambda one: (one.code, one.since, one.stage.value))),
            refusals=tuple(self._refusals),
        )

    def _weeks(self) -> Iterable[WeekLoad]:
        known = self._requests.keys() | self._waiting.keys()
        if not known:
            return
        week, last = min(known), max(known)
        while week <= last:
            yield WeekLoad(week=week, requests=self._requests[week], waiting=self._waiting[week])
            week += 7 * _DAY


def season_of(day: date, china: CountryCalendar | None) -> str | None:
    """Spring Festival or Golden Week by China's own list, or August; None for any other day.

    A festival is the unbroken run of days off around it. Where China's list does not reach that far, its days
    cannot be told, and only August counts.
    """
    if day.month == 8:
        return "August"
    if china is None or not china.knows(day) or china.is_working(day):
        return None
    first = last = day
    while not china.is_working(first - _DAY):
        first -= _DAY
    while not china.is_working(last + _DAY):
        last += _DAY
    if (last - first).days + 1 < _LEAST_FESTIVAL:
        return None
    if first <= date(day.year, 10, 1) <= last:
        return "Golden Week"
    return "Spring Festival" if day.month in (1, 2) else None
