"""Clusters: consent of every member, joint sessions, a joint plan of all, mergers and splits."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import events as ev
from domain import requests as rq
from domain.clusters.cluster import founded
from domain.clusters.requests import Matter
from domain.clusters.steps import cluster_terms
from domain.entities import cluster_of, fold, partnership_of, revived, snapshot
from domain.letters import Letter
from domain.requests import SessionStep, Verdict
from domain.stages import default_terms
from domain.tasks import tasks_of
from domain.terms import Silence, Stage
from domain.values import SIDES, Actor, Member, Refusal, Role, Side
from tests.clusters import (
    CITIES,
    FOUR,
    Circle,
    cities,
    cluster_founding,
    consent,
    its_holders,
    join,
    of,
    partnership_founding,
    refuse,
)
from tests.given import (
    DELEGATION,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    deliverable,
    holder,
    on,
    text,
)
from tests.story import Story

MAYOR = Role.SIGNATORY


def active(**founding: Any) -> Circle:
    return Circle(**founding).active()


def refused(circle: Circle, request: rq.AnyRequest, by: Actor = OPERATOR) -> str:
    return circle.refuses(request, by).sentence


def leave(code: str = "C2-03", **changes: Any) -> rq.Leave:
    told = {"member": code, "reason": "priorities", "consent": text("both sides")}
    return rq.Leave.model_validate(told | changes)


def letters(circle: Circle, kind: str) -> list[Letter]:
    return [letter for letter in circle.letters if letter.kind == kind]


# Forming


def test_a_cluster_is_forming_until_both_sides_of_every_member_have_consented() -> None:
    circle = Circle()
    assert circle.cluster.standing() == "forming"
    asked = [task.id for task in tasks_of(circle.cluster) if task.what == "consent"]
    assert asked == [
        f"consent/{code}/membership/{side.value}" for code in CITIES if code != "C2-04" for side in SIDES
    ]
    circle.consents("C1-01", "C1-02")
    circle.asks(consent("C2-03"), of("C2-03", Side.EU))
    assert (circle.cluster.active, circle.cluster.standing()) == (None, "forming")
    circle.asks(consent("C2-03"), of("C2-03", Side.CN))
    (began,) = circle.of(ev.ClusterActivated)
    assert began.members == ("C1-01", "C1-02", "C2-03")
    assert circle.cluster.standing() == "active"
    assert not [task for task in tasks_of(circle.cluster) if task.what == "consent"]


def test_consent_is_asked_of_the_members_own_focal_points_with_a_date() -> None:
    circle = Circle()
    task = circle.tasks()["consent/C2-03/membership/cn"]
    assert task.persons == (of("C2-03", Side.CN).person,)
    # 20 days worked in Spain and China both: four weeks of March 2021, the Monday of the start not among them
    assert task.deadline is not None and task.deadline.on == date(2021, 3, 29)
    written = {letter.recipient for letter in letters(circle, "asked")}
    assert written >= {of(code, side).person for code in ("C1-01", "C1-02", "C2-03") for side in SIDES}


def test_who_does_not_consent_says_why_and_the_others_go_on_if_they_are_enough() -> None:
    circle = Circle(codes=FOUR)
    circle.consents("C1-01", "C1-02", "C2-03")
    assert circle.cluster.standing() == "forming"
    no = consent("C2-04", given=False)
    assert "does not consent to the membership of C2-04 says why (--reason)" in refused(
        circle, no, of("C2-04", Side.EU)
    )
    circle.asks(refuse("C2-04"), of("C2-04", Side.EU))
    assert circle.cluster.standing() == "active"
    assert [one.code for one in circle.cluster.present()] == ["C1-01", "C1-02", "C2-03"]
    assert not circle.cluster.holder(of("C2-04", Side.CN).person, circle.at)
    (told, *_) = letters(circle, "consent_refused")
    assert told.facts["reason"] == "priorities"


def test_too_few_cities_stay_forming_and_say_what_is_wanted() -> None:
    circle = Circle(codes=("C1-01", "C1-02"))
    circle.asks(refuse("C1-02"), of("C1-02", Side.EU))
    circle.consents("C1-01")
    assert circle.cluster.standing() == "forming"
    sentence = refused(circle, rq.OpenStage(stage=Stage.JOINT_PLAN))
    assert "its members are 2 cities and regions, and 3 of both sides are needed" in sentence
    assert "another partnership can be asked (join)" in sentence
    circle.asks(join("C2-03"), MANAGER)
    circle.consents("C2-03")
    assert circle.cluster.standing() == "active"


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (("C1-01",), "at least 3 cities or regions of both sides form a cluster; C1-01 are of Fuenlabrada"),
        (("C1-01", "C1-01"), "a partnership is a member once; given are C1-01 and C1-01"),
        (("C1-01", "C2-03") * 13, "a partnership is a member once"),
    ],
)
def test_a_founding_that_makes_no_cluster_says_why(codes: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        founded(cluster_founding(codes=codes))


def test_a_founding_needs_focal_points_calendars_and_an_operator() -> None:
    first = cluster_founding()
    without = tuple(held for held in first.holders if held.role is not Role.OPERATOR)
    with pytest.raises(ValueError, match="it has no operator"):
        founded(first.model_copy(update={"holders": without}))
    lonely = first.candidates[0].model_copy(update={"people": ()})
    with pytest.raises(ValueError, match="C1-01 has no EU focal point, whose consent is needed"):
        founded(first.model_copy(update={"candidates": (lonely, *first.candidates[1:])}))
    abroad = tuple(one.model_copy(update={"country": "PT"}) for one in first.members)
    with pytest.raises(ValueError, match="its calendar edition lacks PT"):
        founded(first.model_copy(update={"members": abroad}))
    stranger = first.holders[:6]
    with pytest.raises(ValueError, match="is not among the people given"):
        founded(first.model_copy(update={"holders": stranger}))


def test_the_fewest_entities_are_a_rule_of_the_terms() -> None:
    terms = cluster_terms(default_terms())
    assert terms.clusters is not None
    more = terms.model_copy(update={"clusters": terms.clusters.model_copy(update={"entities": 6})})
    with pytest.raises(ValueError, match="at least 6 cities or regions"):
        founded(cluster_founding(terms=more))


# Consent, asked wrongly


def test_nobody_consents_for_another_member_twice_or_unasked() -> None:
    circle = Circle()
    told = circle.refuses(consent("C2-03"), of("C1-01", Side.EU))
    assert (
        told.grave
        and "does not stand for C2-03 on the EU side; its own focal points consent" in told.sentence
    )
    assert "only the focal point or the deputy may consent for a side" in refused(circle, consent("C1-01"))
    assert (
        "C2-04 is not asked for its consent to the membership; those asked are: C1-01, C1-02 and C2-03"
        in refused(circle, consent("C2-04"), of("C1-01", Side.EU))
    )
    circle.asks(consent("C1-01"), of("C1-01", Side.EU))
    assert "the EU side of C1-01 has consented to the membership already" in refused(
        circle, consent("C1-01"), of("C1-01", Side.EU)
    )
    circle.asks(consent("C1-01"), of("C1-01", Side.CN))
    assert "nobody has asked whether C1-01 merges into cluster ECO (ask-merger)" in refused(
        circle, consent("C1-01", Matter.MERGER), of("C1-01", Side.EU)
    )


def test_a_deputy_consents_for_the_focal_point_of_the_same_member() -> None:
    circle = Circle()
    circle.asks(consent("C2-03"), of("C2-03", Side.EU, Role.DEPUTY))
    assert "consent/C2-03/membership/eu" not in circle.tasks()
    assert "does not stand for C1-01" in refused(circle, consent("C1-01"), of("C2-03", Side.EU, Role.DEPUTY))


def test_one_person_of_two_members_consents_to_each() -> None:
    """Hangzhou has one focal point, in two partnerships."""
    circle = Circle()
    hangzhou = of("C1-01", Side.CN)
    assert hangzhou == of("C1-02", Side.CN)
    circle.asks(consent("C1-01"), hangzhou)
    assert "consent/C1-02/membership/cn" in circle.tasks()
    circle.asks(consent("C1-02"), hangzhou)
    assert "consent/C1-02/membership/cn" not in circle.tasks()


# Joining and leaving


def test_a_newcomer_is_a_member_once_both_its_sides_consent() -> None:
    circle = active()
    circle.asks(join(), MANAGER)
    assert circle.cluster.standing() == "active", "those who are members go on"
    assert [one.code for one in circle.cluster.present()] == ["C1-01", "C1-02", "C2-03"]
    circle.asks(consent("C2-04"), of("C2-04", Side.EU))
    assert len(circle.cluster.present()) == 3
    circle.asks(consent("C2-04"), of("C2-04", Side.CN))
    assert [one.code for one in circle.cluster.present()][-1] == "C2-04"
    assert ("cn", "Suzhou") in [(side.value, name) for side, name in circle.cluster.entities()]
    assert len(circle.of(ev.ClusterActivated)) == 1


def test_joining_is_refused_for_whom_it_makes_no_sense() -> None:
    circle = active()
    assert "C1-01 is a member since 2021-03-01 already" in refused(circle, join("C1-01"))
    assert (
        "only the operator, the team leader or the cluster manager may ask a partnership to join"
        in refused(circle, join(), of("C1-01", Side.EU))
    )
    lonely = join().model_copy(update={"member": join().member.model_copy(update={"people": ()})})
    assert "C2-04 has no EU focal point, whose consent is needed" in refused(circle, lonely)
    abroad = join().model_copy(update={"members": (cities("C2-04")[0].model_copy(update={"country": "PT"}),)})
    assert "the calendar of PT is not in this cluster's edition" in refused(circle, abroad)
    circle.asks(join(), MANAGER)
    assert "C2-04 was asked on 2021-03-01 already" in refused(circle, join())


def test_a_member_leaves_and_what_was_done_stays() -> None:
    circle = active(codes=FOUR)
    circle.holds()
    circle.asks(leave("C1-01"), OPERATOR)
    assert circle.cluster.standing() == "active"
    assert "C1-01" not in [one.code for one in circle.cluster.present()]
    assert len(circle.cluster.joint) == 1
    assert circle.cluster.holder(of("C1-01", Side.EU).person, circle.at) is None
    # Hangzhou takes part through its other partnership still
    assert circle.cluster.holder(of("C1-01", Side.CN).person, circle.at) is not None
    assert not [one for one in circle.cluster.members if one.name == "Hangzhou" and one.until]
    (told, *_) = letters(circle, "member_left")
    assert told.recipient == of("C1-01", Side.EU).person and told.facts["bilateral"] == ""


def test_a_split_is_a_member_that_goes_on_bilaterally_and_may_come_back() -> None:
    circle = active(codes=FOUR)
    circle.asks(leave("C2-04", bilateral=True, reason="bilateral"), TEAM_LEADER)
    assert letters(circle, "member_left")[0].facts["bilateral"] == "yes"
    assert "C2-04 is no member of cluster ECO any more since 2021-03-01" in refused(circle, leave("C2-04"))
    circle.asks(join("C2-04"), MANAGER)
    circle.consents("C2-04")
    assert len(circle.cluster.present()) == 4


def test_where_too_few_are_left_the_cluster_is_forming_again() -> None:
    circle = active(codes=("C1-01", "C2-03"))
    circle.asks(leave("C2-03"), OPERATOR)
    assert circle.cluster.standing() == "forming"
    assert "review" not in circle.tasks()
    assert "a joint session waits until the cluster is active" in refused(
        circle, rq.PlanSession(code="js-1", mode=rq.ExchangeMode.VIRTUAL, starts=on(2021, 6, 1))
    )


def test_leaving_is_refused_to_strangers_and_of_no_member() -> None:
    circle = active()
    told = circle.refuses(leave("C2-03"), of("C1-01", Side.EU))
    assert told.grave and "does not stand for C2-03, which leaves by its own people" in told.sentence
    assert "C2-04 is no member of cluster ECO; its members are: C1-01, C1-02 and C2-03" in refused(
        circle, leave("C2-04")
    )
    assert (
        "only the operator, the team leader, the cluster manager, the focal point or the signatory"
        in refused(circle, leave(), DELEGATION)
    )


def test_members_neither_come_nor_go_while_a_version_lies_with_them() -> None:
    circle = active()
    circle.asks(join(), MANAGER)
    circle.asks(consent("C2-04"), of("C2-04", Side.EU))
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    wanted = "a version of the joint plan is being decided on at gate K2.review (all members review)"
    for request, by in ((consent("C2-04"), of("C2-04", Side.CN)), (leave(), OPERATOR)):
        sentence = refused(circle, request, by)
        assert wanted in sentence and "two persons can settle it (propose settle-gate)" in sentence
    circle.decides("K2.review", of("C1-01", Side.EU), Verdict.RETURN)
    circle.asks(leave(), OPERATOR)


# Who stands for a member


def test_the_people_of_a_member_follow_its_partnership() -> None:
    circle = active()
    newcomer = actor("newfocal", Role.FOCAL_POINT, Side.EU)
    holders = tuple(one for one in its_holders("C2-03") if one.person != of("C2-03", Side.EU).person)
    named = rq.NamePeople(member="C2-03", holders=(*holders, holder(newcomer)))
    circle.asks(named, OPERATOR)
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    circle.decides("K2.review", newcomer)
    assert "does not hold the role of EU focal point in ECO any more since" in refused(
        circle,
        rq.Decide(gate="K2.review", version=deliverable("joint_plan").version, verdict=Verdict.APPROVE),
        of("C2-03", Side.EU),
    )
    assert "these people stand for C2-03 already; nothing would change" in refused(circle, named)
    assert "C2-04 is neither a member of ECO nor asked; those are: C1-01, C1-02 and C2-03" in refused(
        circle, rq.NamePeople(member="C2-04", holders=its_holders("C2-04"))
    )


def test_a_successor_stands_for_the_same_members_and_a_gap_is_told() -> None:
    circle = active()
    leaver, follower = of("C1-01", Side.CN, MAYOR), actor("newmayor", MAYOR, Side.CN)
    circle.asks(
        rq.ChangeHolder(role=MAYOR, side=Side.CN, leaving=leaver.person, to=holder(follower)), OPERATOR
    )
    circle.to_adoption()
    adopts = [task.persons for task in tasks_of(circle.cluster) if task.id.startswith("decide/K2.adopt")]
    assert adopts.count((follower.person,)) == 2, "of both of Hangzhou's partnerships"
    gone = of("C2-03", Side.EU, MAYOR)
    circle.asks(rq.ChangeHolder(role=MAYOR, side=Side.EU, leaving=gone.person), OPERATOR)
    assert circle.tasks()["successor/signatory.eu"].what == "name_successor"
    vacant = [task for task in tasks_of(circle.cluster) if task.what == "decide" and not task.persons]
    assert [task.seat.of for task in vacant] == ["C2-03"]
    sentence = refused(
        circle, rq.ChangeHolder(role=MAYOR, side=Side.EU, to=holder(actor("x" * 6, MAYOR, Side.EU)))
    )
    assert "record it there (partnership change-holder), and bring it here (cluster name-people)" in sentence
    heir = actor("newlord", MAYOR, Side.EU)
    holders = tuple(one for one in its_holders("C2-03") if one.person != gone.person)
    circle.asks(rq.NamePeople(member="C2-03", holders=(*holders, holder(heir))), OPERATOR)
    assert "successor/signatory.eu" not in circle.tasks()
    circle.decides("K2.adopt", heir)


# The joint plan


def test_a_joint_plan_is_adopted_by_the_signatories_of_every_member() -> None:
    circle = active().to_adoption()
    gate = circle.cluster.latest_gate("K2.adopt")
    assert gate is not None
    assert [(seat.of, seat.side.value) for seat in gate.seats] == [
        (code, side.value) for code in ("C1-01", "C1-02", "C2-03") for side in SIDES
    ]
    for seat in gate.seats[:-1]:
        circle.decides("K2.adopt", of(seat.of or "", seat.side, MAYOR))
        assert not circle.of(ev.JointPlanAdopted)
    assert "is decided by" in refused(
        circle,
        rq.Decide(gate="K2.adopt", version=gate.version, verdict=Verdict.APPROVE),
        of("C2-03", Side.CN),
    )
    circle.decides("K2.adopt", of("C2-03", Side.CN, MAYOR))
    (adopted,) = circle.of(ev.JointPlanAdopted)
    assert adopted.covers == ("C1-01", "C1-02", "C2-03")
    assert circle.cluster.standing() == "active"
    (errand,) = circle.cluster.errands
    assert errand.to == tuple(f"partnership/{code}" for code in adopted.covers)
    assert errand.request == rq.AdoptJointPlan(of="cluster/ECO", version=gate.version)
    assert errand.by.role is Role.OPERATOR


def test_a_person_of_one_member_has_no_seat_of_another() -> None:
    """With the seat of its own decided, a focal point cannot take that of a neighbour."""
    circle = active()
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    plan = deliverable("joint_plan")
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=plan), MANAGER)
    circle.decides("K2.review", of("C1-01", Side.EU))
    again = rq.Decide(gate="K2.review", version=plan.version, verdict=Verdict.APPROVE)
    assert "you decided on 2021-03-01 (approve)" in refused(circle, again, of("C1-01", Side.EU))


def test_a_seat_is_handed_over_within_its_own_member() -> None:
    circle = active()
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    neighbour, own = of("C2-03", Side.EU, Role.DEPUTY), of("C1-01", Side.EU, Role.DEPUTY)
    told = circle.refuses(rq.HandOver(gate="K2.review", to=neighbour.person), of("C1-01", Side.EU))
    assert told.grave and "does not stand for C1-01, as the EU focal point of C1-01 does" in told.sentence
    circle.asks(rq.HandOver(gate="K2.review", to=own.person), of("C1-01", Side.EU))
    circle.decides("K2.review", own)


def test_a_deputy_sits_for_the_focal_point_of_its_own_member_alone() -> None:
    circle = active()
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    circle.decides("K2.review", of("C2-03", Side.CN, Role.DEPUTY))
    gate = circle.cluster.latest_gate("K2.review")
    assert gate is not None
    assert [gate.seats[vote.seat].of for vote in gate.votes] == ["C2-03"]


def test_the_political_level_is_reached_through_the_focal_point_of_its_own_member() -> None:
    circle = active().to_adoption()
    asked = letters(circle, "signature")
    mayors = {of(code, side, MAYOR).person for code in ("C1-01", "C1-02", "C2-03") for side in SIDES}
    assert not mayors & {letter.recipient for letter in circle.letters}
    to_lazio = [one for one in asked if one.recipient == of("C2-03", Side.EU).person]
    assert [len(one.items) for one in to_lazio] == [1], "its own signature, and no other"


def test_two_persons_do_not_adopt_in_the_place_of_the_members() -> None:
    circle = active().to_adoption()
    yes = rq.Propose(matter=rq.SettleGate(gate="K2.adopt", verdict=Verdict.APPROVE), reason="urgency")
    assert "a joint plan is adopted by its members alone" in refused(circle, yes)
    no = rq.Propose(matter=rq.SettleGate(gate="K2.adopt", verdict=Verdict.RETURN), reason="urgency")
    circle.asks(no, OPERATOR)
    circle.asks(rq.Confirm(proposal=1), OTHER_OPERATOR)
    assert not circle.cluster.plans


def test_that_a_cluster_is_active_cannot_be_waived() -> None:
    circle = Circle()
    waive = rq.Waive(stage=Stage.JOINT_PLAN, condition="cluster_active")
    assert "cannot be waived" in refused(circle, rq.Propose(matter=waive, reason="urgency"))
    sentence = refused(circle, rq.OpenStage(stage=Stage.JOINT_PLAN))
    assert (
        "the consent of C1-01 (EU and CN), C1-02 (EU and CN) and C2-03 (EU and CN) is not on record"
        in sentence
    )


def test_terms_that_would_let_fewer_adopt_are_refused() -> None:
    circle = active()

    def changed(**adoption: object) -> rq.AdoptTerms:
        terms = circle.cluster.terms
        stage = terms.stage(Stage.JOINT_PLAN)
        gates = tuple(g.model_copy(update=adoption) if g.code == "K2.adopt" else g for g in stage.gates)
        stages = tuple(
            one.model_copy(update={"gates": gates}) if one.stage is Stage.JOINT_PLAN else one
            for one in terms.stages
        )
        return rq.AdoptTerms(
            terms=terms.model_copy(update={"name": "other", "stages": stages}), decision=text("decision")
        )

    assert "gate K2.adopt is one of all members, and stays one" in refused(circle, changed(of_members=False))
    for wrong in ({"needed": 1}, {"silence": Silence.LAPSES}):
        assert "adopted by all members and never by silence" in refused(circle, changed(**wrong))
    circle.asks(changed(title="all members sign"), OPERATOR)


def test_a_joint_plan_is_held_to_the_checklist_of_a_plan() -> None:
    circle = active()
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    poor = deliverable("joint_plan", risks=0, goals=[])
    sentence = refused(circle, rq.Submit(stage=Stage.JOINT_PLAN, deliverable=poor), MANAGER)
    assert (
        "the joint plan is not complete: it lacks a Sustainable Development Goal and a table of risks"
        in sentence
    )
    assert "a cluster has no stage scoping; its stages are cluster work plan and joint plan" in refused(
        circle, rq.OpenStage(stage=Stage.SCOPING)
    )


def test_a_plan_returned_by_one_member_goes_round_again_and_covers_those_of_then() -> None:
    circle = active(codes=FOUR).to_adoption()
    circle.decides("K2.adopt", of("C1-01", Side.EU, MAYOR), Verdict.RETURN)
    assert not circle.cluster.plans
    circle.asks(leave("C2-04"), OPERATOR)
    plan = deliverable("joint_plan", "two")
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=plan), MANAGER)
    circle.all_decide("K2.review", Role.FOCAL_POINT)
    circle.decides("K2.team", TEAM_LEADER)
    circle.decides("K2.eud", DELEGATION)
    circle.all_decide("K2.adopt", MAYOR)
    assert circle.cluster.plans[-1].covers == ("C1-01", "C1-02", "C2-03")
    assert circle.cluster.plans[-1].version == plan.version


def test_the_work_plan_of_a_year_is_agreed_by_all_and_comes_again() -> None:
    circle = active()
    for year in (2021, 2022):
        circle.asks(rq.OpenStage(stage=Stage.CLUSTER_WORK_PLAN), OPERATOR)
        plan = deliverable("cluster_work_plan", str(year), year=year)
        circle.asks(rq.Submit(stage=Stage.CLUSTER_WORK_PLAN, deliverable=plan), MANAGER)
        circle.decides("K1.team", TEAM_LEADER)
        circle.all_decide("K1", Role.FOCAL_POINT)
        assert circle.cluster.passed(Stage.CLUSTER_WORK_PLAN)
    poor = deliverable(
        "cluster_work_plan", sessions=2, themes=[], products=0, owners_named=False, summary_zh=False
    )
    assert poor.gaps() == [
        "a theme",
        "a thematic session for each quarter (it has 2 of 4)",
        "a knowledge product",
        "somebody in charge of each item",
        "a summary in English and Chinese",
    ]


# Joint sessions


def planned() -> Circle:
    circle = active()
    circle.asks(rq.PlanSession(code="js-1", mode=rq.ExchangeMode.VIRTUAL, starts=on(2021, 6, 24, 8)), MANAGER)
    return circle


def step(to: SessionStep, **changes: object) -> rq.StepSession:
    words = {SessionStep.INVITED: text("agenda"), SessionStep.MINUTED: text("minutes")}.get(to)
    return rq.StepSession.model_validate({"code": "js-1", "step": to, "text": words} | changes)


def test_a_joint_session_is_answered_by_each_member_and_its_minutes_agreed_to() -> None:
    circle = planned()
    invite = circle.tasks()["invite/js-1"]
    assert invite.deadline is not None and invite.deadline.on == date(2021, 6, 2), "as a partnership's own"
    circle.asks(step(SessionStep.INVITED), MANAGER)
    voices = [task.id for task in tasks_of(circle.cluster) if task.what == "attend"]
    assert voices == [
        f"attend/js-1/{code}.{side.value}" for code in ("C1-01", "C1-02", "C2-03") for side in SIDES
    ]
    circle.asks(step(SessionStep.CONFIRMED), of("C1-01", Side.CN))
    assert "attend/js-1/C1-02.cn" not in circle.tasks(), "Hangzhou answers once for both of its partnerships"
    sentence = refused(circle, step(SessionStep.CONFIRMED), of("C1-02", Side.CN))
    assert "the CN side of C1-01 and C1-02 has answered for session js-1 already" in sentence
    for code, side in (("C1-01", Side.EU), ("C1-02", Side.EU), ("C2-03", Side.EU), ("C2-03", Side.CN)):
        circle.asks(step(SessionStep.CONFIRMED), of(code, side))
    session = circle.cluster.session("js-1")
    assert session is not None and session.step is SessionStep.CONFIRMED
    circle.until(on(2021, 6, 24, 12))
    circle.holds(held=on(2021, 6, 24, 8))
    assert "minutes/js-1" in circle.tasks()
    circle.asks(step(SessionStep.MINUTED), MANAGER)
    for code, side in (("C1-01", Side.EU), ("C1-01", Side.CN), ("C1-02", Side.EU), ("C2-03", Side.EU)):
        circle.asks(step(SessionStep.AGREED), of(code, side))
    assert [task for task in circle.tasks() if task.startswith("agree")] == ["agree_minutes/js-1/C2-03.cn"]
    circle.asks(step(SessionStep.AGREED), of("C2-03", Side.CN))
    session = circle.cluster.session("js-1")
    assert session is not None and session.step is SessionStep.AGREED


def test_whoever_leaves_is_not_waited_for() -> None:
    circle = planned()
    circle.asks(step(SessionStep.INVITED), MANAGER)
    for code, side in (("C1-01", Side.EU), ("C1-01", Side.CN), ("C1-02", Side.EU)):
        circle.asks(step(SessionStep.CONFIRMED), of(code, side))
    circle.asks(leave("C2-03"), OPERATOR)
    session = circle.cluster.session("js-1")
    assert session is not None and session.step is SessionStep.CONFIRMED


def test_a_joint_session_with_evidence_reaches_those_of_whom_both_sides_came() -> None:
    circle = active()
    circle.holds()
    (held,) = circle.of(ev.JointSessionHeld)
    assert held.reaches == ("C1-01", "C1-02"), "Zhengzhou and Aragon were not there"
    assert (held.participants_eu, held.participants_cn) == (5, 4)
    (errand,) = circle.cluster.errands
    assert errand.to == ("partnership/C1-01", "partnership/C1-02")
    assert isinstance(errand.request, rq.RecordExchange) and errand.request.of == "cluster/ECO"


def test_what_a_cluster_manager_records_reaches_partnerships_in_the_name_of_an_operator() -> None:
    """The manager of one theme has no role in a partnership of another."""
    circle = active()
    held = rq.HoldJointSession.model_validate(
        {
            "code": "js-1",
            "mode": "virtual",
            "held": circle.at,
            "attended": [{"name": "Getafe", "number": 2}, {"name": "Hangzhou", "number": 1}],
            "evidence": text("attendance"),
        }
    )
    circle.asks(held, MANAGER)
    assert circle.cluster.errands[0].by == OPERATOR


def test_without_evidence_it_reaches_nobody_until_there_is_some() -> None:
    circle = active()
    circle.holds(evidence=None)
    assert not circle.cluster.errands
    circle.holds()
    assert len(circle.cluster.errands) == len(circle.cluster.joint) == 1
    again = rq.HoldJointSession(
        code="js-1",
        mode=rq.ExchangeMode.VIRTUAL,
        held=circle.at,
        attended=circle.cluster.joint[0].attended,
        evidence=text("more"),
    )
    assert "joint session js-1 of 2021-03-01 is on record already" in refused(circle, again)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"held": on(2021, 3, 2)}, "recorded after it was held; 2021-03-02 is still to come"),
        (
            {"attended": [{"name": "Suzhou", "number": 1}]},
            "'Suzhou' is of no member of ECO; those are Fuenlabrada",
        ),
        (
            {"attended": [{"name": "Getafe", "number": 1}]},
            "nobody of the CN side is among those who attended",
        ),
        ({"attended": [{"name": "Getafe", "number": 1}] * 2}, "'Getafe' is counted twice"),
    ],
)
def test_a_joint_session_is_recorded_as_it_was(changes: dict[str, Any], sentence: str) -> None:
    circle = active()
    with pytest.raises(Refusal, match=sentence.replace("(", r"\(")):
        circle.holds(**changes)


def test_nobody_and_nothing_attended_is_no_attendance() -> None:
    for attended in ([], [{"name": "Getafe", "number": 0}]):
        with pytest.raises(ValidationError):
            active().holds(attended=attended)


# What reaches a partnership


def scoped() -> Story:
    story = Story()
    story.passes(Stage.SCOPING)
    return story


def test_a_joint_exchange_stands_beside_a_partnerships_own_of_the_same_code() -> None:
    story = scoped()
    story.exchanges("js-1")
    joint = rq.RecordExchange(
        code="js-1",
        mode=rq.ExchangeMode.VIRTUAL,
        held=story.at,
        participants_eu=5,
        participants_cn=4,
        evidence=text("attendance"),
        of="cluster/ECO",
    )
    story.asks(joint, OPERATOR)
    assert [one.of for one in story.partnership.exchanges] == [None, "cluster/ECO"]
    assert "exchange js-1 of cluster/ECO is on record already" in story.refuses(joint, OPERATOR).sentence


def test_the_joint_plan_stands_for_a_plan_of_its_own() -> None:
    story = scoped()
    opened = rq.OpenStage(stage=Stage.PILOT_INVESTMENTS)
    assert "the action plan is not adopted" in story.refuses(opened, OPERATOR).sentence
    joined = rq.AdoptJointPlan(of="cluster/ECO", version=text("plan"))
    assert (
        "only the operator, the team leader or the cluster manager"
        in story.refuses(joined, EU_FOCAL).sentence
    )
    story.asks(joined, OPERATOR)
    assert "holds in C1-01 since 2021-03-01" in story.refuses(joined, OPERATOR).sentence
    story.opens(Stage.PILOT_INVESTMENTS)
    story.asks(rq.AdoptJointPlan(of="cluster/ECO", version=text("plan two")), OPERATOR)


# Merging


def merging(circle: Circle) -> Circle:
    circle.asks(rq.AskMerger(member="C1-01", reason="common_theme"), MANAGER)
    circle.consents("C1-01", to=Matter.MERGER)
    return circle


def closed_with(open_stage: bool = True) -> Story:
    story = Story()
    if open_stage:
        story.opens(Stage.SCOPING)
    merge = rq.Merge(into="ECO", consent=text("consent"), of="cluster/ECO")
    story.asks(rq.Propose(matter=merge, reason="common_theme"), OPERATOR)
    story.asks(rq.Confirm(proposal=1), OTHER_OPERATOR)
    return story


def test_a_partnership_that_merges_hands_on_what_is_open_once() -> None:
    story = closed_with()
    (closed,) = story.of(ev.PartnershipClosed)
    assert (closed.end, closed.into, closed.open) == (ev.End.MERGED, "ECO", ("submit/scoping/0",))
    (errand,) = story.partnership.errands
    assert errand.to == ("cluster/ECO",)
    assert errand.request == rq.TakeOver(of="partnership/C1-01", open=closed.open)
    circle = merging(active())
    assert circle.tasks()["merge/C1-01"].what == "merge"
    circle.asks(errand.request, errand.by)
    member = circle.cluster.membership("C1-01")
    assert member is not None and (member.merged, member.taken_over) == (circle.at, closed.open)
    assert "merge/C1-01" not in circle.tasks()
    assert "was taken over on 2021-03-01 already" in refused(circle, errand.request, errand.by)


def test_a_merger_into_a_cluster_that_is_no_entity_ends_as_it_did() -> None:
    story = Story()
    merge = rq.Merge(into="INN", consent=text("consent"))
    story.asks(rq.Propose(matter=merge, reason="common_theme"), OPERATOR)
    story.asks(rq.Confirm(proposal=1), OTHER_OPERATOR)
    (closed,) = story.of(ev.PartnershipClosed)
    assert (closed.into, closed.open, closed.of) == ("INN", (), None)
    assert not story.partnership.errands


def test_a_merger_needs_the_consent_of_both_partners() -> None:
    circle = active()
    ask = rq.AskMerger(member="C1-01", reason="common_theme")
    taken = rq.TakeOver(of="partnership/C1-01", open=())
    assert "they are asked first (ask-merger)" in refused(circle, taken)
    circle.asks(ask, MANAGER)
    assert "C1-01 was asked on 2021-03-01; its partners answer (consent)" in refused(circle, ask)
    circle.asks(consent("C1-01", Matter.MERGER), of("C1-01", Side.EU))
    assert "have not both consented to its merger" in refused(circle, taken)
    circle.asks(refuse("C1-01", Matter.MERGER), of("C1-01", Side.CN))
    assert "C1-01" in [one.code for one in circle.cluster.present()], "it stays a member"
    merging(circle)
    assert "two persons close the partnership (partnership propose merge)" in refused(circle, ask)
    assert "the EU side of C1-01 has consented to the merger already" in refused(
        circle, consent("C1-01", Matter.MERGER), of("C1-01", Side.EU)
    )
    assert "nothing merges into a cluster that is not active" in refused(Circle(), ask)


def test_what_was_merged_leaves_by_a_split_alone_and_is_told_of_nothing_else() -> None:
    circle = merging(active())
    circle.asks(rq.TakeOver(of="partnership/C1-01", open=()), OPERATOR)
    sentence = refused(circle, leave("C1-01"))
    assert "C1-01 was merged into cluster ECO on 2021-03-01" in sentence
    assert "its cities go on by themselves once both of them consent to a split (ask-split)" in sentence
    assert "was merged into cluster ECO on 2021-03-01 already" in refused(
        circle, rq.AskMerger(member="C1-01", reason="common_theme")
    )
    circle.holds()
    (held,) = circle.of(ev.JointSessionHeld)
    assert held.reaches == ("C1-02",), "a partnership that has ended learns of nothing"
    circle.adopts()
    assert circle.cluster.plans[-1].covers == ("C1-02", "C2-03")


# Reviews and the end


def test_a_cluster_is_reviewed_every_six_months() -> None:
    circle = active()
    review = circle.tasks()["review"]
    assert review.persons == (MANAGER.person,)
    assert review.deadline is not None and review.deadline.on == date(2021, 8, 30)
    circle.until(on(2021, 9, 2))
    assert "review" in circle.cluster.overdue
    circle.asks(rq.ReviewCluster(finding=text("it goes on")), MANAGER)
    assert circle.tasks()["review"].deadline.on == date(2022, 3, 3)  # type: ignore[union-attr]  # it has a clock
    assert "review" not in circle.cluster.overdue
    assert "only the operator, the team leader or the cluster manager may review" in refused(
        circle, rq.ReviewCluster(finding=text("?")), of("C1-01", Side.EU)
    )
    assert "a review waits until the cluster is active" in refused(
        Circle(), rq.ReviewCluster(finding=text("?"))
    )


def test_without_a_cluster_manager_the_secretariat_reviews() -> None:
    circle = active()
    circle.asks(
        rq.ChangeHolder(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME, leaving=MANAGER.person), OPERATOR
    )
    assert circle.tasks()["review"].seat.role is Role.OPERATOR


def test_a_cluster_is_closed_once_nothing_lies_with_its_members() -> None:
    circle = active().to_adoption()
    close = rq.CloseCluster(reason="end_of_work")
    assert "a version of the joint plan is being decided on" in refused(circle, close)
    circle.all_decide("K2.adopt", MAYOR)
    circle.asks(close, OPERATOR)
    assert (circle.cluster.standing(), circle.cluster.ended) == ("closed", True)
    assert circle.cluster.errands, "what it had to tell is still told"
    assert "ECO ended on 2021-03-01 (closed)" in refused(circle, close)
    assert circle.cluster.next_due() is None
    assert letters(circle, "closed")


def test_the_end_of_the_programme_ends_it() -> None:
    circle = active()
    circle.until(on(2024, 1, 2))
    assert circle.cluster.end == "cut_off"
    cut_offs = [event.cut_off for event in circle.of(ev.CutOffReached)]
    assert cut_offs == ["last adoption of an action plan", "last evidence", "end of the programme"]


def test_on_hold_and_suspended_a_cluster_waits() -> None:
    circle = active()
    circle.asks(rq.Hold(reason="elections"), OPERATOR)
    assert "ECO is on hold" in refused(circle, rq.OpenStage(stage=Stage.JOINT_PLAN))
    assert circle.tasks()["review"].stopped
    circle.asks(rq.Resume(), OPERATOR, circle.at + timedelta(days=1))
    circle.asks(rq.Suspend(order=text("order")), OPERATOR)
    assert circle.cluster.next_due() is None


def test_what_is_asked_of_partnerships_alone_is_not_asked_of_a_cluster() -> None:
    circle = active()
    assert "record-exchange is not asked of a cluster" in refused(
        circle,
        rq.RecordExchange(
            code="x", mode=rq.ExchangeMode.VIRTUAL, held=circle.at, participants_eu=1, participants_cn=1
        ),
    )
    assert (
        "hold-session is not asked of a partnership"
        in Story()
        .refuses(
            rq.HoldJointSession(
                code="x",
                mode=rq.ExchangeMode.VIRTUAL,
                held=circle.at,
                attended=({"name": "Getafe", "number": 1},),  # type: ignore[arg-type]  # read as it comes
            ),
            OPERATOR,
        )
        .sentence
    )
    assert "a cluster knows no merge" in refused(
        circle, rq.Propose(matter=rq.Merge(into="URB", consent=text("c")), reason="x1")
    )


# As every entity


def test_a_cluster_is_folded_from_its_events_and_revived_from_a_snapshot() -> None:
    circle = active(codes=FOUR).adopts()
    circle.holds()
    assert fold("cluster/ECO", circle.events) == circle.cluster
    again = revived("cluster/ECO", snapshot(circle.cluster))
    assert again == circle.cluster and cluster_of(again) is again
    with pytest.raises(TypeError, match="is a cluster, not a partnership"):
        partnership_of(again)
    with pytest.raises(TypeError, match="is a partnership, not a cluster"):
        cluster_of(Story().partnership)


def test_its_record_names_members_and_cities() -> None:
    circle = active()
    assert circle.cluster.own_record() == {
        "members": ["C1-01", "C1-02", "C2-03"],
        "asked": [],
        "entities": [
            ["eu", "Fuenlabrada"],
            ["cn", "Hangzhou"],
            ["eu", "Getafe"],
            ["eu", "Aragon"],
            ["cn", "Zhengzhou"],
        ],
        "sessions": 0,
        "plan": None,
    }
    assert circle.cluster.own_title() == "Ecological transition"
    assert circle.cluster.tags().cluster == "ECO"


def test_partnerships_of_the_tests_are_sound() -> None:
    """What is founded here by itself is what the cluster knows of it."""
    for code in FOUR:
        first = partnership_founding(code)
        assert [one.name for one in first.members] == list(CITIES[code])
        assert all(isinstance(one, Member) for one in cities(code))
