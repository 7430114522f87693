"""What the calendar does by itself when nobody else speaks up: reminders, silence, cut-offs, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain import events as ev
from domain.events import End, Outcome
from domain.requests import AgreementStep
from domain.settling import settled
from domain.state import PartnershipState, StageStatus
from domain.tasks import OPERATOR, Fall, cut_off_times, falls, tasks_of
from domain.terms import Reach, Silence

S = PartnershipState


def next_due(state: S) -> datetime | None:
    """When the calendar must speak up next; None while suspended or over."""
    return min((at for at, _ in _dues(state)), default=None)


def first_lapse(state: S, at: datetime) -> tuple[ev.AnyEvent, ...]:
    """The events of the earliest thing due at or before `at`; none where nothing is due.

    After an outage each ladder speaks once, with its newest rung; the ones missed are named in the event.
    """
    fallen = _newest(falls(state), at) if not _quiet(state) else ()
    candidates = [(when, 1, name) for when, name in _dues(state) if when <= at and name != "reminder"]
    candidates += [(fall.at, 2, "reminder") for fall in fallen]
    if not candidates:
        return ()
    when, _, name = min(candidates)
    if name == "reminder":
        return _reminders(state, [fall for fall in fallen if fall.at == when])
    return _spoken(state, name, when)


def _quiet(state: S) -> bool:
    return state.suspended or state.on_hold


def _dues(state: S) -> Iterator[tuple[datetime, str]]:
    if state.ended or state.suspended:
        return
    yield state.ends, "end"
    for when, name in cut_off_times(state):
        yield when, f"cut_off:{name}"
    for task in tasks_of(state):
        # a task that the calendar settles is never overdue, and an overdue one is told of once
        if task.deadline is not None and task.id not in state.overdue:
            if task.by_silence and task.gate is not None:
                yield task.deadline.at, f"silence:{task.gate.id}"
            else:
                yield task.deadline.at, f"overdue:{task.id}"
    for held in state.stages:
        limit = state.terms.stage(held.stage).at_risk_after
        running = held.status is not StageStatus.PASSED and not _quiet(state)
        if running and limit is not None and state.at_risk is None:
            yield _running_days_after(state, held.opened, limit), f"at_risk:{held.stage.value}"
    if not _quiet(state):
        for fall in falls(state)[:1]:
            yield fall.at, "reminder"


def _running_days_after(state: S, since: datetime, days: int) -> datetime:
    """`days` calendar days after `since`, longer by the time everything stood still meanwhile."""
    still = sum(
        (
            (span.until or state.now) - max(span.since, since)
            for span in state.stops
            if (span.until or state.now) > since
        ),
        timedelta(),
    )
    return max(since + timedelta(days=days) + still, state.now)


def _newest(due: tuple[Fall, ...], at: datetime) -> tuple[Fall, ...]:
    """Of each ladder the newest rung that has come, with the offsets of those missed before it."""
    newest: dict[tuple[str, str], Fall] = {}
    missed: dict[tuple[str, str], tuple[int, ...]] = {}
    for fall in due:
        if fall.at > at:
            break
        key = (fall.task.id, fall.recipient)
        if key in newest:
            missed[key] = (*missed.get(key, ()), newest[key].rung.offset)
        newest[key] = fall
    return tuple(
        Fall(fall.at, fall.recipient, fall.task, fall.rung, missed.get(key, ()))
        for key, fall in newest.items()
    )


def _reminders(state: S, due: list[Fall]) -> tuple[ev.AnyEvent, ...]:
    events: list[ev.AnyEvent] = []
    for recipient in dict.fromkeys(fall.recipient for fall in due):
        own = [fall for fall in due if fall.recipient == recipient]
        reaches_authority = any(fall.rung.reach is Reach.AUTHORITY for fall in own)
        clock = None
        if reaches_authority:
            name = f"authority/{own[0].task.id}"
            clock = state.clock_for(name, state.terms.operate, (OPERATOR,), own[0].at)
        events.append(
            ev.ReminderFell(
                at=own[0].at,
                recipient=recipient,
                clock=clock,
                reminders=tuple(
                    ev.Reminder(
                        task=fall.task.id,
                        offset=fall.rung.offset,
                        reach=fall.rung.reach,
                        due=fall.task.deadline.at if fall.task.deadline else fall.at,
                        skipped=fall.missed,
                    )
                    for fall in own
                ),
            )
        )
    return tuple(events)


def _spoken(state: S, name: str, when: datetime) -> tuple[ev.AnyEvent, ...]:
    what, _, about = name.partition(":")
    match what:
        case "end":
            return (
                ev.CutOffReached(at=when, cut_off="end of the programme"),
                ev.PartnershipClosed(at=when, end=End.CUT_OFF),
            )
        case "cut_off":
            return (ev.CutOffReached(at=when, cut_off=about),)
        case "silence":
            gate = state.gate(about)
            deemed = gate.terms.silence is Silence.DEEMED
            outcome = Outcome.APPROVED if deemed else Outcome.LAPSED
            return settled(state, gate, outcome, when, by=None, silent=True)
        case "at_risk":
            clock = state.clock_for("at_risk", state.terms.operate, (OPERATOR,), when)
            return (ev.AtRiskFlagged(at=when, because=f"{about}_late", clock=clock),)
        case _:
            events: list[ev.AnyEvent] = [ev.DeadlinePassed(at=when, task=about)]
            if about == "agreement" and state.agreement.step is not AgreementStep.SIGNING_SCHEDULED:
                clock = state.clock_for("at_risk", state.terms.operate, (OPERATOR,), when)
                if state.at_risk is None:
                    events.append(ev.AtRiskFlagged(at=when, because="agreement_late", clock=clock))
            return tuple(events)
