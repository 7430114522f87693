"""Study visits in a rehearsal: who takes which step when, and what befalls a delegation on its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain import requests as rq
from domain.partnership import Partnership
from domain.rehearsal.chance import chance, noon
from domain.rehearsal.characters import Tour
from domain.rehearsal.doing import Doing, beginner
from domain.rehearsal.scene import Planned, Stagehands, in_order
from domain.tasks import Task, tasks_of
from domain.terms import Stage
from domain.values import ExchangeMode, Holder, Refusal, Role, Side
from domain.visits import requests as vr
from domain.visits.events import VisitFounded
from domain.visits.founding import founding
from domain.visits.requests import GroupStep
from domain.visits.state import Group
from domain.visits.steps import ConceptNote, MissionReport, ReadinessNote
from domain.visits.visit import StudyVisit

_OWN_STEPS = "dates freeze bookings agenda briefing survey news next_steps summary".split()
_ANEW = (timedelta(days=75), timedelta(days=35))
"""So long ahead a visit is put off that was not ready; the shorter time is for one that by now is, or has no more."""
_DAYS = {"dates": (2, 9), "freeze": (1, 4), "bookings": (3, 20), "agenda": (5, 30), "briefing": (0, 3)}
"""Between how many days after it has come up somebody takes a step."""


def tour_founded(tour: Tour, served: Sequence[Partnership], at: datetime) -> VisitFounded:
    """The visit as the operator of the first partnership it serves plans it."""
    return founding(
        tour.code,
        title=tour.title,
        title_zh=tour.title_zh,
        direction=tour.direction,
        mode=tour.mode,
        serves=served,
        hosts=tour.hosts,
        first=tour.first,
        days=tour.days,
        by=beginner(served[0], at),
        at=at,
    )


def tour_of(state: StudyVisit, hands: Stagehands) -> Tour:
    """The story a visit plays."""
    return next(tour for tour in hands.script.tours if tour.code == state.code)


@dataclass(frozen=True)
class _Trip(Doing):
    """One visit at one moment."""

    state: StudyVisit
    tour: Tour


def plan_tour(
    state: StudyVisit, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """What everybody would do next for a visit and when, soonest first, none of it before `at`."""
    if state.ended:
        return ()
    trip = _Trip(hands, at, done, state, tour_of(state, hands))
    found: list[Planned] = [*_befalls(trip)]
    for task in tasks_of(state):
        found += _reply(trip, task)
    return in_order(found)


def _befalls(trip: _Trip) -> Iterator[Planned]:
    """It is put off, or made without travelling."""
    tour, state, operator = trip.tour, trip.state, trip.holder(Role.OPERATOR)
    if operator is None or state.over or state.begun is not None:
        return
    # where all comes late, its task asks for yet another day once that one has come too
    if tour.put_off is not None and state.moved == 0 and trip.at.date() < tour.put_off:
        when = trip.after(operator, noon(tour.first) - timedelta(days=60), 0, 6, "put off")
        request = vr.MoveVisit(first=tour.put_off, reason="host")
        yield from trip.planned("put off", when, operator, request)
    if tour.virtual_from is not None and state.mode is not ExchangeMode.VIRTUAL:
        yield from _virtual(trip, operator, trip.after(operator, noon(tour.virtual_from), 0, 4, "virtual"))


def _virtual(trip: _Trip, operator: Holder, when: datetime) -> Iterator[Planned]:
    request = vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="travel_restriction")
    yield from trip.planned("virtual", when, operator, request)


def _on_a_screen(trip: _Trip, task: Task) -> Iterator[Planned]:
    """Nobody may travel there any more: what is planned is made without travelling."""
    operator = trip.holder(Role.OPERATOR)
    if operator is not None:
        yield from _virtual(trip, operator, trip.after(operator, task.since, 3, 12, task.id))


def _another_time(trip: _Trip, task: Task) -> Iterator[Planned]:
    """Its day has come and too much was missing: it is put off as long as the rules allow, else cancelled."""
    operator = trip.holder(Role.OPERATOR)
    if operator is None:
        return
    id = f"{task.id}/{trip.state.moved}"
    when = max(trip.after(operator, task.since, 2, 10, id), trip.at)
    for ahead in _ANEW[1:] if trip.state.ready else _ANEW:
        first = (when + ahead).date()
        move = vr.MoveVisit(first=first + timedelta(days=-first.weekday() % 7), reason="not_ready")
        try:
            trip.state.ask(move, operator.in_person(), when)
        except Refusal:
            continue
        yield from trip.planned(id, when, operator, move)
        return
    why = trip.text("evidence", operator, id, "No days are left on which it could be made.")
    yield from trip.planned(id, when, operator, vr.CancelVisit(reason="not_ready", text=why.hash), why)


def _reply(trip: _Trip, task: Task) -> Iterator[Planned]:
    what, _, about = task.id.partition("/")
    if what == "submit":
        yield from _paper(trip, task, Stage(about.partition("/")[0]))
    elif what == "decide":
        yield from trip.approves(task, 0.5, 5)
    elif what == "visit_groups":
        yield from _groups(trip, task)
    elif what == "visit_names":
        yield from _names(trip, task, trip.state.the_group(about))
    elif what in ("visit_clearance", "visit_visa", "visit_late_visas"):
        yield from _papers_of(trip, task, trip.state.the_group(about))
    elif what == "visit_invitation":
        yield from _invitation(trip, task, trip.state.the_group(about))
    elif what == "travel_review":
        yield from _on_a_screen(trip, task)
    elif what == "not_ready":
        yield from _another_time(trip, task)
    elif what == "errand":
        yield from trip.let_be(task, about)
    elif what == "visit_complete":
        yield from _completion(trip)
    elif what.removeprefix("visit_") in _OWN_STEPS:
        yield from _step(trip, task, what.removeprefix("visit_"), about)


def _step(trip: _Trip, task: Task, step: str, about: str) -> Iterator[Planned]:
    holder = trip.owing(task)
    if holder is None:
        return
    least, most = _DAYS.get(step, (3, 12))
    again = trip.state.moved
    id = f"{task.id}/{again}"
    request = vr.StepVisit(step=step, about=about or None, grades=_grades(trip) if step == "survey" else None)
    yield from trip.planned(id, trip.after(holder, task.since, least, most, id), holder, request)


def _grades(trip: _Trip) -> vr.Grades | None:
    """Some of those who were there answer, most of them pleased."""
    made = trip.state.completion
    draw = chance(trip.hands.seed, trip.state.code, "grades")
    there = made.participants if made is not None else 0
    answers = [
        draw.choices((1, 2, 3, 4, 5), (1, 3, 14, 48, 34))[0] for _ in range(there) if draw.random() < 0.55
    ]
    one, two, three, four, five = (answers.count(points) for points in range(1, 6))
    return (one, two, three, four, five) if answers else None


def _paper(trip: _Trip, task: Task, stage: Stage) -> Iterator[Planned]:
    operator = trip.holder(Role.OPERATOR)
    held = trip.state.stage(stage)
    if operator is None or held is None:
        return
    number = len(held.versions) + 1
    id = f"{task.id}/{number}"
    form = trip.text("form", operator, id, f"{stage.words} of {trip.state.title}, version {number}")
    note: ConceptNote | ReadinessNote | MissionReport
    if stage is Stage.VISIT_CONCEPT:
        note = ConceptNote(
            version=form.hash,
            objective=True,
            partnerships=tuple(one.code for one in trip.state.serves),
            delegates=5 * len(trip.state.serves),
            estimate=Decimal(4000 * len(trip.state.serves)),
            authorisation=f"PA-{trip.state.code}",
        )
    elif stage is Stage.VISIT_READINESS:
        open_ones = [
            one
            for one in trip.state.milestones
            if one.step in ("invitation", "clearance") and one.done is None
        ]
        if open_ones or not trip.state.enough():
            return
        note = ReadinessNote(
            version=form.hash,
            partnerships_represented=len(trip.state.represented()),
            head_of_delegation=True,
            flights_and_hotel=True,
            insurance=True,
            agenda_draft=True,
        )
    else:
        note = MissionReport(version=form.hash, sessions=4, lessons=3, next_steps=5, summary_zh=True)
    since = task.since
    if stage is Stage.VISIT_READINESS and trip.state.begins() is not None:
        begins = trip.state.begins()
        assert begins is not None
        since = max(since, begins - timedelta(days=27))
    when = trip.after(operator, since, 1, 5 if stage is Stage.VISIT_READINESS else 12, id)
    yield from trip.planned(
        id, when, operator, rq.Submit(stage=stage, deliverable=note, text=form.hash), form
    )


def _guests(trip: _Trip) -> Iterator[tuple[str, Side, tuple[str, ...]]]:
    """Each city or region that sends people, its side, and the partnerships it travels for."""
    places: dict[str, list[str]] = {}
    for one in trip.state.serves:
        guest = one.cn if trip.state.from_china else one.eu
        if guest not in trip.state.hosts:
            places.setdefault(guest, []).append(one.code)
    for place, codes in places.items():
        yield place, trip.state.side_of(place), tuple(codes)


def _groups(trip: _Trip, task: Task) -> Iterator[Planned]:
    operator = trip.holder(Role.OPERATOR)
    if operator is None:
        return
    for number, (place, side, codes) in enumerate(_guests(trip), start=1):
        if any(group.sender == place for group in trip.state.groups):
            continue
        contact, host = trip.holder(Role.FOCAL_POINT, side), trip.holder(Role.FOCAL_POINT, side.other)
        if contact is None or host is None:
            continue
        contact = next(iter(_of_partnership(trip, side, codes[0], Role.FOCAL_POINT)), contact)
        request = vr.FormGroup(
            group=f"g{number}",
            sender=place,
            host=trip.state.hosts[(number - 1) % len(trip.state.hosts)],
            contact=contact.person,
            host_contact=host.person,
            serves=codes,
        )
        id = f"group/{number}"
        yield from trip.planned(id, trip.after(operator, task.since, 1, 6, id), operator, request)


def _of_partnership(trip: _Trip, side: Side, code: str, *roles: Role) -> list[Holder]:
    """Those who were drawn from a partnership: people stand in the order of the partnerships the visit serves.

    A role that was vacant there, or a person who stands for two of them, moves those behind up: then they are
    somebody else's people, which a visit does not know.
    """
    place = [one.code for one in trip.state.serves].index(code)
    held = [trip.state.holders_of(role, side, trip.at) for role in roles]
    return [those[place] for those in held if place < len(those)]


def _names(trip: _Trip, task: Task, group: Group) -> Iterator[Planned]:
    contact = trip.person(group.contact)
    if contact is None:
        return
    side, roles = group.side, (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)
    own = _of_partnership(trip, side, group.serves[0], *roles)
    others = [held for role in roles for held in trip.state.holders_of(role, side, trip.at)]
    known = [held.person for held in (*own, *others)]
    taken = trip.state.everybody()
    free = [one for one in dict.fromkeys(known) if one not in taken]
    draw = chance(trip.hands.seed, trip.state.code, "names", group.group)
    named = tuple([group.contact] * (group.contact in free) + [one for one in free if one != group.contact])
    named = named[: draw.randint(2, 3)]
    if not named:
        return
    id = f"names/{group.group}/{len(taken)}"  # whoever was named elsewhere meanwhile is not named again
    when = trip.after(contact, task.since, 3, 16, id)
    request = vr.NameParticipants(group=group.group, participants=named, head=named[0])
    yield from trip.planned(id, when, contact, request)


def _invitation(trip: _Trip, task: Task, group: Group) -> Iterator[Planned]:
    host = trip.person(group.host_contact)
    if host is None:
        return
    id = f"{task.id}/{trip.state.moved}/{task.since:%Y%m%d}"
    letter = trip.text("evidence", host, id)
    when = trip.after(host, task.since, 2, 9, id)
    request = vr.StepVisit(step="invitation", about=group.group, text=letter.hash)
    yield from trip.planned(id, when, host, request, letter)


def _papers_of(trip: _Trip, task: Task, group: Group) -> Iterator[Planned]:
    """The clearance by the group's own authority, then its visas; some are refused."""
    contact = trip.person(group.contact)
    if contact is None:
        return
    asked = group.step
    if task.what == "visit_clearance":
        refused = trip.tour.refused is not None and trip.tour.refused in group.serves
        answer = GroupStep.REFUSED if refused else GroupStep.CLEARED
        step, days = (answer, (18, 32)) if asked is GroupStep.SUBMITTED else (GroupStep.SUBMITTED, (2, 7))
    elif task.what == "visit_visa":
        step, days = GroupStep.LODGED, (3, 12)
    else:
        step, days = GroupStep.GRANTED, (6, 15)
    if asked is step:
        return
    id = f"{step.value}/{group.group}/{task.since:%Y%m%d}"
    since = (
        trip.state.now if step is not GroupStep.SUBMITTED and task.what == "visit_clearance" else task.since
    )
    since = max(task.since, min(since, task.since + timedelta(days=8)))
    yield from trip.planned(
        id, trip.after(contact, since, *days, id), contact, vr.StepGroup(group=group.group, step=step)
    )


def _completion(trip: _Trip) -> Iterator[Planned]:
    operator, last = trip.holder(Role.OPERATOR), trip.state.ends_on()
    if operator is None or last is None or trip.state.first is None:
        return
    groups = tuple(group.group for group in trip.state.groups if not group.out)
    draw = chance(trip.hands.seed, trip.state.code, "made")
    lists = trip.text("evidence", operator, "made")
    guests = sum(len(group.travelling) for group in trip.state.groups if not group.out) or 4
    hosts = draw.randint(8, 20)
    eu, cn = (hosts, guests) if trip.state.from_china else (guests, hosts)
    request = vr.CompleteVisit(
        first=trip.state.first,
        last=last,
        groups=groups if trip.state.delegated else (),
        participants_eu=eu,
        participants_cn=cn,
        women=draw.randint(2, max(eu + cn - 2, 3)) // 2,
        evidence=lists.hash,
    )
    over = noon(last) + timedelta(days=trip.tour.evidence_days)
    when = trip.after(operator, over, 0, 4, "made")
    yield from trip.planned("made", when, operator, request, lists, earliest=noon(last) + timedelta(days=1))
