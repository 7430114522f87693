"""Who owes what since when: the open tasks of an entity, and when each is reminded of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.clocks import Clock, Deadline, Span, still_days
from domain.entity import EntityState, StageStatus
from domain.gates import Gate
from domain.terms import Rung, Seat, Silence
from domain.values import POLITICAL, SIDES, PersonId, Role, Side

OPERATOR = Seat(role=Role.OPERATOR, side=Side.PROGRAMME)
PARTNERS = tuple(Seat(role=Role.FOCAL_POINT, side=side) for side in SIDES)


@dataclass(frozen=True)
class Task:
    """One thing somebody owes. `seat` says in which role; `persons` who that is now (none: vacant).

    `deadline` is None where the task has no clock or the clock stands still (`stopped`). `what` is one of
    submit, decide, answer, advise, confirm, agreement, escalation, hold_review, name_successor, authority,
    at_risk, dormant, dormant_review, invite, attend, report, minutes, agree_minutes, open; kinds of entity add theirs.
    """

    id: str
    what: str
    subject: str
    seat: Seat
    persons: tuple[PersonId, ...]
    since: datetime
    clock: Clock | None = None
    deadline: Deadline | None = None
    stopped: bool = False
    gate: Gate | None = None
    when: datetime | None = None
    """The moment of what it is about, where that has one: a session's start."""
    moot: datetime | None = None
    """From when on nobody is reminded of it any more, overdue or not."""
    version: str = ""
    """The hash of the text it is about, where no gate has it."""

    @property
    def by_silence(self) -> bool:
        """Whether the calendar settles it when its time is over, so that it never becomes overdue."""
        return (
            self.gate is not None
            and self.gate.terms.on_silence is not Silence.NEVER
            and self.what == "decide"
        )


@dataclass(frozen=True)
class Fall:
    """A rung falling on a recipient: when, for which task, and the rungs before it that were missed."""

    at: datetime
    recipient: PersonId
    task: Task
    rung: Rung
    missed: tuple[int, ...] = ()


def tasks_of(state: EntityState) -> tuple[Task, ...]:
    """All open tasks, in a fixed order; the same tuple each time for the same state."""
    known = state.__dict__.get("tasks")
    if known is None:
        known = state.__dict__["tasks"] = tuple(state.own_tasks()) if not state.ended else ()
    tasks: tuple[Task, ...] = known
    return tasks


def deadlines_of(state: EntityState) -> dict[tuple[str, str], datetime]:
    """The deadlines of all open tasks, by task and clock: after a return the same task has a new clock."""
    return {
        (task.id, task.clock.id): task.deadline.at
        for task in tasks_of(state)
        if task.deadline is not None and task.clock is not None
    }


def stage_tasks(state: EntityState) -> Iterator[Task]:
    """What stages and gates wait for: versions, decisions, answers, advice."""
    for held in state.stages:
        if held.status is StageStatus.OPEN and held.awaiting:
            for place, seat in enumerate(state.terms.stage(held.stage).makers):
                name = f"submit/{held.stage.value}/{place}"
                yield task(state, name, "submit", held.stage.words, seat, held.clock.start, held.clock)
    for gate in state.open_gates():
        if gate.asked_by is not None and gate.asked_at is not None:
            yield from _answer_tasks(state, gate, gate.asked_at)
        for place in gate.waiting():
            yield task(
                state,
                f"decide/{gate.id}/{place}",
                "decide",
                gate.terms.title,
                gate.seats[place],
                gate.waiting_since(place),
                gate.clock,
                gate,
            )
        for place, advice in enumerate(gate.advice):
            if advice.answer is None:
                seat = _seat_of(state, advice.of)
                name = f"advise/{gate.id}/{place}"
                yield task(state, name, "advise", gate.terms.title, seat, advice.asked, advice.clock, gate)


def proposal_tasks(state: EntityState) -> Iterator[Task]:
    """What waits for a second person."""
    for proposal in state.proposals:
        name = f"confirm/{proposal.number}"
        kind = proposal.matter.kind.replace("_", " ")
        asked = task(state, name, "confirm", kind, OPERATOR, proposal.at, proposal.clock)
        own = (proposal.by.person, proposal.by.on_behalf_of)  # a second person is wanted
        leaders = tuple(held.person for held in state.holders_of(Role.TEAM_LEADER, Side.PROGRAMME, state.now))
        others = [tuple(one for one in persons if one not in own) for persons in (asked.persons, leaders)]
        yield replace(asked, persons=others[0] or others[1])


def watch_tasks(state: EntityState) -> Iterator[Task]:
    """What the secretariat is to look at."""
    for watch in state.watches:
        # a hold's own review runs while all else stands still
        yield task(
            state,
            watch.id,
            watch.what,
            watch.subject,
            OPERATOR,
            watch.clock.start,
            watch.clock,
            unstoppable=watch.id == "hold_review",
        )


def _answer_tasks(state: EntityState, gate: Gate, asked_at: datetime) -> Iterator[Task]:
    stage = state.stage(gate.stage)
    maker = stage.current.by if stage and stage.current else None
    if maker is not None:
        seat = Seat(role=maker.role, side=maker.side)
        if state.holder(maker.person, state.now) is not None:
            seat = seat.model_copy(update={"person": maker.person})
        name = f"answer/{gate.id}"
        yield task(state, name, "answer", gate.terms.title, seat, asked_at, gate.answer_clock, gate)


def _seat_of(state: EntityState, person: PersonId) -> Seat:
    held = state.last_known(person)
    if held is None:
        return Seat(role=Role.DEPUTY, side=Side.PROGRAMME, person=person)
    return Seat(role=held.role, side=held.side, person=person)


def task(
    state: EntityState,
    name: str,
    what: str,
    subject: str,
    seat: Seat,
    since: datetime,
    clock: Clock | None,
    gate: Gate | None = None,
    *,
    unstoppable: bool = False,
) -> Task:
    """A task for whoever takes this seat now, with the deadline of its clock."""
    deadline = None
    if clock is not None:
        suspended = tuple(span for span in state.stops if span.why == "suspension")
        also = suspended if unstoppable else state.stops
        deadline = clock.deadline(state.edition, also=also)
    return Task(
        id=name,
        what=what,
        subject=subject,
        seat=seat,
        persons=state.persons_for(seat, state.now),
        since=since,
        clock=clock,
        deadline=deadline,
        stopped=clock is not None and deadline is None,
        gate=gate,
    )


def recipients(state: EntityState, task: Task) -> tuple[PersonId, ...]:
    """Who is written to about a task.

    The political level is never written to by itself: its side's focal point is asked to bring it to them
    (domain.md 2.9), or the operators where there is none. The secretariat has its table of tasks instead of reminders.
    """
    if not for_signature(state, task):
        return task.persons
    political = state.political()
    others = tuple(person for person in task.persons if person not in political)
    focal = state.persons_for(beside(task.seat, Role.FOCAL_POINT), state.now)
    bringers = tuple(person for person in focal if person not in political)
    if not others and not bringers:
        operators = state.holders_of(OPERATOR.role, OPERATOR.side, state.now)
        bringers = tuple(held.person for held in operators if held.person not in political)
    return tuple(dict.fromkeys((*others, *bringers)))


def beside(seat: Seat, role: Role) -> Seat:
    """Another role of the side, and of the member, that a seat is of."""
    return Seat(role=role, side=seat.side, of=seat.of)


def for_signature(state: EntityState, task: Task) -> bool:
    """Whether a task is the political level's, so that somebody is asked to bring it to them."""
    if task.persons:
        political = state.political()
        return any(person in political for person in task.persons)
    return task.seat.role in POLITICAL


def reminded(task: Task) -> bool:
    """Whether a task has a ladder at all."""
    return task.seat.role is not Role.OPERATOR and task.deadline is not None


def falls(state: EntityState) -> tuple[Fall, ...]:
    """Every rung still to fall, for each open task and recipient, in order of time."""
    known = state.__dict__.get("falls")
    if known is None:
        found = [fall for task in tasks_of(state) if reminded(task) for fall in _falls(state, task)]
        known = state.__dict__["falls"] = tuple(sorted(found, key=lambda fall: (fall.at, fall.recipient)))
    result: tuple[Fall, ...] = known
    return result


def _falls(state: EntityState, task: Task) -> Iterator[Fall]:
    assert task.deadline is not None
    for recipient in recipients(state, task):
        ladder = next(
            (held for held in state.ladders if held.task == task.id and held.recipient == recipient), None
        )
        if ladder is not None and ladder.stopped is not None:
            continue
        fired = max(ladder.fired, default=None) if ladder is not None else None
        rungs = [rung for rung in state.terms.ladder if fired is None or rung.offset > fired]
        since = _owes_since(state, task, recipient)
        spans = task.clock.spans if task.clock else ()
        for rung, at in rung_times(state, task.deadline, rungs, recipient, spans):
            if at > since and (task.moot is None or at < task.moot):
                yield Fall(at=at, recipient=recipient, task=task, rung=rung)


def _owes_since(state: EntityState, task: Task, recipient: PersonId) -> datetime:
    """Since when a recipient has been asked: whoever takes over a role is not reminded of what was before."""
    role = Role.FOCAL_POINT if task.seat.role in POLITICAL else task.seat.role
    held = state.holders_of(role, task.seat.side, state.now)
    return max([task.since, *(one.since for one in held if one.person == recipient)])


def rung_times(
    state: EntityState,
    deadline: Deadline,
    rungs: Iterable[Rung],
    recipient: PersonId,
    spans: tuple[Span, ...] = (),
) -> Iterator[tuple[Rung, datetime]]:
    """When each rung falls: 09:00 (by the terms) where the recipient lives, on a working day there.

    Rungs up to the due day move to an earlier working day, those after it to a later one. Days on which
    everything, or the task's own clock (`spans`), stood still are no days of the ladder either: a hold brings
    nobody nearer to an escalation.
    """
    held = state.last_known(recipient)
    home = state.home()
    zone = ZoneInfo(held.zone if held else home[0])
    country = held.country if held else home[1]
    known = [calendar.country for calendar in state.edition.countries]
    days = state.edition.days(country if country in known else home[1])
    still = still_days((*state.stops, *spans), zone)
    hour = time(state.terms.remind_at_hour)
    for rung in rungs:
        day = deadline.on if rung.offset > 0 else days.on_or_before(deadline.on)
        step = 1 if rung.offset > 0 else -1
        for _ in range(abs(rung.offset) if still else 0):
            day = days.shift(day, step)
            while any(first <= day <= last for first, last in still):
                day = days.shift(day, step)
        if not still:
            day = days.shift(day, rung.offset)
        yield rung, datetime.combine(day, hour, zone).astimezone(UTC)


def cut_off_times(state: EntityState) -> tuple[tuple[datetime, str], ...]:
    """The cut-offs still to come, as the instants at which they are over."""
    return tuple(
        (state.ends - timedelta(days=days), name)
        for name, days in state.terms.cut_offs
        if name not in state.cut_offs
    )
