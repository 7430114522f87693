"""Who may decide, for whom, and who never does."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.requests import Verdict
from domain.terms import Seat, Stage
from domain.values import Actor, Role, Side
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    DELEGATION,
    EU_DEPUTY,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    TEAM_LEADER,
    actor,
    holder,
    on,
    person,
    text,
)
from tests.story import Story, only_gate

PANEL = tuple(
    Seat(role=role, side=Side.PROGRAMME)
    for role in (Role.TEAM_LEADER, Role.CLUSTER_MANAGER, Role.NATIONAL_COUNTERPART)
)


def for_(whom: Actor, name: str) -> Actor:
    """Somebody acting in the role of `whom` on their behalf."""
    return actor(name, whom.role, whom.side, on_behalf_of=whom.person)


def plan_in_review() -> Story:
    """The cluster manager's action plan lies with both focal points since Monday 1 March 2021."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    return story


def delegate(
    giver: Actor,
    to: str,
    since: int = 0,
    days: int = 60,
    stages: tuple[Stage, ...] = (),
    start: Story | None = None,
) -> rq.Delegate:
    begin = (start.at if start else on(2021, 3, 1, 8)) + timedelta(days=since)
    return rq.Delegate(
        to=person(to),
        role=giver.role,
        side=giver.side,
        since=begin,
        until=begin + timedelta(days=days),
        stages=stages,
    )


def becomes(story: Story, who: Actor, leaving: Actor | None = None) -> None:
    """A person takes (or joins in) a role."""
    change = rq.ChangeHolder(
        role=who.role,
        side=who.side,
        leaving=leaving.person if leaving else None,
        to=holder(who, story.at),
    )
    story.asks(change, OPERATOR)


# The maker


def at_a_panel_made_by(maker: Actor) -> Story:
    """A visit report handed in by somebody, at a gate of team leader, cluster manager and counterpart."""
    story = Story(terms=only_gate(PANEL, 2))
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS, by=maker)
    return story


def test_the_maker_never_decides_on_their_own_work() -> None:
    """The operator who handed it in becomes team leader, and still may not."""
    story = at_a_panel_made_by(OPERATOR)
    also = actor("operator", Role.TEAM_LEADER)
    becomes(story, also)
    refused = story.refuses(story.verdict("G.test"), also)
    assert "never decides on it" in refused.sentence
    assert refused.grave


def test_whom_the_maker_acted_for_never_decides_either() -> None:
    """A stand-in handed it in on behalf of the operator, who is made team leader."""
    story = Story(terms=only_gate(PANEL, 2))
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.asks(delegate(OPERATOR, "standin"), OPERATOR)
    story.hands_in(Stage.STUDY_VISITS, by=for_(OPERATOR, "standin"))
    becomes(story, actor("operator", Role.TEAM_LEADER))
    becomes(story, actor("standin", Role.NATIONAL_COUNTERPART))
    for by in (actor("operator", Role.TEAM_LEADER), actor("standin", Role.NATIONAL_COUNTERPART)):
        assert "never decides" in story.refuses(story.verdict("G.test"), by).sentence


def test_the_maker_does_not_decide_as_anybodys_delegate() -> None:
    story = at_a_panel_made_by(OPERATOR)
    given = delegate(TEAM_LEADER, "operator", stages=(Stage.STUDY_VISITS,))
    assert "never decides" in story.refuses(given, TEAM_LEADER).sentence
    early = Story(terms=only_gate(PANEL, 2))
    early.asks(delegate(TEAM_LEADER, "operator"), TEAM_LEADER)  # nothing is made yet, so it can be given
    early.passes(Stage.SCOPING)
    early.opens(Stage.STUDY_VISITS)
    early.hands_in(Stage.STUDY_VISITS)
    refused = early.refuses(early.verdict("G.test"), for_(TEAM_LEADER, "operator"))
    assert "never decides" in refused.sentence


def test_a_delegate_of_the_maker_does_not_decide_for_the_maker() -> None:
    story = at_a_panel_made_by(OPERATOR)
    also = actor("operator", Role.TEAM_LEADER)
    becomes(story, also)
    story.asks(delegate(also, "standin"), also)
    assert "never decides" in story.refuses(story.verdict("G.test"), for_(also, "standin")).sentence


def test_nobody_hands_a_seat_over_to_the_maker() -> None:
    story = at_a_panel_made_by(OPERATOR)
    refused = story.refuses(rq.HandOver(gate="G.test", to=OPERATOR.person), TEAM_LEADER)
    assert "never decides" in refused.sentence


def test_the_maker_is_not_added_as_a_decider_by_name_or_by_role() -> None:
    story = at_a_panel_made_by(OPERATOR)
    by_name = Seat(role=Role.OPERATOR, side=Side.PROGRAMME, person=OPERATOR.person)
    assert "never decides" in story.refuses(rq.AddDecider(gate="G.test", seat=by_name), TEAM_LEADER).sentence
    report = Story()
    report.opens(Stage.SCOPING)
    report.hands_in(Stage.SCOPING)
    only_maker = Seat(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME)
    refused = report.refuses(rq.AddDecider(gate="G2", seat=only_maker), OPERATOR)
    assert "never decides" in refused.sentence


def test_the_maker_of_an_earlier_version_does_not_decide_on_a_later_one() -> None:
    story = at_a_panel_made_by(OPERATOR)
    for by in (TEAM_LEADER, MANAGER):
        story.decides("G.test", by, Verdict.RETURN)
    story.hands_in(Stage.STUDY_VISITS, "two", by=actor("otheroperator", Role.OPERATOR))
    becomes(story, actor("operator", Role.TEAM_LEADER))
    assert (
        "never decides"
        in story.refuses(story.verdict("G.test"), actor("operator", Role.TEAM_LEADER)).sentence
    )


# One side only


def test_a_person_of_one_side_takes_no_role_on_the_other() -> None:
    story = Story()
    change = rq.ChangeHolder(
        role=Role.DEPUTY, side=Side.CN, to=holder(actor("eufocal", Role.DEPUTY, Side.CN), story.at)
    )
    refused = story.refuses(change, OPERATOR)
    assert "one person never acts for both sides" in refused.sentence
    assert refused.grave


def test_a_person_who_left_one_side_does_not_decide_for_the_other() -> None:
    story = Story()
    story.asks(rq.ChangeHolder(role=Role.DEPUTY, side=Side.EU, leaving=EU_DEPUTY.person), OPERATOR)
    moved = actor("eudeputy", Role.DEPUTY, Side.CN)
    change = rq.ChangeHolder(role=Role.DEPUTY, side=Side.CN, to=holder(moved, story.at))
    assert "both sides" in story.refuses(change, OPERATOR).sentence


def test_a_stand_in_of_both_focal_points_decides_for_one_of_them_only() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "standin"), EU_FOCAL)
    story.asks(delegate(CN_FOCAL, "standin"), CN_FOCAL)
    story.decides("G5.review", for_(EU_FOCAL, "standin"))
    refused = story.refuses(story.verdict("G5.review"), for_(CN_FOCAL, "standin"))
    assert "one person never decides for both sides" in refused.sentence
    story.decides("G5.review", CN_FOCAL)


def test_nor_at_another_gate_later() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "standin"), EU_FOCAL)
    story.decides("G5.review", for_(EU_FOCAL, "standin"))
    mayor = actor("cnmayor", Role.SIGNATORY, Side.CN)
    story.asks(delegate(mayor, "standin"), mayor)
    story.decides("G5.review", CN_FOCAL)
    story.approves("G5.team")
    story.approves("G5.eud")
    refused = story.refuses(story.verdict("G5.adopt"), for_(mayor, "standin"))
    assert "for the EU side at gate G5.review" in refused.sentence


def test_a_delegation_to_the_other_side_is_refused() -> None:
    assert "both sides" in plan_in_review().refuses(delegate(EU_FOCAL, "cndeputy"), EU_FOCAL).sentence


def test_a_seat_of_a_side_is_not_given_to_somebody_of_another() -> None:
    """Neither the other side's people nor the programme's own staff speak for a side."""
    story = plan_in_review()
    for other in (CN_DEPUTY, DELEGATION):
        refused = story.refuses(rq.HandOver(gate="G5.review", to=other.person), EU_FOCAL)
        assert "side" in refused.sentence
        named = Seat(role=Role.FOCAL_POINT, side=Side.EU, person=other.person)
        assert "side" in story.refuses(rq.AddDecider(gate="G5.review", seat=named), OPERATOR).sentence


# Delegation


def test_a_delegated_decision_shows_for_whom_it_was_made() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "liwei"), EU_FOCAL)
    story.decides("G5.review", for_(EU_FOCAL, "liwei"))
    vote = story.gate("G5.review").votes[0]
    assert (vote.person, vote.on_behalf_of) == (person("liwei"), EU_FOCAL.person)
    made = story.of(ev.DecisionMade)[-1].by
    assert made is not None
    assert made.on_behalf_of == EU_FOCAL.person


@pytest.mark.parametrize(("since", "days", "allowed"), [(-5, 10, True), (1, 10, False), (-10, 10, False)])
def test_a_delegation_holds_for_its_period_only(since: int, days: int, allowed: bool) -> None:
    """From its first instant to just before its last."""
    story = plan_in_review()
    given = delegate(EU_FOCAL, "liwei", since, days)
    if since + days <= 0:
        assert "would be over" in story.refuses(given, EU_FOCAL).sentence
        return
    story.asks(given, EU_FOCAL)
    if allowed:
        story.decides("G5.review", for_(EU_FOCAL, "liwei"))
    else:
        refused = story.refuses(story.verdict("G5.review"), for_(EU_FOCAL, "liwei"))
        assert "no delegation covers it" in refused.sentence
        assert refused.grave


def test_a_delegation_holds_for_its_stages_only() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "liwei", stages=(Stage.STUDY_VISITS,)), EU_FOCAL)
    refused = story.refuses(story.verdict("G5.review"), for_(EU_FOCAL, "liwei"))
    assert "for action plan on 2021-03-01: no delegation covers it" in refused.sentence


def test_a_delegation_for_a_stage_does_not_reach_the_partnership_as_a_whole() -> None:
    """Who may review plans may not withdraw the member or take a step of the agreement."""
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "liwei", stages=(Stage.ACTION_PLAN,)), EU_FOCAL)
    leave = rq.Withdraw(side=Side.EU, reason="elections", notice=text("letter"))
    step = rq.StepAgreement(step=rq.AgreementStep.PROPOSED)
    for request in (leave, step):
        assert "no delegation covers it" in story.refuses(request, for_(EU_FOCAL, "liwei")).sentence
    story.decides("G5.review", for_(EU_FOCAL, "liwei"))


def test_what_was_delegated_is_not_delegated_further() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "liwei"), EU_FOCAL)
    assert (
        "not delegated further"
        in story.refuses(delegate(EU_FOCAL, "third"), for_(EU_FOCAL, "liwei")).sentence
    )


def test_only_ones_own_role_is_delegated() -> None:
    assert (
        "delegate that role only" in plan_in_review().refuses(delegate(EU_MAYOR, "liwei"), EU_FOCAL).sentence
    )


def test_a_delegation_ends_when_its_giver_loses_the_role() -> None:
    story = plan_in_review()
    story.asks(delegate(EU_FOCAL, "liwei"), EU_FOCAL)
    becomes(story, actor("successor", Role.FOCAL_POINT, Side.EU), EU_FOCAL)
    refused = story.refuses(story.verdict("G5.review"), for_(EU_FOCAL, "liwei"))
    assert "does not hold the role of EU focal point" in refused.sentence
