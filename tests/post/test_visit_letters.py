"""The letters that study visits cause, in both languages."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest

from domain.errands import Carried
from domain.letters import Letter
from domain.requests import RestrictTravel
from domain.values import ExchangeMode
from domain.visits import requests as vr
from domain.visits.requests import GroupStep
from post.rendering import Rendered, people_in, rendered
from tests.given import OPERATOR, TEAM_LEADER, on, text
from tests.post.specimens import CHECKPOINT, SENDER, Somebody, assert_reads_well
from tests.visiting import DALIAN, LAZIO, ZHENGZHOU, VisitStory

READERS = {
    "en": Somebody("Anna Rossi", "anna.rossi@regione.example.it", "en", "Europe/Rome"),
    "zh": Somebody("林涛", "lin.tao@drc.example.cn", "zh", "Asia/Shanghai"),
}


@cache
def letters() -> tuple[Letter, ...]:
    """Of three visits: one made after it was put off and names changed, one converted, one cancelled."""
    made = VisitStory()
    made.invited()
    made.asks(vr.MoveVisit(reason="host"), OPERATOR)
    made.later(20)
    made.asks(vr.MoveVisit(first=date(2023, 4, 17), reason="host"), OPERATOR)
    made.steps("dates")
    made.asks(made.named("g1", 4, prefix="new", reason="leaver"), ZHENGZHOU)
    made.later(40)
    made.asks(vr.StepVisit(step="invitation", about="g1", text=text("again")), LAZIO)
    made.cleared()
    for code, who in (("g1", ZHENGZHOU), ("g2", DALIAN)):
        made.later(30)
        made.asks(vr.StepGroup(group=code, step=GroupStep.LODGED), who)
    made.asks(made.readiness(), OPERATOR)
    made.decides("G4b", TEAM_LEADER)
    made.until(on(2023, 4, 24))
    done = made.completion(first=date(2023, 4, 17), last=date(2023, 4, 22))
    made.asks(done, OPERATOR)
    came = Carried(done=("partnership/C2-01", "partnership/C2-04"), after="partnership/C2-04", over=True)
    made._record(made.visit.carried("completed", came, made.at))
    made.later(40)
    converted = VisitStory()
    converted.invited()
    converted.asks(RestrictTravel(country="IT", since=on(2023, 1, 1), order=text("order")), OPERATOR)
    converted.later(30)
    converted.asks(vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="travel_restriction"), OPERATOR)
    cancelled = VisitStory()
    cancelled.open_delegation()
    cancelled.later(60)
    cancelled.asks(vr.CancelVisit(reason="force_majeure", text=text("why")), OPERATOR)
    unready = VisitStory()
    unready.invited()
    unready.later(200)
    return tuple(letter for story in (made, converted, cancelled, unready) for letter in story.letters)


def read(letter: Letter, language: str) -> Rendered:
    reader = READERS[language]
    return rendered(letter, dict.fromkeys(people_in(letter), reader), SENDER, checkpoint=CHECKPOINT)


def test_the_stories_cause_letters_of_every_kind_of_a_visit() -> None:
    assert {letter.kind for letter in letters()} >= {
        *(
            "visit_founded visit_moved visit_converted visit_cancelled visit_completed visit_names_changed".split()
        ),
        *("asked reminder escalation overdue outcome".split()),
    }
    asked = {item.what for letter in letters() for item in letter.items}
    assert asked >= {
        *("visit_dates visit_new_dates visit_groups visit_names visit_freeze visit_invitation".split()),
        *("visit_clearance visit_visa visit_bookings visit_agenda visit_survey visit_news".split()),
        *("visit_summary visit_next_steps visit_travel visit_not_ready".split()),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_letter_of_a_visit_reads_well(language: str) -> None:
    for letter in letters():
        told = read(letter, language)
        assert_reads_well(told, "V-01")
        assert "partnership Peri-urban" not in told.text
        if language == "zh":
            chinese = told.text.partition(" English ")[0]
            assert "拉齐奥近郊农业考察" in chinese and "考察访问" in chinese
            words = {*re.findall(r"[A-Za-z]{5,}", re.sub(r"tandem deadline \S+|tandem tasks", "", chinese))}
            assert words <= {"Lazio", "Zhengzhou", "Dalian", "force", "majeure"}, letter.kind


def test_a_contact_is_asked_for_what_its_own_city_owes_and_told_how_to_answer() -> None:
    asked = next(
        letter
        for letter in letters()
        if letter.kind == "asked"
        and letter.recipient == ZHENGZHOU.person
        and letter.items[0].what == "visit_names"
    )
    told = read(asked, "en")
    assert "Please name the participants of the sub-group of Zhengzhou and its head" in told.text
    assert "passport data only by the secure way" in told.text
    assert "In the study visit Peri-urban agriculture in Lazio the following now waits for you." in told.text
    chinese = read(asked, "zh").text
    assert "请报送Zhengzhou分团的团员及团长名单" in chinese and "护照信息请勿通过邮件发送" in chinese


def test_the_host_is_told_that_the_letter_is_its_own() -> None:
    asked = next(
        letter
        for letter in letters()
        if letter.recipient == LAZIO.person and any(item.what == "visit_invitation" for item in letter.items)
    )
    assert "signed by your city or region itself" in read(asked, "en").text


def test_moved_the_letter_has_both_days_and_every_date_that_is_the_readers() -> None:
    moved = [letter for letter in letters() if letter.kind == "visit_moved"]
    put_off = read(moved[0], "en").text
    assert "of Monday 13 March 2023 is put off (reason: the host's wish)" in put_off
    again = next(letter for letter in moved if letter.facts.get("first") == "2023-04-17")
    told = read(again, "en").text
    assert "is now to begin on Monday 17 April 2023 for 6 days" in told
