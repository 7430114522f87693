"""Pilots in a rehearsal: each begins from an adopted plan, goes its own way, and its partnership learns of it once."""

from __future__ import annotations

import pytest

from domain import events as ev
from domain.pilots.facts import PilotEnd, Reached
from domain.rehearsal import Rehearsal
from tests.domain.test_rehearsal import script, whole

SEEDS = (1, 2, 3, 2021)


def kinds(rehearsal: Rehearsal, code: str) -> list[str]:
    return [event.kind for event in rehearsal.pilots[code].events]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pilot_begins_once_the_plan_it_carries_out_is_adopted(seed: int) -> None:
    rehearsal = whole(seed)
    for story in script().pilots:
        partnership = rehearsal.partnerships[story.partnership]
        adopted = partnership.state.plan_adopted
        if adopted is None:
            assert story.code not in rehearsal.pilots
            continue
        pilot = rehearsal.pilots[story.code].state
        assert adopted < pilot.founded
        assert (pilot.partnership, pilot.action, pilot.pilot) == (
            story.partnership,
            story.action,
            story.kind,
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_pilot_finds_the_end_of_its_story(seed: int) -> None:
    """One is carried out and handed over, one given up for want of money, one rejected by the panel."""
    rehearsal = whole(seed)
    ends = {code: life.state.end for code, life in rehearsal.pilots.items()}
    assert ends["P-01"] is PilotEnd.TRANSFERRED and ends["P-02"] is PilotEnd.DROPPED
    assert ends["P-03"] is PilotEnd.TRANSFERRED and ends["P-04"] is PilotEnd.REJECTED
    carried_out = rehearsal.pilots["P-01"].state
    assert carried_out.reached() is Reached.REPLICATED
    assert carried_out.financed() and carried_out.notes
    parked = kinds(rehearsal, "P-02")
    assert parked.index("pilot_parked") < parked.index("pilot_unparked") < parked.index("pilot_closed")
    rejected = rehearsal.pilots["P-04"]
    assert "check_recorded" not in kinds(rehearsal, "P-04"), "nothing is checked that the panel did not want"
    assert rejected.state.reached() is Reached.SCREENING


@pytest.mark.parametrize("seed", SEEDS)
def test_a_partnership_that_lives_learns_of_each_milestone_once(seed: int) -> None:
    rehearsal = whole(seed)
    for pilot in rehearsal.pilots.values():
        partnership = rehearsal.partnerships[pilot.state.partnership]
        ended = partnership.state.ended_at
        came = [
            (milestone, at)
            for milestone, at in (
                (Reached.ENDORSED, pilot.state.endorsed),
                (Reached.COMPLETED, pilot.state.completed),
            )
            if at is not None and (ended is None or at < ended)
        ]
        told = [
            (event.reached, event.since)
            for event in partnership.events
            if isinstance(event, ev.PilotRecorded) and event.pilot == pilot.state.code
        ]
        assert told == came, pilot.state.code


def test_a_partnership_that_has_ended_takes_no_word_of_its_pilot_and_that_is_let_be() -> None:
    seen = 0
    for seed in SEEDS:
        rehearsal = whole(seed)
        for pilot in rehearsal.pilots.values():
            ended = rehearsal.partnerships[pilot.state.partnership].state.ended_at
            completed = pilot.state.completed
            if completed is None or ended is None or completed < ended:
                continue
            seen += 1
            refused = [
                event for event in pilot.events if isinstance(event, ev.ErrandCarried) and event.refused
            ]
            (one,) = [down for event in refused for down in event.refused]
            assert one.entity == f"partnership/{pilot.state.partnership}" and "ended" in one.sentence
            assert "errand_dropped" in kinds(rehearsal, pilot.state.code)
    assert seen, "a pilot outlives its partnership in one of these"
