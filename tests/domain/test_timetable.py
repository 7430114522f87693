"""A visit's whole timetable: every step from the first day on, with the date its task will have."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import requests as rq
from domain.foresight import foresee
from domain.terms import Stage
from domain.values import ExchangeMode
from domain.visits import requests as vr
from domain.visits.events import Direction
from domain.visits.requests import GroupStep
from domain.visits.rows import TO_COME, Row, timetable
from tests.given import DELEGATION, OPERATOR, TEAM_LEADER, on, text
from tests.visiting import DALIAN, DAYS, FIRST, LAZIO, ZHENGZHOU, VisitStory

EARLY = on(2022, 6, 1)
LAST = FIRST + timedelta(days=DAYS - 1)


def rows(story: VisitStory) -> dict[str, Row]:
    return {f"{row.step}/{row.about}".rstrip("/"): row for row in timetable(story.visit)}


def due(story: VisitStory) -> dict[str, date | None]:
    return {name: row.due for name, row in rows(story).items()}


def test_the_whole_timetable_is_there_from_the_first_day() -> None:
    """domain.md 2.6, from China to Europe; the approval's 5 and 10 joint working days are 24 that autumn, not 20."""
    story = VisitStory(at=EARLY)
    found = due(story)
    before = {name: (FIRST - day).days for name, day in found.items() if day is not None and day < FIRST}
    assert before == {
        "concept_note": 135,
        "G4a.team": 126,
        "G4a": 111,
        "dates": 105,
        "groups": 105,
        f"names/{TO_COME}": 95,
        "freeze": 90,
        f"invitation/{TO_COME}": 85,
        f"clearance/{TO_COME}": 75,
        f"visa/{TO_COME}": 45,
        "readiness_note": 21,
        "bookings": 21,
        "G4b": 18,
        "agenda": 14,
        "briefing": 7,
        f"late_visas/{TO_COME}": 5,
    }
    after = {name: day for name, day in found.items() if day is not None and day > FIRST}
    assert after == {
        "complete": LAST + timedelta(days=10),
        "survey": LAST + timedelta(days=10),
        "news": date(2023, 3, 31),
        "mission_report": date(2023, 4, 11),
        f"summary/{TO_COME}": date(2023, 4, 10),
        "G4c": date(2023, 4, 20),
        "next_steps/C2-01": date(2023, 4, 20),
        "next_steps/C2-04": date(2023, 4, 20),
    }
    assert [row.step for row in timetable(story.visit) if row.task] == ["concept_note"]
    assert list(found.values()) == sorted(day for day in found.values() if day is not None)
    assert set(story.tasks()) == {"submit/visit_concept/0"}, "what is foreseen is nobody's task"


def test_to_china_its_lead_is_shorter_and_nobody_is_cleared() -> None:
    story = VisitStory(at=EARLY, direction=Direction.EU_TO_CN, hosts=("Zhengzhou",), first=date(2023, 7, 3))
    found = {name: (date(2023, 7, 3) - day).days for name, day in due(story).items() if day is not None}
    assert (found["concept_note"], found[f"names/{TO_COME}"], found["readiness_note"]) == (100, 60, 21)
    assert found["G4a"] == 74, "15 joint working days with five days of holidays in April"
    assert not [name for name in found if name.startswith(("clearance", "summary"))]


def test_what_was_foreseen_is_the_deadline_of_the_task_that_comes_up() -> None:
    """A visit lived to its report, each paper handed in and decided on its last day."""
    story = VisitStory(at=EARLY)
    foreseen = due(story)
    came: dict[str, date] = {}

    def note() -> None:
        for name, row in rows(story).items():
            if row.task is None:
                continue
            step, _, about = name.partition("/")
            known = f"{step}/{TO_COME}" if about in ("g1", "g2") else name
            deadline = story.task(row.task).deadline
            assert deadline is not None and deadline.on == row.due
            assert came.setdefault(known, deadline.on) == deadline.on

    def on_the_last_day(name: str) -> None:
        deadline = rows(story)[name].deadline
        assert deadline is not None
        story.until(deadline.at - timedelta(seconds=1))
        note()

    def decided_on_its_last_day(gate: str) -> None:
        on_the_last_day(gate)
        story.decides(gate, DELEGATION if gate == "G4a" else TEAM_LEADER)
        note()

    on_the_last_day("concept_note")
    story.asks(story.concept(), OPERATOR)
    decided_on_its_last_day("G4a.team")
    decided_on_its_last_day("G4a")
    story.steps("dates")
    for code in ("g1", "g2"):
        story.asks(story.group(code), OPERATOR)
        note()
    story.asks(story.named("g1"), ZHENGZHOU)
    story.asks(story.named("g2"), DALIAN)
    note()
    story.steps("freeze")
    note()
    for code in ("g1", "g2"):
        story.asks(vr.StepVisit(step="invitation", about=code, text=text("letter")), LAZIO)
        note()
        for step in (GroupStep.SUBMITTED, GroupStep.CLEARED, GroupStep.LODGED):
            story.asks(vr.StepGroup(group=code, step=step), OPERATOR)
            note()
    on_the_last_day("readiness_note")
    story.asks(story.readiness(), OPERATOR)
    decided_on_its_last_day("G4b")
    story.until(on(2023, 3, 14))
    note()
    story.until(on(2023, 3, 22))
    story.asks(story.completion(), OPERATOR)
    note()
    on_the_last_day("mission_report")
    story.asks(story.report(), OPERATOR)
    decided_on_its_last_day("G4c")
    assert came == foreseen
    assert not [
        name for name, row in rows(story).items() if row.step.endswith(("note", "report")) and not row.done
    ]


def test_what_is_done_says_when_and_what_is_returned_is_foreseen_anew() -> None:
    story = VisitStory(at=EARLY)
    story.asks(story.concept(), OPERATOR)
    shown = rows(story)
    assert shown["concept_note"].done == EARLY and shown["concept_note"].task is None
    assert shown["G4a.team"].task == "decide/G4a.team/1/0" and shown["G4a"].task is None
    story.decides("G4a.team", TEAM_LEADER, rq.Verdict.RETURN)
    shown = rows(story)
    assert shown["concept_note"].done is None and shown["concept_note"].task == "submit/visit_concept/0"
    again = shown["concept_note"].due
    assert again is not None and shown["G4a.team"].task is None
    assert shown["G4a.team"].done is None and (shown["G4a.team"].due or again) > again
    story.asks(story.concept(version=text("two")), OPERATOR)
    story.decides("G4a.team", TEAM_LEADER)
    assert rows(story)["G4a.team"].done == EARLY


def test_once_it_is_over_nothing_more_is_foreseen() -> None:
    story = VisitStory(at=EARLY)
    story.approved()
    story.asks(vr.CancelVisit(reason="host", text=text("why")), OPERATOR)
    assert [(row.step, row.task) for row in timetable(story.visit)] == [
        ("concept_note", None),
        ("G4a.team", None),
        ("G4a", None),
    ]
    story.later(40)
    assert story.visit.ended and timetable(story.visit) == ()


def test_what_nobody_travels_to_has_neither_groups_nor_go() -> None:
    story = VisitStory(at=EARLY, mode=ExchangeMode.VIRTUAL)
    assert [row.step for row in timetable(story.visit)] == [
        "concept_note",
        "G4a.team",
        "G4a",
        "dates",
        "agenda",
        "briefing",
        "complete",
        "survey",
        "news",
        "mission_report",
        "next_steps",
        "next_steps",
        "G4c",
    ]


def test_while_all_stands_still_nothing_has_a_date() -> None:
    story = VisitStory(at=EARLY)
    story.asks(rq.Hold(reason="political"), OPERATOR)
    assert {row.due for row in timetable(story.visit)} == {None}
    assert len(timetable(story.visit)) == 24


@pytest.mark.parametrize("where", ["approved", "open_delegation", "frozen", "ready"])
def test_before_a_move_every_step_that_moves_is_shown_was_and_now(where: str) -> None:
    story = VisitStory(at=EARLY)
    getattr(story, where)()
    was = rows(story)
    later = vr.MoveVisit(first=FIRST + timedelta(days=28), reason="host")
    foreseen = foresee(story.visit, len(story.entries), later, OPERATOR, story.at)
    story.asks(later, OPERATOR)
    now = rows(story)
    for name, row in now.items():
        if was[name].due == row.due:
            assert row.done is not None, f"{name} does not move, and is not done"
            continue
        before, then = was[name].deadline, row.deadline
        assert before is not None and then is not None
        assert (before.at, then.at) in [(one.was, one.now) for one in foreseen.moved], name
    assert len(foreseen.moved) == len(dict.fromkeys(one.clock for one in foreseen.moved)) >= 12
    moved = [one.clock for one in foreseen.moved]
    assert "visit_survey" in moved and "submit/visit_report/0" in moved and "decide/G4c" in moved


def test_put_off_without_days_every_date_goes_and_new_days_bring_them_back() -> None:
    story = VisitStory(at=EARLY)
    story.open_delegation()
    put_off = vr.MoveVisit(reason="guest")
    gone = foresee(story.visit, len(story.entries), put_off, OPERATOR, story.at).moved
    assert {"visit_dates", "visit_bookings", "visit_survey", "decide/G4b"} <= {one.clock for one in gone}
    assert {one.now for one in gone} == {None}
    story.asks(put_off, OPERATOR)
    assert [row.step for row in timetable(story.visit) if row.task] == ["new_dates"]
    found = vr.MoveVisit(first=date(2023, 5, 8), reason="guest")
    back = foresee(story.visit, len(story.entries), found, OPERATOR, story.at).moved
    assert {one.clock for one in gone} == {one.clock for one in back} and {one.was for one in back} == {None}
    assert story.visit.stage(Stage.VISIT_READINESS) is None
