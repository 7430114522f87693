"""Extensions, overrides, mergers: proposed by one, confirmed by another, and loud."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.events import End, Outcome
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Role
from tests.given import (
    CN_FOCAL,
    DELEGATION,
    END,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    holder,
    on,
    text,
)
from tests.story import Story, in_review

LATER = END + timedelta(days=91)
EXTEND = rq.Extend(ends=LATER, addendum=text("addendum 2"))
MERGE = rq.Merge(into="INN", consent=text("both sides agree"))


def proposed(matter: rq.Matter) -> rq.Propose:
    return rq.Propose(matter=matter, reason="agreed", remark=text("see the minutes"))


@pytest.mark.parametrize("matter", [EXTEND, MERGE, rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE)])
def test_whatever_takes_two_does_nothing_until_a_second_person_confirms(matter: rq.Matter) -> None:
    story = in_review()
    made = story.asks(proposed(matter), OPERATOR)
    assert [event.kind for event in made if event.kind != "ladder_stopped"] == ["proposal_made"]
    assert story.partnership.ends == END
    assert not story.partnership.ended
    assert story.gate("G5.review").is_open
    alone = story.refuses(rq.Confirm(proposal=1), OPERATOR)
    assert "was made by p-operator; a second person confirms it" in alone.sentence
    assert alone.grave
    story.asks(rq.Confirm(proposal=1), TEAM_LEADER)
    assert story.partnership.proposals == ()


def test_a_proposal_is_a_task_with_a_deadline_for_the_secretariat() -> None:
    story = in_review()
    story.asks(proposed(EXTEND), OPERATOR)
    task = story.task("confirm/1")
    assert (task.seat.role, task.subject) == (Role.OPERATOR, "extend")
    assert str(task.clock.allowance) == "5 own working days"  # type: ignore[union-attr]  # it has one
    story.asks(rq.Decline(proposal=1, remark=text("not now")), OTHER_OPERATOR)
    assert "confirm/1" not in story.tasks()
    assert "there is no open proposal 1" in story.refuses(rq.Confirm(proposal=1), TEAM_LEADER).sentence


def test_it_waits_for_everybody_of_the_secretariat_but_its_own_maker() -> None:
    story = in_review()
    story.asks(proposed(EXTEND), OPERATOR)
    assert story.task("confirm/1").persons == (OTHER_OPERATOR.person,)
    leave = rq.ChangeHolder(leaving=OTHER_OPERATOR.person, role=Role.OPERATOR, side=OPERATOR.side)
    story.asks(leave, TEAM_LEADER)
    assert story.task("confirm/1").persons == (TEAM_LEADER.person,), "where no other operator is left"


def test_the_same_is_not_proposed_twice() -> None:
    story = in_review()
    story.asks(proposed(EXTEND), OPERATOR)
    assert (
        "proposal 1 of 2021-03-01 asks for the same" in story.refuses(proposed(EXTEND), TEAM_LEADER).sentence
    )


def test_only_the_secretariat_proposes_and_confirms() -> None:
    story = in_review()
    for by in (EU_FOCAL, MANAGER, DELEGATION):
        assert story.refuses(proposed(MERGE), by).grave
    story.asks(proposed(MERGE), OPERATOR)
    for by in (EU_FOCAL, MANAGER, DELEGATION):
        assert story.refuses(rq.Confirm(proposal=1), by).grave


def test_a_proposal_that_has_become_impossible_is_refused_and_can_be_declined() -> None:
    story = in_review()
    story.asks(proposed(rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE)), OPERATOR)
    story.approves("G5.review")
    refused = story.refuses(rq.Confirm(proposal=1), TEAM_LEADER)
    assert "gate G5.review is not open; open gates: G5.team" in refused.sentence
    story.asks(rq.Decline(proposal=1), OPERATOR)


# Overriding a gate


def test_an_override_settles_the_gate_loudly_and_the_stage_goes_on() -> None:
    story = in_review()
    story.decides("G5.review", EU_FOCAL)
    events = story.two_agree(rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE))
    settled = next(event for event in events if isinstance(event, ev.GateSettled))
    assert (settled.overridden, settled.silent, settled.outcome) == (True, False, Outcome.APPROVED)
    assert settled.by is not None and settled.by.person == OTHER_OPERATOR.person
    assert story.gate("G5.team").is_open
    outcomes = [
        letter for letter in story.letters if letter.kind == "outcome" and letter.facts["gate"] == "G5.review"
    ]
    assert {letter.recipient for letter in outcomes} >= {EU_FOCAL.person, CN_FOCAL.person, MANAGER.person}
    assert {letter.facts["overridden"] for letter in outcomes} == {"yes"}


@pytest.mark.parametrize(
    ("verdict", "outcome", "task"),
    [
        (Verdict.CONDITIONS, Outcome.CONDITIONS, "decide/G5.team/1/0"),
        (Verdict.RETURN, Outcome.RETURNED, "submit/action_plan/0"),
        (Verdict.REJECT, Outcome.REJECTED, "escalation/action_plan"),
    ],
)
def test_an_override_has_every_outcome_a_gate_has(verdict: Verdict, outcome: Outcome, task: str) -> None:
    story = in_review()
    story.two_agree(rq.SettleGate(gate="G5.review", verdict=verdict))
    assert story.gate("G5.review").outcome is outcome
    assert task in story.tasks()


def test_neither_of_the_two_who_override_made_the_deliverable() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)  # by the operator
    request = proposed(rq.SettleGate(gate="G4", verdict=Verdict.APPROVE))
    assert "never decides" in story.refuses(request, OPERATOR).sentence
    story.asks(request, OTHER_OPERATOR)
    assert "never decides" in story.refuses(rq.Confirm(proposal=1), OPERATOR).sentence
    story.asks(rq.Confirm(proposal=1), TEAM_LEADER)


def test_nor_is_either_the_stand_in_of_who_made_it() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    given = rq.Delegate(
        to="p-standin",
        role=Role.OPERATOR,
        side=OPERATOR.side,
        since=story.at,
        until=story.at + timedelta(days=9),
    )
    story.asks(given, OPERATOR)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    stand_in = OPERATOR.model_copy(update={"person": "p-standin", "on_behalf_of": OPERATOR.person})
    request = proposed(rq.SettleGate(gate="G4", verdict=Verdict.APPROVE))
    assert "never decides" in story.refuses(request, stand_in).sentence


def test_a_settled_gate_is_not_overridden() -> None:
    story = in_review()
    story.approves("G5.review")
    request = proposed(rq.SettleGate(gate="G5.review", verdict=Verdict.RETURN))
    assert "is not open; open gates: G5.team" in story.refuses(request, OPERATOR).sentence


def test_an_override_answers_an_open_question_too() -> None:
    story = in_review()
    story.asks(rq.Clarify(gate="G5.review", question=text("why?")), CN_FOCAL)
    story.two_agree(rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE))
    assert "answer/G5.review/1" not in story.tasks()
    assert not story.gate("G5.review").clock.is_stopped


def test_a_gate_whose_deciders_are_all_gone_has_this_way_out() -> None:
    story = in_review()
    leaving = rq.ChangeHolder(role=Role.FOCAL_POINT, side=CN_FOCAL.side, leaving=CN_FOCAL.person)
    story.asks(leaving, OPERATOR)
    story.decides("G5.review", EU_FOCAL)
    story.two_agree(rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE))
    assert story.gate("G5.team").is_open


# Extending the programme


def test_an_extension_moves_every_cut_off_and_lists_them() -> None:
    story = in_review()
    events = story.two_agree(EXTEND)
    changed = next(event for event in events if isinstance(event, ev.EndDateChanged))
    assert (changed.was, changed.ends) == (END, LATER)
    cut_offs = dict(story.partnership.terms.cut_offs)
    assert {moved.clock for moved in changed.moved} == set(cut_offs)
    for moved in changed.moved:
        days = timedelta(days=cut_offs[moved.clock])
        assert (moved.was, moved.now) == (END - days, LATER - days)
    assert story.partnership.ends == LATER


def test_cut_offs_that_lie_ahead_again_are_reached_again() -> None:
    """E-120 is 2 September 2023; with the end 91 days later it is 2 December, and told of a second time."""
    story = in_review()
    story.day_by_day(on(2023, 9, 10))
    fast_track = "last start of an action plan on the fast track"
    assert fast_track in story.partnership.cut_offs
    story.two_agree(EXTEND)
    assert fast_track not in story.partnership.cut_offs
    assert "last kick-off" in story.partnership.cut_offs  # 5 July is over in any case
    story.day_by_day(on(2023, 12, 10))
    reached = [event.at for event in story.of(ev.CutOffReached) if event.cut_off == fast_track]
    assert reached == [END - timedelta(days=120), LATER - timedelta(days=120)]


def test_a_stage_closed_by_its_cut_off_opens_again_after_an_extension() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.until(on(2023, 9, 10))
    open_plan = rq.OpenStage(stage=Stage.ACTION_PLAN)
    assert "an extension would move it (propose extend)" in story.refuses(open_plan, OPERATOR).sentence
    story.two_agree(EXTEND)
    story.asks(open_plan, OPERATOR)


def test_with_the_extension_the_partnership_lives_to_the_new_end() -> None:
    story = in_review()
    story.two_agree(EXTEND)
    story.until(LATER - timedelta(seconds=1))
    assert not story.partnership.ended
    story.until(LATER)
    assert story.partnership.end is End.CUT_OFF
    assert story.partnership.ended_at == LATER


def test_an_extension_is_asked_for_thirty_days_before_the_end_at_the_latest() -> None:
    story = in_review()
    story.until(END - timedelta(days=30))
    story.asks(proposed(EXTEND), OPERATOR)
    late = END - timedelta(days=29)
    assert (
        "at least 30 days before the end: by 2023-12-01"
        in story.refuses(rq.Confirm(proposal=1), TEAM_LEADER, late).sentence
    )
    earlier = proposed(rq.Extend(ends=END - timedelta(days=1), addendum=text("no")))
    assert "an extension ends later" in story.refuses(earlier, TEAM_LEADER).sentence


def test_an_extension_is_told_to_both_sides_and_the_secretariat() -> None:
    story = in_review()
    story.two_agree(EXTEND)
    told = {letter.recipient for letter in story.letters if letter.kind == "extended"}
    assert {EU_FOCAL.person, CN_FOCAL.person, OPERATOR.person, TEAM_LEADER.person} <= told


def test_an_extension_does_not_tell_a_second_time_that_a_stage_is_late() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.day_by_day(on(2021, 8, 1))
    story.two_agree(EXTEND)
    story.day_by_day(on(2021, 9, 1))
    assert len(story.of(ev.AtRiskFlagged)) == 1


# Merging, and any stage once more


def test_a_merged_partnership_ends_inside_its_cluster() -> None:
    story = in_review()
    story.two_agree(MERGE)
    assert (story.partnership.end, story.partnership.merged_into) == (End.MERGED, "INN")
    closed = [letter for letter in story.letters if letter.kind == "closed"]
    assert {letter.facts["into"] for letter in closed} == {"INN"}


def test_a_second_person_may_hold_the_same_role_or_another_of_the_secretariat() -> None:
    for second in (OTHER_OPERATOR, TEAM_LEADER):
        story = in_review()
        story.two_agree(MERGE, second=second)
        assert story.partnership.ended


def test_a_person_with_two_roles_is_still_one_person() -> None:
    story = in_review()
    also = actor("operator", Role.TEAM_LEADER)
    story.asks(rq.ChangeHolder(role=Role.TEAM_LEADER, side=also.side, to=holder(also)), OPERATOR)
    story.asks(proposed(MERGE), OPERATOR)
    assert "a second person" in story.refuses(rq.Confirm(proposal=1), also).sentence
