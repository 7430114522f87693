"""What a request would do before anybody makes it: events, dates that move, letters that go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain import requests as rq
from domain.entities import Course
from domain.entries import as_happened
from domain.events import AnyEvent, Moved, ProposalConfirmed
from domain.letters import Letter
from domain.life import moved
from domain.living import Entity
from domain.proposing import effects
from domain.tasks import Task, tasks_of
from domain.values import Actor, Value


class Foreseen(Value):
    """What would follow, from the entity as it would stand before it.

    `moved` are deadlines of what is owed before and after (now None: they stand still), and cut-offs; `owed` is what
    would be owed in addition, `over` what would not be any more, by the ids of tasks.
    """

    events: tuple[AnyEvent, ...]
    moved: tuple[Moved, ...]
    owed: tuple[str, ...]
    over: tuple[str, ...]
    letters: tuple[Letter, ...]
    after: Entity


def foresee(state: Entity, number: int, request: rq.AnyRequest, by: Actor, at: datetime) -> Foreseen:
    """What this request would do at `at`; `number` is that of the last entry. Raises Refusal as the request would.

    What the calendar has to say up to then anyway is taken as said.
    """
    now = state.after(state.lapse(at))
    now = now.model_copy(update={"now": max(now.now, at)})  # what ends by time alone has ended
    return _followed(now, number, now.ask(request, by, at))


def confirmed(proposed: Foreseen, number: int, by: Actor, at: datetime) -> Foreseen:
    """What a proposal would do in addition once a second person, nobody knows who, confirms it.

    Raises Refusal where it could not.
    """
    state = proposed.after
    proposal = state.proposals[-1]
    followed = (
        ProposalConfirmed(at=at, proposal=proposal.number),
        *(event.model_copy(update={"by": None}) for event in effects(state, proposal.matter, by, at)),
    )
    return _followed(state, number + len(proposed.events), followed)


def _followed(state: Entity, number: int, events: Sequence[AnyEvent]) -> Foreseen:
    course, after = Course(state, number), state
    for entry in as_happened(state.entity, events, number):
        after = course.take(entry)
    was, now = tasks_of(state), tasks_of(after)
    return Foreseen(
        events=tuple(events),
        moved=moved(state, after),
        owed=_only(now, was),
        over=_only(was, now),
        letters=tuple(course.letters),
        after=after,
    )


def _only(these: Iterable[Task], not_those: Iterable[Task]) -> tuple[str, ...]:
    known = {task.id for task in not_those}
    return tuple(task.id for task in these if task.id not in known)
