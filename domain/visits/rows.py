"""A visit's whole timetable in rows: what is done, what is a task by now, and what is foreseen with its date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clocks import Clock, Deadline
from domain.entity import StageStatus
from domain.gates import Gate
from domain.tasks import OPERATOR, tasks_of
from domain.terms import GateTerms, Seat, Stage, VisitPer, VisitSeat, VisitStepTerms
from domain.values import Role, Side
from domain.visits.events import Milestone
from domain.visits.state import VisitState
from domain.visits.timetable import (
    abouts,
    counted_back,
    last_day,
    last_moment,
    report_clock,
    seat_of,
    unclocked,
    wanted,
)

TO_COME = "sub-groups to come"
"""What a step is about that every sub-group takes, where they are not all formed yet."""

PAPERS = {
    Stage.VISIT_CONCEPT: "concept_note",
    Stage.VISIT_READINESS: "readiness_note",
    Stage.VISIT_REPORT: "mission_report",
}
"""What the step is called with which a stage's paper is handed in; each of its gates is a step by its code."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Row:
    """A step of the timetable: what, about which sub-group or partnership (empty: the visit itself), by when.

    `deadline` is None while no days are known or all stands still. `task` is the id of the task it is by now; what
    is neither a task nor done is foreseen, with the date the task will have if all before it is done on its last day.
    `name` stays the same from the first day on.
    """

    name: str
    step: str
    about: str
    deadline: Deadline | None
    done: datetime | None = None
    task: str | None = None

    @property
    def due(self) -> date | None:
        """The last day for it."""
        return self.deadline.on if self.deadline is not None else None


def timetable(state: VisitState) -> tuple[Row, ...]:
    """Every step of the visit in order of time, from the concept note to the next steps; none once it has ended."""
    if state.ended:
        return ()
    found = [
        *_stage(state, Stage.VISIT_CONCEPT, None),
        *_steps(state, after=False),
        *_stage(state, Stage.VISIT_READINESS, _readiness(state)),
        *_steps(state, after=True),
        *_stage(state, Stage.VISIT_REPORT, _report(state)),
    ]
    return tuple(sorted(found, key=_when))


def _when(row: Row) -> date:
    """When it was done, else when it is due; without a date it keeps its place among those without."""
    return row.done.date() if row.done is not None else row.due or date.max


def _steps(state: VisitState, *, after: bool) -> Iterator[Row]:
    tasks = [task.id for task in tasks_of(state)]
    held = list(state.milestones)
    known = [terms.step for terms in state.rules.timetable]
    if not after:  # finding new days is in no timetable
        yield from (_row(state, one, tasks) for one in held if one.step not in known)
    for terms in state.rules.timetable:
        if (terms.after is not None) is not after:
            continue
        there = [one for one in held if one.step == terms.step]
        yield from (_row(state, one, tasks) for one in there)
        if _foreseen(state, terms):
            abouts = _abouts(state, terms)
            yield from (_ahead(state, terms, one) for one in abouts if one not in [m.about for m in there])


def _row(state: VisitState, held: Milestone, tasks: list[str]) -> Row:
    task = held.id if held.id in tasks else None
    return Row(held.id, held.step, held.about, state.deadline(held.clock), held.done, task)


def _foreseen(state: VisitState, terms: VisitStepTerms) -> bool:
    """Whether a step may still come that the timetable does not hold yet."""
    if state.over or not wanted(state, terms):
        return False
    if terms.after is not None:
        return True
    return state.begun is None and (terms.cn_to_eu if state.from_china else terms.eu_to_cn) is not None


def _abouts(state: VisitState, terms: VisitStepTerms) -> tuple[str, ...]:
    found = abouts(state, terms, state.groups)
    to_come = terms.per is VisitPer.GROUP and state.begun is None and not state.is_done("groups")
    return (*found, TO_COME) if to_come else found


def _ahead(state: VisitState, terms: VisitStepTerms, about: str) -> Row:
    """A step that the visit does not hold yet, with the clock it will have."""
    milestone = unclocked(state, terms, "" if about == TO_COME else about, state.now)
    seat = _side(state, terms) if about == TO_COME else seat_of(state, milestone)
    clock = None
    if state.first is not None:
        if terms.after is not None:
            ends = last_moment(state, state.first, state.days)
            clock = state.clock_for(milestone.id, terms.after, (seat,), ends)
        else:
            before = terms.cn_to_eu if state.from_china else terms.eu_to_cn
            assert before is not None  # else it is not foreseen
            clock = counted_back(state, milestone.id, before, seat, state.first, state.now)
    return Row(milestone.id, terms.step, about, _deadline(state, clock))


def _side(state: VisitState, terms: VisitStepTerms) -> Seat:
    """Who will owe a step of a sub-group that is not formed yet, as far as that is known: for which side."""
    if terms.seat is VisitSeat.OPERATOR:
        return OPERATOR
    home, host = (Side.CN, Side.EU) if state.from_china else (Side.EU, Side.CN)
    return Seat(role=Role.FOCAL_POINT, side=host if terms.seat is VisitSeat.HOST else home)


def _deadline(state: VisitState, clock: Clock | None) -> Deadline | None:
    return state.deadline(clock) if clock is not None else None


def _readiness(state: VisitState) -> Clock | None:
    if state.first is None:
        return None
    return counted_back(
        state, "submit.visit_readiness/1", state.rules.readiness, OPERATOR, state.first, state.now
    )


def _report(state: VisitState) -> Clock | None:
    if state.first is None:
        return None
    ends = last_moment(state, state.first, state.days)
    return report_clock(state, last_day(state.first, state.days), ends)


def _stage(state: VisitState, stage: Stage, foreseen: Clock | None) -> Iterator[Row]:
    """A paper and the gates it goes through."""
    held = state.stage(stage)
    if held is None and (state.over or (stage is Stage.VISIT_READINESS and not state.delegated)):
        return
    awaited = held is None or held.awaiting
    deadline = _deadline(state, held.clock if held is not None else foreseen)
    name = f"submit/{stage.value}/0"
    owed = held is not None and held.awaiting and held.status is StageStatus.OPEN
    handed_in = held.current.at if held is not None and held.current is not None and not awaited else None
    yield Row(name, PAPERS[stage], "", deadline, handed_in, name if owed else None)
    # a paper handed in on its last day is decided on from then
    since = _last_instant(state, deadline) if awaited else None
    for terms in state.terms.stage(stage).gates:
        gate = state.latest_gate(terms.code)
        version = held.current.version if held is not None and held.current is not None else None
        if gate is not None and gate.version == version and not awaited and (gate.is_open or _passed(gate)):
            row = _gate(state, gate)
        else:
            row = Row(f"decide/{terms.code}", terms.code, "", _deadline(state, _decided(state, terms, since)))
        yield row
        since = _last_instant(state, row.deadline) if row.done is None else since


def _gate(state: VisitState, gate: Gate) -> Row:
    tasks = [task.id for task in tasks_of(state) if task.what == "decide" and task.gate == gate]
    task = next(iter(tasks), None)
    return Row(f"decide/{gate.code}", gate.code, "", state.deadline(gate.clock), gate.settled, task)


def _passed(gate: Gate) -> bool:
    return gate.outcome is not None and gate.goes_on(gate.outcome)


def _decided(state: VisitState, terms: GateTerms, since: datetime | None) -> Clock | None:
    """The clock a gate will have that opens then."""
    if since is None:
        return None
    seated = state.seated(terms)
    return state.clock_for(terms.code, seated.allowance, seated.seats, since)


def _last_instant(state: VisitState, deadline: Deadline | None) -> datetime | None:
    """The end of the day it is due on; of what is late already, now."""
    return max(deadline.at - _INSTANT, state.now) if deadline is not None else None
