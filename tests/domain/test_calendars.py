"""What is a working day, where, and as far as who knows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars import CalendarEdition, CountryCalendar, DayOff


def days(name: str, *on: str) -> tuple[DayOff, ...]:
    return tuple(DayOff(on=date.fromisoformat(day), name=name) for day in on)


CHINA = CountryCalendar(
    country="CN",
    off=days("National Day", *(f"2022-10-0{n}" for n in range(1, 8))),
    makeup=days("make-up day for National Day", "2022-10-08", "2022-10-09"),
    starts=date(2022, 1, 1),
    horizon=date(2022, 12, 31),
)
ITALY = CountryCalendar(
    country="IT",
    off=days("All Saints' Day", "2022-11-01") + days("Easter Monday", "2022-04-18"),
    starts=date(2022, 1, 1),
    horizon=date(2030, 12, 31),
)
EDITION = CalendarEdition(name="2022", published=date(2021, 10, 25), countries=(CHINA, ITALY))


def test_golden_week_is_free_in_china_and_worked_in_italy() -> None:
    tuesday = date(2022, 10, 4)
    assert CHINA.why_off(tuesday) == "National Day"
    assert ITALY.is_working(tuesday)


def test_a_make_up_saturday_is_worked_and_says_why() -> None:
    saturday = date(2022, 10, 8)
    assert CHINA.is_working(saturday)
    assert CHINA.why_worked(saturday) == "make-up day for National Day"
    assert CHINA.why_worked(date(2022, 10, 10)) is None


def test_an_ordinary_weekend_is_named_by_its_day() -> None:
    assert CHINA.why_off(date(2022, 10, 15)) == "Saturday"
    assert ITALY.why_off(date(2022, 10, 16)) == "Sunday"


def test_a_holiday_on_a_weekend_keeps_the_name_of_the_holiday() -> None:
    assert CHINA.why_off(date(2022, 10, 1)) == "National Day"


def test_joint_days_are_worked_on_both_sides() -> None:
    """Golden Week and the make-up weekend after it both fall away: 30 September is followed by 10 October."""
    assert EDITION.days("CN", "IT").shift(date(2022, 9, 30), 1) == date(2022, 10, 10)
    assert EDITION.days("CN").shift(date(2022, 9, 30), 1) == date(2022, 10, 8)
    assert EDITION.days("IT").shift(date(2022, 9, 30), 1) == date(2022, 10, 3)


def test_a_joint_day_off_names_the_country_unless_all_agree() -> None:
    joint = EDITION.days("CN", "IT")
    assert joint.why_not(date(2022, 10, 4)) == "CN: National Day"
    assert joint.why_not(date(2022, 10, 8)) == "IT: Saturday"
    assert joint.why_not(date(2022, 10, 2)) == "CN: National Day; IT: Sunday"
    assert joint.why_not(date(2022, 10, 15)) == "Saturday"
    assert joint.why_not(date(2022, 10, 10)) is None
    assert EDITION.days("CN").why_not(date(2022, 10, 4)) == "National Day"


def test_with_no_country_every_day_counts() -> None:
    every = EDITION.days()
    assert every.counts(date(2022, 10, 1))
    assert every.shift(date(2022, 9, 30), 3) == date(2022, 10, 3)
    assert not every.provisional(date(2099, 1, 1))


def test_a_day_that_counts_stays_and_another_moves_either_way() -> None:
    china = EDITION.days("CN")
    assert china.on_or_after(date(2022, 10, 3)) == date(2022, 10, 8)
    assert china.on_or_before(date(2022, 10, 3)) == date(2022, 9, 30)
    assert china.on_or_after(date(2022, 10, 8)) == china.on_or_before(date(2022, 10, 8)) == date(2022, 10, 8)
    assert china.shift(date(2022, 10, 3), 0) == date(2022, 10, 3)


def test_beyond_the_horizon_only_weekends_are_free_and_all_is_provisional() -> None:
    china = EDITION.days("CN")
    assert china.counts(date(2023, 10, 2))
    assert not china.counts(date(2023, 10, 1))
    assert china.provisional(date(2023, 1, 1))
    assert not china.provisional(date(2022, 12, 31))
    assert china.provisional(date(2021, 12, 31)), "before the list begins, nothing is known either"
    assert EDITION.days("CN", "IT").provisional(date(2023, 1, 1)), "one unknown side is enough"
    assert not EDITION.days("IT").provisional(date(2023, 1, 1))


def test_cutting_an_edition_forgets_what_was_published_later() -> None:
    cut = EDITION.cut_at(date(2022, 9, 30))
    assert cut.country("CN").off == ()
    assert cut.country("CN").makeup == ()
    assert cut.days("CN").provisional(date(2022, 10, 3))
    assert cut.content_hash != EDITION.content_hash
    assert EDITION.cut_at(date(2099, 1, 1)) == EDITION


def test_cutting_chinas_list_leaves_italys_rules_alone() -> None:
    cut = EDITION.cut_at(date(2022, 9, 30), "CN")
    assert cut.country("IT") == ITALY
    assert cut.country("CN").horizon == date(2022, 9, 30)


def test_a_country_the_edition_lacks_is_named_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="calendar edition '2022' has no calendar for 'FR'; it holds CN, IT"):
        EDITION.days("CN", "FR")
    with pytest.raises(ValueError, match="no calendar for 'FR'"):
        EDITION.only("FR")


def test_an_edition_lists_a_country_once() -> None:
    with pytest.raises(ValidationError, match="twice"):
        CalendarEdition(name="x", published=date(2022, 1, 1), countries=(CHINA, CHINA))


def test_what_travels_keeps_name_and_lists_of_the_countries_asked_for() -> None:
    small = EDITION.only("IT")
    assert (small.name, small.countries) == (EDITION.name, (ITALY,))
    assert EDITION.only("IT", "CN") == EDITION


def test_being_asked_does_not_change_a_value() -> None:
    """Memories stay out of equality, hash and JSON, and do not survive into an amended copy."""
    fresh = CalendarEdition.model_validate_json(EDITION.model_dump_json())
    used = CalendarEdition.model_validate_json(EDITION.model_dump_json())
    assert used.days("CN").counts(date(2022, 10, 10))
    assert not used.country("CN").is_working(date(2022, 10, 4))
    assert used.content_hash == EDITION.content_hash
    assert used == fresh
    assert hash(used) == hash(fresh)
    assert used.model_dump_json() == fresh.model_dump_json()
    emptied = used.country("CN").model_copy(update={"off": ()})
    assert emptied.is_working(date(2022, 10, 4))
    amended = used.model_copy(update={"countries": (emptied, ITALY)})
    assert amended.days("CN").counts(date(2022, 10, 4))
    assert amended.content_hash != used.content_hash


def test_the_hash_is_of_the_content_not_of_the_order() -> None:
    turned = CalendarEdition(name="2022", published=EDITION.published, countries=(ITALY, CHINA))
    assert turned.content_hash == EDITION.content_hash
    shuffled = CHINA.model_validate({**CHINA.model_dump(), "off": tuple(reversed(CHINA.off))})
    assert shuffled == CHINA


@given(st.dates(date(2021, 6, 1), date(2024, 1, 1)), st.integers(1, 60))
def test_going_there_and_back_ends_on_a_counting_day_at_or_after_the_first(day: date, n: int) -> None:
    """n days on and n days back is the same day where it counts, else the last counting day before it."""
    joint = EDITION.days("CN", "IT")
    there = joint.shift(day, n)
    assert joint.counts(there)
    assert joint.shift(there, -n) == joint.on_or_before(day)
