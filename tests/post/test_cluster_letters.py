"""The letters a cluster really causes, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

import pytest

from domain import requests as rq
from domain.clusters.requests import Matter
from domain.letters import Letter
from domain.requests import SessionStep, Verdict
from domain.terms import Stage
from domain.values import Role, Side
from post.rendering import people_in, rendered
from tests.clusters import FOUR, Circle, join, of, refuse
from tests.given import DELEGATION, MANAGER, OPERATOR, TEAM_LEADER, deliverable, on, text
from tests.post.specimens import CHECKPOINT, CHINESE, SENDER, Somebody

HALF = "── English ──"


@cache
def letters() -> tuple[Letter, ...]:
    """From the founding to the end: asked and refused, met and moved, planned and adopted, merged and split."""
    circle = Circle(codes=FOUR)
    circle.until(circle.at + timedelta(days=40))
    circle.consents("C1-01", "C1-02", "C2-03")
    circle.asks(refuse("C2-04"), of("C2-04", Side.EU))
    circle.asks(join("C2-04"), MANAGER)
    circle.consents("C2-04")
    starts = on(2021, 6, 24, 8)
    circle.asks(rq.PlanSession(code="js-1", mode=rq.ExchangeMode.VIRTUAL, starts=starts), MANAGER)
    circle.asks(rq.StepSession(code="js-1", step=SessionStep.INVITED, text=text("agenda")), MANAGER)
    moved = rq.PlanSession(
        code="js-1", mode=rq.ExchangeMode.VIRTUAL, starts=starts + timedelta(days=7), reason="elections"
    )
    circle.asks(moved, MANAGER)
    cancelled = rq.StepSession(code="js-1", step=SessionStep.CANCELLED, reason="capacity")
    circle.asks(cancelled, MANAGER)
    circle.asks(rq.OpenStage(stage=Stage.CLUSTER_WORK_PLAN), OPERATOR)
    work = deliverable("cluster_work_plan")
    circle.asks(rq.Submit(stage=Stage.CLUSTER_WORK_PLAN, deliverable=work), MANAGER)
    circle.asks(rq.Clarify(gate="K1.team", question=text("who?")), TEAM_LEADER)
    circle.asks(rq.Answer(gate="K1.team", answer=text("we")), MANAGER)
    circle.decides("K1.team", TEAM_LEADER)
    circle.all_decide("K1", Role.FOCAL_POINT)
    circle.to_adoption()
    circle.until(circle.at + timedelta(days=60))
    circle.decides("K2.adopt", of("C1-01", Side.EU, Role.SIGNATORY), Verdict.RETURN)
    second = deliverable("joint_plan", "two")
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=second), MANAGER)
    circle.all_decide("K2.review", Role.FOCAL_POINT)
    circle.decides("K2.team", TEAM_LEADER)
    circle.decides("K2.eud", DELEGATION)
    circle.all_decide("K2.adopt", Role.SIGNATORY)
    circle.asks(rq.AskMerger(member="C1-02", reason="common_theme"), MANAGER)
    circle.asks(refuse("C1-02", Matter.MERGER), of("C1-02", Side.EU))
    circle.asks(rq.AskMerger(member="C1-01", reason="common_theme"), MANAGER)
    circle.consents("C1-01", to=Matter.MERGER)
    circle.asks(rq.TakeOver(of="partnership/C1-01", open=("submit/scoping/0",)), OPERATOR)
    circle.asks(rq.Leave(member="C2-04", reason="bilateral", consent=text("both"), bilateral=True), OPERATOR)
    circle.asks(rq.AskSplit(member="C1-01", reason="bilateral"), MANAGER)
    circle.asks(refuse("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    circle.asks(rq.AskSplit(member="C1-01", reason="bilateral"), MANAGER)
    circle.until(circle.at + timedelta(days=40))
    circle.consents("C1-01", to=Matter.SPLIT)
    circle.until(circle.at + timedelta(days=10))
    circle.asks(rq.GiveBack(of="partnership/C1-01", to="partnership/C1-11"), OPERATOR)
    circle.until(on(2022, 6, 1))
    circle.asks(rq.CloseCluster(reason="end_of_work"), OPERATOR)
    return tuple(circle.letters)


def read(letter: Letter, language: str) -> str:
    zone = "Asia/Shanghai" if language == "zh" else "Europe/Madrid"
    reader = Somebody("Lin Tao", "lin.tao@drc.example.cn", language, zone)
    told = rendered(letter, dict.fromkeys(people_in(letter), reader), SENDER, checkpoint=CHECKPOINT)
    return f"{told.subject}\n{told.text}"


def test_a_cluster_causes_letters_of_many_kinds() -> None:
    kinds = {letter.kind for letter in letters()}
    assert kinds >= {
        *"asked reminder signature outcome overdue question answered closed session_moved".split(),
        *"session_cancelled cluster_active consent_refused merger_agreed member_left taken_over".split(),
        "joint_plan_adopted",
        "split_agreed",
        "given_back",
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_of_them_reads_well_and_names_the_cluster(language: str) -> None:
    for letter in letters():
        told = read(letter, language)
        prose = re.sub(r"tandem (deadline|checkpoint) .*", "", told)
        assert not re.search(
            r"[a-z]+_[a-z]+|\bNone\b|Undefined|\{\{|%\}|\bp-[0-9a-z]{6}|\bK\d\.[a-z]", prose
        ), prose
        assert not re.search(r"\n\n\n| \n|[a-z]  |\(\)|（）|\.\.|。。| ,|：。|:\s*\.|“”", told), told
        assert told.startswith("[ECO] ")
        if language == "zh":
            chinese, _, english = told.partition(HALF)
            assert "生态转型" in chinese and "Ecological transition" in english, told
            assert "专题组" in chinese, told
        else:
            assert "Ecological transition" in told and not CHINESE.search(prose), told


def test_a_cluster_at_risk_is_called_a_cluster() -> None:
    circle = Circle().active()
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.until(circle.at + timedelta(days=185))
    flagged = next(letter for letter in circle.letters if letter.kind == "at_risk")
    assert "look into this thematic cluster: late with joint action plan" in read(flagged, "en")
    assert "请关注该专题组进展：联合行动计划进度滞后" in read(flagged, "zh")


def test_what_is_asked_of_a_member_is_asked_in_words() -> None:
    asked = next(
        one for one in letters() if one.recipient == of("C2-03", Side.CN).person and one.kind == "asked"
    )
    assert (
        "please say whether your side consents to the membership of the partnership C2-03 in the cluster"
        in (read(asked, "en").lower().replace("c2-03", "C2-03"))
    )
    assert "请答复贵方是否同意C2-03合作加入专题组" in read(asked, "zh")
    split = next(one for one in letters() if any(item.subject == "split/C1-01" for item in one.items))
    told = read(split, "en")
    assert "your side consents to the partnership C1-01 going on by itself, without the cluster" in told
    assert "请答复贵方是否同意C1-01合作退出专题组并转为双边开展" in read(split, "zh")
    found = next(one for one in letters() if any(item.what == "split" for item in one.items))
    assert "found the partnership in which C1-01 goes on" in read(found, "en")
    signed = [
        one for one in letters() if one.kind == "signature" and one.recipient == of("C2-03", Side.EU).person
    ]
    assert "the joint action plan, version 1 (adoption by all members)" in read(signed[0], "en")
    assert "《联合行动计划》第1版（全体成员正式通过）" in read(signed[0], "zh")


def test_the_outcome_of_a_gate_names_the_cluster_and_not_the_gate_as_its_title() -> None:
    outcome = next(one for one in letters() if one.kind == "outcome" and one.facts["gate"] == "K2.adopt")
    assert outcome.facts["called"] == "Ecological transition"
    assert "the cluster Ecological transition" in read(outcome, "en").replace("thematic ", "")
