"""What a programme's calendar says of its own: reports that begin, days to object that end, the final report's due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain import events as ev
from domain.entity import StageStatus
from domain.lapsing import END, quiet
from domain.programmes.state import PACK, ProgrammeState, months_after
from domain.staging import opening
from domain.terms import Stage

S = ProgrammeState
BY_THE_CALENDAR = "period_over"
"""Why a report begins: its period is over, or its day counted back from the end has come."""


def dues(state: S) -> Iterator[tuple[datetime, str]]:
    """When it speaks up, and a name for what of."""
    if quiet(state):
        return
    for when, stage in reports(state):
        yield when, f"report:{stage.value}"
    for window in state.windows:
        deadline = state.deadline(window.clock)
        if deadline is not None:
            yield deadline.at, f"window:{window.cut_off}"
    if END in state.cut_offs and PACK not in state.cut_offs:
        yield state.pack_due(), "pack"


def reports(state: S) -> Iterator[tuple[datetime, Stage]]:
    """When each report still to begin does; an interim one waits for the one before to be approved."""
    inception = months_after(state.starts, state.rules.inception)
    if state.stage(Stage.INCEPTION_REPORT) is None and inception > state.founded:
        yield _before(state, inception, Stage.INCEPTION_REPORT), Stage.INCEPTION_REPORT
    over = interim_over(state, state.interims + 1)
    held = state.stage(Stage.INTERIM_REPORT)
    going_on = END not in state.cut_offs  # what is left by then goes into the final report
    if going_on and over < state.ends and (held is None or held.status is StageStatus.PASSED):
        yield over, Stage.INTERIM_REPORT
    if state.stage(Stage.DRAFT_FINAL_REPORT) is None:
        yield draft_begins(state), Stage.DRAFT_FINAL_REPORT
    if state.stage(Stage.FINAL_REPORT) is None:
        yield state.ends, Stage.FINAL_REPORT


def interim_over(state: S, number: int) -> datetime:
    """When the period of an interim report is over."""
    return months_after(state.starts, number * state.rules.interim)


def draft_begins(state: S) -> datetime:
    """When the draft final report begins, so that it is there at its cut-off, E-30."""
    last = min(days for _, days in state.terms.cut_offs) if state.terms.cut_offs else 0
    return _before(state, state.ends - timedelta(days=last), Stage.DRAFT_FINAL_REPORT)


def _before(state: S, due: datetime, stage: Stage) -> datetime:
    return due - timedelta(days=state.terms.stage(stage).submit.days)


def words(state: S, name: str, when: datetime) -> tuple[ev.AnyEvent, ...]:
    """What it says when that time has come."""
    what, _, about = name.partition(":")
    match what:
        case "report":
            return (_begun(state, Stage(about), when),)
        case "window":
            made = sum(held.cut_off == about for held in state.objections)
            return (ev.ObjectionsClosed(at=when, cut_off=about, objections=made),)
        case "pack":
            return (ev.CutOffReached(at=when, cut_off=PACK),)
        case _:
            raise NotImplementedError(f"{state.entity} has nothing called {name!r} to say")


def _begun(state: S, stage: Stage, when: datetime) -> ev.StageOpened:
    begun = opening(state, stage, None, when, because=BY_THE_CALENDAR)
    if stage not in (Stage.DRAFT_FINAL_REPORT, Stage.FINAL_REPORT):
        return begun
    # the end is the last instant of a day: so many days from it are counted from that day, not from the next
    start = begun.clock.start - timedelta(microseconds=1)
    return begun.model_copy(update={"clock": begun.clock.model_copy(update={"start": start})})
