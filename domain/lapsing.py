"""What every entity's calendar does when nobody else speaks up: reminders, silence, cut-offs, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain import events as ev
from domain.entity import EntityState, StageStatus
from domain.events import Outcome
from domain.requests import Verdict
from domain.settling import settled
from domain.tasks import OPERATOR, Fall, cut_off_times, falls, tasks_of
from domain.terms import Reach, Silence
from domain.values import PersonId

S = EntityState
END = "end of the programme"
"""What the last of all cut-offs is called."""


def next_due(state: S) -> datetime | None:
    """When the calendar must speak up next; None once over, and while suspended where nothing goes on all the same."""
    return min((at for at, _ in _dues(state)), default=None)


def first_lapse(state: S, at: datetime) -> tuple[ev.AnyEvent, ...]:
    """The events of the earliest thing due at or before `at`; none where nothing is due.

    After an outage each person is written to once, about the newest rung of each ladder; the ones missed are
    named in the event. What became due in the past meanwhile, by a change of calendar or while all stood
    still, takes effect now: a history never runs backwards.
    """
    at = max(at, state.now)
    bundles = _bundles(_newest(falls(state), at)) if not quiet(state) else {}
    candidates = [(when, 1, name) for when, name in _dues(state) if when <= at and name != "reminder"]
    candidates += [(own[-1].at, 2, recipient) for recipient, own in bundles.items()]
    if not candidates:
        return ()
    due, order, name = min(candidates)
    when = max(due, state.now)
    if order == 2:
        return _reminder(state, name, bundles[name], when)
    return _spoken(state, name, when)


def quiet(state: S) -> bool:
    """Whether everything stands still."""
    return state.suspended or state.on_hold


def _dues(state: S) -> Iterator[tuple[datetime, str]]:
    if state.ended:
        return
    yield from state.own_dues_always()
    if state.suspended:
        return
    if END not in state.cut_offs:  # some go on after it
        yield state.ends, "end"
    for when, name in cut_off_times(state):
        yield when, f"cut_off:{name}"
    for task in tasks_of(state):
        # a task that the calendar settles is never overdue, and an overdue one is told of once
        # what is moot by then is not told of either
        late = task.deadline is not None and (task.moot is None or task.deadline.at < task.moot)
        if task.deadline is not None and late and task.id not in state.overdue:
            if task.by_silence and task.gate is not None:
                yield task.deadline.at, f"silence:{task.gate.id}"
            else:
                yield task.deadline.at, f"overdue:{task.id}"
    for held in state.stages:
        limit = state.terms.stage(held.stage).at_risk_after
        running = held.status is not StageStatus.PASSED and not quiet(state)
        if running and limit is not None and state.at_risk is None:
            yield running_days_after(state, held.opened, limit), f"at_risk:{held.stage.value}"
    yield from state.own_dues()
    if not quiet(state):
        for fall in falls(state)[:1]:
            yield fall.at, "reminder"


def running_days_after(state: S, since: datetime, days: int) -> datetime:
    """`days` calendar days after `since`, longer by the time everything stood still meanwhile."""
    still = timedelta()
    counted = since  # a hold and a suspension may overlap, and no time stands still twice
    for span in sorted(state.stops, key=lambda span: span.since):
        begins, ends = max(span.since, counted), span.until or state.now
        if ends > begins:
            still += ends - begins
            counted = ends
    return since + timedelta(days=days) + still


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


def _bundles(fallen: tuple[Fall, ...]) -> dict[PersonId, list[Fall]]:
    """What is to be said to each person, in order of time: one letter, when the last of it is due."""
    bundles: dict[PersonId, list[Fall]] = {}
    for fall in sorted(fallen, key=lambda fall: fall.at):
        bundles.setdefault(fall.recipient, []).append(fall)
    return bundles


def _reminder(state: S, recipient: PersonId, own: list[Fall], when: datetime) -> tuple[ev.AnyEvent, ...]:
    reaching = next((fall for fall in own if fall.rung.reach is Reach.AUTHORITY), None)
    clock = None
    if reaching is not None:
        clock = state.clock_for(f"authority/{reaching.task.id}", state.terms.operate, (OPERATOR,), when)
    reminders = tuple(
        ev.Reminder(
            task=fall.task.id,
            offset=fall.rung.offset,
            reach=fall.rung.reach,
            due=fall.task.deadline.at if fall.task.deadline else fall.at,
            skipped=fall.missed,
        )
        for fall in own
    )
    return (ev.ReminderFell(at=when, recipient=recipient, clock=clock, reminders=reminders),)


def _spoken(state: S, name: str, when: datetime) -> tuple[ev.AnyEvent, ...]:
    what, _, about = name.partition(":")
    match what:
        case "end":
            return (ev.CutOffReached(at=when, cut_off=END), *state.closing(when))
        case "cut_off":
            return (ev.CutOffReached(at=when, cut_off=about, clock=state.objecting(about, when)),)
        case "silence":
            gate = state.gate(about)
            conditions = any(vote.verdict is Verdict.CONDITIONS for vote in gate.votes)
            deemed = Outcome.CONDITIONS if conditions else Outcome.APPROVED
            outcome = deemed if gate.terms.on_silence is Silence.DEEMED else Outcome.LAPSED
            return settled(state, gate, outcome, when, by=None, silent=True)
        case "at_risk":
            clock = state.clock_for("at_risk", state.terms.operate, (OPERATOR,), when)
            return (ev.AtRiskFlagged(at=when, because=f"{about}_late", clock=clock),)
        case "overdue":
            return (ev.DeadlinePassed(at=when, task=about),)
        case _:
            return state.own_words(name, when)
