"""People leave, members are replaced, sides withdraw: who may act, who is asked, what begins anew."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.events import End
from domain.requests import AgreementStep, Verdict
from domain.terms import Stage
from domain.values import Actor, Level, Member, Refusal, Role, Side
from tests.given import (
    CN_FOCAL,
    CN_MAYOR,
    EU_DEPUTY,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    START,
    TEAM_LEADER,
    actor,
    holder,
    on,
    partnership,
    text,
)
from tests.story import Story

NEW_FOCAL = actor("newfocal", Role.FOCAL_POINT, Side.EU)
NEW_MAYOR = actor("newmayor", Role.SIGNATORY, Side.EU)


def change(leaving: Actor | None, to: Actor | None, role: Actor = EU_FOCAL) -> rq.ChangeHolder:
    return rq.ChangeHolder(
        role=role.role,
        side=role.side,
        leaving=leaving.person if leaving else None,
        to=holder(to) if to else None,
        letter=text("re-commitment"),
    )


def replace(
    story: Story, people: tuple[Actor, ...] = (NEW_FOCAL, NEW_MAYOR), country: str = "ES"
) -> rq.ReplaceMember:
    return rq.ReplaceMember(
        leaving="Fuenlabrada",
        member=Member(
            side=Side.EU,
            name="Granada",
            country=country,
            level=Level.CITY,
            zone="Europe/Madrid",
            since=story.at,
        ),
        holders=tuple(holder(who, story.at) for who in people),
        reason="withdrew",
        agreed=text("the Delegation agrees"),
    )


def grown() -> Story:
    """A plan in review, a visit report at both focal points, an agreement in drafting."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    for step in (AgreementStep.PROPOSED, AgreementStep.DRAFTING):
        story.asks(rq.StepAgreement(step=step), EU_FOCAL)
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    story.approves("G4")
    story.at += timedelta(days=8)
    return story


# Focal points


def test_a_new_focal_point_acts_at_once_and_the_old_one_no_longer() -> None:
    story = grown()
    story.asks(change(EU_FOCAL, NEW_FOCAL), OPERATOR)
    refused = story.refuses(story.verdict("G5.review"), EU_FOCAL)
    assert "does not hold the role of EU focal point in C1-01 any more since 2021-03-09" in refused.sentence
    assert refused.grave
    story.decides("G5.review", NEW_FOCAL)


def test_a_new_focal_point_is_told_of_all_that_is_open() -> None:
    story = grown()
    story.asks(change(EU_FOCAL, NEW_FOCAL), OPERATOR)
    told = [letter for letter in story.letters if letter.recipient == NEW_FOCAL.person]
    assert [letter.kind for letter in told] == ["holder_changed"]
    assert {item.task for item in told[0].items} == {"decide/G5.review/1/0", "decide/G4.next/1/0"}
    assert CN_FOCAL.person in [
        letter.recipient for letter in story.letters if letter.kind == "holder_changed"
    ]


def test_what_the_old_one_decided_stays_decided() -> None:
    story = grown()
    story.decides("G5.review", EU_FOCAL)
    story.asks(change(EU_FOCAL, NEW_FOCAL), OPERATOR)
    assert "decided on 2021-03-09" in story.refuses(story.verdict("G5.review"), NEW_FOCAL).sentence
    story.decides("G5.review", CN_FOCAL)
    assert story.gate("G5.team").is_open


def test_a_vacant_role_is_to_be_filled_within_ten_joint_working_days() -> None:
    """A leaver without a successor: the operator's task, until somebody is named (domain reference 2.7)."""
    story = grown()
    story.asks(change(EU_FOCAL, None), OPERATOR)
    task = story.task("successor/focal_point.eu")
    assert task.seat.role is Role.OPERATOR
    assert task.clock is not None
    assert str(task.clock.allowance) == "10 joint working days"
    assert story.task("decide/G5.review/1/0").persons == ()
    story.asks(change(None, NEW_FOCAL), OPERATOR)
    assert "successor/focal_point.eu" not in story.tasks()
    assert story.task("decide/G5.review/1/0").persons == (NEW_FOCAL.person,)


def test_a_role_another_still_holds_is_not_vacant() -> None:
    story = grown()
    story.asks(change(None, NEW_FOCAL), OPERATOR)
    story.asks(change(EU_FOCAL, None), OPERATOR)
    assert "successor/focal_point.eu" not in story.tasks()
    story.decides("G5.review", NEW_FOCAL)


def test_the_deputy_decides_while_the_focal_point_is_missing() -> None:
    story = grown()
    story.asks(change(EU_FOCAL, None), OPERATOR)
    story.decides("G5.review", EU_DEPUTY)


def test_the_last_operator_does_not_leave_without_a_successor() -> None:
    """Else nobody could ever name anybody again."""
    story = Story()
    story.asks(change(OTHER_OPERATOR, None, OPERATOR), OPERATOR)
    assert "is the only operator" in story.refuses(change(OPERATOR, None, OPERATOR), TEAM_LEADER).sentence
    story.asks(change(OPERATOR, actor("fresh", Role.OPERATOR), OPERATOR), OPERATOR)


def test_a_change_names_who_leaves_or_who_comes_and_is_true() -> None:
    story = Story()
    assert "say who leaves" in story.refuses(change(None, None), OPERATOR).sentence
    assert "does not hold the role" in story.refuses(change(NEW_FOCAL, None), OPERATOR).sentence
    assert (
        "holds the role of EU focal point already" in story.refuses(change(None, EU_FOCAL), OPERATOR).sentence
    )
    other = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.EU, to=holder(NEW_MAYOR))
    assert "would take another role" in story.refuses(other, OPERATOR).sentence
    assert "only the operator or the team leader" in story.refuses(change(None, NEW_FOCAL), EU_FOCAL).sentence


def test_somebody_who_lives_where_no_calendar_reaches_is_not_named_yet() -> None:
    """Else their reminders would fall on another country's working days."""
    story = Story()
    abroad = rq.ChangeHolder(
        role=Role.DEPUTY, side=Side.EU, to=holder(actor("abroad", Role.DEPUTY, Side.EU), country="FR")
    )
    assert (
        "the calendar of FR is not in this partnership's edition" in story.refuses(abroad, OPERATOR).sentence
    )


def test_an_adviser_who_left_is_not_written_to() -> None:
    story = grown()
    story.asks(rq.AskAdvice(gate="G5.review", of=MANAGER.person, question=text("?")), EU_FOCAL)
    story.asks(change(MANAGER, actor("newmanager", Role.CLUSTER_MANAGER), MANAGER), OPERATOR)
    story.day_by_day(story.at + timedelta(days=60))
    assert not [who for who, at, _ in story.reminders() if who == MANAGER.person and at > on(2021, 3, 9)]


# Replacing a member


def test_a_replaced_member_leaves_a_partnership_of_the_same_code_and_record() -> None:
    story = grown()
    story.asks(replace(story), OPERATOR)
    state = story.partnership
    assert state.code == "C1-01"
    assert [(member.name, member.until is None) for member in state.members if member.side is Side.EU] == [
        ("Fuenlabrada", False),
        ("Granada", True),
    ]
    assert state.member(Side.EU).name == "Granada"
    assert len(state.exchanges) == 1


def test_those_who_held_roles_for_the_old_member_lose_them_at_once() -> None:
    story = grown()
    story.asks(replace(story), OPERATOR)
    for by in (EU_FOCAL, EU_DEPUTY, EU_MAYOR):
        assert (
            "any more since 2021-03-09"
            in story.refuses(rq.StepAgreement(step=AgreementStep.DRAFTING), by).sentence
        )
    story.decides("G4.next", NEW_FOCAL)
    story.decides("G4.next", CN_FOCAL)


def test_the_new_members_people_are_told_what_is_open() -> None:
    story = grown()
    story.asks(replace(story), OPERATOR)
    told = [letter for letter in story.letters if letter.recipient == NEW_FOCAL.person]
    assert "decide/G4.next/1/0" in [item.task for letter in told for item in letter.items if letter.about]
    assert not [letter for letter in story.letters if letter.recipient == NEW_MAYOR.person]


def test_scoping_begins_anew_and_shortened() -> None:
    """Thirty calendar days instead of forty-five; its next version is number two."""
    story = grown()
    story.asks(replace(story), OPERATOR)
    opened = next(event for event in story.of(ev.StageOpened)[::-1] if event.stage is Stage.SCOPING)
    assert opened.because == "member_replaced"
    assert opened.clock.allowance.days == 30
    assert not story.partnership.passed(Stage.SCOPING)
    story.hands_in(Stage.SCOPING, "with Granada")
    assert [gate.id for gate in story.partnership.open_gates() if gate.stage is Stage.SCOPING] == ["G2/2"]


def test_the_agreement_is_reopened_and_the_plan_gets_a_new_version() -> None:
    story = grown()
    story.asks(replace(story), OPERATOR)
    assert story.partnership.agreement.step is AgreementStep.PROPOSED
    assert story.partnership.agreement.began == story.at
    assert "submit/action_plan/0" in story.tasks()
    assert [gate.code for gate in story.partnership.open_gates()] == [
        "G4.next"
    ]  # the review of the old plan is void
    story.hands_in(Stage.ACTION_PLAN, "with Granada")
    assert story.gate("G5.review").id == "G5.review/2"


def test_an_adopted_plan_is_no_longer_adopted_by_the_new_member() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.passes(Stage.ACTION_PLAN)
    story.asks(replace(story), OPERATOR)
    assert story.partnership.plan_adopted is None
    assert (
        "the action plan is not adopted"
        in story.refuses(rq.OpenStage(stage=Stage.PILOT_INVESTMENTS), OPERATOR).sentence
    )


def test_without_agreement_or_plan_there_is_nothing_to_reopen() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    events = story.asks(replace(story), OPERATOR)
    assert [event.kind for event in events] == ["member_replaced", "stage_opened"]


def test_a_rejected_second_scoping_does_not_end_a_partnership_with_a_history() -> None:
    story = grown()
    story.asks(replace(story), OPERATOR)
    story.hands_in(Stage.SCOPING, "with Granada")
    story.decides("G2", TEAM_LEADER, Verdict.REJECT)
    assert not story.partnership.ended
    assert "escalation/scoping" in story.tasks()


def test_a_member_is_replaced_by_another_one_of_its_side_with_a_focal_point() -> None:
    story = grown()
    assert "needs a focal point" in story.refuses(replace(story, (NEW_MAYOR,)), OPERATOR).sentence
    both = actor("cnfocal", Role.DEPUTY, Side.EU)
    assert "both sides" in story.refuses(replace(story, (NEW_FOCAL, both)), OPERATOR).sentence
    assert "the calendar of IT" in story.refuses(replace(story, country="IT"), OPERATOR).sentence
    same = replace(story).model_copy(update={"leaving": "Malaga"})
    assert "does not take part" in story.refuses(same, OPERATOR).sentence
    assert "may replace a member" in story.refuses(replace(story), EU_FOCAL).sentence


def test_a_vacancy_ends_when_the_new_member_brings_somebody() -> None:
    story = grown()
    story.asks(change(EU_FOCAL, None), OPERATOR)
    story.asks(replace(story), OPERATOR)
    assert "successor/focal_point.eu" not in story.tasks()


def test_a_scoping_that_was_late_is_no_longer_late_with_a_new_member() -> None:
    """Its ladder begins anew, its maker is asked anew, and it can become late anew."""
    story = Story()
    story.opens(Stage.SCOPING)
    story.day_by_day(on(2021, 6, 15))
    late = story.partnership
    story.asks(replace(story), OPERATOR)
    assert (late.at_risk, story.partnership.at_risk) == ("scoping_late", None)
    asked = [
        letter for letter in story.letters if letter.recipient == MANAGER.person and letter.kind == "asked"
    ]
    assert len(asked) == 2
    assert asked[-1].items[0].due == story.task("submit/scoping/0").deadline.at  # type: ignore[union-attr]  # it has one
    reminders = len(story.reminders())
    story.day_by_day(on(2021, 10, 1))
    assert [offset for _, _, offset in story.reminders()[reminders:]][:3] == [-10, -3, 0]
    assert len(story.of(ev.AtRiskFlagged)) == 2


# Withdrawing


def test_a_side_withdraws_for_itself_and_the_other_is_told() -> None:
    story = grown()
    leave = rq.Withdraw(side=Side.CN, reason="restructuring", notice=text("letter"))
    refused = story.refuses(leave, EU_FOCAL)
    assert "the EU side cannot withdraw for the CN side" in refused.sentence
    assert refused.grave
    story.asks(leave, CN_MAYOR)
    assert story.partnership.end is End.WITHDRAWN
    assert EU_FOCAL.person in [letter.recipient for letter in story.letters if letter.kind == "withdrawn"]
    assert story.partnership.next_due() is None


def test_the_operator_records_a_withdrawal_that_came_by_letter() -> None:
    story = grown()
    story.asks(rq.Withdraw(side=Side.EU, reason="elections", notice=text("letter")), OPERATOR)
    assert story.partnership.end is End.WITHDRAWN
    withdrawn = story.of(ev.PartnershipWithdrawn)[0]
    assert (withdrawn.side, withdrawn.reason) == (Side.EU, "elections")


def test_nobody_withdraws_for_the_programme() -> None:
    leave = rq.Withdraw(side=Side.PROGRAMME, reason="elections", notice=text("letter"))
    assert "for the eu or the cn side" in grown().refuses(leave, OPERATOR).sentence


def test_a_member_of_a_side_lies_on_that_side() -> None:
    """A place in China does not take part for the EU side, nor one in a member state for the Chinese."""
    state = partnership()
    lone = Member(
        side=Side.EU, name="Jinan", country="CN", level=Level.CITY, zone="Asia/Shanghai", since=START
    )
    request = rq.ReplaceMember(
        leaving="Fuenlabrada", member=lone, holders=(), reason="asked", agreed=text("both")
    )
    with pytest.raises(Refusal, match="cannot take part for the EU side"):
        state.ask(request, OPERATOR, on(2021, 4, 1))
