"""The programme itself in a rehearsal: reports, the Delegation's approval or silence, extension, calendars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from domain import requests as rq
from domain.deliverables import Period, registered
from domain.programme import Programme
from domain.programmes.steps import REPORTS
from domain.rehearsal.chance import chance, noon
from domain.rehearsal.doing import Doing
from domain.rehearsal.happenings import end_of
from domain.rehearsal.scene import Planned, Stagehands, in_order
from domain.scopes import Scope
from domain.tasks import Task, tasks_of
from domain.terms import Stage
from domain.values import Holder, Role

_KINDS = {step.stage: str(step.deliverable.model_fields["kind"].default) for step in REPORTS}
_UNANSWERED = 0.2
"""So often the Delegation lets the time for a report pass."""


@dataclass(frozen=True)
class _Office(Doing):
    """The programme's secretariat at one moment."""

    state: Programme

    def another(self, than: str | None) -> Holder | None:
        """Somebody of the secretariat who may be the second person."""
        known = [self.holder(role) for role in (Role.TEAM_LEADER, Role.OPERATOR)]
        return next((held for held in known if held is not None and held.person != than), None)


def plan_programme(
    state: Programme, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """What everybody would do next for the programme and when, soonest first, none of it before `at`."""
    if state.ended:
        return ()
    office = _Office(hands, at, done, state)
    found: list[Planned] = [*_extending(office), *_adopting(office), *_travelling(office)]
    for task in tasks_of(state):
        found += _reply(office, task)
    return in_order(found)


def _reply(office: _Office, task: Task) -> Iterator[Planned]:
    what, _, about = task.id.partition("/")
    if what == "submit":
        yield from _report(office, task, Stage(about.partition("/")[0]))
    elif what == "decide":
        yield from _decision(office, task)
    elif what == "acceptance" and task.gate is not None:
        yield from _acceptance(office, task, task.gate.code)
    elif what == "confirm":
        yield from _confirmation(office, task, int(about))
    elif what == "errand":
        yield from office.let_be(task, about)


def _report(office: _Office, task: Task, stage: Stage) -> Iterator[Planned]:
    leader, held = office.holder(Role.TEAM_LEADER), office.state.stage(stage)
    if leader is None or held is None:
        return
    if stage is Stage.FINAL_REPORT and not office.state.passed(Stage.DRAFT_FINAL_REPORT):
        return
    id = f"{task.id}/{len(held.versions) + 1}/{task.since:%Y%m%d}"
    form = office.text("form", leader, id, f"{stage.words} of {office.state.title}, {task.since:%B %Y}")
    since, until = office.state.starts.date(), task.since.date()
    told: dict[str, Any] = {
        "version": form.hash,
        "period": Period(since=min(since, until), until=until),
        "narrative": True,
        "time_inputs": True,
        "incidental_expenditure": True,
    }
    more: dict[Stage, dict[str, Any]] = {
        Stage.INCEPTION_REPORT: {"work_plan": True, "approval_rules_agreed": True},
        Stage.INTERIM_REPORT: {
            "number": max(office.state.interims, 1),
            "invoice": f"INV-{task.since:%Y-%m}",
            "expenditure_verified": True,
            "indicators": True,
        },
        Stage.DRAFT_FINAL_REPORT: {"lessons": 7, "indicators": True},
        Stage.FINAL_REPORT: {
            "lessons": 7,
            "indicators": True,
            "invoice": f"INV-{task.since:%Y-%m}",
            "expenditure_verified": True,
        },
    }
    report = registered(_KINDS[stage]).model_validate(told | more[stage])
    request = rq.Submit(stage=stage, deliverable=report, text=form.hash)
    yield from office.planned(id, office.after(leader, task.since, 8, 26, id), leader, request, form)


def _decision(office: _Office, task: Task) -> Iterator[Planned]:
    if chance(office.hands.seed, office.state.code, "unanswered", task.id).random() >= _UNANSWERED:
        yield from office.approves(task, 10, 40)


def _acceptance(office: _Office, task: Task, gate: str) -> Iterator[Planned]:
    leader = office.holder(Role.TEAM_LEADER)
    if leader is None:
        return
    letter = office.text("letter", leader, task.id, "No answer has come; please accept the report.")
    when = office.after(leader, task.since, 1, 8, task.id)
    yield from office.planned(task.id, when, leader, rq.AskAcceptance(gate=gate, letter=letter.hash), letter)


def _confirmation(office: _Office, task: Task, number: int) -> Iterator[Planned]:
    proposed = next((one for one in office.state.proposals if one.number == number), None)
    second = office.another(proposed.by.person if proposed is not None else None)
    if second is None:
        return
    when = office.after(second, task.since, 0, 3, task.id)
    yield from office.planned(task.id, when, second, rq.Confirm(proposal=number))


def _extending(office: _Office) -> Iterator[Planned]:
    """The extension of the programme, which reaches all its entities from here."""
    script, state, operator = office.hands.script, office.state, office.holder(Role.OPERATOR)
    if script.extension_asked is None or script.extended_to is None or operator is None:
        return
    ends = end_of(script.extended_to)
    if state.ends >= ends or any(isinstance(one.matter, rq.Extend) for one in state.proposals):
        return
    addendum = office.text("addendum", operator, "extension")
    propose = rq.Propose(matter=rq.Extend(ends=ends, addendum=addendum.hash), reason="travel_closed")
    when = office.after(operator, noon(script.extension_asked), 0, 3, "extension")
    yield from office.planned("extension", when, operator, propose, addendum)


def _adopting(office: _Office) -> Iterator[Planned]:
    """Each autumn China's list for the next year is out."""
    state, operator = office.state, office.holder(Role.OPERATOR)
    countries = [calendar.country for calendar in state.edition.countries]
    later = [one for one in office.hands.editions if one.published > state.edition.published]
    if operator is None or not later:
        return
    id = f"edition/{later[0].name}"
    when = office.after(operator, noon(later[0].published), 1, 12, id)
    request = rq.AdoptCalendar(edition=later[0].only(*countries))
    yield from office.planned(id, when, operator, request, earliest=noon(later[0].published))


def _travelling(office: _Office) -> Iterator[Planned]:
    """Nobody travels to a country any more, and one day they do again: two orders to all that are under way."""
    closed, state, operator = office.hands.script.travel, office.state, office.holder(Role.OPERATOR)
    if closed is None or operator is None:
        return
    since, over = (datetime.combine(day, time(), UTC) for day in (closed.since, closed.over))
    order, lifted = (office.text("order", operator, f"travel/{what}") for what in ("closed", "open"))
    restrict = rq.RestrictTravel(country=closed.country, since=since, order=order.hash)
    resume = rq.ResumeTravel(country=closed.country, since=over, order=lifted.hash)
    everybody = Scope(programme=state.programme, kinds=())
    for request, text, day in ((restrict, order, closed.ordered), (resume, lifted, closed.told)):
        matter = rq.Broadcast(scope=everybody, request=request)
        when = office.after(operator, noon(day), 0, 2, request.kind)
        propose = rq.Propose(matter=matter, reason="travel_closed" if text is order else "travel_open")
        yield from office.planned(request.kind, when, operator, propose, text)
