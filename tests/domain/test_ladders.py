"""Reminders come at nine where the reader lives, on days worked there, and stop when somebody acts."""

from datetime import UTC, date, datetime

import pytest

from domain import events as ev
from domain import requests as rq
from domain.clocks import Deadline
from domain.letters import Letter
from domain.stages import default_terms
from domain.tasks import rung_times
from domain.terms import GateTerms, Reach, Rung, Seat, Stage, Terms, calendar_days
from domain.values import Actor, Organisation, Role, Side, StakeholderGroup
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    CN_MAYOR,
    COUNTERPART,
    DELEGATION,
    EU_DEPUTY,
    EU_FOCAL,
    EU_MAYOR,
    EVERYBODY,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    holder,
    on,
    text,
)
from tests.story import Story

FOCAL_POINTS = tuple(Seat(role=Role.FOCAL_POINT, side=side) for side in (Side.EU, Side.CN))
OFFSETS = (-10, -3, 0, 3, 7, 14, 21)
EU_ACTS = rq.Engage(
    organisation=Organisation(code="es-chamber", side=Side.EU, group=StakeholderGroup.BUSINESS)
)


def waiting_for(days: int, seats: tuple[Seat, ...] = FOCAL_POINTS) -> Terms:
    """Terms in which a visit and a plan have one gate each of so many calendar days."""
    terms = default_terms()
    gates = {
        stage: GateTerms(code=code, title=code, seats=seats, allowance=calendar_days(days))
        for stage, code in ((Stage.STUDY_VISITS, "G.visit"), (Stage.ACTION_PLAN, "G.plan"))
    }
    stages = tuple(
        one.model_copy(update={"gates": (gates[one.stage],)}) if one.stage in gates else one
        for one in terms.stages
    )
    return terms.model_copy(update={"stages": stages})


def visit_waiting(
    handed_in: datetime,
    days: int,
    seats: tuple[Seat, ...] = FOCAL_POINTS,
    people: tuple[Actor, ...] = EVERYBODY,
) -> Story:
    """A visit report handed in then, to be decided on within so many days."""
    story = Story(terms=waiting_for(days, seats), people=people)
    story.passes(Stage.SCOPING)
    story.until(handed_in)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    return story


def golden_week() -> Story:
    """Handed in on Thursday 1 September 2022, due on Friday 30 September, the day before Golden Week."""
    return visit_waiting(on(2022, 9, 1), 29)


def rungs_of(story: Story, who: Actor, task: str = "decide/G.visit/1") -> dict[int, datetime]:
    return {
        reminder.offset: fell.at
        for fell in story.of(ev.ReminderFell)
        for reminder in fell.reminders
        if fell.recipient == who.person and reminder.task.startswith(task)
    }


def letters_to(story: Story, who: Actor, kind: str = "reminder") -> list[Letter]:
    return [letter for letter in story.letters if letter.kind == kind and letter.recipient == who.person]


def test_a_chinese_reader_is_not_written_to_in_golden_week_and_is_on_the_make_up_weekend() -> None:
    """Due 30 September 2022; 1 to 7 October are off, Saturday 8 and Sunday 9 October are worked."""
    story = golden_week()
    story.day_by_day(on(2022, 11, 20))
    assert rungs_of(story, CN_FOCAL) == {
        -10: datetime(2022, 9, 16, 1, tzinfo=UTC),
        -3: datetime(2022, 9, 27, 1, tzinfo=UTC),
        0: datetime(2022, 9, 30, 1, tzinfo=UTC),
        3: datetime(2022, 10, 10, 1, tzinfo=UTC),  # after the 8th and the 9th
        7: datetime(2022, 10, 14, 1, tzinfo=UTC),
        14: datetime(2022, 10, 25, 1, tzinfo=UTC),
        21: datetime(2022, 11, 3, 1, tzinfo=UTC),
    }


def test_a_spanish_reader_of_the_same_task_has_other_days_and_another_hour() -> None:
    """12 October and 1 November are off in Spain; from 30 October 2022 nine o'clock is an hour later in UTC."""
    story = golden_week()
    story.day_by_day(on(2022, 11, 20))
    assert rungs_of(story, EU_FOCAL) == {
        -10: datetime(2022, 9, 16, 7, tzinfo=UTC),
        -3: datetime(2022, 9, 27, 7, tzinfo=UTC),
        0: datetime(2022, 9, 30, 7, tzinfo=UTC),
        3: datetime(2022, 10, 5, 7, tzinfo=UTC),
        7: datetime(2022, 10, 11, 7, tzinfo=UTC),
        14: datetime(2022, 10, 21, 7, tzinfo=UTC),
        21: datetime(2022, 11, 2, 8, tzinfo=UTC),  # winter time
    }


@pytest.mark.parametrize(
    ("who", "due", "offset", "falls"),
    [
        # Spring Festival 2023: 21 to 27 January off, Saturday 28 and Sunday 29 worked
        (CN_FOCAL, date(2023, 1, 25), -3, datetime(2023, 1, 17, 1, tzinfo=UTC)),
        (CN_FOCAL, date(2023, 1, 25), 0, datetime(2023, 1, 20, 1, tzinfo=UTC)),
        (CN_FOCAL, date(2023, 1, 25), 3, datetime(2023, 1, 30, 1, tzinfo=UTC)),
        (CN_FOCAL, date(2023, 1, 20), 3, datetime(2023, 1, 30, 1, tzinfo=UTC)),
        (EU_FOCAL, date(2023, 1, 25), 3, datetime(2023, 1, 30, 8, tzinfo=UTC)),
        # Easter 2022: Good Friday 15 April off in Spain, Easter Monday 18 April off in Belgium
        (EU_FOCAL, date(2022, 4, 15), 0, datetime(2022, 4, 14, 7, tzinfo=UTC)),
        (EU_FOCAL, date(2022, 4, 14), 3, datetime(2022, 4, 20, 7, tzinfo=UTC)),
        (TEAM_LEADER, date(2022, 4, 15), 0, datetime(2022, 4, 15, 7, tzinfo=UTC)),
        (TEAM_LEADER, date(2022, 4, 15), 3, datetime(2022, 4, 21, 7, tzinfo=UTC)),
        # Europe's clocks go forward on Sunday 27 March 2022, China's stay
        (EU_FOCAL, date(2022, 3, 25), 0, datetime(2022, 3, 25, 8, tzinfo=UTC)),
        (EU_FOCAL, date(2022, 3, 28), 0, datetime(2022, 3, 28, 7, tzinfo=UTC)),
        (CN_FOCAL, date(2022, 3, 28), 0, datetime(2022, 3, 28, 1, tzinfo=UTC)),
        # A due day on a make-up Saturday is a working day in China and none in Spain
        (CN_FOCAL, date(2022, 10, 8), 0, datetime(2022, 10, 8, 1, tzinfo=UTC)),
        (EU_FOCAL, date(2022, 10, 8), 0, datetime(2022, 10, 7, 7, tzinfo=UTC)),
    ],
)
def test_each_rung_falls_at_nine_on_a_working_day_of_its_reader(
    who: Actor, due: date, offset: int, falls: datetime
) -> None:
    """Up to the due day on the working day before, after it on the working day after."""
    deadline = Deadline(on=due, at=datetime(due.year, due.month, due.day, 22, tzinfo=UTC), provisional=False)
    ((rung, at),) = rung_times(Story().partnership, deadline, [Rung(offset=offset)], who.person)
    assert (rung.offset, at) == (offset, falls)


def test_rungs_before_the_task_came_up_are_not_sent() -> None:
    """Five days are given, so ten working days before the due day there was nothing to remind of."""
    story = visit_waiting(on(2022, 9, 5), 4)
    story.day_by_day(on(2022, 9, 20))
    assert min(rungs_of(story, EU_FOCAL)) == -3


def test_all_that_is_due_for_a_reader_on_a_day_is_in_one_letter() -> None:
    """Two tasks with one due day: seven letters, not fourteen, none on the same day as another."""
    story = Story(terms=waiting_for(29))
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.until(on(2022, 9, 1))
    for stage in (Stage.STUDY_VISITS, Stage.ACTION_PLAN):
        story.opens(stage)
        story.hands_in(stage)
    story.day_by_day(on(2022, 10, 28))
    letters = letters_to(story, CN_FOCAL)
    assert [len(letter.items) for letter in letters] == [2] * 6
    assert {item.task for item in letters[0].items} == {"decide/G.visit/1/1", "decide/G.plan/1/1"}
    days = [letter.at.date() for letter in letters]
    assert len(days) == len(dict.fromkeys(days))


def test_any_action_of_the_reader_stops_all_their_ladders() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 9, 20))
    stopped = story.asks(EU_ACTS, EU_FOCAL)[-1]
    assert isinstance(stopped, ev.LadderStopped)
    assert (stopped.tasks, stopped.because) == (("decide/G.visit/1/0",), "acted")
    story.day_by_day(on(2022, 12, 1))
    assert list(rungs_of(story, EU_FOCAL)) == [-10]
    assert list(rungs_of(story, CN_FOCAL)) == list(OFFSETS)


def test_a_logged_phone_call_stops_the_ladder_of_who_was_reached() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 9, 28))
    call = rq.LogContact(person=CN_FOCAL.person, channel=rq.Channel.WECHAT, note=text("she is on it"))
    story.asks(call, OPERATOR)
    story.day_by_day(on(2022, 12, 1))
    assert list(rungs_of(story, CN_FOCAL)) == [-10, -3]
    assert list(rungs_of(story, EU_FOCAL)) == list(OFFSETS)


def test_a_call_is_logged_by_staff_and_about_somebody_known() -> None:
    story = golden_week()
    call = rq.LogContact(person=CN_FOCAL.person, channel=rq.Channel.PHONE)
    assert "may log a contact" in story.refuses(call, EU_FOCAL).sentence
    unknown = rq.LogContact(person="p-nobody0", channel=rq.Channel.PHONE)
    assert "has no role in C1-01" in story.refuses(unknown, OPERATOR).sentence


def test_a_task_that_comes_up_later_has_a_ladder_of_its_own() -> None:
    """The next version's review reminds again, though the reader had stopped the first one's ladder."""
    story = golden_week()
    story.asks(EU_ACTS, EU_FOCAL)
    story.decides("G.visit", CN_FOCAL, rq.Verdict.RETURN)
    story.hands_in(Stage.STUDY_VISITS, "two")
    story.day_by_day(on(2022, 10, 1))
    assert list(rungs_of(story, EU_FOCAL, "decide/G.visit/2")) == [-10, -3, 0]


def test_after_an_outage_only_the_newest_rung_speaks_once_to_each() -> None:
    story = golden_week()
    story.until(on(2022, 10, 25))
    fallen = story.of(ev.ReminderFell)
    assert sorted(fell.recipient for fell in fallen) == [CN_FOCAL.person, EU_FOCAL.person]
    for fell in fallen:
        (reminder,) = fell.reminders
        assert (reminder.offset, reminder.skipped) == (14, (-10, -3, 0, 3, 7))
    story.day_by_day(on(2022, 12, 1))
    assert list(rungs_of(story, CN_FOCAL)) == [14, 21]


def test_after_an_outage_each_reader_gets_one_letter_about_everything() -> None:
    """Two tasks whose newest rungs fell on different days are still one letter."""
    story = Story(terms=waiting_for(29))
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.until(on(2022, 9, 1))
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    story.until(on(2022, 9, 6))
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    story.until(on(2022, 9, 29))
    (letter,) = letters_to(story, CN_FOCAL)
    assert {item.task: item.offset for item in letter.items} == {
        "decide/G.visit/1/1": -3,
        "decide/G.plan/1/1": -10,
    }


def test_the_deadline_itself_is_told_to_the_operators_once() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 12, 1))
    passed = [event for event in story.of(ev.DeadlinePassed) if event.task == "decide/G.visit/1/0"]
    assert [event.at for event in passed] == [datetime(2022, 9, 30, 22, tzinfo=UTC)]
    told = [
        letter for letter in letters_to(story, OPERATOR, "overdue") if letter.about == ("decide/G.visit/1/0",)
    ]
    assert len(told) == 1
    assert told[0].facts["owner"] == "EU focal point"


# Going up


def at_rung(story: Story, offset: int) -> list[Letter]:
    """The letters of the entries in which this rung fell."""
    numbers = [
        entry.number
        for entry in story.entries
        if isinstance(entry.event, ev.ReminderFell)
        and any(reminder.offset == offset for reminder in entry.event.reminders)
    ]
    return [letter for letter in story.letters if letter.number in numbers]


def test_up_to_three_days_late_only_the_reader_is_written_to() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 12, 1))
    for offset in (-10, -3, 0, 3):
        for letter in at_rung(story, offset):
            assert letter.kind == "reminder"
            assert letter.recipient in (EU_FOCAL.person, CN_FOCAL.person)
            assert letter.copies == ()


def test_at_seven_days_the_deputy_reads_along() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 12, 1))
    copies = {letter.recipient: letter.copies for letter in at_rung(story, 7)}
    assert copies == {EU_FOCAL.person: (EU_DEPUTY.person,), CN_FOCAL.person: (CN_DEPUTY.person,)}


def test_where_there_is_no_deputy_the_operators_read_along() -> None:
    people = tuple(who for who in EVERYBODY if who.role is not Role.DEPUTY)
    story = visit_waiting(on(2022, 9, 1), 29, people=people)
    story.day_by_day(on(2022, 12, 1))
    assert {letter.copies for letter in at_rung(story, 7)} == {(OPERATOR.person, OTHER_OPERATOR.person)}


def test_at_fourteen_days_the_team_leader_is_told_whose_task_it_is() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 12, 1))
    letters = [letter for letter in at_rung(story, 14) if letter.kind == "escalation"]
    assert {letter.recipient for letter in letters} == {TEAM_LEADER.person}
    assert [letter.facts["owner"] for letter in letters] == ["EU focal point", "CN focal point"]


def test_at_twenty_one_days_nobody_is_written_to_and_an_operator_has_a_task() -> None:
    """The letter to the Delegation or the national counterpart goes out by hand only."""
    story = golden_week()
    story.day_by_day(on(2022, 12, 1))
    letters = at_rung(story, 21)
    assert {(letter.kind, letter.recipient) for letter in letters} == {
        ("asked", OPERATOR.person),
        ("asked", OTHER_OPERATOR.person),
    }
    assert {"authority/decide/G.visit/1/0", "authority/decide/G.visit/1/1"} <= set(story.tasks())
    told = [letter.recipient for letter in story.letters]
    assert DELEGATION.person not in told
    assert COUNTERPART.person not in told
    story.decides("G.visit", EU_FOCAL)
    assert "authority/decide/G.visit/1/0" not in story.tasks()


def test_two_focal_points_of_a_side_make_one_task_for_the_operator() -> None:
    second = actor("eusecond", Role.FOCAL_POINT, Side.EU)
    story = visit_waiting(on(2022, 9, 1), 29, people=(*EVERYBODY, second))
    story.day_by_day(on(2022, 12, 1))
    asked = [
        letter
        for letter in letters_to(story, OPERATOR, "asked")
        if "authority/decide/G.visit/1/0" in letter.about
    ]
    assert len(asked) == 1


def test_the_reach_of_each_default_rung() -> None:
    reaches = {rung.offset: rung.reach for rung in default_terms().ladder}
    assert tuple(reaches) == OFFSETS
    assert [reaches[offset] for offset in (3, 7, 14, 21)] == [
        Reach.RECIPIENT,
        Reach.SUPERIOR,
        Reach.TEAM_LEADER,
        Reach.AUTHORITY,
    ]


# The political level, and the secretariat


def test_mayors_are_never_written_to_and_their_focal_points_are_asked_instead() -> None:
    """An adoption open for a year: everything about it goes to the focal points."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    for gate in ("G5.review", "G5.team", "G5.eud"):
        story.approves(gate)
    story.day_by_day(on(2022, 3, 1))
    mayors = (EU_MAYOR.person, CN_MAYOR.person)
    for letter in story.letters:
        assert letter.recipient not in mayors
        assert not any(copy in mayors for copy in letter.copies)
    assert not any(fell.recipient in mayors for fell in story.of(ev.ReminderFell))
    signatures = letters_to(story, EU_FOCAL, "signature")
    assert [item.offset for letter in signatures for item in letter.items] == [None, -10, -3, 0, 3, 7, 14]


def test_a_seat_handed_over_to_a_mayor_is_brought_to_the_mayor_by_the_focal_point() -> None:
    story = visit_waiting(on(2022, 9, 1), 29)
    story.asks(rq.HandOver(gate="G.visit", to=EU_MAYOR.person), EU_FOCAL)
    story.day_by_day(on(2022, 9, 28))
    assert not [letter for letter in story.letters if letter.recipient == EU_MAYOR.person]
    assert letters_to(story, EU_FOCAL, "signature")


def test_a_former_mayor_who_is_focal_point_now_is_written_to() -> None:
    story = visit_waiting(on(2022, 9, 1), 29)
    story.asks(rq.ChangeHolder(role=Role.SIGNATORY, side=Side.EU, leaving=EU_MAYOR.person), OPERATOR)
    again = actor("eumayor", Role.FOCAL_POINT, Side.EU)
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.EU, leaving=EU_FOCAL.person, to=holder(again))
    story.asks(change, OPERATOR)
    story.day_by_day(on(2022, 9, 28))
    assert letters_to(story, again)


def test_operators_have_their_table_of_tasks_instead_of_reminders() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.day_by_day(on(2022, 6, 1))
    assert "submit/study_visits/0" in story.partnership.overdue
    assert not [fell for fell in story.of(ev.ReminderFell) if fell.recipient == OPERATOR.person]


def test_who_takes_over_a_role_is_not_reminded_of_what_was_before() -> None:
    """Named on 3 October, three rungs late: told what is owed at once, then reminded at the next rung."""
    story = golden_week()
    story.day_by_day(on(2022, 10, 3, 15))
    new = actor("successor", Role.FOCAL_POINT, Side.EU)
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.EU, leaving=EU_FOCAL.person, to=holder(new))
    story.asks(change, OPERATOR)
    (named,) = letters_to(story, new, "holder_changed")
    assert named.about == ("decide/G.visit/1/0",)
    story.day_by_day(on(2022, 10, 12))
    assert list(rungs_of(story, new)) == [3, 7]
    assert list(rungs_of(story, EU_FOCAL)) == [-10, -3, 0]


def test_an_added_decider_is_not_reminded_of_what_was_before() -> None:
    story = golden_week()
    story.day_by_day(on(2022, 10, 3, 15))
    seat = Seat(role=Role.DEPUTY, side=Side.EU)
    story.asks(rq.AddDecider(gate="G.visit", seat=seat), OPERATOR)
    story.day_by_day(on(2022, 10, 6))
    assert list(rungs_of(story, EU_DEPUTY)) == [3]
    assert story.task("decide/G.visit/1/2").since == on(2022, 10, 3, 15)


def test_a_letter_says_what_by_when_and_what_silence_means() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    (letter,) = [one for one in letters_to(story, CN_FOCAL, "asked") if "decide/G3/1/1" in one.about]
    (item,) = letter.items
    assert (item.what, item.subject, item.silence) == ("decide", "work plan agreed", "deemed approved")
    assert item.basis.startswith("kick-off rules")
    assert item.due == story.task("decide/G3/1/1").deadline.at  # type: ignore[union-attr]  # it has one
    assert item.receipt == "C1-01/G3/1"
    assert story.partnership.receipt("G3/1").deadline is not None


def test_the_hour_is_a_matter_of_the_terms() -> None:
    terms = waiting_for(29).model_copy(update={"remind_at_hour": 10})
    story = Story(terms=terms)
    story.passes(Stage.SCOPING)
    story.until(on(2022, 9, 1))
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    story.day_by_day(on(2022, 9, 17))
    assert rungs_of(story, CN_FOCAL) == {-10: datetime(2022, 9, 16, 2, tzinfo=UTC)}
    assert story.partnership.next_due() == datetime(2022, 9, 27, 2, tzinfo=UTC)
