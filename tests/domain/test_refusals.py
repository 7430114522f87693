"""Requests that make no sense are refused in a sentence, and a partnership says of itself where it stands."""

from datetime import timedelta

import pytest

from domain import requests as rq
from domain.entities import fold, folded, revived, snapshot
from domain.events import StagePassed
from domain.requests import AnyRequest, Verdict
from domain.stages import default_terms
from domain.terms import Seat, Silence, Stage
from domain.values import Actor, Member, Refusal, Role, Side, listed
from tests.given import (
    CN_FOCAL,
    CN_MAYOR,
    DELEGATION,
    EU_DEPUTY,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    START,
    TEAM_LEADER,
    actor,
    calendars,
    deliverable,
    founding,
    holder,
    text,
)
from tests.story import Story


def in_review() -> Story:
    """Both focal points review a plan; the EU's has approved and asked the Delegation's advice before."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    story.asks(rq.AskAdvice(gate="G5.review", of=DELEGATION.person, question=text("?")), CN_FOCAL)
    story.decides("G5.review", EU_FOCAL)
    return story


def advice(of: str) -> rq.AskAdvice:
    return rq.AskAdvice(gate="G5.review", of=of, question=text("?"))


@pytest.mark.parametrize(
    ("request_", "by", "sentence"),
    [
        (
            rq.HandOver(gate="G5.review", to=EU_DEPUTY.person),
            EU_FOCAL,
            "has decided at gate G5.review already",
        ),
        (rq.HandOver(gate="G5.review", to=CN_FOCAL.person), CN_FOCAL, "the seat is p-cnfocal's already"),
        (advice(CN_FOCAL.person), CN_FOCAL, "asked of somebody else"),
        (advice("p-nobody0"), CN_FOCAL, "has no role in C1-01, so cannot be asked here"),
        (advice(DELEGATION.person), CN_FOCAL, "has been asked for advice at gate G5.review already"),
        (rq.Answer(gate="G5.review", answer=text("!")), MANAGER, "no question is open at gate G5.review"),
        (
            rq.AddDecider(gate="G5.review", seat=Seat(role=Role.DEPUTY, side=Side.CN)),
            TEAM_LEADER,
            "deciders are added by the operator or by who sits at gate G5.review",
        ),
        (
            rq.AddDecider(
                gate="G5.review", seat=Seat(role=Role.FOCAL_POINT, side=Side.CN, person=CN_FOCAL.person)
            ),
            OPERATOR,
            "p-cnfocal has a seat at gate G5.review already",
        ),
        (
            rq.Delegate(
                to=EU_FOCAL.person,
                role=Role.FOCAL_POINT,
                side=Side.EU,
                since=START,
                until=START + timedelta(days=9),
            ),
            EU_FOCAL,
            "a role is delegated to somebody else",
        ),
        (
            rq.Delegate(
                to="p-liwei0",
                role=Role.FOCAL_POINT,
                side=Side.EU,
                since=START + timedelta(days=9),
                until=START,
            ),
            EU_FOCAL,
            "a delegation ends after it begins",
        ),
        (
            rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report", "late")),
            MANAGER,
            "scoping was passed on 2021-03-01",
        ),
        (rq.Waive(stage=Stage.CLOSING, condition="x"), OPERATOR, "closing has no condition 'x'"),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else "",
)
def test_a_request_that_makes_no_sense_is_refused(
    request_: AnyRequest | rq.Waive, by: Actor, sentence: str
) -> None:
    request = rq.Propose(matter=request_, reason="why") if isinstance(request_, rq.Waive) else request_
    assert sentence in in_review().refuses(request, by).sentence


def test_a_decision_on_an_older_version_is_not_taken_back_when_a_newer_one_is_there() -> None:
    story = in_review()
    story.decides("G5.review", CN_FOCAL)
    story.approves("G5.team")
    story.decides("G5.eud", DELEGATION, Verdict.RETURN)
    story.hands_in(Stage.ACTION_PLAN, "two")
    refused = story.refuses(rq.TakeBack(gate="G5.team"), TEAM_LEADER)
    assert "a new version was submitted after your decision" in refused.sentence


def test_nothing_is_taken_back_from_a_gate_that_silence_settled() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.opens(Stage.CLOSING)
    story.hands_in(Stage.CLOSING)
    story.decides("G9.partners", EU_FOCAL)
    story.until(story.at + timedelta(days=40))
    refused = story.refuses(rq.TakeBack(gate="G9.partners"), EU_FOCAL)
    assert "was settled by silence; nothing of it can be taken back" in refused.sentence


def test_a_replacement_names_another_member_of_a_side_with_people_of_that_side() -> None:
    story = Story()
    old = story.partnership.member(Side.EU)

    def replace(member: Member, who: Actor = EU_FOCAL) -> rq.ReplaceMember:
        return rq.ReplaceMember(
            leaving=old.name,
            member=member,
            holders=(holder(actor("newfocal", Role.FOCAL_POINT, member.side)), holder(who)),
            reason="left",
            agreed=text("yes"),
        )

    for member, who, sentence in (
        (old, EU_FOCAL, "takes part already; nothing is replaced"),
        (old.model_copy(update={"side": Side.PROGRAMME}), EU_FOCAL, "stands for the eu or the cn side"),
        (old.model_copy(update={"name": "Granada"}), CN_FOCAL, "p-cnfocal is not of the EU side"),
    ):
        assert sentence in story.refuses(replace(member, who), OPERATOR).sentence


def test_a_seat_taken_back_from_a_vacated_mayors_gate_is_told_to_the_focal_points() -> None:
    story = in_review()
    story.decides("G5.review", CN_FOCAL)
    story.approves("G5.team")
    story.approves("G5.eud")
    story.asks(rq.TakeBack(gate="G5.eud"), DELEGATION)
    told = {letter.recipient for letter in story.letters if letter.kind == "taken_back"}
    assert {EU_FOCAL.person, CN_FOCAL.person} <= told
    assert CN_MAYOR.person not in told


# What a partnership says of itself


def test_where_it_stands_in_words_tags_and_markdown() -> None:
    story = Story()
    assert story.partnership.standing() == "founded"
    story.passes(Stage.SCOPING)
    assert story.partnership.standing() == "after scoping"
    story.opens(Stage.STUDY_VISITS)
    story.until(story.at + timedelta(days=200))
    tags = story.partnership.tags()
    assert (tags.stage, tags.component, tags.cluster, tags.overdue) == ("study_visits", "C1", "INN", 2)
    details = story.partnership.details()
    assert details.startswith("**C1-01** study_visits (running)")
    assert "- operator: submit study visits, since 2021-03-01, due 2021-08-28 **overdue**" in details
    assert "p-" not in details


def test_a_partnership_has_members_on_both_sides_and_calendars_for_all_its_people() -> None:
    first = founding()
    for event, sentence in (
        (first.model_copy(update={"members": first.members[:1]}), "C1-01 has no CN member"),
        (first.model_copy(update={"edition": calendars().only("ES", "CN")}), "calendar edition lacks BE"),
    ):
        with pytest.raises(ValueError, match=sentence):
            fold("partnership/C1-01", (event,))


def test_a_life_begins_with_its_founding_and_under_its_own_name() -> None:
    with pytest.raises(ValueError, match="has no events"):
        fold("partnership/C1-01", ())
    with pytest.raises(ValueError, match="begins with stage_passed, which founds nothing"):
        folded("partnership/C1-01", None, StagePassed(at=START, stage=Stage.SCOPING))
    with pytest.raises(ValueError, match="begins with the founding of partnership/C1-01"):
        fold("partnership/C1-02", (founding(),))
    with pytest.raises(ValueError, match="the snapshot of partnership/C1-02 holds partnership/C1-01"):
        revived("partnership/C1-02", snapshot(Story().partnership))


def test_terms_know_their_gates_and_what_silence_means_there() -> None:
    terms = default_terms()
    assert terms.stage(Stage.SCOPING).gate("G3").on_silence is Silence.DEEMED
    assert terms.stage(Stage.ACTION_PLAN).gate("G5.eud").on_silence is Silence.NEVER
    assert terms.stage(Stage.CLOSING).gate("G9.partners").on_silence is Silence.LAPSES


def test_sentences_list_things_as_people_do() -> None:
    assert [listed(tuple("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed(("a", "b"), "or") == "a or b"


def test_a_refusal_is_a_sentence_and_may_be_grave() -> None:
    refused = Refusal("it is too late", grave=True)
    assert (str(refused), refused.sentence, refused.grave) == ("it is too late", "it is too late", True)
