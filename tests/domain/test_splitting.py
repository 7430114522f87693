"""Splits: a member leaves by both sides' word, and one that was merged goes on in a partnership founded anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import events as ev
from domain import requests as rq
from domain.clusters import events as ce
from domain.clusters.cluster import Cluster
from domain.clusters.founding import continuing
from domain.clusters.requests import Matter
from domain.entities import fold, revived, snapshot
from domain.partnership import Partnership, founded
from domain.requests import AgreementStep
from domain.staging import opening
from domain.tasks import tasks_of
from domain.terms import Stage, Terms
from domain.values import SIDES, Actor, Mode, Organisation, Refusal, Role, Side, StakeholderGroup
from tests.clusters import Circle, consent, its_holders, join, of, own_people, partnership_founding, refuse
from tests.domain.test_indicators import last, signs
from tests.domain.test_indicators import of as counted_of
from tests.given import (
    COUNTERPART,
    DELEGATION,
    EVERYBODY,
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

ASK = rq.AskSplit(member="C1-01", reason="bilateral")
OPEN = ("submit/study_visits/0", "agreement")
BACK = rq.GiveBack(of="partnership/C1-01", to="partnership/C1-11")


def refused(circle: Circle, request: rq.AnyRequest, by: Actor = OPERATOR) -> str:
    return circle.refuses(request, by).sentence


def active(**terms: Any) -> Circle:
    """Three members; `terms` are those of clusters that differ."""
    circle = Circle().active()
    known = circle.cluster.terms
    assert known.clusters is not None
    changed = known.model_copy(update={"clusters": known.clusters.model_copy(update=terms)})
    if terms:
        circle.asks(
            rq.AdoptTerms(terms=changed.model_copy(update={"name": "other"}), decision=text("d")), TEAM_LEADER
        )
    return circle


def merged(**terms: Any) -> Circle:
    """C1-01 was merged, and two matters were open in it."""
    circle = active(**terms)
    circle.asks(rq.AskMerger(member="C1-01", reason="common_theme"), MANAGER)
    circle.consents("C1-01", to=Matter.MERGER)
    circle.asks(rq.TakeOver(of="partnership/C1-01", open=OPEN), OPERATOR)
    return circle


def split(circle: Circle) -> Circle:
    circle.asks(ASK, MANAGER)
    circle.consents("C1-01", to=Matter.SPLIT)
    return circle


def old(*, scoped: bool = True) -> Story:
    """The partnership C1-01 of the cluster, merged."""
    story = Story()
    if scoped:
        story.passes(Stage.SCOPING)
    merge = rq.Merge(into="ECO", consent=text("consent"), of="cluster/ECO")
    story.asks(rq.Propose(matter=merge, reason="common_theme"), OPERATOR)
    story.asks(rq.Confirm(proposal=1), OTHER_OPERATOR)
    return story


def going_on(cluster: Cluster, before: Partnership, at: Any, by: Actor = OPERATOR) -> ev.PartnershipFounded:
    return continuing("C1-11", old=before, cluster=cluster, by=by, at=at)


def latest(circle: Circle, code: str = "C1-01") -> Any:
    member = circle.cluster.membership(code)
    assert member is not None
    return member


# Asked and answered


def test_a_member_leaves_once_both_its_sides_consent() -> None:
    circle = active()
    circle.asks(ASK, MANAGER)
    asked = [name for name, task in circle.tasks().items() if task.what == "consent"]
    assert asked == ["consent/C1-01/split/eu", "consent/C1-01/split/cn"], "no other member is asked"
    task = circle.tasks()[asked[0]]
    assert task.persons == (of("C1-01", Side.EU).person,) and task.subject == "split/C1-01"
    assert task.clock is not None and task.clock.allowance == circle.cluster.rules.consent
    told = circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    assert [event.kind for event in told if event.kind != "ladder_stopped"] == ["consent_given"]
    told = circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", Side.CN, Role.DEPUTY))
    (left,) = [event for event in told if isinstance(event, ev.MemberLeft)]
    assert (left.reason, left.bilateral, left.consent) == ("bilateral", True, None)
    assert "consent" not in left.model_dump(mode="json")
    assert [one.code for one in circle.cluster.present()] == ["C1-02", "C2-03"]
    assert not [task for task in circle.tasks().values() if task.what == "consent"]
    letters = [one for one in circle.letters if one.kind == "member_left"]
    assert letters and {one.facts["bilateral"] for one in letters} == {"yes"}
    circle.asks(join("C1-01"), MANAGER)
    circle.consents("C1-01")
    assert len(circle.cluster.present()) == 3, "it may come back, and what it left by is over"
    circle.asks(ASK, MANAGER)


@pytest.mark.parametrize("make", [active, merged])
def test_a_side_that_does_not_consent_keeps_it_as_it_is(make: Any) -> None:
    circle = make()
    before = latest(circle).model_copy(update={"clock": None})
    circle.asks(ASK, TEAM_LEADER)
    circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    why = consent("C1-01", Matter.SPLIT, given=False)
    assert "whoever does not consent to the split of C1-01 says why" in refused(
        circle, why, of("C1-01", Side.CN)
    )
    circle.asks(refuse("C1-01", Matter.SPLIT), of("C1-01", Side.CN))
    assert latest(circle).model_copy(update={"clock": None}) == before
    letters = [one for one in circle.letters if one.kind == "consent_refused"]
    assert {one.facts["to"] for one in letters} == {"split"}
    assert {one.facts.get("merged", "") for one in letters} == {"yes" if make is merged else ""}
    circle.asks(ASK, MANAGER)


def test_a_split_is_asked_for_by_staff_of_members_and_once() -> None:
    circle = active()
    for who in (of("C1-01", Side.EU), DELEGATION, COUNTERPART):
        assert "may ask for a split" in refused(circle, ASK, who)
    other = rq.AskSplit(member="C2-04", reason="bilateral")
    assert "C2-04 is no member of cluster ECO; its members are" in refused(circle, other)
    answer = consent("C1-01", Matter.SPLIT)
    told = "C1-01 is not asked for its consent to the split; those asked are: none"
    assert told in refused(circle, answer, of("C1-01", Side.EU))
    circle.asks(ASK, OPERATOR)
    assert "was asked on 2021-03-01 whether it splits; its partners answer (consent)" in refused(circle, ASK)
    stranger = circle.refuses(answer, of("C2-03", Side.EU))
    assert stranger.grave and "its own focal points consent" in stranger.sentence
    assert "may consent for a side" in refused(circle, answer, of("C1-01", Side.EU, Role.SIGNATORY))
    circle.asks(answer, of("C1-01", Side.EU))
    again = refused(circle, answer, of("C1-01", Side.EU))
    assert "the EU side of C1-01 has consented to the split of C1-01 already" in again


def test_of_a_merger_and_a_split_one_is_answered_first() -> None:
    circle = active()
    merge = rq.AskMerger(member="C1-01", reason="common_theme")
    circle.asks(ASK, MANAGER)
    assert "whether it splits from cluster ECO; that is answered first" in refused(circle, merge)
    circle.asks(refuse("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    circle.asks(merge, MANAGER)
    assert "whether it merges into cluster ECO; that is answered first" in refused(circle, ASK)
    circle.consents("C1-01", to=Matter.MERGER)
    assert "two persons close the partnership first" in refused(circle, ASK)


def test_members_do_not_go_while_a_version_lies_with_them() -> None:
    circle = active()
    circle.asks(ASK, MANAGER)
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    last = refused(circle, consent("C1-01", Matter.SPLIT), of("C1-01", Side.CN))
    assert "a version of the joint plan is being decided on" in last
    circle.asks(refuse("C1-01", Matter.SPLIT), of("C1-01", Side.CN))


def test_nor_by_terms_that_ask_fewer() -> None:
    circle = active(all_split=True)
    circle.asks(ASK, MANAGER)
    for side in SIDES:
        circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", side))
    circle.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
    circle.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=deliverable("joint_plan")), MANAGER)
    told = refused(circle, rq.AdoptTerms(terms=_asking_fewer(circle), decision=text("fewer")), TEAM_LEADER)
    assert "a version of the joint plan is being decided on" in told
    assert "terms by which a member goes on by itself are adopted once that is settled" in told


# A member's own wish


def test_a_partner_that_wishes_to_leave_says_so_for_its_side_and_the_other_is_asked() -> None:
    circle = active()
    wish = rq.Leave(member="C1-02", reason="priorities", consent=text("we would leave"))
    told = circle.asks(wish, of("C1-02", Side.EU, Role.SIGNATORY))
    asked, given = (event for event in told if isinstance(event, ce.SplitAsked | ev.ConsentGiven))
    assert isinstance(asked, ce.SplitAsked) and not asked.bilateral
    assert isinstance(given, ev.ConsentGiven) and given.remark == text("we would leave")
    assert "C1-02" in [one.code for one in circle.cluster.present()], "one side's word is not both's"
    assert [task for task in circle.tasks() if task.startswith("consent/")] == ["consent/C1-02/split/cn"]
    assert "was asked on 2021-03-01 whether it splits" in refused(circle, wish, of("C1-02", Side.CN))
    circle.asks(consent("C1-02", Matter.SPLIT), of("C1-02", Side.CN))
    (left,) = circle.of(ev.MemberLeft)
    assert (left.reason, left.bilateral) == ("priorities", False)


def test_the_secretariat_records_a_text_of_both_sides_and_a_cluster_manager_asks_for_their_word() -> None:
    circle = active()
    leave = rq.Leave(member="C1-02", reason="priorities", consent=text("both"))
    assert "a cluster manager asks both sides of C1-02 whether it leaves (ask-split)" in refused(
        circle, leave, MANAGER
    )
    circle.asks(rq.AskSplit(member="C1-02", reason="bilateral"), MANAGER)
    circle.asks(leave, OPERATOR)
    assert "C1-02" not in [one.code for one in circle.cluster.present()]
    (left,) = circle.of(ev.MemberLeft)
    assert left.consent == text("both")


def test_by_terms_from_before_a_member_leaves_as_it_did() -> None:
    circle = active(both_leave=False)
    leave = rq.Leave(member="C1-02", reason="priorities", consent=text("both"))
    circle.asks(leave, of("C1-02", Side.EU))
    circle.asks(leave.model_copy(update={"member": "C2-03"}), MANAGER)
    assert [one.code for one in circle.cluster.present()] == ["C1-01"]
    assert "both_leave" not in circle.cluster.terms.model_dump(mode="json")["clusters"]
    assert not {"split", "went_on"} & circle.cluster.model_dump(mode="json")["memberships"][0].keys()


# Where every member is asked


def test_by_other_terms_every_member_is_asked_and_each_has_a_voice() -> None:
    circle = active(all_split=True)
    circle.asks(ASK, MANAGER)
    asked = [name.removeprefix("consent/C1-01/split/") for name in circle.tasks() if "/split/" in name]
    assert asked == ["eu", "cn", "C1-02.eu", "C1-02.cn", "C2-03.eu", "C2-03.cn"]
    # Hangzhou stands for both C1-01 and C1-02: one answer is for both
    told = circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", Side.CN))
    (given,) = [event for event in told if isinstance(event, ev.ConsentGiven)]
    assert given.voices == ("C1-01.cn", "C1-02.cn")
    for code, side in (("C1-01", Side.EU), ("C1-02", Side.EU), ("C2-03", Side.EU)):
        circle.asks(consent("C1-01", Matter.SPLIT), of(code, side))
        assert not circle.of(ev.MemberLeft)
    circle.asks(consent("C1-01", Matter.SPLIT), of("C2-03", Side.CN))
    assert len(circle.of(ev.MemberLeft)) == 1


def test_where_all_are_asked_any_of_them_can_keep_it() -> None:
    circle = merged(all_split=True)
    circle.asks(ASK, MANAGER)
    circle.consents("C1-01", to=Matter.SPLIT)
    circle.asks(refuse("C1-01", Matter.SPLIT), of("C2-03", Side.EU))
    assert latest(circle).split is None and latest(circle).left is None
    letter = next(one for one in circle.letters if one.kind == "consent_refused")
    assert (letter.facts["member"], letter.facts["of"]) == ("C1-01", "C2-03")


def test_whoever_leaves_is_not_waited_for() -> None:
    circle = active(all_split=True)
    circle.asks(ASK, MANAGER)
    for code, side in (("C1-01", Side.EU), ("C1-01", Side.CN), ("C1-02", Side.EU)):
        circle.asks(consent("C1-01", Matter.SPLIT), of(code, side))
    circle.asks(rq.Leave(member="C2-03", reason="priorities", consent=text("both")), OPERATOR)
    assert [left.member for left in circle.of(ev.MemberLeft)] == ["C2-03", "C1-01"]


def test_terms_that_ask_fewer_settle_what_was_waited_for() -> None:
    circle = active(all_split=True)
    circle.asks(ASK, MANAGER)
    for side in SIDES:
        circle.asks(consent("C1-01", Matter.SPLIT), of("C1-01", side))
    assert not circle.of(ev.MemberLeft)
    circle.asks(rq.AdoptTerms(terms=_asking_fewer(circle), decision=text("fewer")), TEAM_LEADER)
    assert [left.member for left in circle.of(ev.MemberLeft)] == ["C1-01"]


def _asking_fewer(circle: Circle) -> Terms:
    terms = circle.cluster.terms
    assert terms.clusters is not None
    return terms.model_copy(update={"clusters": terms.clusters.model_copy(update={"all_split": False})})


# One that was merged goes on


def test_what_was_merged_is_to_be_founded_anew_once_both_sides_consent() -> None:
    circle = split(merged())
    assert [event.member for event in circle.of(ce.SplitAgreed)] == ["C1-01"]
    assert not circle.of(ev.MemberLeft) and latest(circle).left is None
    task = circle.tasks()["split/C1-01"]
    assert (task.what, task.seat.role) == ("split", Role.OPERATOR)
    assert "the secretariat founds the partnership in which it goes on (split)" in refused(circle, ASK)
    late = refused(circle, consent("C1-01", Matter.SPLIT), of("C1-01", Side.EU))
    assert "the split of C1-01 is settled already" in late
    told = {one.recipient for one in circle.letters if one.kind == "split_agreed"}
    assert told == {of("C1-01", side).person for side in SIDES}
    close = rq.CloseCluster(reason="end_of_work")
    assert "C1-01 is to go on by itself, and a closed cluster gives nothing back" in refused(circle, close)


def test_its_cities_go_on_kicked_off_with_what_was_open_given_back() -> None:
    circle, before = split(merged()), old()
    first = going_on(circle.cluster, before.partnership, circle.at)
    assert first.continues is not None and first.continues.open == OPEN
    state = founded(first)
    assert (state.code, state.mode, state.cluster) == ("C1-11", Mode.ONE_TO_ONE, before.partnership.cluster)
    assert [one.name for one in state.members] == ["Fuenlabrada", "Hangzhou"]
    assert state.passed(Stage.SCOPING) and state.standing() == "study_visits"
    assert "submit/study_visits/0" in [task.id for task in tasks_of(state)]
    for side in SIDES:
        assert [held.person for held in state.holders_of(Role.FOCAL_POINT, side, circle.at)] == [
            of("C1-01", side).person
        ], "and nobody of the other members"
    assert not state.exchanges and state.agreement.step is AgreementStep.NONE
    assert fold("partnership/C1-11", [first]) == state == revived("partnership/C1-11", snapshot(state))
    (errand,) = state.errands
    assert (errand.request, errand.to, errand.by) == (BACK, ("cluster/ECO",), OPERATOR)
    circle.asks(errand.request, errand.by)
    (given,) = circle.of(ce.ActionsGivenBack)
    assert (given.to, given.open) == ("partnership/C1-11", OPEN)
    member = latest(circle)
    assert (member.left, member.went_on) == (circle.at, "partnership/C1-11")
    assert member.merged is not None and member.taken_over == OPEN, "its provenance stays on record"
    assert [one.code for one in circle.cluster.present()] == ["C1-02", "C2-03"]
    assert "split/C1-01" not in circle.tasks()
    assert "C1-01 goes on as C1-11 since 2021-03-01" in refused(circle, errand.request)
    letters = {one.recipient for one in circle.letters if one.kind == "given_back"}
    assert {of("C1-01", Side.EU).person, of("C2-03", Side.EU).person, MANAGER.person} <= letters
    holder_now = circle.cluster.holder(of("C1-01", Side.EU).person, circle.at)
    assert holder_now is None, "Fuenlabrada takes part in nothing else here"


def test_one_that_was_never_scoped_is_to_be_scoped() -> None:
    """No one is kicked off by a detour: what the gates of scoping never saw they see now."""
    circle = split(merged())
    state = founded(going_on(circle.cluster, old(scoped=False).partnership, circle.at))
    assert not state.stages and state.standing() == "founded"
    assert state.after(state.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR, circle.at)).stages


def test_it_is_founded_by_the_rule_by_which_the_cluster_takes_it() -> None:
    before = old().partnership
    circle = merged()

    def wrong(by: Actor = OPERATOR) -> str:
        with pytest.raises(Refusal) as told:
            going_on(circle.cluster, before, circle.at, by)
        return told.value.sentence

    never = "not everybody has consented that C1-01 splits from cluster ECO; they are asked first (ask-split)"
    assert never in wrong() and never in refused(circle, BACK)
    split(circle)
    assert "only the operator or the team leader" in wrong(MANAGER)
    for to in ("visit/V-1", "partnership/C1-01"):
        none = BACK.model_copy(update={"to": to})
        assert f"C1-01 goes on in another partnership, and {to} is none" in refused(circle, none)
    other = rq.GiveBack(of="partnership/C1-02", to="partnership/C1-12")
    assert "C1-02 was not merged into cluster ECO" in refused(circle, other)
    assert "C9-99 is no member of cluster ECO" in refused(
        circle, other.model_copy(update={"of": "partnership/C9-99"})
    )
    first = going_on(circle.cluster, before, circle.at)
    with pytest.raises(ValueError, match="founded by an operator or a team leader"):
        founded(first.model_copy(update={"by": None}))


def test_too_late_it_is_not_kicked_off() -> None:
    circle, before = split(merged()), old().partnership
    with pytest.raises(Refusal, match="C1-11 cannot be kicked off: the last day to open study visits was"):
        going_on(circle.cluster, before, on(2023, 12, 1))


def test_people_and_closed_countries_are_those_of_now() -> None:
    """While the old one was closed, somebody left and a country was closed; the cluster was told."""
    circle, before = split(merged()), old().partnership
    successor = holder(actor("newfocal", Role.FOCAL_POINT, Side.EU))
    leaver = of("C1-01", Side.EU).person
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.EU, leaving=leaver, to=successor)
    circle.asks(change, OPERATOR)
    ban = rq.RestrictTravel(country="CN", since=on(2021, 6, 1), order=text("order"))
    circle.asks(ban, OPERATOR)
    state = founded(going_on(circle.cluster, before, circle.at))
    assert [one.person for one in state.holders_of(Role.FOCAL_POINT, Side.EU, circle.at)] == [
        successor.person
    ]
    assert [one.country for one in state.terms.restrictions] == ["CN"]
    assert state.terms.stages == before.terms.stages
    assert its_holders("C1-01")[0].person == leaver


# What is counted and told


def test_a_founding_from_before_reads_the_same() -> None:
    first = partnership_founding("C1-01")
    assert "continues" not in first.model_dump(mode="json")
    assert "continues" not in founded(first).model_dump(mode="json")


def going(first: ev.PartnershipFounded) -> Story:
    """The life of a partnership that continues another."""
    story = Story(code=first.code, at=first.at)
    story.partnership = founded(first)
    story.entries.clear()
    story._record((first,), None)
    return story


def test_one_cooperation_is_counted_once_however_often_it_was_founded() -> None:
    circle = split(merged())
    before = Story(people=(*EVERYBODY, *own_people("C1-01")))
    before.opens(Stage.SCOPING)
    signs(before, "as signed")
    before.passes(Stage.SCOPING)
    engage(before, *list(StakeholderGroup)[:2])
    before.two_agree(rq.Merge(into="ECO", consent=text("both"), of="cluster/ECO"))
    after = going(going_on(circle.cluster, before.partnership, before.at + timedelta(days=30)))
    signs(after, "as signed anew")
    engage(after, *list(StakeholderGroup)[2:])
    for lives in ((before, after), (after, before)):
        told = counted_of(*lives, at=after.at + timedelta(days=60))
        assert told["O1"].figures[0].value == 1 and told["O1"].figures[0].evidence[0].startswith("C1-01/")
        assert {figure.split: figure.value for figure in told["O2"].figures} == {"eu": 1, "cn": 1}
        assert (told["R2"].figures[0].value, told["R2"].figures[0].evidence) == (
            1,
            (last(after, ev.AgreementStepTaken),),
        )
        assert (told["R4"].figures[0].value, told["R4"].figures[0].of) == (1, 1), "all groups, put together"
    alone = counted_of(before)
    assert alone["R2"].figures[0].evidence == (last(before, ev.AgreementStepTaken),)
    assert alone["R4"].figures[0].value == 0


def engage(story: Story, *groups: StakeholderGroup) -> None:
    for group in groups:
        one = Organisation(code=f"org-{group.name}", group=group, side=Side.EU)
        story.asks(rq.Engage(organisation=one), OPERATOR)
    story.exchanges("all-there", organisations=tuple(f"org-{group.name}" for group in groups))


def test_a_plan_of_its_own_takes_the_place_of_the_older_one() -> None:
    circle = split(merged())
    before = Story()
    for stage in (Stage.SCOPING, Stage.STUDY_VISITS):
        before.passes(stage)
    before.exchanges()
    before.passes(Stage.ACTION_PLAN)
    before.two_agree(rq.Merge(into="ECO", consent=text("both"), of="cluster/ECO"))
    after = going(going_on(circle.cluster, before.partnership, before.at + timedelta(days=30)))
    told = counted_of(before, after)
    assert [figure.value for figure in told["R1"].figures] == [1, 0]
    assert after.refuses(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR), "it has exchanged nothing yet"
    opened = opening(after.partnership, Stage.ACTION_PLAN, OPERATOR, after.at)
    passed = ev.StagePassed(at=after.at, by=OPERATOR, stage=Stage.ACTION_PLAN, with_conditions=False)
    after._record((opened, passed), after.partnership)
    (own, _) = counted_of(before, after)["R1"].figures
    assert own.value == 1, "one cooperation has one plan"
    assert own.evidence == (last(after, ev.StagePassed),)
