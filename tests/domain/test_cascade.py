"""Whom a cut-off affects: partnerships, visits by direction, and pilots (domain.md 3.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain import requests as rq
from domain.living import Entity
from domain.programmes.cascade import affected
from domain.terms import Stage
from domain.values import ExchangeMode
from domain.visits import requests as vr
from domain.visits.events import Direction
from tests.domain.piloting import PilotStory
from tests.given import MANAGER, OPERATOR, on, text
from tests.story import Story
from tests.visiting import FIRST, VisitStory, terms_with

TO_EUROPE: dict[str, Any] = {}
TO_CHINA: dict[str, Any] = {"direction": Direction.EU_TO_CN, "hosts": ("Zhengzhou",)}


def told(cut_off: str, *entities: Entity) -> dict[str, str]:
    return {state.code: why for state, why in affected(cut_off, entities)}


def partnership(code: str = "C2-01", *, joint: bool = False) -> Any:
    story = Story(code=code)
    if joint:
        story.asks(rq.AdoptJointPlan(of="cluster/ECO", version=text("plan")), MANAGER)
    return story.partnership


@pytest.mark.parametrize(
    ("way", "asked", "other"), [(TO_EUROPE, "E-225", "E-190"), (TO_CHINA, "E-190", "E-225")]
)
def test_the_latest_start_of_a_concept_is_by_direction(way: dict[str, Any], asked: str, other: str) -> None:
    story = VisitStory(**way)
    assert told(asked, story.visit) == {"V-01": "no visit concept was handed in"}
    assert told(other, story.visit) == {}
    story.asks(story.concept(), OPERATOR)
    assert told(asked, story.visit) == {}


def test_a_concept_nobody_travels_for_is_not_late() -> None:
    assert told("E-225", VisitStory(mode=ExchangeMode.VIRTUAL).visit) == {}


def test_a_partnership_that_a_visit_is_made_for_is_not_without_one() -> None:
    story = VisitStory()
    story.approved()
    both = (partnership("C2-01"), partnership("C1-09"))
    for cut_off in ("E-225", "E-190"):
        assert told(cut_off, story.visit, *both) == {"C1-09": "no study visit has begun"}
    story.asks(vr.CancelVisit(reason="host", text=text("why")), OPERATOR)
    assert [*told("E-225", story.visit, *both)] == ["C2-01", "C1-09"]
    story.later(40)
    assert story.visit.ended and [*told("E-225", story.visit, *both)] == ["C2-01", "C1-09"]


def test_the_last_visit_day_is_that_of_visits_too() -> None:
    story = VisitStory()
    assert told("E-90", story.visit) == {}
    later = story.visit.model_copy(update={"first": date(2023, 9, 29)})
    assert told("E-90", later) == {"V-01": "its last day, 2023-10-04, is later than 2023-10-02"}
    to_the_day = story.visit.model_copy(update={"first": date(2023, 9, 27)})
    assert told("E-90", to_the_day) == {}
    strict = story.visit.model_copy(update={"terms": terms_with(last_day=300)})
    assert told("E-90", strict) == {"V-01": "its last day, 2023-03-18, is later than 2023-03-06"}
    story.approved()
    story.asks(vr.MoveVisit(reason="host"), OPERATOR)
    assert told("E-90", story.visit) == {"V-01": "it is put off and has no days yet"}


@pytest.mark.parametrize("where", ["made", "cancelled"])
def test_a_visit_that_is_over_is_not_late(where: str) -> None:
    story = VisitStory()
    story.ready()
    if where == "made":
        story.until(on(2023, 3, 20))
        story.asks(story.completion(), OPERATOR)
    else:
        story.asks(vr.CancelVisit(reason="host", text=text("why")), OPERATOR)
    late = story.visit.model_copy(update={"ends": on(2023, 3, 30)})
    assert late.first == FIRST and told("E-90", late) == {} and told("E-225", late) == {}


@pytest.mark.parametrize("cut_off", ["E-240", "E-180", "E-120", "E-60"])
def test_a_partnership_with_a_joint_plan_is_not_without_a_plan(cut_off: str) -> None:
    assert [*told(cut_off, partnership())] == ["C2-01"]
    assert told(cut_off, partnership(joint=True)) == {}


def test_the_last_pilot_fiche_is_that_of_pilots() -> None:
    story = PilotStory()
    assert told("E-180", story.pilot) == {"P-01": "no fiche was handed in"}
    story.opens(Stage.PILOT_FICHE)
    assert [*told("E-180", story.pilot)] == ["P-01"], "opened is not handed in"
    story.hands_in(Stage.PILOT_FICHE)
    assert told("E-180", story.pilot) == {}


def test_other_cut_offs_are_of_partnerships_alone() -> None:
    all_kinds = (partnership(), VisitStory().visit, PilotStory().pilot)
    assert told("E", *all_kinds) == {"C2-01": "it is not complete"}
    assert told("E-300", *all_kinds) == {"C2-01": "no stage has begun"}
    assert told("E-270", *all_kinds) == {"C2-01": "scoping is not passed"}
    assert told("E-45", *all_kinds) == {}


def test_who_has_ended_is_affected_by_nothing() -> None:
    story = PilotStory()
    ended = story.pilot.model_copy(update={"ended_at": story.at})
    assert told("E-180", ended) == {}
