"""The letters that a programme's rules really cause, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain import requests as rq
from domain.errands import Carried, TurnedDown
from domain.letters import Letter
from domain.requests import Verdict
from domain.terms import Stage
from post.rendering import people_in, rendered
from tests.given import DELEGATION, END, MANAGER, OPERATOR, TEAM_LEADER, text
from tests.post.specimens import CHECKPOINT, SENDER, Somebody, assert_reads_well
from tests.reporting import LIFT, SUSPEND, ProgrammeStory, broadcast


def _whole() -> tuple[Letter, ...]:
    """A report accepted by silence, one returned, broadcasts, an extension, an objection, the end."""
    story = ProgrammeStory()
    story.reports(Stage.INCEPTION_REPORT)
    story.day_by_day(story.at + timedelta(days=47))
    story.asks(rq.AskAcceptance(gate="R1", letter=text("please")), TEAM_LEADER)
    story.day_by_day(story.at + timedelta(days=47))
    story.reports(Stage.INTERIM_REPORT)
    story.decides("R2", DELEGATION, Verdict.RETURN)
    story.hands_in(Stage.INTERIM_REPORT, "two")
    story.approves("R2")
    for request in (SUSPEND, LIFT, rq.Hold(reason="travel")):
        story.two_agree(broadcast(request))
    down = TurnedDown(entity="partnership/C1-02", sentence="it is suspended already")
    came = Carried(refused=(down,), after="partnership/C1-02", over=True)
    story._record(story.programme.carried("broadcast-1", came, story.at), story.partnership)
    story.two_agree(rq.Extend(ends=END + timedelta(days=91), addendum=text("addendum")))
    story.day_by_day(END + timedelta(days=92 - 299))
    for by in (OPERATOR, MANAGER):
        story.asks(rq.ObjectCutOff(cut_off="E-300", reason="visa", text=text("no")), by)
    for number, upheld in ((1, True), (2, False)):
        answer = rq.AnswerObjection(objection=number, upheld=upheld, answer=text("so"))
        story.asks(answer, TEAM_LEADER)
    story.reports(Stage.FINAL_REPORT)
    story.approves("R4")
    assert story.programme.ended
    return tuple(story.letters)


LETTERS = _whole()


def _read(letter: Letter, language: str) -> str:
    reader = Somebody("Lin Tao", "lin.tao@example.org", language, "Asia/Shanghai")
    told = rendered(letter, dict.fromkeys(people_in(letter), reader), SENDER, checkpoint=CHECKPOINT)
    assert_reads_well(told, "11438")
    return told.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_letter_of_a_programme_reads_well(language: str) -> None:
    for letter in LETTERS:
        _read(letter, language)


def test_they_are_of_the_kinds_that_its_rules_cause() -> None:
    kinds = {letter.kind for letter in LETTERS}
    assert kinds >= {"asked", "outcome", "cut_off", "informed", "extended", "closed", "overdue"}


def _of(kind: str, **facts: str) -> Letter:
    return next(one for one in LETTERS if one.kind == kind and facts.items() <= one.facts.items())


@pytest.mark.parametrize(
    ("letter", "english", "chinese"),
    [
        (
            _of("informed", event="broadcast_suspend"),
            "a suspension has been ordered",
            "已下达中止令",
        ),
        (
            _of("informed", event="objection_dismissed"),
            "an objection to a cut-off has not been upheld",
            "对时间节点的异议未被采纳",
        ),
        (
            _of("cut_off", cut_off="last kick-off"),
            "look after those this cut-off affects, and object if need be: last kick-off",
            "请核实受该时间节点影响的合作",
        ),
        (_of("closed"), "closed; its final report is approved", "已结项（最终报告已获批准）"),
        (_of("outcome", silent="yes"), "contract: no answer within the time for approval", "视为批准"),
    ],
    ids=lambda value: value.kind if isinstance(value, Letter) else "",
)
def test_what_happened_is_said_in_the_reader_s_language(letter: Letter, english: str, chinese: str) -> None:
    assert english in " ".join(_read(letter, "en").split())
    assert chinese in "".join(_read(letter, "zh").split())


def test_a_letter_about_a_gate_names_the_programme_and_not_the_gate() -> None:
    told = _read(_of("outcome", silent="yes"), "zh")
    assert "“国际城市与区域合作（中国）”项目的《启动报告》第1版" in "".join(told.split())
    assert "programme International Urban and Regional Cooperation - China" in " ".join(told.split())


def test_the_delegation_is_asked_anew_with_what_its_silence_means_then() -> None:
    mine = [one for one in LETTERS if one.recipient == DELEGATION.person and one.kind == "asked"]
    first, again = (one.items[0] for one in mine[:2])
    assert (first.silence, again.silence) == ("never", "deemed approved")
    told = " ".join(_read(mine[1], "en").split())
    assert "the inception report" in told and "no answer within the time for approval" in told


def test_a_chinese_reader_finds_no_english_code_in_the_chinese_part() -> None:
    for letter in LETTERS:
        chinese = re.sub(r"tandem deadline .*", "", _read(letter, "zh"))
        for code in ("interim_report", "cut_off", "broadcast_", "closed_with", "inception_report"):
            assert code not in chinese, f"{letter.kind}: {code}"
