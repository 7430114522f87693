"""A visit as a whole: its days found, moved and kept, made without travelling or not at all, made and recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain import events as ev
from domain import requests as rq
from domain import staging
from domain.standing import acting, day, only
from domain.tasks import OPERATOR
from domain.terms import Stage, VisitSeat
from domain.values import Actor, ExchangeMode, Refusal, Role, listed
from domain.visits import events as ve
from domain.visits import requests as vr
from domain.visits.state import VisitState
from domain.visits.steps import ConceptNote, ReadinessNote
from domain.visits.timetable import (
    BY_OTHERS,
    OF_TRAVEL,
    after_it,
    asked_since,
    counted_back,
    last_day,
    papers,
    planned,
    report_clock,
    seat_of,
)

S = VisitState
Events = tuple[ev.AnyEvent, ...]
ORGANISERS = (Role.OPERATOR, Role.TEAM_LEADER)
_FOR_A_HOST = (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)


def ahead(state: S) -> None:
    """Refuses what comes before a visit once it was made or cancelled."""
    if state.completion is not None:
        raise Refusal(f"visit {state.code} was made until {state.completion.last}; that is prepared no more")
    if state.cancelled is not None:
        raise Refusal(
            f"visit {state.code} was cancelled on {day(state.cancelled)}; a new one has a code of its own"
        )


def visit_step(state: S, request: vr.StepVisit, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    wanted = f"visit_{request.step}/{request.about}" if request.about else f"visit_{request.step}"
    held = state.milestone(wanted)
    if request.step in BY_OTHERS:
        how = {
            "groups": "form-group",
            "names": "name-participants",
            "complete": "complete",
        }.get(request.step, "group-step")
        raise Refusal(f"the step {request.step} is recorded with {how}")
    if held is None:
        known = [one.id.removeprefix("visit_") for one in state.milestones if one.done is None]
        known = [one for one in known if one.partition("/")[0] not in BY_OTHERS]
        what = wanted.removeprefix("visit_")
        raise Refusal(f"visit {state.code} has no step {what!r} now; open are {listed(known) or 'none'}")
    if held.done is not None:
        raise Refusal(f"the step {held.id.removeprefix('visit_')} was taken on {day(held.done)}")
    if state.cancelled is not None:
        ahead(state)
    if asked_since(state, held) is None:
        raise Refusal(f"the step {request.step} comes later: {_before(state, held)}")
    _may(state, held, by)
    if request.step == "invitation" and request.text is None:
        raise Refusal("the host's letter goes with it: give it with --text or --text-file")
    if request.grades is not None:
        _surveyed(state, request.step, request.grades)
    taken = ve.VisitStepTaken(
        at=at, by=by, step=request.step, about=request.about, text=request.text, grades=request.grades
    )
    if request.step != "freeze":
        return (taken,)
    assert state.first is not None
    clock = counted_back(state, "submit.visit_readiness/1", state.rules.readiness, OPERATOR, state.first, at)
    opened = ev.StageOpened(at=at, by=by, stage=Stage.VISIT_READINESS, clock=clock, because="frozen")
    return (taken, opened)


def _surveyed(state: S, step: str, grades: vr.Grades) -> None:
    """Refuses grades that no survey of this visit can have come to."""
    if step != "survey":
        raise Refusal(f"grades are what the survey came to; they do not go with the step {step}")
    there = state.completion.participants if state.completion is not None else 0
    if sum(grades) > there:
        raise Refusal(
            f"{sum(grades)} answers to the survey of visit {state.code} are too many: by its record {there} "
            "participants were there; give the numbers of those who answered"
        )
    if not sum(grades):
        raise Refusal("nobody answered: leave the grades out")


def _may(state: S, held: ve.Milestone, by: Actor) -> None:
    """The invitation comes from the host alone (domain.md 2.6: others' are not accepted); all else from who owes it."""
    seat = seat_of(state, held)
    if seat == OPERATOR:
        only(by, f"take the step {held.step}", *ORGANISERS)
        return
    terms = next(one for one in state.rules.timetable if one.step == held.step)
    mine = by.side is seat.side and by.role in (Role.FOCAL_POINT, Role.DEPUTY)
    if terms.seat is VisitSeat.HOST and not mine:
        host = state.the_group(held.about).host
        raise Refusal(
            f"the invitation of sub-group {held.about} is issued by its host, {host}; "
            "the authority that clears it accepts no other",
            grave=True,
        )
    if not mine and by.role not in ORGANISERS:
        raise Refusal(f"the step {held.step} is taken by the {seat} or the secretariat", grave=True)


def _before(state: S, held: ve.Milestone) -> str:
    match held.step:
        case "dates":
            return f"the concept is not approved; {staging.owed(state, Stage.VISIT_CONCEPT)}"
        case "groups" | "agenda":
            return "the dates are not fixed with the hosts (visit-step dates)"
        case "freeze":
            open_groups = [one.group for one in state.groups if not one.participants and not one.out]
            lacking = [one.code for one in state.serves if one.code not in state.represented()]
            if lacking:
                return f"{listed(lacking)} has no sub-group (form-group)"
            return f"nobody is named for sub-group {listed(open_groups)} (name-participants)"
        case "invitation" | "bookings":
            return "the delegation is not frozen (visit-step freeze)"
        case "briefing":
            return "it is not decided that it goes (gate G4b)"
        case _:
            return "what it waits for is not done"


def submit(state: S, request: rq.Submit, by: Actor, at: datetime) -> Events:
    """The papers of a visit say nothing else than its record."""
    paper = request.deliverable
    if request.stage in (Stage.VISIT_CONCEPT, Stage.VISIT_READINESS):
        ahead(state)
    if isinstance(paper, ConceptNote):
        served = sorted(one.code for one in state.serves)
        if sorted(paper.partnerships) != served:
            named = listed(list(paper.partnerships)) or "none"
            raise Refusal(f"visit {state.code} serves {listed(served)}, and the note names {named}")
    if isinstance(paper, ReadinessNote):
        there = len(state.represented())
        if paper.partnerships_represented != there:
            raise Refusal(
                f"by the sub-groups on record {there} partnerships are represented, and the note says "
                f"{paper.partnerships_represented}"
            )
        open_steps = [
            f"{held.step} of {held.about}"
            for held in state.milestones
            if held.step in ("invitation", "clearance") and held.done is None
        ]
        if open_steps:
            raise Refusal(f"go or no-go is asked once these are settled: {listed(open_steps)}")
        if not state.enough():
            raise Refusal(
                f"{there} of {len(state.serves)} partnerships are represented, and at least "
                f"{state.rules.represented} per cent have to be; convert it (convert), move it or cancel it"
            )
    return staging.submit(state, request, by, at)


def move_visit(state: S, request: vr.MoveVisit, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "move a visit", *ORGANISERS)
    ahead(state)
    days = request.days or state.days
    if request.first is None and state.first is None:
        raise Refusal(f"visit {state.code} is put off already; give its new first day (--first)")
    if (request.first, days) == (state.first, state.days):
        raise Refusal(f"visit {state.code} begins on {state.first} for {days} days already")
    if state.begun is not None:
        raise Refusal(
            f"visit {state.code} began on {state.first}; an incident is reported, or it is completed"
        )
    put_off = state.first is not None
    moved = state.moved + 1 if put_off else state.moved
    if moved > state.rules.postponed + 1:
        raise Refusal(
            f"visit {state.code} was put off {state.moved} times; now it is made without travelling (convert) "
            "or cancelled (cancel)"
        )
    if request.first is not None:
        fits(state, request.first, days, at)
    later = state.model_copy(update={"moved": moved, "first": request.first, "days": days})
    if request.first is None:
        clock = later.clock_for(f"visit_dates/{moved}", later.rules.new_dates, (OPERATOR,), at)
        milestones: tuple[ve.Milestone, ...] = (
            *(held for held in state.milestones if held.done is not None and held.step != "dates"),
            ve.Milestone(step="new_dates", clock=clock),
        )
    else:
        again = later.model_copy(
            update={"milestones": tuple(one for one in state.milestones if one.step != "dates")}
        )
        milestones = planned(again, request.first, days, at, later.groups)
    review = None
    if put_off and moved == state.rules.postponed:
        review = state.clock_for(f"put_off/{moved}", state.terms.operate, (OPERATOR,), at)
    return (
        ve.VisitMoved(
            at=at,
            by=by,
            first=request.first,
            days=days,
            reason=request.reason,
            moved=moved,
            milestones=milestones,
            papers=papers(later, request.first, at) if request.first is not None else (),
            clock=review,
            kept=request.days is None,
        ),
    )


def fits(state: S, first: date, days: int, at: datetime) -> None:
    """Refuses days that are over, too many, too late in the programme, or on which nobody may travel."""
    if first <= at.date():
        raise Refusal(f"a visit is planned for days to come, and {first} is not")
    last = last_day(first, days)
    latest = (state.ends - timedelta(days=state.rules.last_day)).date()
    if last > latest:
        raise Refusal(
            f"the last day of a visit is {latest}, {state.rules.last_day} days before the programme ends on "
            f"{day(state.ends)}; {last} is later: convert it (convert) or cancel it (cancel)"
        )
    if not state.delegated:
        return
    if state.from_china:
        countries = {member.country for member in state.members if member.name in state.hosts}
        limits = state.rules.days_abroad
        most = limits[min(len(countries), len(limits)) - 1]
        if days > most:
            raise Refusal(
                f"Chinese officials stay at most {most} days in {len(countries)} "
                f"{'country' if len(countries) == 1 else 'countries'}, the days of arrival and departure included; "
                f"{days} are too many"
            )
    _travel_possible(state, first, last, "can")


def _travel_possible(state: S, first: date, last: date, could: str) -> None:
    going = {member.country for member in state.members if member.name in state.hosts}
    for closed in state.terms.restrictions if state.mode is ExchangeMode.PHYSICAL else ():
        if closed.country in going and closed.since.date() <= last and first <= closed.until.date():
            raise Refusal(
                f"nobody {could} travel to {closed.country} from {day(closed.since)} to {day(closed.until)}; "
                "the visit can be moved (move), or made without travelling (convert)"
            )


def convert_visit(state: S, request: vr.ConvertVisit, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "make a visit without travelling", *ORGANISERS)
    ahead(state)
    if request.mode is state.mode or state.mode is ExchangeMode.VIRTUAL:
        raise Refusal(f"visit {state.code} is {state.mode.value} already")
    if state.mode is ExchangeMode.TEAM_SCOPING:
        raise Refusal("the programme's own staff scope on the spot; cancel it and hold a session instead")
    _agreed(state, request, at)
    _spent(request.costs)
    later = state.model_copy(update={"mode": request.mode})
    milestones = tuple(
        held
        for held in state.milestones
        if held.done is not None or later.delegated or held.step not in OF_TRAVEL
    )
    return (
        ve.VisitConverted(
            at=at,
            by=by,
            mode=request.mode,
            reason=request.reason,
            milestones=milestones,
            agreed=request.agreed,
            consent=request.consent,
            costs=request.costs,
        ),
    )


def _agreed(state: S, request: vr.ConvertVisit, at: datetime) -> None:
    """Refuses what comes too late, or where a host has not agreed that nobody comes (domain.md, convert_to_virtual)."""
    for one in request.agreed:
        if one.host not in state.hosts:
            raise Refusal(
                f"{one.host} does not receive visit {state.code}; its hosts are {listed(state.hosts)}"
            )
        side = state.side_of(one.host)
        if not any(
            held.person == one.person for role in _FOR_A_HOST for held in state.holders_of(role, side, at)
        ):
            raise Refusal(
                f"{one.person} cannot agree for {one.host}: a focal point, deputy or signatory of the "
                f"{side.value.upper()} side does"
            )
    named = [one.host for one in request.agreed]
    twice = list(dict.fromkeys(one for one in named if named.count(one) > 1))
    if twice:
        raise Refusal(f"{listed(twice)} agrees once; give one person for each host")
    for place, one in enumerate(request.agreed):
        other = next((known for known in request.agreed[:place] if known.person == one.person), None)
        if other is not None:
            raise Refusal(f"{one.person} agreed for {other.host}; somebody else speaks for {one.host}")
    if request.agreed and request.mode is not ExchangeMode.VIRTUAL:
        raise Refusal(
            f"hosts are asked where nobody comes to them any more; a {request.mode.value} visit still does: leave "
            "--agreed out"
        )
    if request.consent is not None and not request.agreed:
        raise Refusal("say which host agreed in that text, and who for it (--agreed HOST=KEY)")
    if state.rules.unasked is None:
        return
    if state.begun is not None:
        raise Refusal(
            f"visit {state.code} began on {state.first}, and is converted no more; an incident is reported, or it is "
            "completed"
        )
    if request.mode is not ExchangeMode.VIRTUAL or request.reason in state.rules.unasked:
        return
    lacking = [host for host in state.hosts if host not in named]
    if lacking:
        raise Refusal(
            f"the consent of {listed(lacking)} is not on record: each host agrees that nobody comes "
            f"(--agreed HOST=KEY); only for {listed(state.rules.unasked, 'or') or 'no reason'} is that not waited for"
        )


def _spent(costs: tuple[vr.Cost, ...]) -> None:
    """Refuses what cannot be left to pay of travels that are not made."""
    for cost in costs:
        if cost.refund_denied and not cost.refund_asked:
            raise Refusal(f"cost {cost.what}: a refund cannot have been denied that nobody asked for")
        if cost.amount <= 0:
            raise Refusal(f"cost {cost.what}: an amount above 0 is wanted")


def cancel_visit(state: S, request: vr.CancelVisit, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "cancel a visit", *ORGANISERS)
    ahead(state)
    _spent(request.costs)
    return (ve.VisitCancelled(at=at, by=by, reason=request.reason, text=request.text, costs=request.costs),)


def report_incident(state: S, request: vr.ReportIncident, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    if state.over or state.begun is None:
        begins = f" ({state.first})" if state.first is not None else ""
        raise Refusal(
            f"visit {state.code} is not under way; an incident is reported from its first day{begins} until the visit "
            "is recorded as made"
        )
    if request.over and not state.incident:
        raise Refusal(f"no incident of visit {state.code} is open; one is reported first (without --over)")
    clock = None
    if not request.over:
        clock = state.clock_for(f"incident/{day(at)}", state.terms.operate, (OPERATOR,), at)
    return (ve.IncidentReported(at=at, by=by, text=request.text, over=request.over, clock=clock),)


def complete_visit(state: S, request: vr.CompleteVisit, by: Actor, at: datetime) -> Events:
    """It was made. What follows reaches each partnership it served, by an errand (`domain.errands`)."""
    acting(state, by, at)
    only(by, "record that a visit was made", Role.OPERATOR)
    ahead(state)
    if state.first is None:
        raise Refusal(f"visit {state.code} is put off and has no days yet (move)")
    if request.last < request.first:
        raise Refusal("a visit ends after it begins")
    if request.last >= at.date() and request.last > (at - timedelta(hours=12)).date():
        raise Refusal(f"a visit is recorded after its last day; {request.last} is not over")
    if not state.is_done("dates"):
        raise Refusal(f"visit {state.code} was never fixed with its hosts (visit-step dates)")
    if state.delegated and not state.ready:
        raise Refusal(
            f"it was not decided that visit {state.code} goes: {staging.owed(state, Stage.VISIT_READINESS)}; "
            "what was held without travelling is recorded once it is converted (convert)"
        )
    groups = request.groups
    for code in groups:
        if state.the_group(code).out:
            raise Refusal(f"sub-group {code} did not travel: its clearance was refused")
    if state.delegated and not groups:
        raise Refusal("say which sub-groups travelled (--group)")
    if state.mode is not ExchangeMode.TEAM_SCOPING and not (
        request.participants_eu and request.participants_cn
    ):
        raise Refusal("a visit has participants of both sides; both numbers are needed")
    if request.women > request.participants_eu + request.participants_cn:
        raise Refusal("there cannot have been more women than participants")
    _travel_possible(state, request.first, request.last, "could")
    travelled = groups if state.delegated else ()
    completed = ve.VisitCompleted(
        at=at,
        by=by,
        first=request.first,
        last=request.last,
        mode=state.mode,
        groups=travelled,
        participants_eu=request.participants_eu,
        participants_cn=request.participants_cn,
        women=request.women,
        evidence=request.evidence,
        milestones=after_it(state, request.last, at, travelled),
        named=() if state.delegated else groups,
    )
    due = report_clock(state, request.last, at)
    return (completed, ev.StageOpened(at=at, by=by, stage=Stage.VISIT_REPORT, clock=due, because="completed"))
