"""Study visits in a rehearsal: each waits until one may travel, and one that is not ready is made at another time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as ev
from domain.rehearsal import Rehearsal, rehearse_all
from tests.domain.test_rehearsal import UNTIL, foundings, hands, programme_founding, script, whole

SERVED = ("C1-01", "C2-01", "C2-05", "C2-06")


def toured(told: date | None = None, **changed: Any) -> Rehearsal:
    """The visit V-02 alone with the partnerships it serves and the programme, and something in it changed."""
    tour = next(one for one in script().tours if one.code == "V-02").model_copy(update=changed)
    closure = script().travel
    assert closure is not None
    travel = closure.model_copy(update={"told": told or closure.told})
    played = script().model_copy(update={"tours": (tour,), "clusters": (), "pilots": (), "travel": travel})
    served = [founding for founding in foundings() if founding.code in SERVED]
    return rehearse_all(served, replace(hands(2021), script=played), UNTIL, governing=programme_founding())


def test_a_visit_is_planned_once_one_may_travel_there_again() -> None:
    rehearsal = toured(told=date(2023, 4, 11))
    visit = rehearsal.visits["V-02"]
    assert visit.state.founded.date() > date(2023, 4, 11)
    assert rehearsal.unfounded == ()


def test_a_visit_nobody_may_travel_to_is_not_planned_and_the_rehearsal_says_so() -> None:
    rehearsal = toured(told=date(2023, 6, 26))
    assert "V-02" not in rehearsal.visits
    (why,) = rehearsal.unfounded
    assert why.startswith("visit/V-02: ") and "nobody can travel to CN" in why


def test_a_visit_that_is_not_ready_is_put_off_and_made_then() -> None:
    visit = toured(begun=date(2023, 5, 22), first=date(2023, 6, 19)).visits["V-02"]
    moved = [event for event in visit.events if isinstance(event, ev.VisitMoved)]
    assert moved and all(event.reason == "not_ready" for event in moved)
    assert moved[0].first is not None and moved[0].first - moved[0].at.date() >= timedelta(days=60)
    assert visit.state.completion is not None and visit.state.completion.first == moved[-1].first


@pytest.mark.parametrize("seed", [1, 2021])
def test_a_sub_group_is_of_people_of_the_partnerships_it_travels_for(seed: int) -> None:
    rehearsal = whole(seed)
    groups = 0
    for visit in rehearsal.visits.values():
        for group in visit.state.groups:
            served = [rehearsal.partnerships[code].state for code in group.serves]
            theirs = {held.person for state in served for held in state.holders}
            assert group.head is None or group.head in theirs, (visit.state.code, group.group)
            groups += 1
    assert groups > 8


def test_every_visit_of_the_script_is_made() -> None:
    made = {code: visit.state.end for code, visit in whole(2021).visits.items()}
    assert made == dict.fromkeys((tour.code for tour in script().tours), "completed")
