"""Hold and suspension: everything stands still, nothing is lost, and all of it goes on with the days left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.letters import Letter
from domain.partnership import Partnership
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Refusal, Role, Side
from tests.given import (
    CN_FOCAL,
    DELEGATION,
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
from tests.story import Story

HOLD = rq.Hold(reason="elections")
SUSPEND, LIFT = rq.Suspend(order=text("order 17")), rq.LiftSuspension(order=text("order 18"))


def in_review() -> Story:
    """Since Monday 1 March 2021 a plan is reviewed and a visit prepared."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.ACTION_PLAN)
    return story


def due(story: Story, clock: str) -> date | None:
    found = story.partnership.receipt(clock).deadline
    return found.on if found else None


def remaining(state: Partnership) -> dict[str, int]:
    """Days left on the clock of each task, for what stands still."""
    return {
        task.id: task.clock.remaining(state.now, state.edition, state.stops)
        for task in tasks_of(state)
        if task.clock is not None and task.what in ("decide", "submit")
    }


def held(story: Story, since: datetime, until: datetime) -> None:
    story.asks(HOLD, OPERATOR, since)
    story.asks(rq.Resume(), OPERATOR, until)


def test_resuming_moves_every_deadline_by_the_days_that_stood_still() -> None:
    """Fifteen joint days from 1 March 2021 end on 22 March; held from 5 to 18 March they end on 7 April.

    Days 1 to 3 are 2, 3 and 4 March; day 4 is 19 March; Good Friday and Tomb Sweeping Day are left out. The
    visit's 180 calendar days end 14 days later than 28 August: on 11 September, as the days of both the stop
    and the restart stand still; it is the secretariat's, so it does not roll.
    """
    story = in_review()
    assert (due(story, "G5.review/1"), due(story, "submit.study_visits/1")) == (
        date(2021, 3, 22),
        date(2021, 8, 28),
    )
    held(story, on(2021, 3, 5), on(2021, 3, 18))
    assert due(story, "G5.review/1") == date(2021, 4, 7)
    assert due(story, "submit.study_visits/1") == date(2021, 9, 11)
    receipt = story.partnership.receipt("G5.review/1")
    assert [(span.why, span.by) for span in receipt.spans] == [("hold", OPERATOR.person)]
    stopped = [line.day for line in receipt.lines if line.reason.startswith("stopped: hold")]
    assert (stopped[0], stopped[-1]) == (date(2021, 3, 5), date(2021, 3, 18))


def test_while_on_hold_no_deadline_passes_and_nobody_is_reminded() -> None:
    story = in_review()
    story.asks(HOLD, OPERATOR, on(2021, 3, 5))
    before = remaining(story.partnership)
    told = story.day_by_day(on(2021, 5, 30))
    assert told == ()
    assert all(task.stopped for task in tasks_of(story.partnership) if task.what in ("decide", "submit"))
    assert remaining(story.partnership) == before
    assert story.partnership.receipt("G5.review/1").remaining == 12
    story.asks(rq.Resume(), OPERATOR, on(2021, 5, 31))
    assert {task.id for task in tasks_of(story.partnership)} >= set(before)
    assert not story.partnership.on_hold


def test_the_hold_itself_is_to_be_reviewed_after_ninety_days() -> None:
    story = in_review()
    story.asks(HOLD, OPERATOR, on(2021, 3, 5))
    assert due(story, "hold/1") == date(2021, 6, 3)
    passed = [
        event.task for event in story.day_by_day(on(2021, 6, 10)) if isinstance(event, ev.DeadlinePassed)
    ]
    assert passed == ["hold_review"]
    assert [letter.recipient for letter in story.letters if letter.kind == "overdue"] == [
        OPERATOR.person,
        OTHER_OPERATOR.person,
    ]


def test_on_hold_the_work_waits_and_people_may_still_change() -> None:
    story = in_review()
    story.asks(HOLD, OPERATOR)
    for request, by in (
        (story.verdict("G5.review"), EU_FOCAL),
        (rq.Clarify(gate="G5.review", question=text("why?")), EU_FOCAL),
        (rq.OpenStage(stage=Stage.CLOSING), OPERATOR),
        (rq.StepAgreement(step=rq.AgreementStep.PROPOSED), EU_FOCAL),
        (HOLD, OPERATOR),
    ):
        assert "is on hold since 2021-03-01" in story.refuses(request, by).sentence
    story.exchanges("webinar-2")
    story.asks(rq.LogContact(person=CN_FOCAL.person, channel=rq.Channel.PHONE), OPERATOR)
    new = actor("successor", Role.FOCAL_POINT, Side.EU)
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.EU, leaving=EU_FOCAL.person, to=holder(new))
    story.asks(change, OPERATOR)
    story.asks(rq.Withdraw(side=Side.EU, reason="elections", notice=text("letter")), new)


def test_holding_and_resuming_is_the_secretariats_and_told_to_both_sides() -> None:
    story = in_review()
    for by in (EU_FOCAL, MANAGER, DELEGATION):
        assert "only the operator or the team leader may put" in story.refuses(HOLD, by).sentence
    assert "not on hold" in story.refuses(rq.Resume(), OPERATOR).sentence
    held(story, on(2021, 3, 5), on(2021, 3, 18))
    for kind in ("paused", "resumed"):
        told = {letter.recipient for letter in story.letters if letter.kind == kind}
        assert {EU_FOCAL.person, CN_FOCAL.person} <= told
    (resumed,) = [one for one in story.letters if (one.kind, one.recipient) == ("resumed", EU_FOCAL.person)]
    assert [item.task for item in resumed.items] == ["decide/G5.review/1/0"]
    assert resumed.items[0].due == story.task("decide/G5.review/1/0").deadline.at  # type: ignore[union-attr]  # it has one


def test_what_was_overdue_before_a_hold_is_not_told_again_after_it() -> None:
    story = in_review()
    story.day_by_day(on(2021, 3, 30))
    assert "decide/G5.review/1/0" in story.partnership.overdue
    held(story, on(2021, 4, 1), on(2021, 4, 20))
    story.day_by_day(on(2021, 5, 5))
    times = [event.task for event in story.of(ev.DeadlinePassed)].count("decide/G5.review/1/0")
    assert times == 1


def test_a_reminder_that_was_sent_before_a_hold_is_not_sent_again_after_it() -> None:
    story = in_review()
    story.day_by_day(on(2021, 3, 18))  # three working days before the 22nd is the 17th
    held(story, on(2021, 3, 18), on(2021, 4, 20))
    story.day_by_day(on(2021, 6, 1))
    rungs = [offset for who, _, offset in story.reminders() if who == CN_FOCAL.person]
    assert rungs[:2] == [-10, -3]
    assert rungs == sorted(dict.fromkeys(rungs))


def test_the_days_of_a_hold_bring_nobody_nearer_to_an_escalation() -> None:
    """Due on 22 March 2021; three and seven working days late are 25 and 31 March in China.

    Suspended from 24 March to 6 April, only the 23rd counts before: the second day is 7 April, the third the
    8th, the seventh the 14th.
    """
    free, stopped = in_review(), in_review()
    stopped.day_by_day(on(2021, 3, 24))
    stopped.asks(SUSPEND, DELEGATION)
    stopped.asks(LIFT, DELEGATION, on(2021, 4, 6))
    rungs = []
    for story in (free, stopped):
        story.day_by_day(on(2021, 5, 1))
        own = {offset: at for who, at, offset in story.reminders() if who == CN_FOCAL.person}
        rungs.append((own[3].date(), own[7].date()))
    assert rungs == [(date(2021, 3, 25), date(2021, 3, 31)), (date(2021, 4, 8), date(2021, 4, 14))]


# Suspension by the authority


def test_under_a_suspension_nothing_fires_for_however_long() -> None:
    story = in_review()
    story.asks(SUSPEND, DELEGATION, on(2021, 3, 5))
    assert story.partnership.next_due() is None
    assert story.partnership.lapse(on(2040, 1, 1)) == ()
    assert [task.id for task in tasks_of(story.partnership) if not task.stopped] == []


def test_a_suspension_is_recorded_and_lifted_once() -> None:
    story = in_review()
    assert "is not suspended, so there is nothing to lift" in story.refuses(LIFT, OPERATOR).sentence
    story.asks(SUSPEND, DELEGATION, on(2021, 3, 5))
    told = story.refuses(SUSPEND, OPERATOR, on(2021, 3, 6)).sentence
    assert told.endswith("since 2021-03-05 already; the order that ends it is recorded with lift-suspension")


def test_a_hold_is_placed_and_lifted_once() -> None:
    story = in_review()
    assert "is not on hold, so there is nothing to resume" in story.refuses(rq.Resume(), OPERATOR).sentence
    story.asks(HOLD, OPERATOR, on(2021, 3, 5))
    told = story.refuses(HOLD, OPERATOR, on(2021, 3, 6)).sentence
    assert told.endswith("since 2021-03-05 already; it goes on with resume")


def test_lifting_a_suspension_gives_back_every_day() -> None:
    story = in_review()
    story.asks(SUSPEND, DELEGATION, on(2021, 3, 5))
    tasks = story.tasks()
    story.asks(LIFT, OPERATOR, on(2021, 3, 18))
    assert story.tasks() == tasks
    assert due(story, "G5.review/1") == date(2021, 4, 7)
    assert [(span.why, span.by) for span in story.partnership.receipt("G5.review/1").spans] == [
        ("suspension", DELEGATION.person)
    ]


def test_a_suspension_from_an_earlier_day_gives_those_days_back_and_undoes_nothing() -> None:
    story, plain = in_review(), in_review()
    since, at, lifted = on(2021, 3, 3), on(2021, 3, 10), on(2021, 3, 24)
    before = story.until(at)
    plain.until(at)
    story.asks(rq.Suspend(order=text("order"), since=since), DELEGATION, at)
    plain.asks(SUSPEND, DELEGATION, at)
    assert story.events[-len(before) - 1 : -1] == before, "what happened stays on record"
    assert story.partnership.suspended and story.partnership.next_due() is None
    for one in (story, plain):
        one.asks(LIFT, OPERATOR, lifted)
    gate, sooner = (one.partnership.open_gates()[0] for one in (story, plain))
    given_back = story.partnership.deadline(gate.clock)
    usual = plain.partnership.deadline(sooner.clock)
    assert given_back is not None and usual is not None
    days = plain.partnership.edition.days("CN", "ES")
    lost = [day for number in range(3, 10) if (day := date(2021, 3, number)) == days.on_or_after(day)]
    assert given_back.on == days.shift(usual.on, len(lost))


def test_a_suspension_begins_neither_on_a_day_to_come_nor_before_what_it_stops() -> None:
    story = in_review()
    at = on(2021, 3, 10)
    with pytest.raises(Refusal, match="from 2021-03-11 on, a day to come, is recorded on that day"):
        story.asks(rq.Suspend(order=text("order"), since=on(2021, 3, 11)), DELEGATION, at)
    story.asks(rq.Suspend(order=text("order"), since=on(2019, 1, 1)), DELEGATION, at)
    assert story.partnership.stops[-1].since == story.partnership.founded


def test_a_suspension_in_a_hold_stops_each_day_once() -> None:
    """Held 5 to 18 March, suspended 10 to 25 March: together 5 to 25 March."""
    story = in_review()
    story.asks(HOLD, OPERATOR, on(2021, 3, 5))
    story.asks(SUSPEND, OPERATOR, on(2021, 3, 10))
    assert story.partnership.status() == "suspended"
    story.asks(LIFT, OPERATOR, on(2021, 3, 15))
    assert story.partnership.status() == "on_hold"
    story.asks(SUSPEND, OPERATOR, on(2021, 3, 16))
    story.asks(LIFT, OPERATOR, on(2021, 3, 17))
    story.asks(rq.Resume(), OPERATOR, on(2021, 3, 18))
    assert due(story, "G5.review/1") == date(2021, 4, 7)


def test_a_suspension_moves_the_review_of_a_hold_too() -> None:
    story = in_review()
    story.asks(HOLD, OPERATOR, on(2021, 3, 5))
    story.asks(SUSPEND, OPERATOR, on(2021, 3, 11))
    story.asks(LIFT, OPERATOR, on(2021, 3, 20))
    assert due(story, "hold/1") == date(2021, 6, 13)  # ten days later than 3 June


def test_days_at_risk_are_counted_without_what_stood_still_and_none_twice() -> None:
    """Scoping is late after 90 days; 14 of them were held and 10 suspended, of which 5 in the hold."""
    story = Story()
    story.opens(Stage.SCOPING)
    start = story.at
    story.asks(HOLD, OPERATOR, start + timedelta(days=10))
    story.asks(SUSPEND, OPERATOR, start + timedelta(days=19))
    story.asks(LIFT, OPERATOR, start + timedelta(days=24))
    story.asks(rq.Resume(), OPERATOR, start + timedelta(days=24))
    story.asks(SUSPEND, OPERATOR, start + timedelta(days=30))
    story.asks(LIFT, OPERATOR, start + timedelta(days=35))
    story.day_by_day(start + timedelta(days=200))
    assert story.of(ev.AtRiskFlagged)[0].at == start + timedelta(days=90 + 14 + 5)


def test_cut_offs_reached_under_a_suspension_are_told_when_it_is_lifted() -> None:
    """Nothing is lost, and nothing is dated into the time in which nothing fired."""
    story = in_review()
    story.asks(SUSPEND, DELEGATION, on(2023, 3, 1))
    story.asks(LIFT, OPERATOR, on(2023, 8, 1))
    told = story.until(on(2023, 8, 1))
    reached = [event.cut_off for event in told if isinstance(event, ev.CutOffReached)]
    assert reached == ["last kick-off", "review: who will reach an action plan", *reached[2:]]
    assert "last first draft of an action plan on the normal track" in reached
    assert {event.at for event in told} == {on(2023, 8, 1)}


def test_a_partnership_suspended_beyond_the_end_is_cut_off_when_the_order_is_lifted() -> None:
    story = in_review()
    story.asks(SUSPEND, DELEGATION, on(2023, 3, 1))
    story.until(on(2024, 6, 1))
    assert not story.partnership.ended
    story.asks(LIFT, OPERATOR, on(2024, 6, 3))
    story.until(on(2024, 6, 3))
    assert story.partnership.end is ev.End.CUT_OFF
    assert story.partnership.ended_at == on(2024, 6, 3)


def letters_under_suspension(story: Story) -> list[Letter]:
    ordered = next(entry.number for entry in story.entries if isinstance(entry.event, ev.SuspensionOrdered))
    lifted = next(entry.number for entry in story.entries if isinstance(entry.event, ev.SuspensionLifted))
    return [letter for letter in story.letters if ordered <= letter.number < lifted]


def test_under_a_suspension_only_those_who_keep_it_are_written_to() -> None:
    """People change, an extension is agreed: the news waits in the letter that tells of the end."""
    story = in_review()
    story.asks(SUSPEND, DELEGATION, on(2021, 3, 5))
    new = actor("successor", Role.FOCAL_POINT, Side.CN)
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.CN, leaving=CN_FOCAL.person, to=holder(new))
    story.asks(change, OPERATOR)
    story.two_agree(rq.Extend(ends=on(2024, 3, 31), addendum=text("addendum")))
    story.asks(LIFT, OPERATOR, on(2021, 4, 20))
    kept = (OPERATOR.person, OTHER_OPERATOR.person, TEAM_LEADER.person)
    for letter in letters_under_suspension(story):
        assert letter.recipient in kept
    (back,) = [letter for letter in story.letters if letter.recipient == new.person]
    assert (back.kind, [item.task for item in back.items]) == ("resumed", ["decide/G5.review/1/1"])


def test_under_a_suspension_only_what_cannot_wait_is_allowed() -> None:
    story = in_review()
    story.asks(SUSPEND, OPERATOR)
    for request, by in (
        (story.verdict("G5.review"), EU_FOCAL),
        (rq.Resume(), OPERATOR),
        (HOLD, OPERATOR),
        (rq.Withdraw(side=Side.EU, reason="elections", notice=text("letter")), EU_FOCAL),
        (
            rq.RecordExchange(
                code="w", mode=rq.ExchangeMode.VIRTUAL, held=story.at, participants_eu=1, participants_cn=1
            ),
            OPERATOR,
        ),
    ):
        refused = story.refuses(request, by).sentence
        assert "is suspended by the authority since 2021-03-01" in refused
        assert "lift-suspension" in refused
    assert "is suspended by the authority" in story.refuses(SUSPEND, OPERATOR).sentence


def test_a_suspension_is_recorded_by_the_operator_or_the_delegation() -> None:
    story = in_review()
    for by in (TEAM_LEADER, EU_FOCAL):
        assert "only the operator or the eu delegation" in story.refuses(SUSPEND, by).sentence
    assert "not suspended" in story.refuses(LIFT, OPERATOR).sentence


def test_silence_does_not_approve_while_all_stands_still() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.asks(SUSPEND, DELEGATION, on(2021, 3, 5))
    story.until(on(2021, 9, 1))
    assert story.gate("G3").is_open
    story.asks(LIFT, DELEGATION, on(2021, 9, 6))
    story.day_by_day(on(2021, 12, 1))
    assert story.gate("G3").silent
    # ten joint days, of which 2, 3 and 4 March are used up: seven more from 7 September
    assert story.gate("G3").settled == datetime(2021, 9, 15, 22, tzinfo=UTC)
