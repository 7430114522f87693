"""Pilots: begun from a plan, screened by scores, checked, endorsed, carried out, and how they pause or stop."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain import events as ev
from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.clocks import DayKind
from domain.entries import Entry
from domain.events import Outcome
from domain.indicators import counted
from domain.pilots.facts import (
    MUSTS,
    WEIGHTS,
    Amount,
    CheckItem,
    CheckResult,
    PilotEnd,
    PilotKind,
    PilotStep,
    Reached,
    SourceState,
    total_of,
)
from domain.pilots.pilot import founded, may_begin
from domain.pilots.state import months_after
from domain.pilots.steps import pilot_terms
from domain.requests import Verdict
from domain.stages import default_terms
from domain.state import JointPlan
from domain.tasks import tasks_of
from domain.terms import Silence, Stage
from domain.values import Refusal, Role
from tests.domain.piloting import BEGINNING, PilotStory, scores, source
from tests.given import (
    CN_FOCAL,
    CN_MAYOR,
    COUNTERPART,
    DELEGATION,
    EU_FOCAL,
    EU_MAYOR,
    EVERYBODY,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    deliverable,
    on,
    pilot_founding,
    text,
)
from tests.story import Story

DAY = timedelta(days=1)


def names(story: PilotStory) -> list[str]:
    return [task.id for task in tasks_of(story.pilot)]


# --- how it begins --------------------------------------------------------------------------------------------------


def planned() -> Story:
    """A partnership whose plan, with the one action A1, was adopted."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.passes(Stage.ACTION_PLAN)
    return story


def test_a_pilot_begins_from_an_action_of_an_adopted_plan() -> None:
    may_begin(planned().partnership, "A1", None)
    with pytest.raises(Refusal, match="the plan of C1-01 has no action 'A9'; its actions are A1"):
        may_begin(planned().partnership, "A9", None)
    with pytest.raises(Refusal, match="was adopted on 2021-03-01: nothing is to be waived"):
        may_begin(planned().partnership, "A1", "urgent")


def test_without_a_plan_it_begins_only_with_the_reason_why() -> None:
    story = Story()
    with pytest.raises(Refusal, match=r"C1-01 has no adopted action plan .* give the reason .*--waive-plan"):
        may_begin(story.partnership, "A1", None)
    may_begin(story.partnership, "A1", "programme_wish")


def test_a_plan_that_is_being_written_anew_is_not_an_adopted_one() -> None:
    story = planned()
    gone = story.partnership.model_copy(update={"plan_adopted": None})
    with pytest.raises(Refusal, match="no adopted action plan"):
        may_begin(gone, "A1", None)


def test_an_action_of_the_joint_plan_that_holds_is_carried_out_like_one_of_its_own() -> None:
    joint = JointPlan(of="cluster/ECO", version=text("joint plan"), at=on(2022, 5, 2))
    without = Story().partnership.model_copy(update={"joint_plan": joint})
    may_begin(without, "J1", None, ("J1", "J2"))
    with pytest.raises(Refusal, match="has no action 'A1'; its actions are J1 and J2"):
        may_begin(without, "A1", None, ("J1", "J2"))
    with pytest.raises(Refusal, match="was adopted on 2022-05-02: nothing is to be waived"):
        may_begin(without, "J1", "urgent", ("J1",))
    both = planned().partnership.model_copy(update={"joint_plan": joint})
    may_begin(both, "A1", None, ("J1",))
    may_begin(both, "J1", None, ("J1",))


def test_a_founding_without_both_sides_or_calendars_or_terms_of_pilots_makes_none() -> None:
    whole = pilot_founding()
    with pytest.raises(ValueError, match="pilot P-01 has no CN member"):
        founded(whole.model_copy(update={"members": whole.members[:1]}))
    poor = CalendarEdition.model_validate(
        whole.edition.model_dump() | {"countries": [whole.edition.countries[0].model_dump()]}
    )
    with pytest.raises(ValueError, match="its calendar edition lacks"):
        founded(whole.model_copy(update={"edition": poor}))
    with pytest.raises(ValueError, match="its terms are not those of a pilot"):
        founded(whole.model_copy(update={"terms": default_terms()}))


def test_its_terms_are_the_partnerships_with_its_own_stages() -> None:
    terms = pilot_terms(default_terms())
    assert [one.stage for one in terms.stages] == [
        Stage.PILOT_FICHE,
        Stage.PILOT_CONCEPT,
        Stage.PILOT_COMPLETION,
    ]
    assert terms.ladder == default_terms().ladder
    assert (terms.answer, terms.restrictions) == (default_terms().answer, default_terms().restrictions)
    assert terms.pilots is not None and default_terms().pilots is None
    assert "pilots" not in default_terms().model_dump()


def test_the_durations_are_those_of_the_domain_reference() -> None:
    """domain.md 2.8 and Annex A."""
    terms = pilot_terms(default_terms())
    told = {
        "fiche": terms.stage(Stage.PILOT_FICHE).submit,
        "screening": terms.stage(Stage.PILOT_FICHE).gate("P6").allowance,
        "concept": terms.stage(Stage.PILOT_CONCEPT).submit,
        "due diligence": terms.stage(Stage.PILOT_CONCEPT).gate("P7.dd").allowance,
        "no objection": terms.stage(Stage.PILOT_CONCEPT).gate("P7.eud").allowance,
        "endorsement": terms.stage(Stage.PILOT_CONCEPT).gate("P7").allowance,
    }
    assert {name: (one.days, one.kind) for name, one in told.items()} == {
        "fiche": (15, DayKind.JOINT),
        "screening": (10, DayKind.JOINT),
        "concept": (60, DayKind.CALENDAR),
        "due diligence": (30, DayKind.CALENDAR),
        "no objection": (15, DayKind.CALENDAR),
        "endorsement": (45, DayKind.CALENDAR),
    }
    assert terms.pilots is not None
    assert (terms.pilots.pass_mark, terms.pilots.valid_for, terms.pilots.note_every) == (60, 90, 3)
    silence = {gate.code: gate.on_silence for one in terms.stages for gate in one.gates}
    assert set(silence.values()) == {Silence.NEVER}


def test_where_it_stands_is_told_from_an_idea_to_what_came_of_it() -> None:
    story = PilotStory()
    told = [story.pilot.standing()]
    assert names(story) == ["open/pilot_fiche"]
    story.opens(Stage.PILOT_FICHE)
    told.append(story.pilot.standing())
    story.hands_in(Stage.PILOT_FICHE)
    told.append(story.pilot.standing())
    for by in (TEAM_LEADER, COUNTERPART):
        story.scores(by)
    story.approves("P6")
    told.append(story.pilot.standing())
    story.hands_in(Stage.PILOT_CONCEPT)
    told.append(story.pilot.standing())
    story.checks()
    story.approves("P7.dd")
    told.append(story.pilot.standing())
    story.approves("P7.eud")
    story.approves("P7")
    told.append(story.pilot.standing())
    assert names(story) == ["pilot_step/agreed"]
    story.step(PilotStep.AGREED, text=text("agreement"))
    told.append(story.pilot.standing())
    story.step(PilotStep.IMPLEMENTING, until="2023-06-30")
    told.append(story.pilot.standing())
    story.hands_in(Stage.PILOT_COMPLETION)
    story.approves("P8")
    told.append(story.pilot.standing())
    story.step(PilotStep.REPLICATED, text=text("report"), where="es-getafe")
    told.append(story.pilot.standing())
    assert told == [one.value for one in Reached if one is not Reached.ENDORSED]
    assert not story.pilot.ended


# --- screening ------------------------------------------------------------------------------------------------------


def test_the_weights_are_those_of_the_reference_and_come_to_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert {name: weight for name, weight in WEIGHTS.items() if weight != 10} == {
        "ownership": 15,
        "financing": 15,
        "replicability": 5,
        "safeguards": 5,
    }
    assert MUSTS == ("ownership", "mutual_benefit", "additionality", "safeguards")


def test_a_panels_total_is_computed_over_all_sheets_and_rounded_down_once() -> None:
    assert total_of((scores(3),)) == 60
    assert total_of((scores(5), scores(0))) == 50
    # 60 * 5 and 59 * 5 points: 59.5 of 100
    assert total_of((scores(3), scores(3, replicability=2))) == 59
    with pytest.raises(ValueError, match="no total"):
        total_of(())


def test_a_score_is_one_of_six_numbers() -> None:
    for wrong in (-1, 6):
        with pytest.raises(ValidationError):
            scores(impact=wrong)


@pytest.fixture
def screening() -> PilotStory:
    story = PilotStory()
    story.fiche()
    return story


def test_nobody_approves_before_the_whole_panel_has_scored(screening: PilotStory) -> None:
    told = screening.refuses(screening.verdict("P6"), TEAM_LEADER).sentence
    assert told == (
        "gate P6 is approved on the scores of the panel, and the team leader and national counterpart have given "
        "none for this version (score)"
    )
    screening.scores(TEAM_LEADER)
    told = screening.refuses(screening.verdict("P6"), TEAM_LEADER).sentence
    assert "the national counterpart has given none" in told
    screening.scores(COUNTERPART)
    screening.approves("P6")
    assert screening.pilot.passed(Stage.PILOT_FICHE)


def test_who_returns_or_rejects_needs_no_scores(screening: PilotStory) -> None:
    screening.decides("P6", TEAM_LEADER, Verdict.RETURN)
    assert screening.gate("P6").outcome is Outcome.RETURNED


def test_sixty_points_pass_and_fewer_do_not(screening: PilotStory) -> None:
    screening.scores(TEAM_LEADER, scores(3))
    screening.scores(COUNTERPART, scores(3, replicability=2))
    told = screening.refuses(screening.verdict("P6"), TEAM_LEADER).sentence
    assert told == (
        "the panel's scores come to 59 of 100 points, and 60 are needed; return or reject the fiche, "
        "or let two persons settle the gate (propose settle-gate)"
    )
    assert "59 of 100" in screening.refuses(screening.verdict("P6", Verdict.CONDITIONS), TEAM_LEADER).sentence
    screening.scores(COUNTERPART, scores(3))
    screening.approves("P6")
    assert screening.pilot.passed(Stage.PILOT_FICHE)


@pytest.mark.parametrize("must", MUSTS)
def test_no_point_for_a_must_stops_it_whatever_the_total(must: str, screening: PilotStory) -> None:
    screening.scores(TEAM_LEADER, scores(5))
    screening.scores(COUNTERPART, scores(5, **{must: 0}))
    told = screening.refuses(screening.verdict("P6"), TEAM_LEADER).sentence
    assert told.startswith(
        f"the panel gave no point for {must.replace('_', ' ')}, which is a must; return or"
    )


def test_a_zero_elsewhere_does_not(screening: PilotStory) -> None:
    for by in (TEAM_LEADER, COUNTERPART):
        screening.scores(by, scores(5, helix=0, replicability=0))
    screening.approves("P6")
    assert screening.pilot.passed(Stage.PILOT_FICHE)


def test_the_mark_is_that_of_the_terms() -> None:
    terms = pilot_terms(default_terms())
    assert terms.pilots is not None
    strict = terms.model_copy(update={"pilots": terms.pilots.model_copy(update={"pass_mark": 81})})
    story = PilotStory(terms=strict)
    story.fiche()
    for by in (TEAM_LEADER, COUNTERPART):
        story.scores(by)
    assert "80 of 100 points, and 81 are needed" in story.refuses(story.verdict("P6"), TEAM_LEADER).sentence


def test_two_persons_may_settle_it_against_the_score(screening: PilotStory) -> None:
    for by in (TEAM_LEADER, COUNTERPART):
        screening.scores(by, scores(1))
    screening.two_agree(rq.SettleGate(gate="P6", verdict=Verdict.APPROVE))
    assert screening.pilot.passed(Stage.PILOT_FICHE)
    assert screening.of(ev.GateSettled)[-1].overridden


def test_scores_are_of_the_panel_on_the_version_and_before_its_decision(screening: PilotStory) -> None:
    seen = screening.gate("P6").version
    asked = rq.ScorePilot(version=seen, scores=scores())
    assert "you act as cluster manager" in screening.refuses(asked, MANAGER).sentence
    other = rq.ScorePilot(version=text("another"), scores=scores())
    assert "for another version than gate P6" in screening.refuses(other, TEAM_LEADER).sentence
    screening.scores(TEAM_LEADER)
    screening.scores(COUNTERPART)
    screening.decides("P6", TEAM_LEADER)
    told = screening.refuses(asked, TEAM_LEADER).sentence
    assert told.startswith("the team leader has decided at gate P6 on the scores given")
    told = screening.refuses(rq.ScorePilot(version=seen, scores=scores(1)), COUNTERPART).sentence
    assert told.startswith("another has approved at gate P6 on the scores that were given; they stand unless")
    screening.decides("P6", COUNTERPART)
    assert "gate P6 was settled on 2022-01-10" in screening.refuses(asked, COUNTERPART).sentence


def test_nothing_is_scored_before_there_is_a_fiche() -> None:
    told = PilotStory().refuses(rq.ScorePilot(version=text("x"), scores=scores()), TEAM_LEADER).sentence
    assert told == "scores are given while the panel screens a fiche, and gate P6 is not open"


def test_a_new_version_is_scored_anew(screening: PilotStory) -> None:
    for by in (TEAM_LEADER, COUNTERPART):
        screening.scores(by)
    screening.decides("P6", TEAM_LEADER, Verdict.RETURN)
    screening.fiche("two")
    assert "have given none" in screening.refuses(screening.verdict("P6"), TEAM_LEADER).sentence


def test_who_made_the_fiche_never_scores_it() -> None:
    both = actor("eufocal", Role.TEAM_LEADER)
    story = PilotStory(people=(*EVERYBODY, both))
    story.fiche()
    told = story.refuses(rq.ScorePilot(version=story.gate("P6").version, scores=scores()), both)
    assert told.grave
    assert "made (or had made) the pilot fiche deliverable and so never decides on it" in told.sentence


def test_a_rejection_says_why_and_ends_it(screening: PilotStory) -> None:
    told = screening.refuses(screening.verdict("P6", Verdict.REJECT), TEAM_LEADER).sentence
    assert told == "whoever rejects at gate P6 says why: a pilot that stops is explained (--remark)"
    why = rq.Decide(
        gate="P6", version=screening.gate("P6").version, verdict=Verdict.REJECT, remark=text("why")
    )
    screening.asks(why, TEAM_LEADER)
    closed = screening.of(ev.PilotClosed)[-1]
    assert (closed.end, closed.reached, closed.reason) == (
        PilotEnd.REJECTED,
        Reached.SCREENING,
        "not_approved",
    )


def test_a_fiche_is_of_this_pilot_and_no_other() -> None:
    story = PilotStory()
    story.opens(Stage.PILOT_FICHE)
    for change in ({"action": "A2"}, {"pilot": "business"}):
        made = deliverable("pilot_sheet", **change)
        told = story.refuses(rq.Submit(stage=Stage.PILOT_FICHE, deliverable=made), EU_FOCAL).sentence
        assert told.startswith("this fiche is of the kind ")
        assert told.endswith(
            "P-01 is of the kind demonstration for action A1, and another is begun by itself (found)"
        )


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"owner_eu": None}, "a named owner on the EU side"),
        ({"owner_cn": None}, "a named owner on the CN side"),
        ({"local_support_letter": False}, "the letter of the local authority"),
        ({"sources": []}, "a source of its financing"),
        ({"location": None}, "its location"),
        ({"beneficiaries": 0}, "the number of its beneficiaries"),
        ({"risk_class": None}, "its risk class"),
    ],
)
def test_a_fiche_is_complete(change: dict[str, Any], gap: str) -> None:
    story = PilotStory()
    story.opens(Stage.PILOT_FICHE)
    made = deliverable("pilot_sheet", **change)
    told = story.refuses(rq.Submit(stage=Stage.PILOT_FICHE, deliverable=made), EU_FOCAL).sentence
    assert told == f"the pilot sheet is not complete: it lacks {gap}; you owe that"


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"period": {"since": "2022-09-01", "until": "2022-08-31"}}, "an end after its start"),
        ({"indicators": 0}, "an indicator it is measured by"),
        ({"partners": 1}, "an organisation of each side that carries it out"),
        ({"permits_known": False}, "the permits it needs"),
        ({"intellectual_property": False}, "what was agreed on intellectual property"),
        ({"summary_zh": False}, "a Chinese summary"),
    ],
)
def test_a_concept_is_complete(change: dict[str, Any], gap: str) -> None:
    assert deliverable("pilot_concept", **change).gaps() == [gap]


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"results": 0, "results_with_evidence": 0}, "a result"),
        ({"results_with_evidence": 1}, "evidence for 2 of 3 results"),
        ({"lessons": 0}, "a lesson learned"),
        ({"maintained_by": None}, "who looks after what was made"),
    ],
)
def test_a_completion_report_is_complete(change: dict[str, Any], gap: str) -> None:
    assert deliverable("pilot_report", **change).gaps() == [gap]


def test_money_is_decimal_with_two_places_and_a_currency_and_never_a_float() -> None:
    amount = Amount.model_validate({"amount": "25000.5", "currency": "CNY"})
    assert (amount.amount, str(amount)) == (Decimal("25000.50"), "25,000.50 CNY")
    assert str(amount.amount) == "25000.50"
    assert '"25000.50"' in amount.model_dump_json()
    for wrong in (25000.5, "25000.505", "-1", "much"):
        with pytest.raises(ValidationError):
            Amount.model_validate({"amount": wrong, "currency": "EUR"})
    with pytest.raises(ValidationError):
        Amount.model_validate({"amount": "1", "currency": "euro"})


# --- due diligence and endorsement ----------------------------------------------------------------------------------


@pytest.fixture
def checking() -> PilotStory:
    story = PilotStory()
    story.concept()
    story.until(story.at)
    return story


def test_the_concept_is_asked_for_as_soon_as_the_fiche_has_passed() -> None:
    story = PilotStory()
    story.screened()
    assert names(story) == ["submit/pilot_concept/0", "submit/pilot_concept/1"]
    due = next(task.deadline for task in tasks_of(story.pilot))
    assert due is not None and due.on == date(2022, 3, 11)


def test_every_item_of_the_due_diligence_is_asked_for_when_the_concept_is_there(checking: PilotStory) -> None:
    asked = checking.of(ev.ChecksAsked)
    assert [one.items for one in asked] == [tuple(CheckItem)]
    assert [one.about for one in asked] == ["P7.dd/1"]
    due = {task.id: task.deadline.on for task in tasks_of(checking.pilot) if task.deadline}
    assert due["check/environment"] == date(2022, 2, 9)
    assert checking.pilot.next_due() is not None


def test_the_gate_is_not_passed_while_an_item_is_missing_or_found_something(checking: PilotStory) -> None:
    for item in CheckItem:
        if item not in (CheckItem.DUAL_USE, CheckItem.EXCLUSION):
            checking.checks(item)
    checking.asks(checking.check(CheckItem.EXCLUSION, CheckResult.FOUND), MANAGER)
    told = checking.refuses(checking.verdict("P7.dd"), TEAM_LEADER).sentence
    assert told == (
        "gate P7.dd (due diligence complete (G7)) is not passed without a valid due diligence: dual use was not "
        "checked; something found at exclusion stands (record-check)"
    )
    assert names(checking) == ["decide/P7.dd/1/0", "check/exclusion", "check/dual_use"]
    checking.asks(checking.check(CheckItem.EXCLUSION, CheckResult.ANSWERED), MANAGER)
    checking.checks(CheckItem.DUAL_USE)
    checking.approves("P7.dd")
    assert checking.gate("P7.eud").is_open


def test_a_check_too_old_is_asked_anew_at_a_later_gate_and_stops_it() -> None:
    story = PilotStory()
    story.concept()
    story.checks()
    story.approves("P7.dd")
    story.approves("P7.eud")
    later = BEGINNING + timedelta(days=91)
    story.day_by_day(later)
    asked = story.of(ev.ChecksAsked)[-1]
    assert (asked.about, set(asked.items)) == ("P7/1", set(CheckItem))
    told = story.refuses(story.verdict("P7"), EU_MAYOR, later).sentence
    assert told.startswith("gate P7 (both sides endorse (G7)) is not passed without a valid due diligence: ")
    assert told.endswith("were checked more than 90 days ago (record-check)")
    story.checks(at=later)
    story.approves("P7")
    assert story.pilot.endorsed is not None


def test_a_check_lasts_ninety_days_and_no_longer() -> None:
    story = PilotStory()
    story.concept()
    story.checks()
    last = BEGINNING + timedelta(days=90)
    held = story.pilot.check(CheckItem.ENVIRONMENT)
    assert held is not None and story.pilot.valid_until(held) == last
    assert story.pilot.holds_good(CheckItem.ENVIRONMENT, last - timedelta(seconds=1))
    assert not story.pilot.holds_good(CheckItem.ENVIRONMENT, last)


def test_what_was_looked_up_in_a_list_is_as_old_as_the_list() -> None:
    story = PilotStory()
    story.concept()
    story.asks(story.check(CheckItem.EXCLUSION, listed_on=date(2021, 12, 1)), MANAGER)
    held = story.pilot.check(CheckItem.EXCLUSION)
    assert held is not None
    assert story.pilot.valid_until(held).date() == date(2021, 12, 1) + 90 * DAY


def test_lists_have_days_and_others_have_none(checking: PilotStory) -> None:
    undated = checking.check(CheckItem.COUNTER_LIST, listed_on=None)
    told = checking.refuses(undated, MANAGER).sentence
    assert told == "counter list is looked up in a list: say of which day that was (--listed)"
    dated = checking.check(CheckItem.ENVIRONMENT, listed_on=date(2022, 1, 1))
    told = checking.refuses(dated, MANAGER).sentence
    assert told.startswith("environment is not looked up in a list; a day of a list goes with restrictive")
    future = checking.check(CheckItem.EXCLUSION, listed_on=date(2022, 2, 1))
    assert "a list of 2022-02-01 is still to come" in checking.refuses(future, MANAGER).sentence
    old = checking.check(CheckItem.EXCLUSION, listed_on=date(2021, 9, 1))
    told = checking.refuses(old, MANAGER).sentence
    assert told.startswith("the list of 2021-09-01 is more than 90 days old and would count for nothing")


def test_who_checks_is_of_the_programme_and_did_not_make_it(checking: PilotStory) -> None:
    item = checking.check(CheckItem.ENVIRONMENT)
    told = checking.refuses(item, CN_FOCAL)
    assert told.grave
    assert told.sentence.startswith("only the cluster manager or the operator may record a check")
    early = PilotStory()
    told = early.refuses(early.check(CheckItem.ENVIRONMENT), MANAGER)
    assert told.sentence == "P-01 is checked once its fiche has passed the screening panel (gate P6)"


def test_two_persons_do_not_pass_over_the_due_diligence(checking: PilotStory) -> None:
    over = rq.Propose(matter=rq.SettleGate(gate="P7.dd", verdict=Verdict.APPROVE), reason="hurry")
    told = checking.refuses(over, OPERATOR).sentence
    assert told.startswith("two persons cannot pass gate P7.dd either without a valid due diligence: ")
    checking.two_agree(rq.SettleGate(gate="P7.dd", verdict=Verdict.RETURN))
    assert checking.gate("P7.dd").outcome is Outcome.RETURNED


def test_the_delegation_is_never_taken_to_have_agreed_by_silence() -> None:
    story = PilotStory()
    story.concept()
    story.checks()
    story.approves("P7.dd")
    story.day_by_day(BEGINNING + timedelta(days=60))
    assert story.gate("P7.eud").is_open
    assert "decide/P7.eud/1/0" in story.pilot.overdue


def test_terms_in_which_silence_settles_a_gate_are_refused() -> None:
    story = PilotStory()
    terms = pilot_terms(default_terms())
    concept = terms.stage(Stage.PILOT_CONCEPT)
    gates = tuple(
        gate.model_copy(update={"silence": Silence.DEEMED, "basis": "inception report, annex 3"})
        if gate.code == "P7.eud"
        else gate
        for gate in concept.gates
    )
    changed = concept.model_copy(update={"gates": gates})
    stages = (terms.stages[0], changed, terms.stages[2])
    told = story.refuses(
        rq.AdoptTerms(
            terms=terms.model_copy(update={"name": "quick", "stages": stages}), decision=text("decision")
        ),
        OPERATOR,
    ).sentence
    assert told == "gate P7.eud: silence never settles a gate of a pilot; give it no meaning there"
    lacking = concept.model_copy(update={"gates": concept.gates[1:]})
    stages = (terms.stages[0], lacking, terms.stages[2])
    told = story.refuses(
        rq.AdoptTerms(
            terms=terms.model_copy(update={"name": "short", "stages": stages}), decision=text("decision")
        ),
        OPERATOR,
    ).sentence
    assert told == "the terms 'short' lack gate P7.dd, without which a pilot would go on unchecked"


def test_both_sides_endorse_it(checking: PilotStory) -> None:
    checking.checks()
    checking.approves("P7.dd")
    checking.approves("P7.eud")
    checking.decides("P7", EU_MAYOR)
    assert checking.pilot.endorsed is None
    checking.decides("P7", CN_MAYOR)
    assert checking.pilot.endorsed == checking.at


# --- financing, agreement, implementation ---------------------------------------------------------------------------


@pytest.fixture
def endorsed() -> PilotStory:
    story = PilotStory()
    story.endorsed()
    return story


def test_sources_have_amounts_and_states_and_commit_themselves_with_evidence(endorsed: PilotStory) -> None:
    endorsed.asks(rq.RecordSource(source=source(state=SourceState.SOUGHT, evidence=None)), EU_FOCAL)
    assert not endorsed.pilot.financed()
    bare = rq.RecordSource(source=source(evidence=None))
    told = endorsed.refuses(bare, EU_FOCAL).sentence
    assert told == "that source own-budget has committed itself counts only with its evidence (--evidence)"
    endorsed.asks(rq.RecordSource(source=source(public_private=True)), CN_FOCAL)
    assert endorsed.pilot.financed()
    assert [one.public_private for one in endorsed.pilot.sources] == [True]
    told = endorsed.refuses(rq.RecordSource(source=source(public_private=True)), CN_FOCAL).sentence
    assert told == "source own-budget is on record just so; nothing would change"
    told = endorsed.refuses(rq.RecordSource(source=source(amount="0")), CN_FOCAL).sentence
    assert told == "source own-budget gives nothing; one that gives something has an amount"
    assert endorsed.refuses(rq.RecordSource(source=source()), DELEGATION).grave


def test_nothing_of_it_comes_before_the_endorsement() -> None:
    story = PilotStory()
    story.concept()
    told = story.refuses(rq.RecordSource(source=source()), EU_FOCAL).sentence
    assert told == "financing is sought once both sides have endorsed P-01 (gate P7)"
    told = story.refuses(rq.StepPilot(step=PilotStep.AGREED, text=text("x")), OPERATOR).sentence
    assert told == "the agreement on it is recorded once both sides have endorsed P-01 (gate P7)"
    told = story.refuses(rq.StepPilot(step=PilotStep.IMPLEMENTING), OPERATOR).sentence
    assert told == "P-01 begins once the agreement on it is on record (pilot-step agreed)"
    told = story.refuses(rq.StepPilot(step=PilotStep.REPLICATED), OPERATOR).sentence
    assert told == "P-01 is repeated elsewhere once it is completed (gate P8)"
    told = story.refuses(rq.NoteProgress(text=text("note")), EU_FOCAL).sentence
    assert told == "P-01 is not being implemented yet, so no quarter of it is over"
    told = story.refuses(rq.TransferPilot(to="cn-chamber", agreed=text("x")), OPERATOR).sentence
    assert told.startswith("P-01 is handed over once both sides have endorsed it (gate P7); before that")


def test_an_agreement_has_its_text_and_is_recorded_once(endorsed: PilotStory) -> None:
    told = endorsed.refuses(rq.StepPilot(step=PilotStep.AGREED), OPERATOR).sentence
    assert told == "an agreement is recorded with its text (--text or --text-file)"
    assert endorsed.refuses(rq.StepPilot(step=PilotStep.AGREED, text=text("x")), EU_FOCAL).grave
    endorsed.step(PilotStep.AGREED, text=text("x"))
    told = endorsed.refuses(rq.StepPilot(step=PilotStep.AGREED, text=text("x")), OPERATOR).sentence
    assert told == "the agreement on P-01 is on record since 2022-01-10"


def test_an_investment_is_agreed_on_when_a_source_has_committed_itself() -> None:
    story = PilotStory(kind=PilotKind.INVESTMENT)
    story.endorsed()
    told = story.refuses(rq.StepPilot(step=PilotStep.AGREED, text=text("x")), OPERATOR).sentence
    assert told == (
        "P-01 is an investment, and none of its sources has committed itself yet; one that has is recorded first "
        "(record-source)"
    )
    story.asks(rq.RecordSource(source=source()), OPERATOR)
    story.step(PilotStep.AGREED, text=text("x"))
    assert story.pilot.agreed is not None


def test_it_begins_with_a_valid_due_diligence_and_an_end_within_the_programme(endorsed: PilotStory) -> None:
    endorsed.step(PilotStep.AGREED, text=text("agreement"))

    def begins(until: str | None) -> rq.StepPilot:
        return rq.StepPilot.model_validate({"step": "implementing", "until": until})

    assert endorsed.refuses(begins(None), OPERATOR).sentence == (
        "say until when it is to be carried out (--until)"
    )
    assert "cannot be over on 2022-01-01" in endorsed.refuses(begins("2022-01-01"), OPERATOR).sentence
    assert endorsed.refuses(begins("2024-02-01"), OPERATOR).sentence.startswith(
        "the programme ends on 2023-12-31; what is to last until 2024-02-01 goes on with an owner of its own"
    )
    later = BEGINNING + timedelta(days=100)
    endorsed.day_by_day(later)
    assert endorsed.of(ev.ChecksAsked)[-1].about == "implementation"
    told = endorsed.refuses(begins("2023-06-30"), OPERATOR, later).sentence
    assert told.startswith("P-01 does not begin without a valid due diligence: ")
    endorsed.checks(at=later)
    endorsed.asks(begins("2023-06-30"), OPERATOR, later)
    assert endorsed.pilot.standing() == "implementing"
    told = endorsed.refuses(begins("2023-06-30"), OPERATOR, later).sentence
    assert told == "P-01 is being implemented since 2022-04-20"


def test_the_report_is_due_when_it_is_to_be_over() -> None:
    story = PilotStory()
    story.begun()
    due = {task.id: task.deadline.on for task in tasks_of(story.pilot) if task.deadline}
    assert due == {
        "submit/pilot_completion/0": date(2023, 6, 30),
        "submit/pilot_completion/1": date(2023, 6, 30),
    }


def test_that_it_is_carried_out_is_not_waived(endorsed: PilotStory) -> None:
    told = endorsed.refuses(rq.OpenStage(stage=Stage.PILOT_COMPLETION), OPERATOR).sentence
    assert "P-01 is not being implemented yet; that is recorded with pilot-step implementing" in told
    waive = rq.Waive(stage=Stage.PILOT_COMPLETION, condition="implementing")
    told = endorsed.refuses(rq.Propose(matter=waive, reason="hurry"), OPERATOR).sentence
    assert told == "P-01 is completed by being carried out; that is not waived"


def test_completion_needs_a_due_diligence_of_these_days() -> None:
    story = PilotStory()
    story.begun()
    later = BEGINNING + timedelta(days=400)
    story.day_by_day(later)
    assert [one.about for one in story.of(ev.ChecksAsked)] == ["P7.dd/1"]
    story.hands_in(Stage.PILOT_COMPLETION)
    story.until(story.at)
    assert story.of(ev.ChecksAsked)[-1].about == "P8/1"
    told = story.refuses(story.verdict("P8"), TEAM_LEADER).sentence
    assert told.startswith("gate P8 (completion (G8)) is not passed without a valid due diligence: ")
    story.checks(at=later)
    story.approves("P8")
    assert story.pilot.completed == later
    told = story.refuses(story.check(CheckItem.ENVIRONMENT), MANAGER).sentence
    assert told == "P-01 was completed on 2023-02-14; nothing is checked any more"


# --- quarterly notes ------------------------------------------------------------------------------------------------


@pytest.fixture
def running() -> PilotStory:
    story = PilotStory()
    story.begun()
    return story


def test_months_are_those_of_the_calendar() -> None:
    assert months_after(on(2022, 1, 31), 1) == on(2022, 2, 28)
    assert months_after(on(2022, 11, 30), 3) == on(2023, 2, 28)
    assert months_after(on(2022, 1, 10), 12) == on(2023, 1, 10)


def test_a_note_is_owed_by_both_sides_after_each_quarter_and_given_once(running: PilotStory) -> None:
    running.day_by_day(on(2022, 4, 10, 10))
    assert [one.quarter for one in running.of(ev.NoteAsked)] == [1]
    assert [name for name in names(running) if name.startswith("note/")] == ["note/1/0", "note/1/1"]
    running.asks(rq.NoteProgress(text=text("first")), CN_FOCAL)
    assert [name for name in names(running) if name.startswith("note/")] == []
    told = running.refuses(rq.NoteProgress(quarter=1, text=text("again")), EU_FOCAL).sentence
    assert told == "the note of quarter 1 was given on 2022-04-10"
    told = running.refuses(rq.NoteProgress(text=text("early")), EU_FOCAL).sentence
    assert told == (
        "a quarter's note is given once the quarter is over; owed now: none, and the next quarter is over on "
        "2022-07-10"
    )
    assert running.refuses(rq.NoteProgress(text=text("x")), OPERATOR).grave


def test_the_earliest_note_owed_is_meant_where_none_is_named(running: PilotStory) -> None:
    running.day_by_day(on(2022, 10, 11))
    running.asks(rq.NoteProgress(quarter=2, text=text("second")), EU_FOCAL)
    running.asks(rq.NoteProgress(text=text("first")), EU_FOCAL)
    assert [one.quarter for one in running.of(ev.ProgressNoted)] == [2, 1]


def test_its_ladder_falls_on_both_focal_points(running: PilotStory) -> None:
    running.day_by_day(on(2022, 5, 20))
    fell = [
        (reminder.task, one.recipient)
        for one in running.of(ev.ReminderFell)
        for reminder in one.reminders
        if reminder.task.startswith("note/")
    ]
    assert ("note/1/0", EU_FOCAL.person) in fell
    assert ("note/1/1", CN_FOCAL.person) in fell


def test_two_quarters_without_a_note_ask_the_secretariat_whether_it_is_parked(running: PilotStory) -> None:
    running.day_by_day(on(2022, 7, 10, 8))
    assert not running.of(ev.NotesMissing)
    running.day_by_day(on(2022, 7, 10, 10))
    assert [one.quarters for one in running.of(ev.NotesMissing)] == [2]
    assert "notes_missing" in names(running)
    running.day_by_day(on(2022, 12, 1))
    assert len(running.of(ev.NotesMissing)) == 1, "it is told once"
    running.asks(rq.NoteProgress(text=text("at last")), EU_FOCAL)
    assert "notes_missing" not in names(running)
    running.day_by_day(on(2023, 6, 2))
    assert len(running.of(ev.NotesMissing)) == 2, "half a year after the note it is silent again"


def test_whoever_owes_two_notes_is_asked_for_no_third_until_one_is_given(running: PilotStory) -> None:
    running.day_by_day(on(2023, 2, 1))
    assert [one.quarter for one in running.of(ev.NoteAsked)] == [1, 2]
    running.asks(rq.NoteProgress(text=text("first")), EU_FOCAL)
    running.until(running.at)
    assert [one.quarter for one in running.of(ev.NoteAsked)] == [1, 2, 3]


def test_a_note_each_quarter_keeps_the_secretariat_out_of_it(running: PilotStory) -> None:
    for month, year in ((4, 2022), (7, 2022), (10, 2022), (1, 2023)):
        running.day_by_day(on(year, month, 20))
        running.asks(rq.NoteProgress(text=text(f"note of {month}")), EU_FOCAL)
    assert not running.of(ev.NotesMissing)


def test_quarters_stand_still_while_everything_does(running: PilotStory) -> None:
    running.asks(rq.Hold(reason="travel"), OPERATOR, on(2022, 2, 1))
    running.asks(rq.Resume(), OPERATOR, on(2022, 3, 1))
    running.day_by_day(on(2022, 5, 7))
    assert not running.of(ev.NoteAsked)
    running.day_by_day(on(2022, 5, 9))
    assert len(running.of(ev.NoteAsked)) == 1


# --- how it pauses or stops -----------------------------------------------------------------------------------------


def park(review: str = "2022-06-01T12:00:00Z", **given: Any) -> rq.ParkPilot:
    return rq.ParkPilot.model_validate({"reason": "no_funding", "review": review} | given)


def test_a_parked_pilot_waits_and_is_looked_at_anew(running: PilotStory) -> None:
    running.asks(park(), OPERATOR, on(2022, 3, 1))
    assert (running.pilot.status(), running.pilot.standing()) == ("parked", "implementing")
    told = running.refuses(rq.NoteProgress(text=text("x")), EU_FOCAL).sentence
    assert told == (
        "P-01 is parked since 2022-03-01 (no funding); note-progress waits until it is taken up again (unpark)"
    )
    for request in (park(), rq.Hold(reason="travel"), rq.OpenStage(stage=Stage.PILOT_FICHE)):
        assert "is parked since 2022-03-01" in running.refuses(request, OPERATOR).sentence
    told = running.refuses(rq.Resume(), OPERATOR).sentence
    assert told == "P-01 is parked and not on hold; it is taken up again with unpark"
    running.day_by_day(on(2022, 6, 5))
    assert not running.of(ev.NoteAsked)
    assert not running.of(ev.ReminderFell)
    assert "parked" in running.pilot.overdue
    running.asks(rq.UnparkPilot(), OPERATOR, on(2022, 6, 6))
    assert running.pilot.status() == "running"
    running.day_by_day(on(2022, 7, 14))
    assert not running.of(ev.NoteAsked)
    running.day_by_day(on(2022, 7, 18))
    assert len(running.of(ev.NoteAsked)) == 1


def test_parking_has_a_day_to_come_and_an_end_before_the_programmes(running: PilotStory) -> None:
    told = running.refuses(park("2022-01-01T00:00:00Z"), OPERATOR).sentence
    assert told == "P-01 is looked at anew on a day to come, not on 2022-01-01"
    told = running.refuses(park("2024-01-01T00:00:00Z"), OPERATOR).sentence
    assert told.startswith("the programme ends on 2023-12-31; a pilot that nobody looks at before is dropped")
    assert running.refuses(park(), EU_FOCAL).grave
    told = running.refuses(rq.UnparkPilot(), OPERATOR).sentence
    assert told == "P-01 is not parked, so there is nothing to take up again"


def test_a_parked_pilot_can_be_suspended_dropped_or_handed_over(running: PilotStory) -> None:
    running.asks(park(), OPERATOR)
    running.asks(rq.Suspend(order=text("order")), OPERATOR)
    told = running.refuses(rq.UnparkPilot(), OPERATOR).sentence
    assert told.startswith("P-01 is suspended by the authority since")
    running.asks(rq.LiftSuspension(order=text("order")), OPERATOR)
    assert running.pilot.status() == "parked"
    running.asks(rq.DropPilot(reason="no_funding", text=text("nobody pays")), TEAM_LEADER)
    assert running.pilot.end is PilotEnd.DROPPED
    assert not [span for span in running.pilot.stops if span.until is None]


def test_checks_grow_old_while_it_is_parked() -> None:
    story = PilotStory()
    story.concept()
    story.checks()
    story.asks(park("2022-05-20T12:00:00Z"), OPERATOR)
    story.day_by_day(on(2022, 5, 1))
    before = len(story.of(ev.ChecksAsked))
    story.asks(rq.UnparkPilot(), OPERATOR, on(2022, 5, 2))
    story.day_by_day(on(2022, 5, 3))
    assert len(story.of(ev.ChecksAsked)) == before + 1
    assert (
        "not passed without a valid due diligence"
        in story.refuses(story.verdict("P7.dd"), TEAM_LEADER).sentence
    )


def test_one_that_is_dropped_says_why_in_a_code_and_in_words(running: PilotStory) -> None:
    with pytest.raises(ValidationError):
        rq.DropPilot.model_validate({"reason": "no_funding"})
    with pytest.raises(ValidationError):
        rq.DropPilot.model_validate({"text": text("why")})
    assert running.refuses(rq.DropPilot(reason="no_permit", text=text("why")), EU_FOCAL).grave
    running.asks(rq.DropPilot(reason="no_permit", text=text("why")), OPERATOR)
    closed = running.of(ev.PilotClosed)[-1]
    assert (closed.end, closed.reached, closed.reason, closed.text) == (
        PilotEnd.DROPPED,
        Reached.IMPLEMENTING,
        "no_permit",
        text("why"),
    )
    told = running.refuses(rq.Hold(reason="x"), OPERATOR).sentence
    assert told == "P-01 ended on 2022-01-10 (dropped); its record can be read"


def test_one_that_was_completed_is_neither_dropped_nor_parked() -> None:
    story = PilotStory()
    story.completed()
    told = story.refuses(rq.DropPilot(reason="x", text=text("why")), OPERATOR).sentence
    assert told == "P-01 was completed on 2022-01-10 and is not dropped any more"
    assert "there is nothing to park" in story.refuses(park(), OPERATOR).sentence
    told = story.refuses(rq.RecordSource(source=source()), OPERATOR).sentence
    assert told == "P-01 was completed on 2022-01-10; its financing is settled"
    told = story.refuses(rq.NoteProgress(text=text("x")), EU_FOCAL).sentence
    assert told == "P-01 was completed on 2022-01-10; its report took the notes' place"


def test_repeating_it_has_a_place_and_evidence_and_each_place_once() -> None:
    story = PilotStory()
    story.completed()
    told = story.refuses(rq.StepPilot(step=PilotStep.REPLICATED, where="es-getafe"), OPERATOR).sentence
    assert told == "say where it was repeated, by a code (--where), and the evidence for it (--text)"
    story.step(PilotStep.REPLICATED, where="es-getafe", text=text("report"))
    again = rq.StepPilot(step=PilotStep.REPLICATED, where="es-getafe", text=text("another"))
    assert story.refuses(again, OPERATOR).sentence == "that it was repeated at es-getafe is on record already"


def test_an_owner_named_goes_on_with_it_after_the_programme(running: PilotStory) -> None:
    running.asks(rq.TransferPilot(to="cn-chamber", agreed=text("agreed")), OPERATOR)
    assert not running.pilot.ended
    again = rq.TransferPilot(to="cn-chamber", agreed=text("agreed"))
    told = running.refuses(again, OPERATOR).sentence
    assert told == "cn-chamber is named as the owner after the programme already"
    running.day_by_day(on(2024, 1, 1))
    closed = running.of(ev.PilotClosed)[-1]
    assert (closed.end, closed.to, closed.reached) == (
        PilotEnd.TRANSFERRED,
        "cn-chamber",
        Reached.IMPLEMENTING,
    )


def test_it_can_be_handed_over_at_once(running: PilotStory) -> None:
    running.asks(rq.TransferPilot(to="cn-chamber", agreed=text("agreed"), now=True), OPERATOR)
    assert running.pilot.end is PilotEnd.TRANSFERRED
    assert running.pilot.owner == "cn-chamber"


def test_without_an_owner_it_is_cut_off_with_how_far_it_came(running: PilotStory) -> None:
    running.day_by_day(on(2024, 1, 1))
    closed = running.of(ev.PilotClosed)[-1]
    assert (closed.end, closed.reached) == (PilotEnd.CUT_OFF, Reached.IMPLEMENTING)


def test_one_that_was_completed_ends_as_completed() -> None:
    story = PilotStory()
    story.completed()
    story.day_by_day(on(2024, 1, 1))
    assert story.pilot.end is PilotEnd.COMPLETED


def test_travel_that_stops_changes_nothing_of_it(running: PilotStory) -> None:
    before = tasks_of(running.pilot)
    running.asks(
        rq.RestrictTravel(country="CN", since=on(2022, 2, 1), until=on(2022, 6, 1), order=text("order")),
        OPERATOR,
    )
    assert tasks_of(running.pilot) == before
    assert running.pilot.terms.restrictions[-1].country == "CN"


# --- what its partnership learns ------------------------------------------------------------------------------------


def test_its_partnership_is_to_be_told_that_it_was_endorsed_and_completed() -> None:
    story = PilotStory()
    story.completed()
    errands = story.pilot.errands
    assert [(one.id, one.to) for one in errands] == [
        ("endorsed", ("partnership/C1-01",)),
        ("completed", ("partnership/C1-01",)),
    ]
    for one in errands:
        assert isinstance(one.request, rq.RecordPilot)
        assert (one.request.pilot, one.request.reached.value) == ("P-01", one.id)
        assert one.by == OPERATOR


def test_word_is_sent_in_the_name_of_who_began_it_or_of_another_of_the_secretariat() -> None:
    story = PilotStory()
    story.concept()
    story.asks(
        rq.ChangeHolder(role=OPERATOR.role, side=OPERATOR.side, leaving=OPERATOR.person), OTHER_OPERATOR
    )
    story.checks()
    for gate in ("P7.dd", "P7.eud", "P7"):
        story.approves(gate)
    assert [one.by for one in story.pilot.errands] == [OTHER_OPERATOR]


def told_of(code: str = "P-01", reached: str = "endorsed", action: str = "A2") -> rq.RecordPilot:
    return rq.RecordPilot.model_validate(
        {
            "pilot": code,
            "pilot_kind": "demonstration",
            "action": action,
            "reached": reached,
            "since": "2021-03-01T08:00:00Z",
        }
    )


def test_a_partnership_knows_each_pilot_once() -> None:
    story = planned()
    story.asks(told_of(), OPERATOR)
    assert story.partnership.endorsed() == 1
    told = story.refuses(told_of(), OTHER_OPERATOR).sentence
    assert told == "that pilot P-01 was endorsed on 2021-03-01 is on record already"
    story.asks(told_of(reached="completed"), OPERATOR)
    assert [one.reached for one in story.partnership.pilots] == [Reached.COMPLETED]
    assert story.partnership.endorsed() == 1
    assert "was completed" in story.refuses(told_of(), OPERATOR).sentence
    assert story.refuses(told_of("P-02"), EU_FOCAL).grave
    late = told_of("P-02").model_copy(update={"since": story.at + DAY})
    assert "still to come" in story.refuses(late, OPERATOR).sentence


def test_a_partnership_on_hold_still_hears_of_its_pilots() -> None:
    story = planned()
    story.asks(rq.Hold(reason="travel"), OPERATOR)
    story.asks(told_of(), OPERATOR)
    assert [one.code for one in story.partnership.pilots] == ["P-01"]


def test_a_pilot_of_the_stage_and_one_of_its_own_for_the_same_action_are_one() -> None:
    story = planned()
    story.passes(Stage.PILOT_INVESTMENTS)
    assert story.partnership.endorsed() == 1
    story.asks(told_of(action="A1"), OPERATOR)
    assert story.partnership.endorsed() == 1
    story.asks(told_of("P-02", action="A2"), OPERATOR)
    assert story.partnership.endorsed() == 2


def lived(story: Story) -> list[Entry]:
    return story.entries


def r3(*stories: Story) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Indicator R3: each figure with its evidence."""
    found = next(
        one for one in counted([lived(story) for story in stories], on(2030, 1, 1)) if one.code == "R3"
    )
    return {figure.split: (figure.value or 0, figure.evidence) for figure in found.figures}


def test_distinct_pilots_are_counted_by_how_far_they_came_with_their_own_entries() -> None:
    partnership, one, other = planned(), PilotStory(), PilotStory(code="P-02")
    one.endorsed()
    one.asks(rq.RecordSource(source=source()), OPERATOR)
    one.asks(rq.RecordSource(source=source("bank-loan")), OPERATOR)
    other.completed()
    partnership.asks(told_of(action="A1"), OPERATOR)
    figures = r3(partnership, one, other)
    assert {split: value for split, (value, _) in figures.items()} == {
        "endorsed": 2,
        "implemented": 1,
        "with finance": 1,
    }
    for _, evidence in figures.values():
        assert all(place.startswith(("P-01/", "P-02/")) for place in evidence)


def test_a_pilot_of_the_partnerships_stage_is_not_counted_again() -> None:
    partnership, one = planned(), PilotStory()
    partnership.passes(Stage.PILOT_INVESTMENTS)
    assert r3(partnership)["endorsed"][0] == 1
    one.endorsed()
    assert r3(partnership, one)["endorsed"][0] == 1
    assert r3(one, partnership)["endorsed"][0] == 1


def test_a_source_that_was_declined_after_all_is_no_finance() -> None:
    partnership, one = planned(), PilotStory()
    one.endorsed()
    one.asks(rq.RecordSource(source=source()), OPERATOR)
    assert r3(partnership, one)["with finance"][0] == 1
    one.asks(rq.RecordSource(source=source(state=SourceState.DECLINED)), OPERATOR)
    assert r3(partnership, one)["with finance"] == (0, ())


def test_a_partnership_without_pilots_is_kept_as_it_was() -> None:
    assert "pilots" not in planned().partnership.model_dump()


def test_a_pilot_is_not_asked_what_only_a_partnership_is(running: PilotStory) -> None:
    told = running.refuses(rq.StepAgreement(step=rq.AgreementStep.PROPOSED), OPERATOR).sentence
    assert told == "agreement-step is not asked of a pilot"
    told = running.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR).sentence
    assert told == (
        "a pilot has no stage scoping; its stages are pilot fiche, pilot concept and pilot completion"
    )
    waive = rq.Waive(stage=Stage.SCOPING, condition="focal_points_named")
    told = running.refuses(rq.Propose(matter=waive, reason="x"), OPERATOR).sentence
    assert told.startswith("a pilot has no stage scoping")
