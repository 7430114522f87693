"""The letters that a pilot's life causes, as their readers get them."""

from __future__ import annotations

import re
from functools import cache

import pytest

from domain import requests as rq
from domain.letters import Letter
from domain.pilots.facts import PilotStep
from domain.terms import Stage
from post.rendering import Rendered, people_in, rendered
from tests.domain.piloting import PilotStory
from tests.given import CN_FOCAL, CN_MAYOR, DELEGATION, EU_FOCAL, EU_MAYOR, MANAGER, OPERATOR, on, text
from tests.post.specimens import CHECKPOINT, SENDER, Somebody, assert_reads_well

HAN = re.compile(r"[\u4e00-\u9fff]")
HALF = "──────────────────── English ────────────────────"


@cache
def letters() -> tuple[Letter, ...]:
    """Those of a pilot that is carried out with pauses, of one that is given up, and of one nobody cares for."""
    whole = PilotStory()
    whole.concept()
    whole.until(whole.at)
    whole.checks()
    for gate in ("P7.dd", "P7.eud", "P7"):
        whole.approves(gate)
    whole.step(PilotStep.AGREED, text=text("agreement"))
    whole.step(PilotStep.IMPLEMENTING, until="2023-06-30")
    whole.day_by_day(on(2022, 8, 1))
    whole.asks(
        rq.ParkPilot.model_validate({"reason": "no_funding", "review": "2022-10-01T12:00:00Z"}), OPERATOR
    )
    whole.day_by_day(on(2022, 10, 20))
    whole.asks(rq.UnparkPilot(), OPERATOR)
    whole.asks(rq.NoteProgress(text=text("note")), EU_FOCAL)
    whole.asks(rq.TransferPilot(to="cn-chamber", agreed=text("agreed")), OPERATOR)
    whole.hands_in(Stage.PILOT_COMPLETION)
    whole.until(whole.at)
    whole.checks()
    whole.approves("P8")
    whole.step(PilotStep.REPLICATED, where="es-getafe", text=text("report"))
    whole.day_by_day(on(2024, 1, 1))
    dropped = PilotStory()
    dropped.concept()
    dropped.day_by_day(on(2022, 5, 1))
    dropped.asks(rq.DropPilot(reason="no_permit", text=text("why")), OPERATOR)
    silent = PilotStory()
    silent.opens(Stage.PILOT_FICHE)
    silent.day_by_day(on(2024, 1, 1))
    return (*whole.letters, *dropped.letters, *silent.letters)


def read(letter: Letter, language: str) -> Rendered:
    zone = "Asia/Shanghai" if language == "zh" else "Europe/Madrid"
    reader = Somebody("Lin Tao", "lin.tao@drc.example.cn", language, zone)
    return rendered(letter, dict.fromkeys(people_in(letter), reader), SENDER, checkpoint=CHECKPOINT)


def of(kind: str, **facts: str) -> Letter:
    return next(
        one for one in letters() if one.kind == kind and all(one.facts.get(k) == v for k, v in facts.items())
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_letter_of_a_pilot_reads_well_in_both_languages(language: str) -> None:
    kinds = {letter.kind for letter in letters()}
    assert kinds >= {"asked", "informed", "outcome", "signature", "reminder", "overdue", "closed"}
    assert kinds >= {"pilot_parked", "pilot_unparked", "escalation", "cut_off"}
    for letter in letters():
        told = read(letter, language)
        assert_reads_well(told, "P-01")
        if language == "en":
            assert not HAN.search(told.subject)


def test_no_mayor_is_ever_written_to() -> None:
    assert {letter.recipient for letter in letters()} & {EU_MAYOR.person, CN_MAYOR.person} == set()
    assert {letter.recipient for letter in letters() if letter.kind == "signature"} == {
        EU_FOCAL.person,
        CN_FOCAL.person,
    }


def test_who_checks_is_asked_for_all_items_in_one_letter() -> None:
    asked = [
        letter
        for letter in letters()
        if letter.kind == "asked" and letter.recipient == MANAGER.person and letter.items[0].what == "check"
    ]
    assert len(asked[0].items) == 12
    assert "dual use, export control and research security" in read(asked[0], "en").text
    chinese = read(asked[0], "zh").text.partition(HALF)[0]
    assert "请办理尽职调查核查：欧盟限制性措施清单（含受益所有人）" in chinese


def test_it_is_called_by_its_title_in_the_readers_language() -> None:
    begun = of("informed", event="pilot_founded")
    assert "Digital skills for small shops" in read(begun, "en").text
    chinese = read(begun, "zh")
    assert "小商户数字技能" in chinese.text.partition(HALF)[0]
    assert "试点项目已启动" in chinese.text.partition(HALF)[0]


def test_parking_says_why_and_until_when_it_is_looked_at_anew() -> None:
    told = read(of("pilot_parked"), "en")
    assert "is parked (reason: no financing was found)" in told.text
    assert "1 October 2022" in told.text
    chinese = read(of("pilot_parked"), "zh").text.partition(HALF)[0]
    assert "暂缓（原因：资金未落实）" in chinese
    assert "2022年10月1日" in chinese


def test_the_end_is_told_with_the_owner_it_went_to() -> None:
    told = read(of("closed", end="transferred"), "en").text
    assert "handed over to its owner after the programme (cn-chamber)" in told
    assert "已移交后续责任单位（cn-chamber）" in read(of("closed", end="transferred"), "zh").text
    dropped = of("closed", end="dropped")
    assert "given up, with the reason on record" in read(dropped, "en").text
    assert DELEGATION.person in {one.recipient for one in letters() if one.kind == "closed"}


def test_a_note_is_asked_for_by_its_quarter() -> None:
    note = next(
        letter
        for letter in letters()
        if letter.kind == "asked" and letter.items[0].what == "note" and letter.recipient == CN_FOCAL.person
    )
    assert "progress note of quarter 1" in read(note, "en").text
    assert "请提交实施期第1季度进展说明" in read(note, "zh").text


def test_an_outcome_names_the_pilot_and_the_gate() -> None:
    told = read(of("outcome", gate="P6"), "en")
    assert "In the pilot project Digital skills for small shops there is a result for the fiche" in told.text
    assert "(screening panel): approved" in told.text
    chinese = read(of("outcome", gate="P7"), "zh").text.partition(HALF)[0]
    assert "“小商户数字技能”试点项目的《试点项目实施方案》第1版（双方认可）" in chinese
