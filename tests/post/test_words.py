"""The words for everything the domain has a code for."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from domain.events import End, Outcome
from domain.pilots.facts import CheckItem, PilotEnd, Reached
from domain.requests import AgreementStep, Verdict
from domain.stages import STEPS
from domain.terms import Seat, Silence, Stage, Terms
from domain.values import Role, Side
from post import words
from post.kinds import pilots as pilot_words
from post.matters import matter_of

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STAGES, Stage),
        (words.DOCUMENTS, Stage),
        (words.ROLES, Role),
        (words.SIDES, Side),
        (words.VERDICTS, Verdict),
        (words.OUTCOMES, Outcome),
        (words.ENDS, End),
        (words.AGREEMENT, AgreementStep),
        (words.ENDS, PilotEnd),
        (words.STANDINGS, Reached),
        (pilot_words.CHECKS, CheckItem),
    ],
)
def test_every_code_has_its_word(table: dict[str, words.Pair], codes: type[StrEnum]) -> None:
    assert [code.value for code in codes if code.value not in table] == []


def test_every_gate_cut_off_and_legal_basis_of_the_default_terms_has_its_words() -> None:
    gates = [gate for step in STEPS for gate in step.terms.gates]
    assert [gate.code for gate in gates if gate.code not in words.GATES] == []
    assert [gate.basis for gate in gates if gate.basis and gate.basis not in words.BASES] == []
    cut_offs = [name for name, _ in Terms.model_fields["cut_offs"].default]
    assert [name for name in cut_offs if name not in words.CUT_OFFS] == []
    assert {silence.value for silence in Silence} == {"never", "deemed approved", "lapses"}


def test_every_pair_is_english_and_chinese() -> None:
    tables = [value for name, value in vars(words).items() if name.isupper() and isinstance(value, dict)]
    pairs = [pair for table in tables for pair in table.values() if isinstance(pair, tuple)]
    pairs = [pair if isinstance(pair[1], str) else pair[1] for pair in pairs]
    assert len(pairs) > 100
    assert [pair for pair in pairs if HAN.search(pair[0]) or not HAN.search(pair[1])] == []


@pytest.mark.parametrize(
    ("task", "what", "subject", "english", "chinese"),
    [
        (
            "submit/scoping/0",
            "submit",
            "scoping",
            "please hand in the scoping report",
            "请提交《前期调研报告》",
        ),
        (
            "decide/G7.eud/3/0",
            "decide",
            "EU Delegation does not object",
            "please decide on the pilot project fiche, version 3 (no objection of the EU Delegation)",
            "请审议《试点项目申报表》第3版（欧盟驻华代表团无异议程序）",
        ),
        (
            "authority/submit/closing/0",
            "authority",
            "submit/closing/0",
            "please decide whether to write to the authority: the result sheet is still open",
            "《成果总结表》久未办结，请决定是否致函主管部门",
        ),
        (
            "successor/deputy.eu",
            "name_successor",
            "eu deputy",
            "please name a new deputy focal point (EU side)",
            "请指定新的欧方副联络人",
        ),
        (
            "confirm/2",
            "confirm",
            "extend",
            "please confirm or decline as the second person: a new end date of the programme (no-cost extension)",
            "请以第二人身份复核：项目延期（不增加经费）",
        ),
        (
            "revise.action_plan/2",
            "",
            "",
            "please hand in the Cooperation Action Plan, version 2",
            "请提交《城市合作行动计划》第2版",
        ),
        (
            "answer.G5.review/2/1",
            "",
            "",
            "please answer the formal question on the Cooperation Action Plan, version 2 (review by both sides)",
            "请答复关于《城市合作行动计划》第2版（双方审阅）的正式询问",
        ),
        (
            "G9/1",
            "",
            "",
            "please decide on the result sheet, version 1 (close-out)",
            "请审议《成果总结表》第1版（结项审批）",
        ),
        (
            "decide/G99/1/0",
            "decide",
            "a new gate",
            "please decide on a new gate, version 1",
            "请审议a new gate第1版",
        ),
        (
            "hold_review",
            "hold_review",
            "moon_phase",
            "please review the hold (reason: moon phase)",
            "请复核合作暂停状态（原因：moon phase）",
        ),
        (
            "decide/P7.eud/1/0",
            "decide",
            "EU Delegation does not object (G7)",
            "please decide on the concept of the pilot project, version 1 (no objection of the EU Delegation)",
            "请审议《试点项目实施方案》第1版（欧盟驻华代表团无异议程序）",
        ),
        (
            "check/dual_use",
            "check",
            "dual_use",
            "please check for the due diligence: dual use, export control and research security",
            "请办理尽职调查核查：两用物项、出口管制及科研安全",
        ),
        (
            "note/3/0",
            "note",
            "3",
            "please send the progress note of quarter 3 of the implementation",
            "请提交实施期第3季度进展说明",
        ),
        (
            "parked",
            "parked",
            "no_funding",
            "please look anew at this parked pilot project (reason: no financing was found)",
            "请重新研究该暂缓的试点项目（原因：资金未落实）",
        ),
        (
            "authority/note/3/0",
            "authority",
            "note/3/0",
            "please decide whether to write to the authority: the progress note of quarter 3 is still open",
            "第3季度进展说明久未办结，请决定是否致函主管部门",
        ),
        ("strange/thing", "polish", "the brass", "please see to the brass", "请办理：the brass"),
        ("strange/thing", "polish", "", "please see to strange/thing", "请办理：strange/thing"),
    ],
)
def test_a_task_is_put_into_words_from_its_id(
    task: str, what: str, subject: str, english: str, chinese: str
) -> None:
    matter = matter_of(task, what, subject)
    assert matter.asked("en") == english
    assert matter.asked("zh") == chinese


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("role", Role)
def test_a_seat_in_the_domains_words_is_understood(role: Role, side: Side) -> None:
    chinese = words.seat(str(Seat(role=role, side=side)), "zh")
    assert not re.search(r"[a-z_]", chinese)
    if side is Side.CN and role not in (Role.EU_DELEGATION, Role.NATIONAL_COUNTERPART):
        assert chinese.startswith("中方")


def test_where_a_partnership_stands_is_put_into_words() -> None:
    assert words.standing("scoping+action_plan", "en") == "scoping, Cooperation Action Plan"
    assert words.standing("after scoping", "zh") == "前期调研已完成"
    assert words.standing("closed_partial", "zh") == "部分完成并结项"
    assert words.standing("founded", "en") == "founded, no stage under way"
