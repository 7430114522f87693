"""The programme's indicators, counted from entries: each figure names the entries it stands on.

No evidence, no count; physical and virtual are never added up; and because only entries recorded by a moment are
looked at, the count for an earlier day is the one that was true then. Codes are those of the domain reference, section
5; where a rule is narrower here, for want of a record, the rule of the indicator says so. What no entry tells of is not
counted: publications (O6), the aftercare answer (I1), what operators do beside their requests (P3), and how many
persons the participations of O4 are, since nobody's name is in an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain import events as ev
from domain.entries import Entry
from domain.lives import Lives, lives_by
from domain.pilots.facts import SourceState
from domain.records import records_of
from domain.requests import AgreementStep, ExchangeMode
from domain.stages.study_visits import VisitMode, VisitReport
from domain.terms import Stage
from domain.values import SIDES, Component, StakeholderGroup, Value
from domain.visits.requests import points

_A_YEAR = timedelta(days=365)
_OWN, _JOINT = "own", "joint"
"""The parts of the count of plans: those of partnerships, and those of clusters."""


class Figure(Value):
    """One number, `of` so many where it is a share; `evidence` names its entries as `C1-01/45`."""

    split: str = ""
    """What part of the indicator it is, such as `physical` or `eu`; empty where there are no parts."""
    value: int | None
    """None where there is nothing it could be worked out from, which is not nought."""
    of: int | None = None
    target: int | None = None
    """The programme's, where it has one for this part; of a share, in per cent."""
    evidence: tuple[str, ...] = ()


class Indicator(Value):
    """`uncounted` are entries that would count if there were evidence for them."""

    code: str
    title: str
    rule: str
    target: int | None = None
    """The programme's for the whole of it, where it has one; of a share, in per cent."""
    at_most: bool = False
    """Whether its target is a limit: less is better."""
    figures: tuple[Figure, ...]
    uncounted: tuple[str, ...] = ()


@dataclass
class _Tally:
    """A count by part: how many, and where each of them stands."""

    places: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, split: str, *places: str, number: int = 1) -> None:
        """So many more, which stand there."""
        self.places.setdefault(split, []).extend(places)
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
    known = lives_by(lives, as_of)
    return tuple(count(known) for count in _COUNTS)


def _engaged(lives: Lives) -> Indicator:
    tally = _Tally()
    names = {Component.CITY: "city", Component.REGION: "region"}
    for chain in lives.cooperations():
        for place in [place for life in chain for place in life.passed(Stage.SCOPING)][:1]:
            tally.add(names[chain[0].state.component], place)
    return Indicator(
        code="O1",
        title="partnerships engaged",
        rule="scoping passed at both of its gates; one that continues another is none besides it",
        figures=tally.figures(names.values()),
    )


def _members(lives: Lives) -> Indicator:
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


def _held_once(lives: Lives) -> Iterator[tuple[list[str], ev.ExchangeHeld]]:
    """Each exchange once, with all places that tell of it; a study visit is counted as the visit it is, not here."""
    joint: dict[tuple[str, str], tuple[list[str], ev.ExchangeHeld]] = {}
    for life in lives:
        for place, held in life.told(ev.ExchangeHeld):
            key = (held.of, held.code) if held.of is not None else (place, "")
            if not (held.of or "").startswith("visit/"):
                joint.setdefault(key, ([], held))[0].append(place)
    yield from joint.values()


def _sessions(lives: Lives) -> Indicator:
    tally, without = _Tally(), []
    for places, held in _held_once(lives):
        if held.evidence is None:
            without += places
        else:
            tally.add(held.mode.value, *places)
    return Indicator(
        code="O3",
        title="knowledge exchanges held",
        rule="sessions held, each with evidence; a joint one of several partnerships is one",
        figures=tally.figures(mode.value for mode in ExchangeMode),
        uncounted=tuple(without),
    )


def _participants(lives: Lives) -> Indicator:
    tally = _Tally()
    for places, held in _held_once(lives):
        if held.evidence is not None:
            tally.add(held.mode.value, *places, number=held.participants_eu + held.participants_cn)
    for made in lives.visits:
        tally.add(made.event.mode.value, made.place, number=made.event.participants)
    return Indicator(
        code="O4",
        title="participations in exchanges",
        rule="rows of attendance of sessions and visits with evidence, joint ones once: who came twice counts twice",
        figures=tally.figures(mode.value for mode in ExchangeMode),
    )


def _visits(lives: Lives) -> Iterator[tuple[str, VisitReport]]:
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


def _once(lives: Lives) -> Iterator[tuple[list[str], VisitReport]]:
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


def _study_visits(lives: Lives) -> Indicator:
    tally = _Tally()
    splits = [f"{mode.value}, to {host}" for mode in VisitMode for host in ("China", "Europe")]
    hosts = {SIDES[0]: "Europe", SIDES[1]: "China"}
    for made in lives.visits:
        tally.add(f"{made.event.mode.value}, to {made.host}", made.place)
    for places, report in _reported_only(lives):
        split = f"{report.mode.value}, to {hosts[report.host]}"
        tally.add(split, *places)
    return Indicator(
        code="O5",
        title="study visits",
        rule="visits made, with attendance lists, each once however many partnerships it served; beside them accepted "
        "reports of partnerships, where missions of the same days, mode and direction are one visit",
        figures=tally.figures(splits),
    )


def _reported_only(lives: Lives) -> Iterator[tuple[list[str], VisitReport]]:
    """The visits that partnerships reported and that are on record in no other way."""
    told = {(served.code, made.place): made for made in lives.visits for served in made.visit.serves}
    for places, report in _once(lives):
        codes = [place.rpartition("/")[0] for place in places]
        if not any(code in codes and made.reported_by(report) for (code, _), made in told.items()):
            yield places, report


def _plans(lives: Lives) -> Indicator:
    """Own plans as they are not reopened; of each cluster its joint plan once, with every partnership it holds in."""
    tally = _Tally()
    joint: dict[str, list[str]] = {}
    for chain in lives.cooperations():
        own = [life.passed(Stage.ACTION_PLAN)[-1] for life in chain if life.state.plan_adopted is not None]
        if own:
            tally.add(_OWN, own[-1])
    for life in lives:
        latest: dict[str, str] = {}
        for place, event in life.told(ev.JointPlanJoined):
            latest[event.of] = place
        for of, place in latest.items():
            joint.setdefault(of, []).append(place)
    for places in joint.values():
        tally.add(_JOINT, *places)
    return Indicator(
        code="R1",
        title="cooperation action plans adopted",
        rule="own ones adopted by both sides and not reopened since, one of each cooperation, also where a partnership "
        "continues another; a cluster's joint one is one, whatever it covers",
        figures=tally.figures((_OWN, _JOINT)),
    )


def _agreements(lives: Lives) -> Indicator:
    tally = _Tally()
    without: list[str] = []
    for chain in lives.cooperations():
        signed: list[str] = []
        for place, event in (told for life in chain for told in life.told(ev.AgreementStepTaken)):
            if event.step is AgreementStep.SIGNED:
                (without if event.text is None else signed).append(place)
        if signed:
            tally.add("", signed[-1])
    return Indicator(
        code="R2",
        title="agreements signed",
        rule="signed by both sides, with the text of it; one of each partnership, and of one that continues it",
        figures=tally.figures(("",)),
        uncounted=tuple(without),
    )


def _pilots(lives: Lives) -> Indicator:
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


def _all_groups(lives: Lives) -> Indicator:
    tally = _Tally()
    chains = lives.cooperations()
    for chain in chains:
        until = min(lives.as_of, chain[-1].state.ended_at or lives.as_of)
        groups: dict[StakeholderGroup, str] = {}
        for place, held, one in (told for life in chain for told in life.attended()):
            if until - _A_YEAR < held.held <= until:
                groups[one.group] = place
        if len(groups) == len(StakeholderGroup):
            tally.add("", *dict.fromkeys(groups.values()))
    return Indicator(
        code="R4",
        title="partnerships with every stakeholder group active",
        rule="an organisation of each group on the attendance list of an exchange, within twelve months; where a "
        "partnership has ended, within its last twelve",
        figures=tally.figures(("",), {"": len(chains)}),
    )


def _businesses(lives: Lives) -> Indicator:
    tally = _Tally()
    seen: set[str] = set()
    for life in lives:
        for place, _, one in life.attended():
            if one.group is StakeholderGroup.BUSINESS and one.code not in seen:
                seen.add(one.code)
                tally.add(one.side.value, place)
    without = [
        place
        for life in lives
        for place, event in life.told(ev.OrganisationEngaged)
        if event.organisation.group is StakeholderGroup.BUSINESS and event.organisation.code not in seen
    ]
    return Indicator(
        code="R5",
        title="business organisations engaged",
        rule="distinct organisations, by their codes, on the attendance list of an exchange",
        figures=tally.figures(side.value for side in SIDES),
        uncounted=tuple(without),
    )


def _women(lives: Lives) -> Indicator:
    tally, of = _Tally(), Counter[str]()
    for made in lives.visits:
        split = made.event.mode.value
        tally.add(split, made.place, number=made.event.women)
        of[split] += made.event.participants
    for places, report in _reported_only(lives):
        split = report.mode.value
        tally.add(split, *places, number=report.women)
        of[split] += report.participants_eu + report.participants_cn
    return Indicator(
        code="R6",
        title="women among the participants of study visits",
        rule="as the record or the accepted report of each visit counts them; other exchanges do not record it",
        figures=tally.figures((mode.value for mode in VisitMode), of),
    )


def _satisfied(lives: Lives) -> Indicator:
    tally, of, without = _Tally(), Counter[str](), []
    for made in lives.visits:
        split = made.event.mode.value
        given, answers = f"{split}, points", f"{split}, answers"
        for place, grades in made.surveys:
            if grades is None:
                without.append(place)
                continue
            tally.add(given, place, number=points(grades))
            tally.add(answers, place, number=sum(grades))
            of[given] += 5 * sum(grades)
            of[answers] += made.event.participants
    return Indicator(
        code="R7",
        title="satisfaction with study visits",
        rule="points given in the surveys of participants, of five for each answer; and answers, of all participants "
        "of the visits surveyed",
        figures=tally.figures(
            (f"{mode.value}, {what}" for mode in VisitMode for what in ("points", "answers")), of
        ),
        uncounted=tuple(without),
    )


def _in_time(lives: Lives) -> Indicator:
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


def _days_to_evidence(lives: Lives) -> Indicator:
    figures = []
    for mode in VisitMode:
        made = [one for one in lives.visits if one.event.mode.value == mode.value]
        days = sorted(one.days for one in made)
        # the one in the middle, or the mean of the two that are: whole days, a half is one more
        median = (days[(len(days) - 1) // 2] + days[len(days) // 2] + 1) // 2 if days else None
        figures.append(Figure(split=mode.value, value=median, evidence=tuple(one.place for one in made)))
    return Indicator(
        code="P2",
        title="days from a visit's end to its record, median",
        rule="from a visit's last day to the entry that records it as made, with attendance lists; whole days, half a "
        "day up; visits that partnerships alone reported have no such entry",
        at_most=True,
        figures=tuple(figures),
    )


def _evidenced(lives: Lives) -> Indicator:
    tally, of, without = _Tally(), Counter[str](), []
    for places, held in _held_once(lives):
        mode = held.mode.value
        of[mode] += 1
        if held.evidence is None:
            without += places
        else:
            tally.add(mode, *places)
    return Indicator(
        code="P4",
        title="exchanges with evidence",
        rule="of all exchanges on record, those that count",
        figures=tally.figures((mode.value for mode in ExchangeMode), of),
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
    _satisfied,
    _in_time,
    _days_to_evidence,
    _evidenced,
)
