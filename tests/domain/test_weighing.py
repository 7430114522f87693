"""A rehearsal in figures: what is counted is what happened, and nothing twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.rehearsal import Rehearsed
from domain.rehearsal.weighing import ContactLoad, Weighed, season_of, week_of, weigh
from domain.stages import default_terms
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Side
from tests.given import CN_FOCAL, END, MANAGER, OPERATOR, START, TEAM_LEADER, calendars, on, text
from tests.story import Story


def weighed(*stories: Story, until: int = 2022) -> Weighed:
    lives = {
        story.partnership.code: Rehearsed(story.partnership, story.events, steps=0, refusals=())
        for story in stories
    }
    return weigh(lives, on(until, 1, 1))


def monday(year: int, month: int, day: int) -> date:
    found = date(year, month, day)
    assert found.weekday() == 0
    return found


def test_letters_are_those_of_the_story_by_reader_and_week() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    told = weighed(story)
    assert told.letters == len(story.letters) > 10
    assert sum(one.letters for one in told.contacts) == told.letters
    read = Counter(letter.recipient for letter in story.letters)
    week = week_of(START)
    assert {one.person: one for one in told.contacts} == {
        person: ContactLoad(person=person, letters=count, most=count, week=week, weeks={week: count})
        for person, count in read.items()
    }
    assert list(told.contacts) == sorted(told.contacts, key=lambda one: (-one.letters, one.person))


def test_reminders_and_escalations_are_counted_by_kind() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.day_by_day(on(2021, 10, 1))
    told = weighed(story)
    kinds = Counter(letter.kind for letter in story.letters)
    assert (told.reminders, told.escalations) == (kinds["reminder"] + kinds["signature"], kinds["escalation"])
    assert told.reminders and told.escalations and told.overdue


def test_gates_count_in_all_their_openings() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER, rq.Verdict.RETURN)
    story.hands_in(Stage.SCOPING, "two")
    story.decides("G2", TEAM_LEADER, at=on(2021, 12, 1))
    gates = {gate.code: gate for gate in weighed(story).gates}
    assert (gates["G2"].opened, gates["G2"].in_time, gates["G2"].late, gates["G2"].open) == (2, 1, 1, 0)
    assert (gates["G3"].opened, gates["G3"].in_time, gates["G3"].late, gates["G3"].open) == (1, 0, 0, 1)


def test_the_secretariat_s_week_counts_its_requests_and_what_waited() -> None:
    """The report waits for the cluster manager over two week ends; the requests of others are not the secretariat's."""
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.hands_in(Stage.SCOPING, by=MANAGER, at=on(2021, 3, 16))
    weeks = {one.week: one for one in weighed(story).secretariat}
    assert weeks[monday(2021, 3, 1)].requests == weeks[monday(2021, 3, 15)].requests == 1
    assert weeks[monday(2021, 3, 8)].requests == 0
    waiting = weeks[monday(2021, 3, 1)].waiting
    assert waiting == weeks[monday(2021, 3, 8)].waiting > 0
    left = [
        task
        for task in tasks_of(story.partnership)
        if task.seat.role.value in ("operator", "team_leader", "cluster_manager")
    ]
    assert weeks[monday(2021, 3, 15)].waiting == len(left)


def test_every_week_from_the_first_to_the_last_has_its_line() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    weeks = [one.week for one in weighed(story).secretariat]
    assert weeks == [weeks[0] + place * timedelta(days=7) for place in range(len(weeks))]
    assert weighed().secretariat == () and weighed().busiest is None


def test_what_one_partnership_adds_does_not_hang_on_the_others() -> None:
    one, two = Story(), Story(code="C1-02")
    one.passes(Stage.SCOPING)
    two.opens(Stage.SCOPING)
    two.day_by_day(on(2021, 9, 1))
    both, each = weighed(one, two), (weighed(one), weighed(two))
    for count in ("partnerships", "events", "letters", "reminders", "escalations", "overdue", "deadlines"):
        assert getattr(both, count) == sum(getattr(alone, count) for alone in each), count
    total: Counter[date] = Counter()
    for alone in each:
        total.update({week.week: week.requests for week in alone.secretariat})
    assert {week.week: week.requests for week in both.secretariat} == total


def test_a_stage_is_drawn_from_its_opening_until_it_passed() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.at = on(2021, 4, 6)
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS, on(2021, 5, 4))
    scoping, visits = weighed(story).stretches
    assert (scoping.since, scoping.until, scoping.passed) == (date(2021, 3, 2), date(2021, 4, 6), True)
    assert (visits.since, visits.until, visits.passed) == (date(2021, 5, 4), date(2022, 1, 1), False)


def test_a_stage_that_its_partnership_did_not_outlive_ends_with_it() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    leaves = rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave"))
    story.asks(leaves, CN_FOCAL, on(2021, 6, 1))
    (stretch,) = weighed(story).stretches
    assert (stretch.until, stretch.passed) == (date(2021, 6, 1), False)
    assert weighed(story).ends == {"withdrawn": 1}


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2021, 2, 11), "Spring Festival"),
        (date(2021, 2, 17), "Spring Festival"),
        (date(2021, 2, 18), None),
        (date(2021, 2, 20), None),  # worked, to make up
        (date(2021, 10, 1), "Golden Week"),
        (date(2021, 10, 7), "Golden Week"),
        (date(2021, 10, 8), None),
        (date(2021, 5, 3), None),  # Labour Day: five days off, but neither of the two
        (date(2021, 1, 3), None),  # New Year: three days
        (date(2021, 8, 1), "August"),
        (date(2021, 7, 31), None),
        (date(2031, 10, 2), None),  # no list reaches there
    ],
)
def test_the_times_when_little_is_answered(day: date, season: str | None) -> None:
    assert season_of(day, calendars().country("CN")) == season


def test_without_a_list_of_china_only_august_is_known() -> None:
    assert season_of(date(2021, 10, 2), None) is None
    assert season_of(date(2021, 8, 2), None) == "August"


def test_a_deadline_counts_once_in_its_season() -> None:
    """The report is due within 45 days: opened on 1 July, on 15 August."""
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 7, 1))
    (task,) = [task for task in tasks_of(story.partnership) if task.deadline]
    assert task.deadline is not None and task.deadline.at.date() == date(2021, 8, 15)
    story.day_by_day(on(2021, 7, 20))
    told = weighed(story, until=2021)
    assert (told.deadlines, told.seasons["August"]) == (1, 1)


def test_every_round_has_a_deadline_of_its_own() -> None:
    """Two rounds, both missed: two deadlines, of which two were missed."""
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.day_by_day(on(2021, 5, 3))
    story.hands_in(Stage.SCOPING, at=on(2021, 5, 3))
    story.decides("G2", TEAM_LEADER, rq.Verdict.RETURN, at=on(2021, 5, 4))
    story.day_by_day(on(2021, 9, 1))
    missed = [event for event in story.of(ev.DeadlinePassed) if event.task == "submit/scoping/0"]
    assert len(missed) == 2
    told = weighed(story)
    assert told.overdue <= told.deadlines


def test_two_events_of_one_request_are_one_request() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    call = rq.LogContact(person=MANAGER.person, channel=rq.Channel.PHONE, note=text("called"))
    assert len(story.asks(call, OPERATOR, on(2021, 3, 9))) == 2
    weeks = {one.week: one.requests for one in weighed(story).secretariat}
    assert weeks[monday(2021, 3, 8)] == 1


def test_averages_are_over_everybody_and_every_week_played() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    told = weighed(story)
    assert told.people == len({holder.person for holder in story.partnership.holders}) > len(told.contacts)
    assert told.weeks == (week_of(on(2022, 1, 1)) - week_of(START)).days // 7 + 1


def test_letters_are_told_by_week_too() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.day_by_day(on(2021, 10, 1))
    told = weighed(story)
    for one in told.contacts:
        sent = Counter(week_of(letter.at) for letter in story.letters if letter.recipient == one.person)
        assert one.weeks == sent and list(one.weeks) == sorted(one.weeks)
        assert (one.letters, one.most) == (sum(one.weeks.values()), one.weeks[one.week])
    assert any(len(one.weeks) > 1 for one in told.contacts)


def test_a_cut_off_hits_those_who_have_not_done_what_it_ends() -> None:
    idle, scoped, gone = Story(), Story(code="C1-02"), Story(code="C1-03")
    for story in (idle, scoped, gone):
        story.opens(Stage.SCOPING)
    scoped.passes(Stage.SCOPING)
    gone.asks(rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave")), CN_FOCAL, on(2021, 6, 1))
    for story in (idle, scoped):
        story.day_by_day(END)
    hit = weighed(idle, scoped, gone, until=2025).cut_offs
    assert hit["last kick-off"] == 1, "one has passed scoping, and one has withdrawn"
    assert hit["last adoption of an action plan"] == hit["end of the programme"] == 2
    assert "last evidence" not in hit, "nobody has an exchange without evidence"
    assert "draft final report" not in hit, "it is the programme's own"


def test_a_cut_off_that_other_terms_move_is_still_the_last_day_of_the_same() -> None:
    terms = default_terms().model_copy(update={"cut_offs": (("last kick-off", 250), ("tea", 20))})
    story = Story(terms=terms)
    story.opens(Stage.SCOPING)
    story.day_by_day(END)
    assert weighed(story, until=2025).cut_offs == {"last kick-off": 1, "end of the programme": 1}
