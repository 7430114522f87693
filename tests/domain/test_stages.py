"""Stages open when their conditions hold, several at once, go round a few times, and pass or get stuck."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.deliverables import deliverable_of, registered
from domain.entity import StageStatus
from domain.requests import Verdict
from domain.stages import LIFECYCLE, STEPS
from domain.stages.step import Step
from domain.staging import CONDITIONS
from domain.terms import Silence, Stage
from domain.values import Role, Side
from tests.given import (
    CN_FOCAL,
    COMPLETE,
    DELEGATION,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    text,
)
from tests.story import KINDS, MAKERS, Story

every_step = pytest.mark.parametrize("step", LIFECYCLE, ids=lambda step: step.stage.value)


def scoped() -> Story:
    """A partnership that has passed scoping and met once, with evidence."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    return story


# Every stage there is or will be


@every_step
def test_every_stage_is_whole(step: Step) -> None:
    """Known conditions, a deliverable of its own, deciders and clocks at every gate, and a basis for silence."""
    assert list(Stage).count(step.stage) == 1
    assert step.terms.stage is step.stage
    assert deliverable_of(step.stage) is step.deliverable
    assert registered(KINDS[step.stage]) is step.deliverable
    assert all(condition in CONDITIONS for condition in step.conditions)
    assert step.terms.makers and step.terms.gates
    for gate in step.terms.gates:
        assert gate.seats and gate.allowance.days > 0
        assert (gate.silence is Silence.DEEMED) <= bool(gate.basis)
    codes = [gate.code for one in LIFECYCLE for gate in one.terms.gates]
    assert len(codes) == len(dict.fromkeys(codes))


def test_the_lifecycle_has_each_stage_once_and_ends_with_the_one_that_closes() -> None:
    assert [step.stage for step in STEPS] == list(Stage)
    assert [step.stage for step in LIFECYCLE if step.ends] == [Stage.CLOSING]


@every_step
def test_every_stage_can_be_passed_from_opening_to_its_last_gate(step: Step) -> None:
    story = scoped()
    if step.stage is Stage.PILOT_INVESTMENTS:
        story.passes(Stage.ACTION_PLAN)
    if step.stage is not Stage.SCOPING:
        story.passes(step.stage)
    held = story.partnership.stage(step.stage)
    assert held is not None
    assert held.status is StageStatus.PASSED
    assert [gate.code for gate in story.partnership.gates if gate.stage is step.stage] == [
        gate.code for gate in step.terms.gates
    ]
    assert story.partnership.ended is step.ends


@every_step
def test_every_stage_refuses_a_deliverable_of_another_kind(step: Step) -> None:
    story = scoped()
    if step.stage is Stage.SCOPING:
        story = Story()
    if step.stage is Stage.PILOT_INVESTMENTS:
        story.passes(Stage.ACTION_PLAN)
    story.opens(step.stage)
    other = next(kind for kind in COMPLETE if kind != KINDS[step.stage])
    refused = story.refuses(rq.Submit(stage=step.stage, deliverable=deliverable(other)), MAKERS[step.stage])
    assert f"asks for a {KINDS[step.stage]}" in refused.sentence


@every_step
def test_every_stage_tells_a_stranger_who_hands_in(step: Step) -> None:
    story = Story()
    request = rq.Submit(stage=step.stage, deliverable=deliverable(KINDS[step.stage]))
    refused = story.refuses(request, DELEGATION)
    assert f"is handed in by the {step.terms.makers[0]}" in refused.sentence


# Opening


def test_a_stage_says_all_that_is_missing_and_who_owes_it() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    refused = story.refuses(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR).sentence
    assert "scoping is not passed: the cluster manager owes the deliverable since 2021-03-01" in refused
    assert "no exchange with evidence is on record; the secretariat records one" in refused
    assert "(propose waive): scoping_passed, evidenced_exchange" in refused
    story.hands_in(Stage.SCOPING)
    refused = story.refuses(rq.OpenStage(stage=Stage.STUDY_VISITS), OPERATOR).sentence
    assert "scoping is not passed: the team leader owes scoping approved since 2021-03-01" in refused


def test_scoping_waits_for_focal_points_on_both_sides() -> None:
    story = Story()
    for who in (EU_FOCAL, CN_FOCAL):
        story.asks(rq.ChangeHolder(role=Role.FOCAL_POINT, side=who.side, leaving=who.person), OPERATOR)
    refused = story.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR).sentence
    assert "the EU and CN side has no focal point; it names one (change-holder)" in refused


def test_an_exchange_without_evidence_counts_for_nothing() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges(evidence=None)
    refused = story.refuses(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR)
    assert "no exchange with evidence" in refused.sentence
    story.exchanges("webinar-2")
    story.opens(Stage.ACTION_PLAN)


def test_several_stages_are_open_at_once_and_each_has_its_own_clock() -> None:
    story = scoped()
    story.opens(Stage.STUDY_VISITS)
    story.opens(Stage.ACTION_PLAN)
    assert {"submit/study_visits/0", "submit/action_plan/0"} <= set(story.tasks())
    assert story.partnership.standing() == "study_visits+action_plan"
    story.hands_in(Stage.ACTION_PLAN)
    story.hands_in(Stage.STUDY_VISITS)
    assert [gate.code for gate in story.partnership.open_gates()] == ["G5.review", "G4"]


def test_the_order_is_not_fixed() -> None:
    """A plan without any visit; a visit after the plan; an agreement before both."""
    story = scoped()
    story.asks(rq.StepAgreement(step=rq.AgreementStep.PROPOSED), EU_FOCAL)
    story.passes(Stage.ACTION_PLAN)
    story.passes(Stage.STUDY_VISITS)
    assert story.partnership.passed(Stage.STUDY_VISITS)


def test_closing_waits_for_whatever_else_is_under_way() -> None:
    story = scoped()
    story.opens(Stage.STUDY_VISITS)
    refused = story.refuses(rq.OpenStage(stage=Stage.CLOSING), OPERATOR).sentence
    assert "study visits is under way: the operator owes the deliverable since 2021-03-01" in refused


def test_an_open_stage_is_not_opened_again_and_a_passed_one_only_if_it_repeats() -> None:
    story = scoped()
    assert "was passed on 2021-03-01" in story.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR).sentence
    story.opens(Stage.STUDY_VISITS)
    refused = story.refuses(rq.OpenStage(stage=Stage.STUDY_VISITS), OPERATOR).sentence
    assert "study visits is open since 2021-03-01" in refused


@pytest.mark.parametrize(
    "step", [step for step in LIFECYCLE if step.repeats], ids=lambda step: step.stage.value
)
def test_visits_and_pilots_repeat_and_count_their_versions_on(step: Step) -> None:
    story = scoped()
    story.passes(Stage.ACTION_PLAN)
    for number in range(1, 4):
        story.passes(step.stage, f"no {number}")
        story.at += timedelta(days=30)
    held = story.partnership.stage(step.stage)
    assert held is not None
    assert [version.number for version in held.versions] == [1, 2, 3]
    first_gates = [gate.id for gate in story.partnership.gates if gate.code == step.terms.gates[0].code]
    assert first_gates == [f"{step.terms.gates[0].code}/{number}" for number in (1, 2, 3)]
    assert story.partnership.pilots_endorsed == (3 if step.stage is Stage.PILOT_INVESTMENTS else 0)


def test_who_opens_stages_and_who_does_not() -> None:
    story = Story()
    for by in (EU_FOCAL, MANAGER, DELEGATION):
        assert (
            "only the operator or the team leader may open a stage"
            in story.refuses(rq.OpenStage(stage=Stage.SCOPING), by).sentence
        )
    story.asks(rq.OpenStage(stage=Stage.SCOPING), TEAM_LEADER)


def test_after_its_cut_off_a_stage_does_not_open_any_more() -> None:
    """The last kick-off is 270 days before the end: 5 April 2023 for 31 December 2023."""
    story = Story()
    story.until(story.partnership.ends - timedelta(days=269))
    refused = story.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR).sentence
    assert (
        "the last day to open scoping was 2023-04-05, 270 days before the programme ends on 2023-12-31"
        in refused
    )
    assert "an extension would move it" in refused
    on_time = Story()
    on_time.until(on_time.partnership.ends - timedelta(days=270))
    on_time.opens(Stage.SCOPING)


# Waiving


def waiver(condition: str = "evidenced_exchange", stage: Stage = Stage.ACTION_PLAN) -> rq.Propose:
    return rq.Propose(matter=rq.Waive(stage=stage, condition=condition), reason="fast-track")


def test_a_condition_is_waived_by_two_different_persons() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.asks(waiver(), OPERATOR)
    alone = story.refuses(rq.Confirm(proposal=1), OPERATOR)
    assert "a second person confirms it" in alone.sentence
    assert alone.grave
    assert story.refuses(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR)
    story.asks(rq.Confirm(proposal=1), TEAM_LEADER)
    story.opens(Stage.ACTION_PLAN)
    waived = story.of(ev.ConditionWaived)[0]
    assert (waived.stage, waived.condition) == (Stage.ACTION_PLAN, "evidenced_exchange")


def test_the_second_person_is_neither_a_stand_in_of_the_first_nor_the_one_stood_in_for() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    start = story.at
    given = rq.Delegate(
        to="p-standin", role=Role.OPERATOR, side=Side.PROGRAMME, since=start, until=start + timedelta(days=9)
    )
    story.asks(given, OPERATOR)
    stand_in = OPERATOR.model_copy(update={"person": "p-standin", "on_behalf_of": OPERATOR.person})
    story.asks(waiver(), OPERATOR)
    assert "a second person" in story.refuses(rq.Confirm(proposal=1), stand_in).sentence
    story.asks(rq.Decline(proposal=1), OPERATOR)
    story.asks(waiver(), stand_in)
    assert "a second person" in story.refuses(rq.Confirm(proposal=2), OPERATOR).sentence
    story.asks(rq.Confirm(proposal=2), OTHER_OPERATOR)


def test_a_waiver_names_a_condition_that_is_missing() -> None:
    story = Story()
    assert (
        "it has scoping_passed, evidenced_exchange and before_cut_off"
        in story.refuses(waiver("good_weather"), OPERATOR).sentence
    )
    story.passes(Stage.SCOPING)
    assert "holds or is waived already" in story.refuses(waiver("scoping_passed"), OPERATOR).sentence


def test_a_waiver_reaches_its_own_stage_only() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.two_agree(rq.Waive(stage=Stage.STUDY_VISITS, condition="scoping_passed"))
    story.opens(Stage.STUDY_VISITS)
    assert "scoping is not passed" in story.refuses(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR).sentence


# Handing in


def test_nothing_is_handed_in_before_the_stage_is_open_or_while_it_is_decided_on() -> None:
    story = Story()
    request = rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report"))
    assert "the secretariat opens it (open-stage)" in story.refuses(request, MANAGER).sentence
    story.opens(Stage.SCOPING)
    story.asks(request, MANAGER)
    again = rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report", "two"))
    refused = story.refuses(again, MANAGER).sentence
    assert "version 1 of scoping is being decided on: the team leader owes scoping approved" in refused


def test_a_new_version_is_a_new_document() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER, Verdict.RETURN)
    same = rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report"))
    assert "the same document as version 1 of 2021-03-01" in story.refuses(same, MANAGER).sentence


def test_an_incomplete_deliverable_is_refused_with_everything_it_lacks() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    poor = deliverable("scoping_report", pilot_ideas=0, pages=7)
    refused = story.refuses(rq.Submit(stage=Stage.SCOPING, deliverable=poor), MANAGER).sentence
    assert refused.startswith("the scoping report is not complete: it lacks brevity: 7 pages")
    assert refused.endswith("at least one pilot idea; you owe that")


# Rounds


def returned(story: Story, times: int) -> None:
    for number in range(times):
        story.hands_in(Stage.ACTION_PLAN, f"version {number}")
        story.decides("G5.review", CN_FOCAL, Verdict.RETURN)


def test_rounds_are_limited_and_then_escalate() -> None:
    """Three versions; the third return is an operator's task with five days, and no version is awaited."""
    story = scoped()
    story.opens(Stage.ACTION_PLAN)
    returned(story, 2)
    assert story.of(ev.RoundsExhausted) == []
    returned_last = story.hands_in(Stage.ACTION_PLAN, "version last")
    assert returned_last
    story.decides("G5.review", EU_FOCAL, Verdict.RETURN)
    exhausted = story.of(ev.RoundsExhausted)
    assert [(event.rounds, event.rejected) for event in exhausted] == [(3, False)]
    task = story.task("escalation/action_plan")
    assert task.seat.role is Role.OPERATOR
    assert task.deadline is not None
    one_more = rq.Submit(stage=Stage.ACTION_PLAN, deliverable=deliverable("action_plan", "four"))
    refused = story.refuses(one_more, MANAGER).sentence
    assert "its rounds ran out on 2021-03-01; two persons may add one (propose add-round)" in refused


def test_two_persons_add_one_round_and_no_more() -> None:
    story = scoped()
    story.opens(Stage.ACTION_PLAN)
    returned(story, 3)
    story.two_agree(rq.AddRound(stage=Stage.ACTION_PLAN))
    assert "escalation/action_plan" not in story.tasks()
    story.hands_in(Stage.ACTION_PLAN, "version four")
    story.decides("G5.review", CN_FOCAL, Verdict.RETURN)
    assert [event.rounds for event in story.of(ev.RoundsExhausted)] == [3, 4]


def test_a_round_is_added_only_where_they_ran_out() -> None:
    story = scoped()
    story.opens(Stage.ACTION_PLAN)
    request = rq.Propose(matter=rq.AddRound(stage=Stage.ACTION_PLAN), reason="more-time")
    assert "is not stuck" in story.refuses(request, OPERATOR).sentence


def test_a_return_by_a_later_gate_goes_back_to_the_first() -> None:
    story = scoped()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN, "one")
    story.approves("G5.review")
    story.approves("G5.team")
    story.decides("G5.eud", DELEGATION, Verdict.RETURN)
    story.hands_in(Stage.ACTION_PLAN, "two")
    assert [gate.id for gate in story.partnership.open_gates()] == ["G5.review/2"]
    for gate in ("G5.review", "G5.team", "G5.eud", "G5.adopt"):
        story.approves(gate)
    assert story.partnership.plan_adopted == story.at
    assert story.partnership.latest_gate("G5.eud") is not None


def test_a_rejected_scoping_ends_the_partnership() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER, Verdict.REJECT)
    assert story.partnership.end is ev.End.REJECTED


def test_a_stage_that_takes_too_long_puts_the_partnership_at_risk() -> None:
    """Scoping is to end within 90 calendar days; the operator is asked to look, once, until it passes."""
    story = Story()
    story.opens(Stage.SCOPING)
    story.until(story.at + timedelta(days=89))
    assert story.partnership.at_risk is None
    story.until(story.at + timedelta(days=200))
    flagged = story.of(ev.AtRiskFlagged)
    assert [(event.because, event.at) for event in flagged] == [
        ("scoping_late", story.partnership.founded + timedelta(days=90))
    ]
    assert [letter.kind for letter in story.letters if letter.recipient == OPERATOR.person].count(
        "at_risk"
    ) == 1
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.approves("G3")
    assert story.partnership.at_risk is None
    assert "at_risk" not in story.tasks()


def test_texts_travel_as_hashes_beside_the_facts() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    made = rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report"), text=text("full report"))
    handed_in = story.asks(made, MANAGER)[0]
    assert isinstance(handed_in, ev.DeliverableSubmitted)
    assert handed_in.text == text("full report")
