"""Working sessions: planned, answered by both sides, held, minuted; and what their absence means."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain import events as ev
from domain import requests as rq
from domain.requests import ExchangeMode
from domain.requests import SessionStep as Step
from domain.stages import default_terms
from domain.state import Session
from domain.tasks import tasks_of
from domain.terms import Restriction, SessionTerms, Stage, Terms
from domain.values import Actor, Level, Member, Role, Side
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    START,
    TEAM_LEADER,
    actor,
    holder,
    on,
    text,
)
from tests.story import Story

NEW_FOCAL = actor("newfocal", Role.FOCAL_POINT, Side.EU)
NEW_MEMBER = Member(
    side=Side.EU, name="Getafe", country="ES", level=Level.CITY, zone="Europe/Madrid", since=START
)
STARTS = on(2021, 6, 24, 8)
"""A Thursday; the Dragon Boat Festival of 12 to 14 June lies before it."""


def kicked_off(terms: Terms | None = None) -> Story:
    story = Story(terms=terms)
    story.passes(Stage.SCOPING)
    return story


def plan(code: str = "ws-1", starts: datetime = STARTS, **changes: object) -> rq.PlanSession:
    return rq.PlanSession.model_validate({"code": code, "mode": "virtual", "starts": starts} | changes)


def step(to: Step, code: str = "ws-1", **changes: object) -> rq.StepSession:
    words = {Step.INVITED: text("agenda"), Step.MINUTED: text("minutes")}.get(to)
    return rq.StepSession.model_validate({"code": code, "step": to, "text": words} | changes)


def exchange(held: datetime = START) -> rq.RecordExchange:
    return rq.RecordExchange(
        code="ws-1", mode=ExchangeMode.VIRTUAL, held=held, participants_eu=1, participants_cn=1
    )


def invited(story: Story | None = None) -> Story:
    story = story or kicked_off()
    story.asks(plan(), OPERATOR)
    story.asks(step(Step.INVITED), OPERATOR)
    return story


def held(story: Story | None = None) -> Story:
    story = story or invited()
    story.until(STARTS + timedelta(hours=3))
    story.exchanges("ws-1", held=STARTS)
    return story


def due(story: Story, task: str) -> date | None:
    deadline = story.task(task).deadline
    return deadline.on if deadline else None


def refused(story: Story, request: rq.AnyRequest, by: Actor = OPERATOR) -> str:
    return story.refuses(request, by).sentence


def test_a_session_from_its_plan_to_the_agreed_minutes() -> None:
    """Each step says who owes what next, counted back from the day of the session or on from it."""
    story = kicked_off()
    story.asks(plan(), OPERATOR)
    # worked in Spain and China both: 23 to 15 June are 7 days, 11 to 2 June 8 more
    assert due(story, "invite/ws-1") == date(2021, 6, 2)
    story.asks(step(Step.INVITED), MANAGER)
    assert "invite/ws-1" not in story.tasks()
    assert due(story, "attend/ws-1/eu") == due(story, "attend/ws-1/cn") == date(2021, 6, 15)
    assert due(story, "report/ws-1") == date(2021, 6, 25)
    story.asks(step(Step.CONFIRMED), EU_FOCAL)
    assert [one for one in story.tasks() if one.startswith("attend")] == ["attend/ws-1/cn"]
    story.asks(step(Step.CONFIRMED), CN_DEPUTY)
    assert session(story).step is Step.CONFIRMED
    held(story)
    assert (session(story).step, due(story, "minutes/ws-1")) == (Step.HELD, date(2021, 7, 1))
    story.asks(step(Step.MINUTED), OPERATOR)
    assert due(story, "agree_minutes/ws-1/cn") == date(2021, 7, 1)
    story.asks(step(Step.AGREED), CN_FOCAL)
    story.asks(step(Step.AGREED), EU_FOCAL)
    assert session(story).step is Step.AGREED
    assert not [task for task in story.tasks() if "ws-1" in task]
    assert [one.code for one in story.partnership.exchanges] == ["ws-1"], "and it counts as an exchange"


def session(story: Story, code: str = "ws-1") -> Session:
    found = story.partnership.session(code)
    assert found is not None
    return found


def test_the_date_of_an_invitation_can_be_checked_by_hand() -> None:
    story = kicked_off()
    story.asks(plan(), OPERATOR)
    receipt = story.partnership.receipt("invite/ws-1/0")
    assert receipt.deadline is not None and receipt.deadline.on == date(2021, 6, 2)
    assert receipt.before == STARTS
    first, *_, last = receipt.lines
    assert (first.day, first.counted) == (date(2021, 6, 2), 15)
    assert (last.day, last.counted, last.reason) == (STARTS.date(), None, "the day it is counted back from")
    off = {line.day: line.reason for line in receipt.lines if line.counted is None}
    assert "Dragon Boat" in off[date(2021, 6, 14)], off
    counted = [line.counted for line in receipt.lines if line.counted is not None]
    assert counted == list(range(15, 0, -1))


def test_a_session_planned_at_short_notice_is_due_at_once_and_never_before_it_was_planned() -> None:
    story = kicked_off()
    story.asks(plan(starts=START + timedelta(days=2)), OPERATOR)
    assert due(story, "invite/ws-1") == START.date()


def test_reminders_of_an_answer_come_before_the_session() -> None:
    story = invited()
    story.day_by_day(STARTS - timedelta(hours=1))
    told = [(who, at.date(), offset) for who, at, offset in story.reminders()]
    assert (CN_FOCAL.person, date(2021, 6, 15), 0) in told
    assert (EU_FOCAL.person, date(2021, 6, 15), 0) in told
    assert all(who in (CN_FOCAL.person, EU_FOCAL.person) for who, _, _ in told)
    story = invited()
    story.asks(step(Step.CONFIRMED), EU_FOCAL)
    story.day_by_day(STARTS - timedelta(hours=1))
    assert {who for who, _, _ in story.reminders()} == {CN_FOCAL.person}


def test_a_hold_stops_the_dates_of_a_session_and_resuming_does_not_move_them() -> None:
    """The session itself has its day: what is counted back from it ends where it ended before."""
    story = invited()
    story.asks(rq.Hold(reason="elections"), OPERATOR, on(2021, 5, 3))
    assert (due(story, "attend/ws-1/eu"), story.task("attend/ws-1/eu").stopped) == (None, True)
    story.asks(rq.Resume(), OPERATOR, on(2021, 5, 28))
    assert due(story, "attend/ws-1/eu") == date(2021, 6, 15)


def test_a_moved_session_is_invited_to_anew_and_says_how_often_it_was_moved() -> None:
    story = invited()
    story.asks(step(Step.CONFIRMED), EU_FOCAL)
    later = plan(starts=STARTS + timedelta(days=14), reason="elections")
    story.asks(later, OPERATOR)
    assert (session(story).step, session(story).moved, session(story).answered) == (Step.PLANNED, 1, ())
    moved = [letter for letter in story.letters if letter.kind == "session_moved"]
    assert {letter.recipient for letter in moved} == {EU_FOCAL.person, CN_FOCAL.person}
    assert moved[0].facts["was"] == STARTS.isoformat()
    story.asks(step(Step.INVITED), OPERATOR)
    asked = [letter for letter in story.letters if "attend/ws-1/eu" in letter.about]
    assert len(asked) == 2, "for the old date and for the new one"
    assert asked[-1].items[0].when == STARTS + timedelta(days=14)


def test_whoever_was_told_a_day_hears_of_every_other_one() -> None:
    """Also of one that comes before the new invitation, and of the end of it all."""
    story = invited()
    for days in (14, 28):
        story.asks(plan(starts=STARTS + timedelta(days=days), reason="elections"), OPERATOR)
    story.asks(step(Step.CANCELLED, reason="elections"), OPERATOR)
    told = [letter.kind for letter in story.letters if letter.recipient == EU_FOCAL.person][-3:]
    assert told == ["session_moved", "session_moved", "session_cancelled"]


def test_minutes_are_corrected_and_agreed_to_anew() -> None:
    story = held()
    story.asks(step(Step.MINUTED), OPERATOR)
    story.asks(step(Step.AGREED), EU_FOCAL)
    assert "in these very words" in refused(story, step(Step.MINUTED))
    story.until(story.at + timedelta(days=2))
    story.asks(step(Step.MINUTED, text=text("corrected")), OPERATOR)
    assert session(story).agreed == ()
    asked = [letter for letter in story.letters if "agree_minutes/ws-1/eu" in letter.about]
    assert len(asked) == 2 and asked[-1].items[0].version == text("corrected")
    for who in (EU_FOCAL, CN_FOCAL):
        story.asks(step(Step.AGREED), who)
    assert "the minutes of session ws-1 were agreed to" in refused(
        story, step(Step.MINUTED, text=text("again"))
    )


def test_what_is_moot_by_the_time_it_is_late_is_not_told_of() -> None:
    """Planned and invited to on its own day, a session begins before anybody is late."""
    story = kicked_off()
    story.asks(plan(starts=story.at + timedelta(hours=4)), OPERATOR)
    story.asks(step(Step.INVITED), OPERATOR)
    story.until(story.at + timedelta(days=1))
    assert not [one for one in story.of(ev.DeadlinePassed) if one.task.startswith(("invite", "attend"))]


def test_an_answer_may_say_more_than_yes() -> None:
    story = invited()
    assert "is a --remark" in refused(story, step(Step.CONFIRMED, text=text("five people")), EU_FOCAL)
    (answered, *_) = story.asks(step(Step.CONFIRMED, remark=text("five people")), EU_FOCAL)
    assert isinstance(answered, ev.SessionStepTaken)
    assert (answered.text, answered.remark) == (text("agenda"), text("five people"))


def test_other_rules_in_the_middle_of_a_silence() -> None:
    """What was told of stays told; the graver thing is still to come."""
    story = kicked_off()
    passed = story.at
    story.until(passed + timedelta(days=91))
    sooner = default_terms().model_copy(update={"sessions": SessionTerms(dormant=30, review=60)})
    story.asks(rq.AdoptTerms(terms=sooner, decision=text("board")), TEAM_LEADER)
    story.until(story.at + timedelta(hours=1))
    assert [(one.days, one.review) for one in story.of(ev.DormantFlagged)] == [(90, False), (60, True)]
    story.asks(rq.AdoptTerms(terms=default_terms(), decision=text("board")), TEAM_LEADER)
    story.until(passed + timedelta(days=200))
    assert len(story.of(ev.DormantFlagged)) == 2
    without = default_terms().model_copy(update={"sessions": None})
    story.asks(rq.AdoptTerms(terms=without, decision=text("board")), TEAM_LEADER)
    assert "dormant" not in story.tasks()


def test_nobody_is_told_of_changes_to_what_they_were_not_invited_to() -> None:
    story = kicked_off()
    story.asks(plan(), OPERATOR)
    story.asks(plan(mode="hybrid", reason="travel"), OPERATOR)
    story.asks(step(Step.CANCELLED, reason="travel"), OPERATOR)
    assert not [letter for letter in story.letters if letter.kind.startswith("session_")]


def test_a_cancelled_session_is_over() -> None:
    story = invited()
    assert "--reason" in refused(story, step(Step.CANCELLED))
    story.asks(step(Step.CANCELLED, reason="elections"), OPERATOR)
    assert not [task for task in story.tasks() if "ws-1" in task]
    told = [letter for letter in story.letters if letter.kind == "session_cancelled"]
    assert {letter.recipient for letter in told} == {EU_FOCAL.person, CN_FOCAL.person}
    assert "was cancelled" in refused(story, plan())
    story.until(STARTS + timedelta(hours=3))
    assert "was cancelled" in refused(story, exchange(STARTS))


@pytest.mark.parametrize(
    ("request_made", "by", "words"),
    [
        (plan("ws-2", starts=START), OPERATOR, "2021-03-01 08:00 UTC is over"),
        (plan("ws-2", starts=on(2024, 3, 1)), OPERATOR, "too late"),
        (plan("ws-2"), EU_FOCAL, "only the operator or the cluster manager"),
        (plan(), OPERATOR, "of 2021-06-24 08:00 UTC (virtual): nothing would change"),
        (plan(starts=STARTS + timedelta(days=1)), OPERATOR, "--reason"),
        (step(Step.INVITED), OPERATOR, "both sides were invited to session ws-1"),
        (
            step(Step.INVITED, "ws-2"),
            OPERATOR,
            "no session 'ws-2' is planned (plan-session); planned are: ws-1",
        ),
        (step(Step.PLANNED), OPERATOR, "recorded with plan-session"),
        (step(Step.HELD), OPERATOR, "recorded with record-exchange"),
        (step(Step.MINUTED), OPERATOR, "that comes after it was held"),
        (step(Step.AGREED), EU_FOCAL, "that comes after it was minuted"),
        (step(Step.MINUTED), EU_FOCAL, "only the operator or the cluster manager may write the minutes"),
        (exchange(START - timedelta(days=3)), OPERATOR, "cannot have been held on 2021-02-26"),
        (step(Step.CONFIRMED), OPERATOR, "only the focal point or the deputy may answer for a side"),
        (step(Step.CONFIRMED), EU_MAYOR, "only the focal point or the deputy"),
        (step(Step.CANCELLED, reason="travel"), CN_FOCAL, "only the operator or the cluster manager"),
    ],
)
def test_what_is_refused(request_made: rq.AnyRequest, by: Actor, words: str) -> None:
    assert words in refused(invited(), request_made, by)


def test_each_side_answers_once_and_agenda_and_minutes_are_given() -> None:
    story = kicked_off()
    story.asks(plan(), OPERATOR)
    assert "the agenda goes with the invitation" in refused(story, step(Step.INVITED, text=None))
    story.asks(step(Step.INVITED), OPERATOR)
    story.asks(step(Step.CONFIRMED), EU_FOCAL)
    assert "the EU side has answered for session ws-1 already" in refused(
        story, step(Step.CONFIRMED), EU_FOCAL
    )
    held(story)
    assert "the minutes go with it" in refused(story, step(Step.MINUTED, text=None))
    assert "exchange ws-1 is on record already" in refused(story, exchange(STARTS))
    assert "session ws-1 was held on 2021-06-24" in refused(story, step(Step.CANCELLED, reason="travel"))


def test_nobody_is_invited_to_what_should_have_begun() -> None:
    story = kicked_off()
    story.asks(plan(), OPERATOR)
    story.until(STARTS)
    assert "was to begin on 2021-06-24" in refused(story, step(Step.INVITED))
    story.until(STARTS + timedelta(days=2))
    assert story.tasks()[:1] == ["report/ws-1"], "nobody is asked to invite to it any more"


def test_no_session_in_person_while_nobody_can_travel() -> None:
    closed = Restriction(country="CN", since=on(2021, 1, 1, 0), until=on(2023, 3, 14, 23))
    story = kicked_off(default_terms((closed,)))
    assert "nobody can travel to CN" in refused(story, plan(mode="physical"))
    story.asks(plan(mode="virtual"), OPERATOR)
    assert "nobody can travel" in refused(story, plan(mode="physical", reason="wish"))


def test_a_partnership_without_sessions_is_dormant_after_ninety_days_and_to_be_reviewed_after_180() -> None:
    story = kicked_off()
    passed = story.at
    story.until(passed + timedelta(days=200))
    flagged = story.of(ev.DormantFlagged)
    assert [(one.days, one.review, one.at - passed) for one in flagged] == [
        (90, False, timedelta(days=90)),
        (180, True, timedelta(days=180)),
    ]
    assert [task.subject for task in tasks_of(story.partnership) if task.what == "dormant_review"] == ["180"]
    story.exchanges("late")
    assert "dormant" not in story.tasks()
    woken = story.at
    story.until(woken + timedelta(days=91))
    assert [one.days for one in story.of(ev.DormantFlagged)] == [90, 180, 90]


def test_planning_a_session_answers_the_warning_and_not_the_review() -> None:
    story = kicked_off()
    passed = story.at
    story.until(passed + timedelta(days=91))
    assert "dormant" in story.tasks()
    story.asks(plan(starts=passed + timedelta(days=300)), OPERATOR)
    assert "dormant" not in story.tasks()
    story.until(passed + timedelta(days=181))
    assert story.task("dormant").what == "dormant_review"
    story.asks(plan("ws-2", starts=passed + timedelta(days=250)), OPERATOR)
    assert "dormant" in story.tasks()


def test_days_on_hold_are_no_days_of_silence() -> None:
    story = kicked_off()
    passed = story.at
    story.asks(rq.Hold(reason="elections"), OPERATOR, passed + timedelta(days=10))
    story.asks(rq.Resume(), OPERATOR, passed + timedelta(days=40))
    story.until(passed + timedelta(days=125))
    assert [one.at - passed for one in story.of(ev.DormantFlagged)] == [timedelta(days=120)]


def test_nobody_waits_for_sessions_before_the_kick_off_nor_while_closing_nor_under_older_terms() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.until(START + timedelta(days=300))
    assert not story.of(ev.DormantFlagged)
    older = default_terms().model_copy(update={"sessions": None})
    story = kicked_off(older)
    story.until(story.at + timedelta(days=300))
    assert not story.of(ev.DormantFlagged)
    story = kicked_off()
    story.opens(Stage.CLOSING)
    story.until(story.at + timedelta(days=120))
    assert not story.of(ev.DormantFlagged)
    assert '"sessions"' not in older.model_dump_json(), "terms from before are written as they were"


def test_rules_adopted_after_a_long_silence_tell_of_it_once() -> None:
    story = kicked_off(default_terms().model_copy(update={"sessions": None}))
    story.until(story.at + timedelta(days=300))
    story.asks(rq.AdoptTerms(terms=default_terms(), decision=text("board")), TEAM_LEADER)
    story.until(story.at + timedelta(hours=1))
    assert [(one.days, one.review) for one in story.of(ev.DormantFlagged)] == [(180, True)]


def test_an_old_exchange_recorded_late_wakes_nobody() -> None:
    """Only what was held after the last one known ends the silence."""
    story = kicked_off()
    before = story.at
    story.until(before + timedelta(days=100))
    assert "dormant" in story.tasks()
    story.exchanges("long-ago", held=before - timedelta(days=2))
    assert "dormant" in story.tasks()
    story.until(before + timedelta(days=120))
    assert [one.days for one in story.of(ev.DormantFlagged)] == [90]


def test_the_review_comes_after_the_warning() -> None:
    with pytest.raises(
        ValidationError, match="review \\(90 days\\) has to be more than dormant \\(180 days\\)"
    ):
        SessionTerms(dormant=180, review=90)
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        SessionTerms(dormant=0)


def test_nobody_is_reminded_of_an_answer_once_the_session_should_have_begun() -> None:
    """Whether it was held is recorded weeks later at times; nobody writes to an authority about the answer then."""
    story = invited()
    story.day_by_day(STARTS + timedelta(days=60))
    assert story.reminders() and max(at for _, at, _ in story.reminders()) < STARTS
    assert not [task for task in story.tasks() if task.startswith(("attend/", "authority/attend"))]
    assert "report/ws-1" in story.tasks()
    assert "was to begin on" in refused(story, step(Step.CONFIRMED), EU_FOCAL)
    story.exchanges("ws-1", held=STARTS)
    assert story.task("minutes/ws-1").deadline is not None
    assert "minutes/ws-1" not in story.partnership.overdue, "a late record leaves time for the minutes"


def test_what_forces_a_hold_can_call_a_session_off_but_nobody_is_invited_meanwhile() -> None:
    story = invited()
    story.asks(plan("ws-2"), OPERATOR)
    story.asks(rq.Hold(reason="elections"), OPERATOR)
    story.asks(step(Step.CANCELLED, reason="elections"), OPERATOR)
    assert "on hold" in refused(story, step(Step.INVITED, "ws-2"))
    story.asks(plan("ws-2", starts=STARTS + timedelta(days=30), reason="elections"), OPERATOR)
    story.asks(rq.Resume(), OPERATOR)
    story.asks(step(Step.INVITED, "ws-2"), OPERATOR)


def test_a_session_whose_day_passed_during_a_hold_is_not_asked_about_afterwards() -> None:
    story = invited()
    story.asks(rq.Hold(reason="elections"), OPERATOR, on(2021, 6, 1))
    letters = len(story.letters)
    story.asks(rq.Resume(), OPERATOR, on(2021, 7, 5))
    story.until(on(2021, 7, 20))
    asked = [one for letter in story.letters[letters:] for one in letter.about]
    assert not [task for task in asked if task.startswith("attend/")]


def test_another_way_of_meeting_is_told_to_those_invited_and_answered_anew() -> None:
    story = invited()
    for who in (EU_FOCAL, CN_FOCAL):
        story.asks(step(Step.CONFIRMED), who)
    story.asks(plan(mode="hybrid", reason="travel"), OPERATOR)
    told = [letter for letter in story.letters if letter.kind == "session_moved"]
    assert {letter.recipient for letter in told} == {EU_FOCAL.person, CN_FOCAL.person}
    assert (told[0].facts["starts"], told[0].facts["mode"]) == (told[0].facts["was"], "hybrid")
    assert session(story).answered == ()


def test_both_sides_answer_to_a_text_that_can_be_told_apart() -> None:
    story = held()
    story.asks(step(Step.MINUTED), OPERATOR)
    item = next(
        item for letter in story.letters for item in letter.items if item.task == "agree_minutes/ws-1/eu"
    )
    assert item.version == text("minutes")
    (agreed, *_) = story.asks(step(Step.AGREED), EU_FOCAL)
    assert isinstance(agreed, ev.SessionStepTaken) and agreed.text == text("minutes")


def test_who_takes_a_members_place_is_asked_for_itself() -> None:
    story = invited()
    for who in (EU_FOCAL, CN_FOCAL):
        story.asks(step(Step.CONFIRMED), who)
    story.asks(
        rq.ReplaceMember(
            leaving="Fuenlabrada",
            member=NEW_MEMBER.model_copy(update={"since": story.at}),
            holders=(holder(NEW_FOCAL, story.at),),
            reason="priorities",
            agreed=text("agreed"),
        ),
        OPERATOR,
    )
    assert (session(story).step, session(story).answered) == (Step.INVITED, (Side.CN,))
    asked = [letter.recipient for letter in story.letters if "attend/ws-1/eu" in letter.about]
    assert asked[-1] == NEW_FOCAL.person
    assert session(story).clock.start == story.at, "it is due no earlier than the day it was asked"
