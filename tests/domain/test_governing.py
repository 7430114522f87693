"""The programme itself in a rehearsal: its reports, and the extension that reaches everybody from there."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from client import programme
from domain import events as ev
from domain.rehearsal import Beside, Rehearsed, Toured, end_of, rehearse_all
from tests.domain.test_rehearsal import STARTS, UNTIL, facts, hands, ids, script


@cache
def played() -> tuple[dict[str, Rehearsed], dict[str, Toured], Beside]:
    foundings = programme.foundings(facts(), ids(), STARTS)
    governing = programme.programme_founding(facts(), ids(), STARTS)
    lives, visits, itself = rehearse_all(foundings, hands(2021), UNTIL, governing=governing)
    return lives, visits, itself[governing.code]


def everybody() -> list[Rehearsed | Toured]:
    lives, visits, _ = played()
    return [*lives.values(), *visits.values()]


def test_the_reports_come_in_their_order_and_are_approved_one_way_or_the_other() -> None:
    itself = played()[2]
    assert [one.sentence for one in itself.unexpected] == []
    passed = [event.stage.value for event in itself.events if isinstance(event, ev.StagePassed)]
    assert passed[0] == "inception_report" and passed[-1] == "final_report"
    assert set(passed[1:-1]) == {"interim_report", "draft_final_report"}
    assert passed.count("draft_final_report") == 1
    assert itself.state.end == "closed_with_final_report"
    assert 4 <= passed.count("interim_report") <= 6
    silent = [event for event in itself.events if isinstance(event, ev.GateSettled) and event.silent]
    asked = [event.gate for event in itself.events if isinstance(event, ev.AcceptanceAsked)]
    assert {event.gate for event in silent} <= set(asked), (
        "silence counts only after it was asked about in writing"
    )


def test_the_extension_reaches_whoever_lives_once_and_by_the_same_two_persons() -> None:
    itself = played()[2]
    (told,) = [event for event in itself.events if isinstance(event, ev.EndDateChanged)]
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


def test_nobody_in_a_partnership_is_surprised_by_it() -> None:
    for life in everybody():
        assert [one.sentence for one in life.unexpected] == [], life.state.code
