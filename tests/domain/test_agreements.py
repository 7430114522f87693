"""The agreement is a track beside the stages; exchanges and organisations are counted with care."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.exchanging import FOLLOWS
from domain.requests import AgreementStep as Step
from domain.requests import ExchangeMode
from domain.stages import default_terms
from domain.terms import Restriction, Stage
from domain.values import Organisation, Side, StakeholderGroup
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    DELEGATION,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    TEAM_LEADER,
    deliverable,
    on,
    text,
)
from tests.story import Story

COVID = Restriction(country="CN", since=on(2021, 1, 1, 0), until=on(2023, 3, 14, 23))


def begun(*steps: Step) -> Story:
    """Scoping is open and the agreement has come this far."""
    story = Story()
    story.opens(Stage.SCOPING)
    for step in steps:
        signing = story.at + timedelta(days=20) if step is Step.SIGNING_SCHEDULED else None
        story.asks(rq.StepAgreement(step=step, signing=signing), OPERATOR)
    return story


AGREED = (Step.PROPOSED, Step.DRAFTING, Step.LEGAL_REVIEW, Step.FAO_CLEARANCE, Step.AGREED_TEXT)
SCHEDULED = (*AGREED, Step.SIGNING_SCHEDULED)


def test_it_may_start_at_any_time_after_scoping_opened() -> None:
    story = Story()
    start = rq.StepAgreement(step=Step.PROPOSED)
    assert "at any time after scoping has opened; it has not" in story.refuses(start, EU_FOCAL).sentence
    story.opens(Stage.SCOPING)
    story.asks(start, EU_FOCAL)
    assert story.partnership.agreement.step is Step.PROPOSED


@pytest.mark.parametrize("review_first", [True, False])
def test_legal_review_and_clearance_come_in_either_order_and_both_before_a_text_is_agreed(
    review_first: bool,
) -> None:
    first, second = (
        (Step.LEGAL_REVIEW, Step.FAO_CLEARANCE) if review_first else (Step.FAO_CLEARANCE, Step.LEGAL_REVIEW)
    )
    story = begun(Step.PROPOSED, Step.DRAFTING, first)
    refused = story.refuses(rq.StepAgreement(step=Step.AGREED_TEXT), OPERATOR).sentence
    assert f"agreed_text needs {second.value} first" in refused
    for step in (second, Step.AGREED_TEXT):
        story.asks(rq.StepAgreement(step=step), OPERATOR)


def test_a_new_draft_is_reviewed_and_cleared_anew() -> None:
    """Back to drafting from the agreed text: the old clearance does not cover the new text."""
    story = begun(*AGREED, Step.DRAFTING, Step.LEGAL_REVIEW)
    refused = story.refuses(rq.StepAgreement(step=Step.AGREED_TEXT), OPERATOR).sentence
    assert "needs fao_clearance first" in refused


def test_no_step_is_skipped() -> None:
    """From each step all but those that follow are refused, with what comes next."""
    at_step = {
        Step.NONE: (),
        Step.PROPOSED: (Step.PROPOSED,),
        Step.DRAFTING: AGREED[:2],
        Step.LEGAL_REVIEW: AGREED[:3],
        Step.FAO_CLEARANCE: AGREED[:4],
        Step.AGREED_TEXT: AGREED,
        Step.SIGNING_SCHEDULED: SCHEDULED,
        Step.SIGNED: (*SCHEDULED, Step.SIGNED),
        Step.LAPSED: (Step.PROPOSED, Step.LAPSED),
        Step.TERMINATED: (*SCHEDULED, Step.SIGNED, Step.TERMINATED),
    }
    assert set(at_step) == set(Step)
    for step, path in at_step.items():
        story = begun(*path)
        assert story.partnership.agreement.step is step
        for other in [other for other in Step if other not in FOLLOWS[step]]:
            refused = story.refuses(rq.StepAgreement(step=other), OPERATOR).sentence
            assert f"the agreement stands at {step.value}" in refused


def test_each_side_reports_its_own_step() -> None:
    story = begun(Step.PROPOSED, Step.DRAFTING)
    wrong = story.refuses(rq.StepAgreement(step=Step.LEGAL_REVIEW), CN_FOCAL).sentence
    assert "legal_review is reported by the EU side or the secretariat" in wrong
    assert (
        "reported by the CN side"
        in story.refuses(rq.StepAgreement(step=Step.FAO_CLEARANCE), EU_FOCAL).sentence
    )
    story.asks(rq.StepAgreement(step=Step.LEGAL_REVIEW), EU_FOCAL)
    story.asks(rq.StepAgreement(step=Step.FAO_CLEARANCE), CN_DEPUTY)


def test_who_takes_a_step_of_the_agreement() -> None:
    story = begun()
    for by in (TEAM_LEADER, DELEGATION, EU_MAYOR, MANAGER):
        assert (
            "may take a step of the agreement"
            in story.refuses(rq.StepAgreement(step=Step.PROPOSED), by).sentence
        )


def test_a_signing_lies_ahead_and_a_signature_behind() -> None:
    story = begun(*AGREED)
    for signing in (None, story.at - timedelta(days=1)):
        scheduled = rq.StepAgreement(step=Step.SIGNING_SCHEDULED, signing=signing)
        assert "for a day to come" in story.refuses(scheduled, OPERATOR).sentence
    story.asks(rq.StepAgreement(step=Step.SIGNING_SCHEDULED, signing=on(2021, 4, 1)), OPERATOR)
    early = rq.StepAgreement(step=Step.SIGNED, signing=on(2021, 4, 1))
    assert "still to come" in story.refuses(early, OPERATOR).sentence
    story.asks(rq.StepAgreement(step=Step.SIGNED, signing=on(2021, 4, 1)), OPERATOR, on(2021, 4, 6))
    assert story.partnership.agreement.signed == on(2021, 4, 1)
    assert "agreement" not in story.tasks()
    told = {letter.recipient for letter in story.letters if letter.kind == "signed"}
    assert told == {EU_FOCAL.person, CN_FOCAL.person, TEAM_LEADER.person}


def test_a_day_fixed_for_an_old_draft_is_forgotten_with_it() -> None:
    story = begun(*SCHEDULED)
    story.asks(rq.StepAgreement(step=Step.DRAFTING), OPERATOR)
    assert story.partnership.agreement.signing is None
    again = begun(*SCHEDULED, Step.SIGNED, Step.TERMINATED, Step.PROPOSED)
    assert (again.partnership.agreement.signing, again.partnership.agreement.signed) == (None, None)


def test_ninety_days_are_the_target_and_at_sixty_there_is_a_warning() -> None:
    story = begun(Step.PROPOSED)
    start = story.at
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.approves("G3")
    story.day_by_day(start + timedelta(days=120))
    flagged = story.of(ev.AtRiskFlagged)
    assert [(event.because, event.at) for event in flagged] == [
        ("agreement_late", start + timedelta(days=60))
    ]
    (late,) = [event for event in story.of(ev.DeadlinePassed) if event.task == "agreement"]
    assert late.at.date() == (start + timedelta(days=90)).date()
    story.asks(rq.StepAgreement(step=Step.LAPSED), OPERATOR)
    assert story.partnership.at_risk is None


def test_there_is_no_warning_once_the_day_of_the_signature_is_fixed() -> None:
    story = begun(*SCHEDULED)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.approves("G3")
    story.day_by_day(story.at + timedelta(days=80))
    assert story.of(ev.AtRiskFlagged) == []


def test_passing_a_stage_does_not_make_a_late_agreement_less_late() -> None:
    story = begun(Step.PROPOSED)
    story.day_by_day(story.at + timedelta(days=70))
    assert story.partnership.at_risk == "agreement_late"
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.approves("G3")
    assert story.partnership.at_risk == "agreement_late"
    assert len(story.of(ev.AtRiskFlagged)) == 1


# Exchanges and organisations


def exchange(mode: ExchangeMode = ExchangeMode.VIRTUAL, **changes: object) -> rq.RecordExchange:
    facts: dict[str, object] = {
        "code": "W-1",
        "mode": mode,
        "held": on(2022, 6, 2),
        "participants_eu": 14,
        "participants_cn": 9,
        "evidence": text("attendance"),
    }
    return rq.RecordExchange.model_validate(facts | changes)


def restricted() -> Story:
    story = Story(terms=default_terms((COVID,)))
    story.until(on(2023, 7, 10))
    return story


def test_nobody_met_in_person_while_travel_was_closed() -> None:
    story = restricted()
    refused = story.refuses(exchange(ExchangeMode.PHYSICAL), OPERATOR).sentence
    assert "nobody could travel to CN from 2021-01-01 to 2023-03-14" in refused
    assert "record it as virtual or hybrid" in refused
    story.asks(exchange(ExchangeMode.VIRTUAL), OPERATOR)
    story.asks(exchange(ExchangeMode.HYBRID, code="W-2"), OPERATOR)
    first_delegation = exchange(ExchangeMode.PHYSICAL, code="V-1", held=on(2023, 7, 7), country="CN")
    story.asks(first_delegation, OPERATOR)


def test_a_physical_visit_report_waits_for_open_borders_too() -> None:
    story = Story(terms=default_terms((COVID,)))
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    request = rq.Submit(stage=Stage.STUDY_VISITS, deliverable=deliverable("visit_report", mode="physical"))
    refused = story.refuses(request, OPERATOR).sentence
    assert "so a physical visit was not possible; a virtual one is" in refused
    story.hands_in(Stage.STUDY_VISITS)


def test_an_exchange_is_recorded_after_it_was_held_once_with_people_of_both_sides() -> None:
    story = restricted()
    assert "is still to come" in story.refuses(exchange(held=on(2023, 9, 1)), OPERATOR).sentence
    assert "both numbers are needed" in story.refuses(exchange(participants_cn=0), OPERATOR).sentence
    story.asks(exchange(), MANAGER)
    assert "exchange W-1 is on record already" in story.refuses(exchange(), OPERATOR).sentence
    assert "may record an exchange" in story.refuses(exchange(code="W-9"), EU_FOCAL).sentence


def engage(code: str, side: Side) -> rq.Engage:
    return rq.Engage(organisation=Organisation(code=code, side=side, group=StakeholderGroup.RESEARCH))


def test_each_side_names_its_own_organisations_and_each_once() -> None:
    story = Story()
    story.asks(engage("uni-1", Side.EU), EU_FOCAL)
    assert "is engaged already" in story.refuses(engage("uni-1", Side.EU), EU_FOCAL).sentence
    assert "the CN side names its own" in story.refuses(engage("uni-2", Side.CN), EU_FOCAL).sentence
    assert "on the eu or the cn side" in story.refuses(engage("uni-3", Side.PROGRAMME), OPERATOR).sentence
    story.asks(engage("uni-2", Side.CN), OPERATOR)
    assert [organisation.code for organisation in story.partnership.organisations] == ["uni-1", "uni-2"]
