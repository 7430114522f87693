"""The programme itself in a rehearsal: its reports, and the extension that reaches everybody from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain import events as ev
from domain.programme import Programme
from domain.rehearsal import Rehearsed, end_of
from domain.rehearsal.chance import noon
from tests.domain.test_rehearsal import script, whole


def itself() -> Rehearsed[Programme]:
    governed = whole(2021).programme
    assert governed is not None
    return governed


def everybody() -> list[Rehearsed[Any]]:
    """All but the programme itself."""
    return [life for code, life in whole(2021).all().items() if code != itself().state.code]


def test_the_reports_come_in_their_order_and_are_approved_one_way_or_the_other() -> None:
    programme = itself()
    passed = [event.stage.value for event in programme.events if isinstance(event, ev.StagePassed)]
    assert passed[0] == "inception_report" and passed[-1] == "final_report"
    assert set(passed[1:-1]) == {"interim_report", "draft_final_report"}
    assert passed.count("draft_final_report") == 1
    assert programme.state.end == "closed_with_final_report"
    assert 4 <= passed.count("interim_report") <= 6
    silent = [event for event in programme.events if isinstance(event, ev.GateSettled) and event.silent]
    asked = [event.gate for event in programme.events if isinstance(event, ev.AcceptanceAsked)]
    assert {event.gate for event in silent} <= set(asked), (
        "silence counts only after it was asked about in writing"
    )


def test_the_extension_reaches_whoever_lives_once_and_by_the_same_two_persons() -> None:
    (told,) = [event for event in itself().events if isinstance(event, ev.EndDateChanged)]
    extended = script().extended_to
    assert extended is not None and told.ends == end_of(extended)
    assert told.was - told.at >= timedelta(days=30)
    reached = 0
    for life in everybody():
        mine = [event for event in life.events if isinstance(event, ev.EndDateChanged)]
        ended = life.state.ended_at
        lived = life.events[0].at < told.at and (ended is None or ended > told.at)
        assert len(mine) == lived, life.state.code
        for event in mine:
            assert event.by is not None and event.second is not None
            assert event.by.person != event.second and event.at - told.at < timedelta(days=1)
        reached += lived
    assert reached > 10


def test_the_order_that_nobody_travels_reaches_whoever_lives_and_so_does_its_end() -> None:
    closure = script().travel
    assert closure is not None
    for kind, on_record in ((ev.TravelRestricted, closure.ordered), (ev.TravelResumed, closure.told)):
        reached = 0
        for life in everybody():
            mine = [event for event in life.events if isinstance(event, kind)]
            (at,) = {event.at for one in everybody() for event in one.events if isinstance(event, kind)}
            assert timedelta() <= at - noon(on_record) < timedelta(days=14)
            ended = life.state.ended_at
            lived = life.events[0].at < at and (ended is None or ended > at)
            assert len(mine) == lived, life.state.code
            reached += lived
        assert reached >= 15


def test_a_visit_that_was_planned_before_the_order_is_made_on_a_screen() -> None:
    visit = whole(2021).visits["V-00"]
    kinds = [event.kind for event in visit.events]
    assert kinds.index("travel_restricted") < kinds.index("visit_converted") < kinds.index("visit_completed")
