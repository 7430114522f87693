"""What a request would do is said before it is made, and then it does just that."""

from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.foresight import confirmed, foresee
from domain.terms import Stage
from domain.values import Refusal
from tests.given import EU_FOCAL, OPERATOR, OTHER_OPERATOR, on, text
from tests.story import in_review

EXTEND = rq.Extend(ends=on(2024, 6, 30, 22), addendum=text("no. 1"))


@pytest.mark.parametrize(
    "request_made",
    [rq.Hold(reason="elections"), rq.Suspend(order=text("order")), rq.OpenStage(stage=Stage.STUDY_VISITS)],
)
def test_it_foresees_what_then_happens(request_made: rq.AnyRequest) -> None:
    story = in_review()
    letters = len(story.letters)
    foreseen = foresee(story.partnership, len(story.entries), request_made, OPERATOR, story.at)
    assert story.asks(request_made, OPERATOR) == foreseen.events
    assert story.partnership == foreseen.after
    assert tuple(story.letters[letters:]) == foreseen.letters


def test_a_hold_makes_every_deadline_of_a_partner_stand_still() -> None:
    story = in_review()
    foreseen = foresee(story.partnership, 0, rq.Hold(reason="elections"), OPERATOR, story.at)
    assert {one.clock for one in foreseen.moved} == {"G5.review/1"}
    assert all(one.was is not None and one.now is None for one in foreseen.moved)
    assert (foreseen.owed, foreseen.over) == (("hold_review",), ())


def test_what_is_owed_before_and_after() -> None:
    story = in_review()
    opened = rq.OpenStage(stage=Stage.STUDY_VISITS)
    assert foresee(story.partnership, 0, opened, OPERATOR, story.at).owed == ("submit/study_visits/0",)
    withdrawn = rq.Withdraw(side=EU_FOCAL.side, reason="priorities", notice=text("notice"))
    foreseen = foresee(story.partnership, 0, withdrawn, EU_FOCAL, story.at)
    assert foreseen.over == tuple(story.tasks()) and not foreseen.moved


def test_what_the_confirmation_of_an_extension_would_move() -> None:
    story = in_review()
    request_made = rq.Propose(matter=EXTEND, reason="addendum")
    first = foresee(story.partnership, len(story.entries), request_made, OPERATOR, story.at)
    assert not first.moved
    then = confirmed(first, len(story.entries), OPERATOR, story.at)
    moved = {one.clock: (one.was, one.now) for one in then.moved}
    away = timedelta(days=30)
    assert moved["draft final report"] == (story.partnership.ends - away, EXTEND.ends - away)
    assert {letter.kind for letter in then.letters} == {"extended"}
    assert then.over == ("confirm/1",) and all(event.by is None for event in then.events)
    story.asks(request_made, OPERATOR)
    told = story.asks(rq.Confirm(proposal=1), OTHER_OPERATOR)
    assert [one.moved for one in told if isinstance(one, ev.EndDateChanged)] == [then.moved]


def test_what_would_be_refused_is_refused() -> None:
    story = in_review()
    with pytest.raises(Refusal, match="only"):
        foresee(story.partnership, 0, rq.Hold(reason="elections"), EU_FOCAL, story.at)
    with pytest.raises(Refusal, match="an extension ends later"):
        earlier = rq.Extend(ends=on(2022, 6, 30), addendum=text("no. 1"))
        foresee(story.partnership, 0, rq.Propose(matter=earlier, reason="addendum"), OPERATOR, story.at)


def test_what_the_calendar_says_anyway_is_no_consequence() -> None:
    """Asked on a day on which others were due first, the request is held against that day, not the last entry's."""
    story = in_review()
    later = story.at + timedelta(days=60)
    foreseen = foresee(story.partnership, len(story.entries), rq.Hold(reason="elections"), OPERATOR, later)
    assert {event.kind for event in foreseen.events} == {"hold_placed"}


def test_what_ends_by_time_alone_is_no_consequence() -> None:
    """A session that has begun meanwhile waits for no answers, with or without the request."""
    story = in_review()
    starts = story.at + timedelta(days=60)
    story.asks(rq.PlanSession(code="ws-1", mode=rq.ExchangeMode.VIRTUAL, starts=starts), OPERATOR)
    invited = rq.StepSession(code="ws-1", step=rq.SessionStep.INVITED, text=text("agenda"))
    story.asks(invited, OPERATOR)
    later = starts + timedelta(hours=4)
    foreseen = foresee(story.partnership, len(story.entries), rq.Hold(reason="elections"), OPERATOR, later)
    assert not [task for task in foreseen.over if task.startswith("attend/")]
