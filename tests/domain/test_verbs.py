"""The verbs around a decision that Chinese and European officials know by name."""

from datetime import date, timedelta

from domain import events as ev
from domain import requests as rq
from domain.events import Outcome
from domain.requests import Verdict
from domain.terms import Seat, Stage
from domain.values import Actor, Role, Side
from tests.given import (
    CN_FOCAL,
    DELEGATION,
    EU_DEPUTY,
    EU_FOCAL,
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

FOCAL_POINTS = tuple(Seat(role=Role.FOCAL_POINT, side=side) for side in (Side.EU, Side.CN))
PANEL = tuple(
    Seat(role=role, side=Side.PROGRAMME)
    for role in (Role.TEAM_LEADER, Role.CLUSTER_MANAGER, Role.NATIONAL_COUNTERPART)
)
QUESTION, ANSWER = text("what does action 3 cost?"), text("nothing")


def plan_in_review() -> Story:
    """The cluster manager's action plan lies with both focal points since Monday 1 March 2021."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    return story


def becomes(story: Story, who: Actor, leaving: Actor | None = None) -> None:
    """A person takes (or joins in) a role."""
    change = rq.ChangeHolder(
        role=who.role,
        side=who.side,
        leaving=leaving.person if leaving else None,
        to=holder(who, story.at),
    )
    story.asks(change, OPERATOR)


def at_a_panel_made_by(maker: Actor) -> Story:
    """A visit report handed in by somebody, at a gate of team leader, cluster manager and counterpart."""
    story = Story(terms=only_gate(PANEL, 2))
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS, by=maker)
    return story


# Hand over, advice, take back, add


def test_a_seat_handed_over_is_the_other_persons_and_no_longer_ones_own() -> None:
    story = plan_in_review()
    story.asks(rq.HandOver(gate="G5.review", to=EU_DEPUTY.person), EU_FOCAL)
    assert story.task("decide/G5.review/1/0").persons == (EU_DEPUTY.person,)
    assert [letter.recipient for letter in story.letters if letter.kind == "handed_over"] == [
        EU_DEPUTY.person
    ]
    assert "you act as EU focal point" in story.refuses(story.verdict("G5.review"), EU_FOCAL).sentence
    story.decides("G5.review", EU_DEPUTY)


def test_a_seat_handed_over_to_somebody_who_leaves_falls_back_to_the_role() -> None:
    """Else nobody could take it."""
    story = plan_in_review()
    story.asks(rq.HandOver(gate="G5.review", to=EU_DEPUTY.person), EU_FOCAL)
    story.asks(rq.ChangeHolder(role=Role.DEPUTY, side=Side.EU, leaving=EU_DEPUTY.person), OPERATOR)
    assert story.task("decide/G5.review/1/0").persons == (EU_FOCAL.person,)
    story.decides("G5.review", EU_FOCAL)


def test_a_seat_is_not_handed_over_to_somebody_who_sits_at_the_gate_already() -> None:
    story = at_a_panel_made_by(OPERATOR)
    refused = story.refuses(rq.HandOver(gate="G.test", to=MANAGER.person), TEAM_LEADER)
    assert "has a seat at gate G.test already" in refused.sentence


def test_a_seat_is_not_handed_over_to_a_stranger() -> None:
    assert (
        "has no role in C1-01"
        in plan_in_review().refuses(rq.HandOver(gate="G5.review", to=person("stranger")), EU_FOCAL).sentence
    )


def test_advice_comes_back_as_evidence_at_the_gate() -> None:
    story = plan_in_review()
    story.asks(rq.AskAdvice(gate="G5.review", of=DELEGATION.person, question=QUESTION), EU_FOCAL)
    assert story.task("advise/G5.review/1/0").persons == (DELEGATION.person,)
    assert story.gate("G5.review").clock.spans == ()  # advice does not stop the clock
    story.asks(rq.GiveAdvice(gate="G5.review", answer=ANSWER), DELEGATION)
    advice = story.gate("G5.review").advice[0]
    assert (advice.by, advice.of, advice.question, advice.answer) == (
        EU_FOCAL.person,
        DELEGATION.person,
        QUESTION,
        ANSWER,
    )
    assert [letter.recipient for letter in story.letters if letter.kind == "advice"] == [EU_FOCAL.person]
    assert "advise/G5.review/1/0" not in story.tasks()


def test_advice_is_given_by_who_was_asked_and_still_holds_the_role_acted_in() -> None:
    story = plan_in_review()
    story.asks(rq.AskAdvice(gate="G5.review", of=DELEGATION.person, question=QUESTION), EU_FOCAL)
    give = rq.GiveAdvice(gate="G5.review", answer=ANSWER)
    assert "nobody has asked" in story.refuses(give, TEAM_LEADER).sentence
    pretending = actor("delegation", Role.TEAM_LEADER)
    assert "does not hold the role" in story.refuses(give, pretending).sentence


def test_a_decision_is_taken_back_until_another_has_acted_on_it() -> None:
    story = plan_in_review()
    story.decides("G5.review", EU_FOCAL)
    story.asks(rq.TakeBack(gate="G5.review"), EU_FOCAL)
    assert story.gate("G5.review").votes == ()
    story.decides("G5.review", EU_FOCAL)
    story.decides("G5.review", CN_FOCAL)
    refused = story.refuses(rq.TakeBack(gate="G5.review"), EU_FOCAL)
    assert "another has decided at gate G5.review after you" in refused.sentence


def test_a_decision_that_opened_the_next_gate_is_taken_back_while_nobody_acted_there() -> None:
    story = plan_in_review()
    story.decides("G5.review", EU_FOCAL)
    story.decides("G5.review", CN_FOCAL)
    story.asks(rq.TakeBack(gate="G5.review"), CN_FOCAL)
    assert story.gate("G5.review").is_open
    assert story.partnership.latest_gate("G5.team") is None
    assert "decide/G5.review/1/1" in story.tasks()
    told = [letter.recipient for letter in story.letters if letter.kind == "taken_back"]
    assert TEAM_LEADER.person in told
    story.decides("G5.review", CN_FOCAL)
    story.decides("G5.team", TEAM_LEADER)
    assert "gate G5.team has been acted on" in story.refuses(rq.TakeBack(gate="G5.review"), CN_FOCAL).sentence


def test_a_return_is_taken_back_until_the_new_version_is_there() -> None:
    story = plan_in_review()
    story.decides("G5.review", CN_FOCAL, Verdict.RETURN)
    story.asks(rq.TakeBack(gate="G5.review"), CN_FOCAL)
    assert "submit/action_plan/0" not in story.tasks()
    story.decides("G5.review", CN_FOCAL, Verdict.RETURN)
    story.hands_in(Stage.ACTION_PLAN, "two")
    refused = story.refuses(rq.TakeBack(gate="G5.review"), CN_FOCAL)
    assert "you have not decided" in refused.sentence


def test_a_rejection_is_not_taken_back_once_two_persons_added_a_round_on_it() -> None:
    story = plan_in_review()
    story.decides("G5.review", CN_FOCAL, Verdict.REJECT)
    story.at += timedelta(days=2)
    story.two_agree(rq.AddRound(stage=Stage.ACTION_PLAN))
    assert "acted on" in story.refuses(rq.TakeBack(gate="G5.review"), CN_FOCAL).sentence


def test_a_decision_is_not_taken_back_after_silence_settled_the_gate_it_opened() -> None:
    """Scoping was approved, the work plan then agreed by silence: the stage is passed for good."""
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER)
    story.until(on(2021, 4, 1))
    assert story.partnership.passed(Stage.SCOPING)
    assert "stands" in story.refuses(rq.TakeBack(gate="G2"), TEAM_LEADER).sentence


def test_a_vote_is_not_taken_back_out_of_a_gate_two_persons_settled() -> None:
    story = plan_in_review()
    story.decides("G5.review", EU_FOCAL)
    story.two_agree(rq.SettleGate(gate="G5.review", verdict=Verdict.APPROVE))
    assert story.gate("G5.review").outcome is Outcome.APPROVED
    assert "acted on" in story.refuses(rq.TakeBack(gate="G5.review"), EU_FOCAL).sentence


def test_the_last_gate_of_a_visit_is_not_reopened_when_the_next_visit_has_begun() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.passes(Stage.STUDY_VISITS)
    story.opens(Stage.STUDY_VISITS, story.at + timedelta(days=9))
    assert "stands" in story.refuses(rq.TakeBack(gate="G4.cost"), DELEGATION).sentence


def test_somebody_who_has_not_decided_has_nothing_to_take_back() -> None:
    assert (
        "nothing to take back" in plan_in_review().refuses(rq.TakeBack(gate="G5.review"), EU_FOCAL).sentence
    )


def test_an_added_decider_is_asked_and_counts() -> None:
    """Both sides must approve; with the team leader added, all three must."""
    story = plan_in_review()
    story.asks(
        rq.AddDecider(gate="G5.review", seat=Seat(role=Role.TEAM_LEADER, side=Side.PROGRAMME)), EU_FOCAL
    )
    assert ("asked", TEAM_LEADER.person) in [(letter.kind, letter.recipient) for letter in story.letters]
    story.decides("G5.review", EU_FOCAL)
    story.decides("G5.review", CN_FOCAL)
    assert story.gate("G5.review").is_open
    story.decides("G5.review", TEAM_LEADER)
    assert story.gate("G5.review").outcome is Outcome.APPROVED


def test_the_same_seat_is_not_added_twice_and_a_vacant_one_not_at_all() -> None:
    story = plan_in_review()
    again = rq.AddDecider(gate="G5.review", seat=FOCAL_POINTS[0])
    assert "has a seat" in story.refuses(again, OPERATOR).sentence
    vacant = rq.AddDecider(gate="G5.review", seat=Seat(role=Role.AUDITOR, side=Side.PROGRAMME))
    assert "nobody holds the role of auditor" in story.refuses(vacant, OPERATOR).sentence


def test_an_auditor_reads_and_never_acts() -> None:
    auditor = actor("auditor", Role.AUDITOR)
    story = Story()
    becomes(story, auditor)
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    for request in (
        rq.OpenStage(stage=Stage.STUDY_VISITS),
        story.verdict("G2"),
        rq.Hold(reason="audit"),
        rq.Propose(matter=rq.Merge(into="INN", consent=text("yes")), reason="audit"),
        rq.LogContact(person=EU_FOCAL.person, channel=rq.Channel.PHONE),
        rq.Withdraw(side=Side.EU, reason="audit", notice=text("no")),
    ):
        assert story.refuses(request, auditor).grave


# Clarification


def test_a_formal_question_stops_the_clock_and_the_answer_restarts_it_with_the_remaining_days() -> None:
    """Fifteen joint days from Monday 1 March 2021, counted by hand.

    Tuesday 2 March is day 1; stopped on Friday 5 March, three days are used and the day of the stop does not
    count; answered on Thursday 18 March, Friday 19 March is day 4. On 1 April it is day 13; then come Good
    Friday (2 April, Spain) and Tomb Sweeping Day (5 April, China), so that 6 and 7 April are days 14 and 15.
    """
    story = plan_in_review()
    story.asks(rq.Clarify(gate="G5.review", question=QUESTION), CN_FOCAL, on(2021, 3, 5))
    task = story.task("decide/G5.review/1/0")
    assert task.stopped
    assert task.deadline is None
    remaining = story.partnership.receipt("G5.review/1").remaining
    assert remaining == 12
    story.asks(rq.Answer(gate="G5.review", answer=ANSWER), MANAGER, on(2021, 3, 18))
    due = story.partnership.deadline(story.gate("G5.review").clock)
    assert due is not None
    assert due.on == date(2021, 4, 7)
    receipt = story.partnership.receipt("G5.review/1")
    counted = {line.counted: line.day for line in receipt.lines if line.counted}
    assert (counted[3], counted[4], counted[15]) == (date(2021, 3, 4), date(2021, 3, 19), due.on)
    assert [(span.why, span.by) for span in receipt.spans] == [("clarification", CN_FOCAL.person)]


def test_the_maker_is_asked_and_has_a_clock_and_nobody_decides_meanwhile() -> None:
    story = plan_in_review()
    story.asks(rq.Clarify(gate="G5.review", question=QUESTION), CN_FOCAL)
    assert story.task("answer/G5.review/1").persons == (MANAGER.person,)
    assert [letter.recipient for letter in story.letters if letter.kind == "question"] == [MANAGER.person]
    refused = story.refuses(story.verdict("G5.review"), EU_FOCAL)
    assert "the maker answers it first" in refused.sentence
    assert (
        "open at gate G5.review already"
        in story.refuses(rq.Clarify(gate="G5.review", question=QUESTION), EU_FOCAL).sentence
    )
    told = story.until(on(2021, 6, 1))
    assert "answer/G5.review/1" in [event.task for event in told if isinstance(event, ev.DeadlinePassed)]
    assert "decide/G5.review/1/0" not in story.partnership.overdue
    assert "for the maker" in story.refuses(rq.Answer(gate="G5.review", answer=ANSWER), EU_FOCAL).sentence
    story.asks(rq.Answer(gate="G5.review", answer=ANSWER), MANAGER)
    answered = {letter.recipient for letter in story.letters if letter.kind == "answered"}
    assert answered == {EU_FOCAL.person, CN_FOCAL.person}


def test_silence_does_not_settle_a_gate_while_its_question_is_open() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER)
    story.asks(rq.Clarify(gate="G3", question=QUESTION), CN_FOCAL)
    story.until(on(2021, 9, 1))
    assert story.gate("G3").is_open
    story.asks(rq.Answer(gate="G3", answer=ANSWER), MANAGER)
    story.until(on(2021, 9, 30))
    assert story.gate("G3").silent


def test_a_question_to_a_maker_who_left_is_answered_by_the_successor() -> None:
    story = plan_in_review()
    new = actor("newmanager", Role.CLUSTER_MANAGER)
    becomes(story, new, MANAGER)
    story.asks(rq.Clarify(gate="G5.review", question=QUESTION), CN_FOCAL)
    assert story.task("answer/G5.review/1").persons == (new.person,)
    story.asks(rq.Answer(gate="G5.review", answer=ANSWER), new)
    story.decides("G5.review", CN_FOCAL)
