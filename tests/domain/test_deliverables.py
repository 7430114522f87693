"""What each deliverable must have before anybody is asked to decide on it."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.deliverables import AnyDeliverable, Deliverable
from domain.stages import LIFECYCLE, default_terms
from domain.stages.action_plan import ActionPlan
from domain.stages.pilot_investments import MUSTS, WEIGHTS, DueDiligence, PilotFiche, Scores
from domain.stages.study_visits import VisitReport
from domain.terms import Restriction
from tests.given import COMPLETE, deliverable, on

ANY: TypeAdapter[Deliverable] = TypeAdapter(AnyDeliverable)
ACTION = COMPLETE["action_plan"]["actions"][0]
SCORES = COMPLETE["pilot_fiche"]["scores"]
CHECKS = COMPLETE["pilot_fiche"]["due_diligence"]
COVID = Restriction(country="CN", since=on(2021, 1, 1), until=on(2023, 3, 14))


def gaps(kind: str, **changes: Any) -> list[str]:
    return deliverable(kind, **changes).gaps()


def an_action(**changes: Any) -> list[dict[str, Any]]:
    return [ACTION | changes]


@pytest.mark.parametrize("step", LIFECYCLE, ids=lambda step: step.stage.value)
def test_every_kind_has_a_complete_example_that_survives_json(step: Any) -> None:
    kind = step.deliverable.model_fields["kind"].default
    made = deliverable(kind)
    assert made.gaps() == []
    assert made.conflicts(default_terms()) == []
    assert ANY.validate_json(ANY.dump_json(made)) == made
    assert type(ANY.validate_json(ANY.dump_json(made))) is step.deliverable


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"topics": 2}, "one specific topic instead of 2"),
        ({"topics": 0}, "one specific topic instead of 0"),
        ({"pages": 7}, "brevity: 7 pages, and at most 6 are read"),
        ({"summary_zh": False}, "a Chinese summary"),
        ({"fact_sheets": ["eu"]}, "a fact sheet of the CN side"),
        ({"fact_sheets": []}, "a fact sheet of the EU and CN side"),
        ({"baseline": False}, "a baseline"),
        ({"needs_and_offers": False}, "a matrix of needs and offers"),
        ({"risks": 0}, "a list of risks"),
        ({"pilot_ideas": 0}, "at least one pilot idea"),
        ({"focal_points_confirmed": ["cn"]}, "the confirmation of the EU focal point"),
        ({"red_flags": 1}, "an answer to 1 red flag(s)"),
        (
            {"groups": {"eu": ["government", "business"], "cn": COMPLETE["scoping_report"]["groups"]["cn"]}},
            "three stakeholder groups on the EU side (it names 2)",
        ),
        (
            {"groups": {"eu": ["business"] * 3, "cn": COMPLETE["scoping_report"]["groups"]["cn"]}},
            "three stakeholder groups on the EU side (it names 1)",
        ),
    ],
)
def test_a_scoping_report_lacks(changes: dict[str, Any], gap: str) -> None:
    """The criteria of gate G2: one topic, both sides' papers, three of four groups, a pilot idea, no red flag."""
    assert gaps("scoping_report", **changes) == [gap]


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"period": {"since": "2021-11-10", "until": "2021-11-08"}}, "a period that ends after it begins"),
        ({"host": "programme"}, "a host side (eu or cn)"),
        ({"sessions": 0}, "a session"),
        ({"participants_cn": 0, "women": 0}, "participants of both sides"),
        ({"women": 22}, "a number of women that is not above the number of participants"),
        ({"attendance_evidence": False}, "the attendance lists: no evidence, no count"),
        ({"agenda": False}, "the agenda"),
        ({"mode": "hybrid", "cost_eur": "900.00"}, "the approval of the cost given before the mission"),
        ({"next_steps": 0}, "a list of next steps"),
    ],
)
def test_a_visit_report_lacks(changes: dict[str, Any], gap: str) -> None:
    assert gaps("visit_report", **changes) == [gap]


def test_a_virtual_visit_needs_no_approval_of_its_cost() -> None:
    assert gaps("visit_report", mode="virtual", cost_eur="900.00") == []


@pytest.mark.parametrize(
    ("since", "until", "possible"),
    [
        ("2021-11-08", "2021-11-10", False),
        ("2023-03-10", "2023-03-14", False),
        ("2023-03-13", "2023-03-17", False),
        ("2023-03-15", "2023-03-17", True),
        ("2023-07-02", "2023-07-07", True),
    ],
)
def test_nobody_visits_in_person_while_travel_is_closed(since: str, until: str, possible: bool) -> None:
    """Until 14 March 2023; a virtual or hybrid visit always can be."""
    terms = default_terms((COVID,))
    period = {"since": since, "until": until}
    report = deliverable("visit_report", mode="physical", period=period)
    assert isinstance(report, VisitReport)
    assert (report.conflicts(terms) == []) is possible
    for mode in ("virtual", "hybrid"):
        assert deliverable("visit_report", mode=mode, period=period).conflicts(terms) == []


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"objectives": ["O1", "O2"]}, "an action for objective O2"),
        ({"actions": an_action(owner_eu=None)}, "an owner on the EU side for action A1"),
        ({"actions": an_action(owner_cn=None)}, "an owner on the CN side for action A1"),
        ({"actions": an_action(cost_eur="100.00")}, "a source for its cost for action A1"),
        ({"actions": an_action(indicators=[])}, "an indicator with baseline and target for action A1"),
        (
            {"actions": an_action(indicators=[{"code": "I", "has_baseline": True, "has_target": False}])},
            "an indicator with baseline and target for action A1",
        ),
        (
            {"actions": an_action(period={"since": "2022-02-01", "until": "2024-01-01"})},
            "a period that covers action A1",
        ),
        ({"actions": an_action(involves=["government"])}, "an action that involves business or research"),
        ({"actions": an_action(pilot_candidate=False)}, "a pilot candidate"),
        ({"goals": []}, "a Sustainable Development Goal"),
        ({"risks": 0}, "a table of risks"),
        ({"sign_off_evidence": False}, "the evidence of each side's sign-off"),
        ({"summary_zh": False}, "a summary in English and Chinese"),
        ({"open_comments": 2}, "an answer to 2 comment(s) of the round before"),
    ],
)
def test_an_action_plan_lacks(changes: dict[str, Any], gap: str) -> None:
    """The quality checklist of gate G5."""
    assert gaps("action_plan", **changes) == [gap]


def test_an_empty_action_plan_lacks_nearly_everything() -> None:
    found = gaps("action_plan", objectives=[], actions=[], goals=[])
    assert "an objective" in found
    assert "a pilot candidate" in found


def test_a_cost_with_its_source_and_no_cost_at_all_are_both_fine() -> None:
    assert gaps("action_plan", actions=an_action(cost_eur="100.00", funding="own-budget")) == []
    assert gaps("action_plan", actions=an_action(cost_eur=None)) == []


def test_goals_are_the_seventeen() -> None:
    for goal in (0, 18):
        with pytest.raises(ValidationError):
            deliverable("action_plan", goals=[goal])
    plan = deliverable("action_plan", goals=list(range(1, 18)))
    assert isinstance(plan, ActionPlan)


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"owner_cn": None}, "a named owner on both sides"),
        ({"local_support_letter": False}, "the letter of the local authority"),
        ({"sources": []}, "a source of its financing"),
        ({"due_diligence": CHECKS | {"dual_use": None}}, "the check of dual use"),
        ({"due_diligence": CHECKS | {"state_aid": False}}, "an answer to what the check of state aid found"),
        (
            {"due_diligence": CHECKS | {"lists_dated": None}},
            "the date of the lists its organisations were checked against",
        ),
        ({"scores": SCORES | {"safeguards": 0}}, "any point for safeguards, a must"),
    ],
)
def test_a_pilot_fiche_lacks(changes: dict[str, Any], gap: str) -> None:
    assert gaps("pilot_fiche", **changes) == [gap]


def test_every_single_check_of_due_diligence_is_needed() -> None:
    for check in [name for name in DueDiligence.model_fields if name != "lists_dated"]:
        assert gaps("pilot_fiche", due_diligence=CHECKS | {check: None})


def scores(**changes: int) -> dict[str, int]:
    return dict.fromkeys(WEIGHTS, 3) | changes


def test_a_pilot_passes_the_screening_from_sixty_points_without_a_zero_on_a_must() -> None:
    """Threes everywhere are exactly 60 of 100; one point less in anything fails; weights add up to 100."""
    assert sum(WEIGHTS.values()) == 100
    assert Scores(**scores()).total() == 60
    assert Scores(**dict.fromkeys(WEIGHTS, 5)).total() == 100
    assert gaps("pilot_fiche", scores=scores()) == []
    for name in WEIGHTS:
        assert gaps("pilot_fiche", scores=scores(**{name: 2}))[-1].startswith("60 of 100 points")
    for must in MUSTS:
        lifted = dict.fromkeys(WEIGHTS, 5) | {must: 0}
        assert gaps("pilot_fiche", scores=lifted) == [f"any point for {must.replace('_', ' ')}, a must"]


def test_money_is_exact() -> None:
    fiche = deliverable("pilot_fiche", amount_eur="25000.10")
    assert isinstance(fiche, PilotFiche)
    assert fiche.amount_eur == Decimal("25000.10")
    for wrong in ("-1", "0.001"):
        with pytest.raises(ValidationError):
            deliverable("pilot_fiche", amount_eur=wrong)


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"values_with_evidence": 10}, "evidence for 2 of 12 counted values"),
        ({"values_with_evidence": 13}, "a count of evidence that fits the count of values"),
        ({"lessons": 0}, "a lesson learned"),
        ({"visibility_checked": False}, "the check of the EU emblem and funding statement"),
        ({"handover_owner": ["eu"]}, "an owner after the programme on the CN side"),
    ],
)
def test_a_result_sheet_lacks(changes: dict[str, Any], gap: str) -> None:
    assert gaps("result_sheet", **changes) == [gap]


def test_an_unknown_kind_is_told_which_there_are() -> None:
    with pytest.raises(
        ValidationError, match=r"is no kind of deliverable; there are action_plan, .*pilot_fiche"
    ):
        ANY.validate_python({"kind": "poem", "version": "sha256:" + "0" * 64})
