"""Days are counted, clocks stop and restart, and every deadline can be checked by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import CalendarEdition
from domain.clocks import Allowance, Clock, DayKind, Span
from domain.holiday_lists import edition

EDITION = edition("lists of November 2022", date(2022, 12, 8), ("CN", "IT"), 2021, 2023)
ROME, SHANGHAI = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def clock(
    start: datetime,
    days: int,
    kind: DayKind = DayKind.JOINT,
    countries: tuple[str, ...] = ("CN", "IT"),
    zone: str = "Europe/Rome",
    rolls: bool = False,
) -> Clock:
    allowance = Allowance(days=days, kind=kind, rolls=rolls)
    return Clock(id="review", start=start, allowance=allowance, countries=countries, zone=zone)


def last_day(running: Clock, lists: CalendarEdition = EDITION, also: tuple[Span, ...] = ()) -> date:
    deadline = running.deadline(lists, also)
    assert deadline is not None
    return deadline.on


def span(since: str, until: str | None, why: str = "hold") -> Span:
    return Span(since=at(since), until=at(until) if until else None, why=why, by="p-000001")


def test_the_day_of_the_start_is_not_counted() -> None:
    """Monday and one day make Tuesday, at whatever hour of Monday it began."""
    for hour in ("00:00", "09:00", "23:59"):
        assert last_day(clock(at(f"2022-03-07T{hour}"), 1)) == date(2022, 3, 8)


def test_a_deadline_is_the_end_of_the_last_day_where_its_owner_lives() -> None:
    deadline = clock(at("2022-03-07T09:00"), 1).deadline(EDITION)
    assert deadline is not None
    assert deadline.at == datetime(2022, 3, 8, 23, 0, tzinfo=UTC)


def test_joint_days_skip_golden_week_and_the_make_up_weekend() -> None:
    """From Thursday 29 September 2022: 30 September is day 1, Monday 10 October is day 2."""
    assert last_day(clock(at("2022-09-29T10:00"), 2)) == date(2022, 10, 10)


def test_own_days_in_china_count_the_make_up_saturday() -> None:
    chinese = clock(at("2022-09-29T10:00", SHANGHAI), 2, DayKind.OWN, ("CN",), "Asia/Shanghai")
    assert last_day(chinese) == date(2022, 10, 8)


def test_own_days_skip_spring_festival_in_china_only() -> None:
    """Friday 20 January 2023 and one day: Saturday 28 January in China, Monday 23 January in Italy."""
    start = at("2023-01-20T10:00", SHANGHAI)
    assert last_day(clock(start, 1, DayKind.OWN, ("CN",), "Asia/Shanghai")) == date(2023, 1, 28)
    assert last_day(clock(start, 1, DayKind.OWN, ("IT",))) == date(2023, 1, 23)


def test_own_days_skip_easter_monday_in_italy() -> None:
    assert last_day(clock(at("2022-04-15T10:00"), 1, DayKind.OWN, ("IT",))) == date(2022, 4, 19)


def test_contract_periods_do_not_move_off_a_sunday_and_partner_tasks_do() -> None:
    """Fifteen calendar days from 1 October 2022 end on Sunday the 16th; a partner has until Monday."""
    start = at("2022-10-01T10:00")
    assert last_day(clock(start, 15, DayKind.CALENDAR, ())) == date(2022, 10, 16)
    assert last_day(clock(start, 15, DayKind.CALENDAR, ("IT",), rolls=True)) == date(2022, 10, 17)


def test_a_deadline_in_golden_week_rolls_to_the_make_up_saturday() -> None:
    start = at("2022-09-28T10:00", SHANGHAI)
    task = clock(start, 5, DayKind.CALENDAR, ("CN",), "Asia/Shanghai", rolls=True)
    assert last_day(task) == date(2022, 10, 8)
    receipt = task.receipt(EDITION)
    assert receipt.rolled_from == date(2022, 10, 3)
    assert [line.reason for line in receipt.lines if line.day > date(2022, 10, 3)] == ["National Day"] * 4 + [
        ""
    ]


def test_no_days_at_all_end_with_the_day_of_the_start_or_the_next_one_worked() -> None:
    assert last_day(clock(at("2022-03-07T09:00"), 0)) == date(2022, 3, 7)
    assert last_day(clock(at("2022-03-05T09:00"), 0)) == date(2022, 3, 7)
    assert last_day(clock(at("2022-03-05T09:00"), 0, DayKind.CALENDAR, ())) == date(2022, 3, 5)
    assert last_day(clock(at("2022-03-05T09:00"), 0, DayKind.CALENDAR, ("IT",), rolls=True)) == date(
        2022, 3, 7
    )


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2022-03-25T12:00", datetime(2022, 3, 27, 22, 0, tzinfo=UTC)),  # 27 March has 23 hours; summer time
        ("2022-10-28T12:00", datetime(2022, 10, 30, 23, 0, tzinfo=UTC)),  # 30 October has 25; winter time
    ],
)
def test_a_change_of_clocks_in_europe_leaves_the_days_whole(start: str, ends: datetime) -> None:
    deadline = clock(at(start), 2, DayKind.CALENDAR, ()).deadline(EDITION)
    assert deadline is not None
    assert deadline.at == ends


def test_one_instant_is_two_days_in_shanghai_and_brussels() -> None:
    """Monday 20:00 in Brussels is Tuesday in Shanghai: one day ends on Tuesday here, on Wednesday there."""
    start = datetime(2022, 3, 7, 19, 0, tzinfo=UTC)
    assert last_day(clock(start, 1, DayKind.CALENDAR, (), "Europe/Brussels")) == date(2022, 3, 8)
    chinese = clock(start, 1, DayKind.CALENDAR, (), "Asia/Shanghai").deadline(EDITION)
    assert chinese is not None
    assert (chinese.on, chinese.at) == (date(2022, 3, 9), datetime(2022, 3, 9, 16, 0, tzinfo=UTC))


def test_neither_the_day_of_a_stop_nor_of_a_restart_counts() -> None:
    """Five days from Monday 7 March, stopped Wednesday to Thursday: 8, 11, 14, 15 and 16 March."""
    running = clock(at("2022-03-07T09:00"), 5)
    stopped = running.stopped(at("2022-03-09T17:00"), "clarification", "p-000001")
    assert stopped.is_stopped
    assert stopped.deadline(EDITION) is None
    restarted = stopped.restarted(at("2022-03-10T08:00"))
    assert not restarted.is_stopped
    assert last_day(restarted) == date(2022, 3, 16)
    assert last_day(running) == date(2022, 3, 14)


def test_a_stop_and_restart_on_one_day_cost_that_day() -> None:
    stopped = clock(at("2022-03-07T09:00"), 5).stopped(at("2022-03-09T09:00"), "clarification", None)
    assert last_day(stopped.restarted(at("2022-03-09T09:30"))) == date(2022, 3, 15)
    assert last_day(stopped.restarted(at("2022-03-09T09:00"))) == date(2022, 3, 15)


def test_a_restart_on_the_stroke_of_midnight_leaves_the_new_day_whole() -> None:
    stopped = clock(at("2022-03-07T09:00"), 5).stopped(at("2022-03-09T09:00"), "clarification", None)
    assert last_day(stopped.restarted(at("2022-03-10T00:00"))) == date(2022, 3, 15)
    assert last_day(stopped.restarted(at("2022-03-10T00:00:01"))) == date(2022, 3, 16)


def test_a_stop_over_a_weekend_costs_no_working_day() -> None:
    stopped = clock(at("2022-03-07T09:00"), 5).stopped(at("2022-03-12T00:00"), "clarification", None)
    assert last_day(stopped.restarted(at("2022-03-13T20:00"))) == date(2022, 3, 14)


def test_days_under_two_stops_are_lost_once() -> None:
    """A clarification 9-10 March within a hold 10-11 March takes three days, not four."""
    stopped = clock(at("2022-03-07T09:00"), 5).stopped(at("2022-03-09T09:00"), "clarification", None)
    restarted = stopped.restarted(at("2022-03-10T15:00"))
    hold = span("2022-03-10T09:00", "2022-03-11T09:00")
    assert last_day(restarted, also=(hold,)) == date(2022, 3, 17)
    reasons = [line.reason for line in restarted.receipt(EDITION, (hold,)).lines[2:5]]
    assert reasons == ["stopped: clarification", "stopped: clarification, hold", "stopped: hold"]


def test_an_open_hold_kept_elsewhere_means_no_deadline() -> None:
    running = clock(at("2022-03-07T09:00"), 5)
    hold = (span("2022-03-10T09:00", None),)
    assert running.deadline(EDITION, hold) is None
    assert not running.is_stopped
    assert running.remaining(at("2022-06-01T09:00"), EDITION, hold) == 3
    receipt = running.receipt(EDITION, hold)
    assert (receipt.remaining, receipt.deadline) == (3, None)
    assert receipt.lines[-1].reason == "stopped: hold"


def test_the_same_clock_answers_for_each_edition_and_each_stop_as_if_it_were_asked_for_the_first_time() -> (
    None
):
    """What it found out before is not given for an answer to another question."""
    later = edition("lists of October 2021", date(2021, 10, 25), ("CN", "IT"), 2021, 2022)
    hold, longer = span("2022-04-04T09:00", "2022-04-06T09:00"), span("2022-04-04T09:00", "2022-04-13T09:00")
    questions = [
        (EDITION, ()),
        (EDITION, (hold,)),
        (EDITION, (longer,)),
        (later, ()),
        (later, (hold, longer)),
    ]
    running = clock(at("2022-04-01T09:00"), 12)
    expected = [clock(at("2022-04-01T09:00"), 12).deadline(*question) for question in questions]
    assert [running.deadline(*question) for question in (*questions, *reversed(questions))] == [
        *expected,
        *reversed(expected),
    ]
    stopped = running.stopped(at("2022-04-07T09:00"), "question", None)
    assert stopped.deadline(EDITION) is None
    assert last_day(stopped.restarted(at("2022-04-12T09:00"))) > last_day(running)
    assert len({one.on for one in expected[:3] if one is not None}) == 3


def test_a_hold_older_than_the_clock_delays_its_first_day() -> None:
    assert last_day(
        clock(at("2022-03-07T09:00"), 1), also=(span("2022-03-01T09:00", "2022-03-08T09:00"),)
    ) == date(2022, 3, 9)


def test_a_rolled_deadline_does_not_land_on_a_day_the_clock_stood_still() -> None:
    """The count ends on Saturday; Monday morning is still within a stop, so Tuesday it is."""
    task = clock(at("2022-03-07T09:00"), 5, DayKind.CALENDAR, ("IT",), rolls=True)
    hold = span("2022-03-13T09:00", "2022-03-14T09:00")
    assert last_day(task, also=(hold,)) == date(2022, 3, 15)


def test_a_clock_stops_and_restarts_in_turn() -> None:
    running = clock(at("2022-03-07T09:00"), 5)
    with pytest.raises(ValueError, match="is not stopped"):
        running.restarted(at("2022-03-08T09:00"))
    with pytest.raises(ValueError, match="starts only at"):
        running.stopped(at("2022-03-01T09:00"), "hold", None)
    stopped = running.stopped(at("2022-03-08T09:00"), "hold", None)
    with pytest.raises(ValueError, match="already stopped"):
        stopped.stopped(at("2022-03-09T09:00"), "hold", None)
    with pytest.raises(ValueError, match="cannot end at"):
        stopped.restarted(at("2022-03-08T08:00"))


def test_what_remains_shrinks_when_a_counted_day_is_over() -> None:
    running = clock(at("2022-03-07T09:00"), 2)
    whens = (
        "2022-03-07T10:00",
        "2022-03-08T23:59",
        "2022-03-09T00:00",
        "2022-03-09T23:59",
        "2022-03-10T00:00",
    )
    assert [running.remaining(at(when), EDITION) for when in whens] == [2, 2, 1, 1, 0]


def test_a_deadline_beyond_the_published_lists_is_provisional_and_moves_with_the_next_list() -> None:
    """In 2021 nobody could know that the Spring Festival of 2022 would cost five working days."""
    running = clock(at("2022-01-28T09:00"), 3, DayKind.OWN, ("CN",), "Asia/Shanghai")
    early = running.deadline(EDITION.cut_at(date(2021, 12, 31)))
    late = running.deadline(EDITION)
    assert early is not None
    assert late is not None
    assert (early.on, early.provisional) == (date(2022, 2, 2), True)
    assert (late.on, late.provisional) == (date(2022, 2, 7), False)


def test_plain_calendar_days_are_never_provisional_and_need_no_list() -> None:
    deadline = clock(at("2029-01-01T09:00"), 45, DayKind.CALENDAR, ("FR",)).deadline(EDITION)
    assert deadline is not None
    assert not deadline.provisional


def test_a_receipt_shows_each_day_its_number_or_its_reason() -> None:
    """From Friday 30 September 2022, own days in China: a free week, then a worked weekend."""
    running = clock(at("2022-09-30T10:00", SHANGHAI), 2, DayKind.OWN, ("CN",), "Asia/Shanghai")
    receipt = running.receipt(EDITION)
    assert [(line.day.isoformat()[5:], line.counted, line.reason) for line in receipt.lines] == [
        ("09-30", None, "day of the start"),
        *((f"10-0{n}", None, "National Day") for n in range(1, 8)),
        ("10-08", 1, "make-up day for National Day"),
        ("10-09", 2, "make-up day for National Day"),
    ]
    assert (receipt.edition, receipt.edition_hash) == (EDITION.name, EDITION.content_hash)
    assert receipt.deadline == running.deadline(EDITION)
    assert receipt.rolled_from is None


def test_working_days_need_a_country_and_a_clock_needs_a_zone_that_exists() -> None:
    with pytest.raises(ValidationError, match="at least one country"):
        clock(at("2022-03-07T09:00"), 5, countries=())
    with pytest.raises(ValidationError, match="not an IANA time zone"):
        clock(at("2022-03-07T09:00"), 5, zone="Europe/Bruxelles")
    with pytest.raises(ValidationError, match="needs its zone"):
        clock(datetime(2022, 3, 7), 5)


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (15, DayKind.JOINT, "15 joint working days"),
        (1, DayKind.OWN, "1 own working day"),
        (45, DayKind.CALENDAR, "45 calendar days"),
    ],
)
def test_an_allowance_reads_as_people_say_it(days: int, kind: DayKind, words: str) -> None:
    assert str(Allowance(days=days, kind=kind)) == words


def test_a_clock_survives_its_payload() -> None:
    stopped = clock(at("2022-03-07T09:00"), 5).stopped(at("2022-03-09T09:00"), "clarification", "p-000001")
    assert Clock.model_validate_json(stopped.model_dump_json()) == stopped


# An oracle that shares no code with the clock: each day is an interval of instants that stops overlap or
# not, and each country's lists are read as they stand in the value.


def oracle(running: Clock, spans: tuple[Span, ...]) -> date:
    zone = ZoneInfo(running.zone)

    def whole(day: date) -> bool:
        begins = datetime.combine(day, time(), zone).astimezone(UTC)
        ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        for stop in spans:
            assert stop.until is not None
            if begins <= stop.since < ends or (stop.since < ends and stop.until > begins):
                return False
        return True

    def worked(day: date) -> bool:
        for code in running.countries:
            (lists,) = (each for each in EDITION.countries if each.country == code)
            if lists.starts <= day <= lists.horizon:
                if any(off.on == day for off in lists.off):
                    return False
                if any(made.on == day for made in lists.makeup):
                    continue
            if day.isoweekday() > 5:
                return False
        return True

    plain = running.allowance.kind is DayKind.CALENDAR
    day = running.start.astimezone(zone).date()
    left = running.allowance.days
    if left == 0:
        while not (whole(day) and (plain or worked(day))):
            day += timedelta(days=1)
    while left:
        day += timedelta(days=1)
        if whole(day) and (plain or worked(day)):
            left -= 1
    if plain and running.allowance.rolls:
        while not (whole(day) and worked(day)):
            day += timedelta(days=1)
    return day


moments = st.datetimes(datetime(2021, 12, 1), datetime(2024, 2, 1), timezones=st.just(UTC))


@st.composite
def stops(draw: st.DrawFn) -> Span:
    since = draw(moments)
    length = draw(st.one_of(st.timedeltas(timedelta(0), timedelta(days=3)), st.just(timedelta(days=70))))
    return Span(since=since, until=since + length, why=draw(st.sampled_from(("hold", "clarification"))))


@settings(max_examples=300, deadline=None)
@given(
    start=moments,
    days=st.integers(0, 60),
    kind=st.sampled_from(DayKind),
    rolls=st.booleans(),
    countries=st.sampled_from((("CN",), ("IT",), ("CN", "IT"))),
    zone=st.sampled_from(("Europe/Rome", "Asia/Shanghai", "Atlantic/Azores", "UTC")),
    spans=st.lists(stops(), max_size=5).map(tuple),
)
def test_the_deadline_equals_a_count_on_fingers(
    start: datetime,
    days: int,
    kind: DayKind,
    rolls: bool,
    countries: tuple[str, ...],
    zone: str,
    spans: tuple[Span, ...],
) -> None:
    """Deadline, receipt and remaining days agree with a count made day by day by other code."""
    running = clock(start, days, kind, countries, zone, rolls)
    deadline = running.deadline(EDITION, spans)
    assert deadline is not None
    assert deadline.on == oracle(running, spans)
    receipt = running.receipt(EDITION, spans)
    assert receipt.deadline == deadline
    assert [line.counted for line in receipt.lines if line.counted] == list(range(1, days + 1))
    assert all(line.counted or line.reason for line in receipt.lines[:-1])
    assert receipt.lines[-1].day == deadline.on
    assert running.remaining(deadline.at, EDITION, spans) == 0
    assert running.remaining(start, EDITION, spans) == days


def test_days_are_counted_back_from_a_moment_and_skip_what_is_not_worked() -> None:
    """Three joint days before Tuesday 11 October 2022 are Monday the 10th and 30 and 29 September."""
    back = clock(at("2022-09-01T10:00"), 3).model_copy(update={"before": at("2022-10-11T09:00")})
    assert last_day(back) == date(2022, 9, 29)
    receipt = back.receipt(EDITION)
    assert [line.counted for line in receipt.lines if line.counted] == [3, 2, 1]
    assert receipt.lines[0].day == date(2022, 9, 29) and receipt.lines[-1].day == date(2022, 10, 11)


def test_what_is_counted_back_is_never_due_before_it_was_set_and_stands_still_without_moving() -> None:
    back = clock(at("2022-10-10T10:00"), 3).model_copy(update={"before": at("2022-10-11T09:00")})
    assert last_day(back) == date(2022, 10, 10)
    early = back.model_copy(update={"start": at("2022-09-01T10:00")})
    assert early.deadline(EDITION, (span("2022-09-05T00:00", None),)) is None
    assert last_day(early, also=(span("2022-09-05T00:00", "2022-09-20T00:00"),)) == date(2022, 9, 29)
    stopped = early.receipt(EDITION, (span("2022-09-05T00:00", None),))
    assert (stopped.deadline, stopped.remaining) == (None, None), "its days run off while it stands still"
    receipt = back.receipt(EDITION)
    assert receipt.rolled_from is None
    assert receipt.lines[0].reason == "the day it was set: it is due no earlier"


def test_a_date_counted_back_from_beyond_the_lists_is_provisional() -> None:
    back = clock(at("2023-10-01T10:00"), 20).model_copy(update={"before": at("2024-01-10T09:00")})
    deadline = back.deadline(EDITION)
    assert deadline is not None and deadline.on < date(2023, 12, 31) and deadline.provisional


def test_nothing_is_counted_back_from_a_time_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="before it begins"):
        Clock.model_validate(
            clock(at("2022-03-07T09:00"), 5).model_dump() | {"before": at("2022-03-06T09:00")}
        )


@settings(max_examples=200, deadline=None)
@given(
    before=moments,
    days=st.integers(0, 40),
    kind=st.sampled_from(tuple(DayKind)),
    zone=st.sampled_from(("Europe/Rome", "Asia/Shanghai")),
)
def test_as_many_days_lie_between_a_deadline_and_its_moment_as_were_allowed(
    before: datetime, days: int, kind: DayKind, zone: str
) -> None:
    """Against the same oracle: counted on from the deadline, the allowance ends on or before the moment's day."""
    back = clock(datetime(2021, 1, 1, tzinfo=UTC), days, kind, zone=zone).model_copy(
        update={"before": before}
    )
    due = last_day(back)
    target = before.astimezone(ZoneInfo(zone)).date()
    plain = kind is DayKind.CALENDAR
    every = [due + timedelta(days=n) for n in range((target - due).days)]
    assert sum(1 for day in every if plain or oracle_works(back, day)) == days
    assert days == 0 or plain or oracle_works(back, due), "a deadline is a day that counts"


def oracle_works(running: Clock, day: date) -> bool:
    """Whether a day is worked, by the oracle: no day from its eve on is the day itself."""
    eve = datetime.combine(day - timedelta(days=1), time(9), ZoneInfo(running.zone))
    allowance = Allowance(days=1, kind=DayKind.JOINT)
    return (
        oracle(running.model_copy(update={"start": eve, "allowance": allowance, "before": None}), ()) == day
    )
