"""A visit's timetable: planned back from its first day and on from its last, by direction and by who travels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.clocks import Clock
from domain.entity import EntityState
from domain.tasks import OPERATOR
from domain.terms import Seat, Stage, VisitPer, VisitSeat, VisitStepTerms, calendar_days, joint_days
from domain.values import Role, Side
from domain.visits.events import Milestone, Paper
from domain.visits.state import Group, VisitState

TIMETABLE: tuple[VisitStepTerms, ...] = (
    VisitStepTerms(step="dates", cn_to_eu=105, eu_to_cn=75),
    VisitStepTerms(step="groups", cn_to_eu=105, eu_to_cn=75, travel=True),
    VisitStepTerms(
        step="names", cn_to_eu=95, eu_to_cn=60, seat=VisitSeat.CONTACT, per=VisitPer.GROUP, travel=True
    ),
    VisitStepTerms(step="freeze", cn_to_eu=90, eu_to_cn=55, travel=True),
    VisitStepTerms(
        step="invitation", cn_to_eu=85, eu_to_cn=50, seat=VisitSeat.HOST, per=VisitPer.GROUP, travel=True
    ),
    VisitStepTerms(
        step="clearance",
        cn_to_eu=75,
        seat=VisitSeat.CONTACT,
        per=VisitPer.GROUP,
        travel=True,
        cleared=True,
    ),
    VisitStepTerms(
        step="visa", cn_to_eu=45, eu_to_cn=30, seat=VisitSeat.CONTACT, per=VisitPer.GROUP, travel=True
    ),
    VisitStepTerms(step="bookings", cn_to_eu=21, eu_to_cn=21, travel=True),
    VisitStepTerms(step="agenda", cn_to_eu=14, eu_to_cn=14),
    VisitStepTerms(step="briefing", cn_to_eu=7, eu_to_cn=7),
    VisitStepTerms(step="late_visas", cn_to_eu=5, eu_to_cn=5, per=VisitPer.GROUP, travel=True),
    VisitStepTerms(step="complete", after=calendar_days(10)),
    VisitStepTerms(step="survey", after=calendar_days(10)),
    VisitStepTerms(step="news", after=joint_days(10)),
    VisitStepTerms(
        step="summary",
        after=calendar_days(20),
        seat=VisitSeat.CONTACT,
        per=VisitPer.GROUP,
        travel=True,
        cleared=True,
    ),
    VisitStepTerms(step="next_steps", after=joint_days(20), per=VisitPer.PARTNERSHIP),
)
"""The steps of domain.md 2.6; when the groups are formed is not said there, and they are needed by the dates."""

UNASKED: tuple[str, ...] = ("travel_restriction", "force_majeure")
"""Where nobody can travel or receive anybody, there is nothing that a host could hold on to."""
OF_TRAVEL = ("groups", "names", "freeze", "invitation", "clearance", "visa", "bookings", "late_visas")
BY_OTHERS = ("groups", "names", "clearance", "visa", "late_visas", "complete")
"""Steps that have a request of their own, and are not ticked off."""


def seat_of(state: VisitState, milestone: Milestone) -> Seat:
    """Who owes a step: the operators, or the person who answers for a sub-group, or for its host."""
    terms = next((one for one in state.rules.timetable if one.step == milestone.step), None)
    group = state.group(milestone.about)
    if terms is None or group is None or terms.seat is VisitSeat.OPERATOR:
        return OPERATOR
    if terms.seat is VisitSeat.HOST:
        return Seat(role=Role.FOCAL_POINT, side=state.side_of(group.host), person=group.host_contact)
    return Seat(role=Role.FOCAL_POINT, side=group.side, person=group.contact)


def first_moment(state: VisitState, first: date) -> datetime:
    """When a day begins where the visit is received."""
    return datetime.combine(first, time(), ZoneInfo(state.zone)).astimezone(UTC)


def last_day(first: date, days: int) -> date:
    return first + timedelta(days=days - 1)


def last_moment(state: VisitState, first: date, days: int) -> datetime:
    """When so many days are over where the visit is received: what comes after it is counted on from then."""
    return first_moment(state, first + timedelta(days=days)) - timedelta(microseconds=1)


def report_clock(state: VisitState, last: date, at: datetime) -> Clock:
    """The mission report's, counted on from the end of the last day (domain.md 2.6), whenever that is recorded."""
    ends = last_moment(state, last, 1)
    return state.clock_for("submit.visit_report/1", state.rules.report, (OPERATOR,), min(ends, at))


def planned(
    state: VisitState, first: date, days: int, at: datetime, groups: Iterable[Group]
) -> tuple[Milestone, ...]:
    """Every step before the visit that is still to be taken, for these days and groups; what is done stays done."""
    done = [held for held in state.milestones if held.done is not None]
    known = [held.id for held in done]
    fresh = [one for one in _steps(state, first, at, tuple(groups)) if one.id not in known]
    recorded = Milestone(step="complete", clock=_to_be_recorded(state, first, days))
    return (*done, *fresh, recorded)


def _steps(state: VisitState, first: date, at: datetime, groups: tuple[Group, ...]) -> Iterator[Milestone]:
    for terms in state.rules.timetable:
        before = terms.cn_to_eu if state.from_china else terms.eu_to_cn
        if before is None or terms.after is not None or not wanted(state, terms):
            continue
        for about in abouts(state, terms, groups):
            yield _back(state, terms, about, before, first, at)


def wanted(state: VisitState, terms: VisitStepTerms) -> bool:
    """Whether a visit this way, made like this, has a step at all."""
    if terms.travel and not state.delegated:
        return False
    return not terms.cleared or state.from_china


def abouts(state: VisitState, terms: VisitStepTerms, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """Whom a step is taken for: these sub-groups, the partnerships, or the visit itself (an empty one)."""
    match terms.per:
        case VisitPer.GROUP:
            return tuple(
                group.group
                for group in groups
                if not group.out and (group.side is Side.CN or not terms.cleared)
            )
        case VisitPer.PARTNERSHIP:
            return tuple(one.code for one in state.serves)
        case VisitPer.VISIT:
            return ("",)


def _back(
    state: VisitState, terms: VisitStepTerms, about: str, before: int, first: date, at: datetime
) -> Milestone:
    milestone = unclocked(state, terms, about, at)
    name = f"{milestone.id}/{state.moved}"
    seat = seat_of(state, milestone)
    return milestone.model_copy(update={"clock": counted_back(state, name, before, seat, first, at)})


def unclocked(state: VisitState, terms: VisitStepTerms, about: str, at: datetime) -> Milestone:
    """A step as it is before it has its clock, which depends on who owes it."""
    nothing = Clock(id="none", start=at, allowance=calendar_days(0), countries=(), zone=state.zone)
    return Milestone(step=terms.step, about=about, clock=nothing)


def counted_back(state: EntityState, name: str, days: int, seat: Seat, first: date, at: datetime) -> Clock:
    """A clock that leaves so many calendar days until the first day of the visit."""
    clock = state.clock_for(name, calendar_days(days), (seat,), at)
    zone = ZoneInfo(clock.zone)
    before = datetime.combine(first, time(12), zone).astimezone(UTC)
    # a contract's own reckoning: what is planned back does not roll (domain.md 2.10)
    allowance = clock.allowance.model_copy(update={"rolls": False})
    return clock.model_copy(update={"allowance": allowance, "before": max(before, at)})


def after_it(
    state: VisitState, last: date, at: datetime, travelled: tuple[str, ...]
) -> tuple[Milestone, ...]:
    """Every step after the visit, counted on from the end of its last day."""
    ends = last_moment(state, last, 1)
    groups = tuple(group for group in state.groups if group.group in travelled)
    found = []
    for terms in state.rules.timetable:
        if terms.after is None or terms.step == "complete" or not wanted(state, terms):
            continue
        for about in abouts(state, terms, groups):
            milestone = unclocked(state, terms, about, at)
            seat = seat_of(state, milestone)
            clock = state.clock_for(milestone.id, terms.after, (seat,), min(ends, at))
            found.append(milestone.model_copy(update={"clock": clock}))
    return tuple(found)


def _to_be_recorded(state: VisitState, first: date, days: int) -> Clock:
    """By when it is recorded that the visit was made, with its attendance lists."""
    terms = next((one for one in state.rules.timetable if one.step == "complete"), None)
    allowance = terms.after if terms is not None and terms.after is not None else calendar_days(10)
    ends = last_moment(state, first, days)
    return state.clock_for(f"visit_complete/{state.moved}", allowance, (OPERATOR,), ends)


def papers(state: VisitState, first: date, at: datetime) -> tuple[Paper, ...]:
    """By when the papers before the visit are due that are still awaited."""
    found = []
    for stage, days in (
        (Stage.VISIT_CONCEPT, state.rules.concept[0 if state.from_china else 1]),
        (Stage.VISIT_READINESS, state.rules.readiness),
    ):
        held = state.stage(stage)
        if held is not None and held.awaiting:
            number = len(held.versions) + 1
            name = f"submit.{stage.value}/{number}.{state.moved}"
            found.append(Paper(stage=stage, clock=counted_back(state, name, days, OPERATOR, first, at)))
    return tuple(found)


def asked_since(state: VisitState, milestone: Milestone) -> datetime | None:
    """Since when a step waits for whoever owes it; None as long as what comes before it is not done."""
    begun = milestone.clock.start
    match milestone.step:
        case "complete":
            return state.begun
        case "dates":
            return _after(begun, _passed(state, Stage.VISIT_CONCEPT))
        case "groups" | "agenda":
            return _after(begun, _done(state, "dates"))
        case "freeze":
            named = [_done(state, "names", group.group) for group in state.groups if not group.out]
            return _after(begun, _done(state, "groups"), *named)
        case "invitation" | "bookings":
            return _after(begun, _done(state, "freeze"))
        case "clearance":
            return _after(begun, _done(state, "invitation", milestone.about))
        case "visa":
            group = state.the_group(milestone.about)
            before = "clearance" if state.from_china and group.side is Side.CN else "invitation"
            return _after(begun, _done(state, before, milestone.about))
        case "late_visas":
            return _after(begun, _done(state, "visa", milestone.about))
        case "briefing":
            return _after(begun, _passed(state, Stage.VISIT_READINESS)) if state.delegated else begun
        case _:
            return begun


def _after(begun: datetime, *done: datetime | None) -> datetime | None:
    known = [one for one in done if one is not None]
    return max((begun, *known)) if len(known) == len(done) else None


def _passed(state: VisitState, stage: Stage) -> datetime | None:
    held = state.stage(stage)
    return held.passed if held is not None else None


def _done(state: VisitState, step: str, about: str = "") -> datetime | None:
    held = state.milestone(f"visit_{step}/{about}" if about else f"visit_{step}")
    return held.done if held is not None else None
