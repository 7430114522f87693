"""What happens to an entity as a whole: hold, suspension, people changing, calendars and terms, contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import events as ev
from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.entity import EntityState
from domain.standing import acting, day, not_the_maker, only, person_of_one_side, role_words
from domain.tasks import OPERATOR, recipients, reminded, tasks_of
from domain.terms import Silence, Stage, Terms, calendar_days
from domain.values import Actor, Holder, Refusal, Role, Side, listed

S = EntityState
Events = tuple[ev.AnyEvent, ...]
SECRETARIAT = (Role.OPERATOR, Role.TEAM_LEADER)


def steered(state: S, by: Actor, at: datetime, doing: str, *roles: Role) -> None:
    """Refuses whoever is not of the secretariat, or of these roles."""
    acting(state, by, at)
    only(by, doing, *(roles or SECRETARIAT))


def hold(state: S, request: rq.Hold, by: Actor, at: datetime) -> Events:
    steered(state, by, at, f"put a {state.noun} on hold")
    review = state.clock_for(
        f"hold/{len(state.stops) + 1}", calendar_days(state.terms.hold_review), (OPERATOR,), at
    )
    return (ev.HoldPlaced(at=at, by=by, reason=request.reason, remark=request.remark, clock=review),)


def resume(state: S, request: rq.Resume, by: Actor, at: datetime) -> Events:
    steered(state, by, at, f"resume a {state.noun}")
    if not state.on_hold:
        raise Refusal(f"{state.code} is not on hold, so there is nothing to resume")
    return (ev.HoldLifted(at=at, by=by),)


def suspend(state: S, request: rq.Suspend, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record a suspension", Role.OPERATOR, Role.EU_DELEGATION)
    since = request.since
    if since is not None:
        not_yet_to_come(since, at)
        # a broadcast reaches whatever is under way, and some of it began after that day
        since = max(since, state.founded)
    return (ev.SuspensionOrdered(at=at, by=by, order=request.order, since=since),)


def not_yet_to_come(since: datetime, at: datetime) -> None:
    """Refuses to suspend from a day that is still to come: until then everything goes on."""
    if since > at:
        raise Refusal(
            f"a suspension from {day(since)} on, a day to come, is recorded on that day; without --since it "
            "holds from now on"
        )


def lift_suspension(state: S, request: rq.LiftSuspension, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "lift a suspension", Role.OPERATOR, Role.EU_DELEGATION)
    if not state.suspended:
        raise Refusal(f"{state.code} is not suspended, so there is nothing to lift")
    return (ev.SuspensionLifted(at=at, by=by, order=request.order),)


def calendar_known(state: S, country: str) -> None:
    """Refuses a country whose holidays are not in the edition in force."""
    known = [calendar.country for calendar in state.edition.countries]
    if country not in known:
        raise Refusal(
            f"the calendar of {country} is not in this {state.noun}'s edition "
            f"{state.edition.name!r} ({listed(known)}); adopt one that has it first (adopt-calendar)"
        )


def change_holder(state: S, request: rq.ChangeHolder, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "change who holds a role")
    role, side = request.role, request.side
    now = state.holders_of(role, side, at)
    if request.leaving is None and request.to is None:
        raise Refusal("say who leaves, who takes over, or both")
    if request.leaving is not None and not any(held.person == request.leaving for held in now):
        raise Refusal(f"{request.leaving} does not hold the role of {role_words(role, side)} in {state.code}")
    to: Holder | None = None
    if request.to is not None:
        if request.to.role is not role or request.to.side is not side:
            raise Refusal(f"{request.to.person} would take another role than {role_words(role, side)}")
        if any(held.person == request.to.person for held in now if held.person != request.leaving):
            raise Refusal(f"{request.to.person} holds the role of {role_words(role, side)} already")
        person_of_one_side(state, request.to.person, side)
        calendar_known(state, request.to.country)
        to = request.to.model_copy(update={"since": at, "until": None})
    left = [held for held in now if held.person != request.leaving]
    clock = None
    if to is None and not left and role is Role.OPERATOR:
        raise Refusal(
            f"{request.leaving} is the only operator of {state.code}, and without one nobody could name another; "
            "say who takes over (to)"
        )
    if to is None and not left:
        name = f"successor.{role.value}.{side.value}/{day(at)}"
        clock = state.clock_for(name, state.terms.successor, (OPERATOR,), at)
    return (
        ev.HolderChanged(
            at=at,
            by=by,
            role=role,
            side=side,
            leaving=request.leaving,
            to=to,
            letter=request.letter,
            clock=clock,
        ),
    )


def delegate(state: S, request: rq.Delegate, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    if by.on_behalf_of is not None:
        raise Refusal("what was delegated is not delegated further", grave=True)
    if (by.role, by.side) != (request.role, request.side):
        raise Refusal(f"you act as {role_words(by.role, by.side)} and delegate that role only", grave=True)
    if request.to == by.person:
        raise Refusal("a role is delegated to somebody else")
    if request.until <= request.since:
        raise Refusal("a delegation ends after it begins")
    if request.until <= at:
        raise Refusal(f"the delegation would be over since {day(request.until)}")
    person_of_one_side(state, request.to, request.side)
    for stage in request.stages or tuple(terms.stage for terms in state.terms.stages):
        if request.stages or any(gate.stage is stage for gate in state.open_gates()):
            not_the_maker(state, stage, request.to)
    return (
        ev.Delegated(
            at=at,
            by=by,
            to=request.to,
            role=request.role,
            side=request.side,
            since=request.since,
            until=request.until,
            stages=request.stages,
        ),
    )


def log_contact(state: S, request: rq.LogContact, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "log a contact", Role.OPERATOR, Role.TEAM_LEADER, Role.CLUSTER_MANAGER)
    if state.last_known(request.person) is None:
        raise Refusal(f"{request.person} has no role in {state.code}")
    logged = ev.ContactLogged(at=at, by=by, person=request.person, channel=request.channel, note=request.note)
    return (logged, *ladders_stopped(state, request.person, at, because="contact", by=by))


def ladders_stopped(
    state: S, person: str, at: datetime, because: str, by: Actor | None, among: tuple[str, ...] | None = None
) -> Events:
    """The end of all reminders to a person of what is open now (`among`: of these tasks only)."""
    stopped = {
        ladder.task for ladder in state.ladders if ladder.recipient == person and ladder.stopped is not None
    }
    tasks = tuple(
        task.id
        for task in tasks_of(state)
        if reminded(task)
        and person in recipients(state, task)
        and task.id not in stopped
        and (among is None or task.id in among)
    )
    if not tasks:
        return ()
    return (ev.LadderStopped(at=at, by=by, person=person, tasks=tasks, because=because),)


def secretariat(state: S, at: datetime) -> list[Holder]:
    """Who is of the secretariat then, its operators first."""
    return [held for role in SECRETARIAT for held in state.holders_of(role, Side.PROGRAMME, at)]


def restrict_travel(state: S, request: rq.RestrictTravel, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record a travel restriction", Role.OPERATOR, Role.EU_DELEGATION)
    until = request.until or state.ends
    if until <= request.since:
        raise Refusal(f"a restriction ends after it begins, on {day(request.since)}")
    for closed in state.terms.restrictions:
        if closed.country == request.country and closed.since <= request.since and until <= closed.until:
            raise Refusal(
                f"that nobody travels to {request.country} from {day(closed.since)} to {day(closed.until)} "
                "is known already"
            )
    return (
        ev.TravelRestricted(
            at=at,
            by=by,
            country=request.country,
            since=request.since,
            until=until,
            order=request.order,
            clock=state.restricted(request.country, request.since, until, at),
            open_end=request.until is None,
        ),
    )


def resume_travel(state: S, request: rq.ResumeTravel, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record that travel goes on", Role.OPERATOR, Role.EU_DELEGATION)
    ended = [
        closed
        for closed in state.terms.restrictions
        if closed.country == request.country and request.since <= closed.until
    ]
    if not ended:
        known = [f"{closed.country} until {day(closed.until)}" for closed in state.terms.restrictions]
        raise Refusal(
            f"no restriction of travel to {request.country} lasts until {day(request.since)}; "
            + (f"on record are {listed(known)}" if known else "none is on record (restrict-travel)")
        )
    return (
        ev.TravelResumed(at=at, by=by, country=request.country, since=request.since, order=request.order),
    )


def change_end(state: S, request: rq.ChangeEnd, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record a new end of the programme")
    second = secretariat(state, at)
    if request.second in (by.person, by.on_behalf_of):
        raise Refusal(f"{request.second} cannot be the second person too", grave=True)
    if not any(held.person == request.second for held in second):
        raise Refusal(
            f"{request.second} is neither an operator nor a team leader of {state.code}", grave=True
        )
    if request.ends <= state.ends:
        raise Refusal(f"the programme ends on {day(state.ends)}; an extension ends later")
    told = end_changed(state, request.ends, request.addendum, by, at)
    return (told.model_copy(update={"second": request.second}),)


def end_changed(state: S, ends: datetime, addendum: str, by: Actor, at: datetime) -> ev.EndDateChanged:
    """The programme's new end, with every date that moves."""
    later = state.model_copy(update={"ends": ends})
    return ev.EndDateChanged(
        at=at, by=by, was=state.ends, ends=ends, addendum=addendum, moved=moved(state, later)
    )


def adopt_calendar(state: S, request: rq.AdoptCalendar, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "adopt a calendar")
    usable_edition(state, request.edition)
    edition = request.edition
    if request.cut:
        edition = edition.only(*(calendar.country for calendar in state.edition.countries))
    if edition.content_hash == state.edition.content_hash:
        raise Refusal(f"edition {edition.name!r} is in force already")
    adopted = state.model_copy(update={"edition": edition})
    return (ev.CalendarAdopted(at=at, by=by, edition=edition, moved=moved(state, adopted)),)


def usable_edition(state: S, edition: CalendarEdition) -> None:
    """Refuse an edition that lacks a country of the one in force, or is older."""
    wanted = [calendar.country for calendar in state.edition.countries]
    offered = [calendar.country for calendar in edition.countries]
    lacking = [country for country in wanted if country not in offered]
    if lacking:
        raise Refusal(f"edition {edition.name!r} lacks the calendar of {listed(lacking)}")
    if edition.published < state.edition.published:
        raise Refusal(
            f"edition {edition.name!r} of {edition.published} is older than "
            f"{state.edition.name!r} of {state.edition.published}, which is in force"
        )


def moved(before: S, after: S) -> tuple[ev.Moved, ...]:
    """Open deadlines and cut-offs that differ between two states, by the clock's id."""
    found: dict[str, ev.Moved] = {}
    later = {task.id: task for task in tasks_of(after)}
    for task in tasks_of(before):
        if task.clock is None or task.id not in later:
            continue
        was = task.deadline.at if task.deadline else None
        other = later[task.id].deadline
        now = other.at if other else None
        if was != now:
            found[task.clock.id] = ev.Moved(clock=task.clock.id, was=was, now=now)
    later_dates = after.own_dates()
    told = {task.id for task in tasks_of(before) if task.clock is not None and task.id in later}
    for name, was in before.own_dates().items():
        if name not in told and name in later_dates and later_dates[name] != was:
            found[name] = ev.Moved(clock=name, was=was, now=later_dates[name])
    if before.ends != after.ends:
        for name, days in after.terms.cut_offs:
            away = timedelta(days=days)
            found[name] = ev.Moved(clock=name, was=before.ends - away, now=after.ends - away)
    return tuple(found.values())


def adopt_terms(state: S, request: rq.AdoptTerms, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "adopt terms")
    if request.terms == state.terms:
        raise Refusal(f"the terms {request.terms.name!r} are in force already")
    usable_terms(request.terms, [terms.stage for terms in state.terms.stages])
    for opened in state.open_gates():
        offered = request.terms.stage(opened.stage).gates
        if opened.code not in [gate.code for gate in offered]:
            raise Refusal(
                f"the terms {request.terms.name!r} lack gate {opened.code}, which is open: without it the "
                f"gates after it would be skipped ({listed([gate.code for gate in offered])} would be left)"
            )
    return (ev.TermsAdopted(at=at, by=by, terms=request.terms, decision=request.decision),)


def usable_terms(terms: Terms, stages: Sequence[Stage]) -> None:
    """Refuse terms that nothing with these stages could live by."""
    lacking = [stage.words for stage in stages if stage not in [one.stage for one in terms.stages]]
    if lacking:
        raise Refusal(f"the terms {terms.name!r} lack the stage {listed(lacking)}")
    for stage in terms.stages:
        for gate in stage.gates:
            if gate.silence is Silence.DEEMED and not gate.basis:
                raise Refusal(f"gate {gate.code}: silence counts only with its legal basis as text")


def run_again(state: S, request: rq.RunAgain, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "have others asked once more")
    _turned_down(state, request.errand)
    return (ev.ErrandRepeated(at=at, by=by, errand=request.errand),)


def let_be(state: S, request: rq.LetBe, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "let those be that refused")
    _turned_down(state, request.errand)
    return (ev.ErrandDropped(at=at, by=by, errand=request.errand, reason=request.reason, text=request.text),)


def _turned_down(state: S, errand: str) -> None:
    if any(one.id == errand for one in state.errands):
        raise Refusal(f"errand {errand} is under way; who refuses is known once all have been asked")
    if not any(one.id == errand for one in state.turned_down):
        known = listed([one.id for one in state.turned_down]) or "none"
        raise Refusal(
            f"nobody refused an errand {errand!r} of {state.code}; errands that were refused: {known}"
        )
