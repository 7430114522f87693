"""The lists taken from the holidays package are the official ones."""

from datetime import date, timedelta

import pytest

from domain.calendars import CalendarEdition
from domain.holiday_lists import EU_MEMBERS, china_known_through, edition

# Days off as announced, as (first, last) month and day, and the weekend days worked for them.
# 2021-2023: domain.md section 9, from the State Council's notices (its ASSUMED-K parts: make-up days of 2021,
# 6 May and June 2023). 1-3 January 2021 and 31 December 2022: from knowledge, not in that section.
# 2024-2026: State Council notices of 25 October 2023, 12 November 2024 and 4 November 2025, from knowledge;
# the package agreed with all three.
NOTICES = {
    2021: (
        "01-01/01-03 02-11/02-17 04-03/04-05 05-01/05-05 06-12/06-14 09-19/09-21 10-01/10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01/01-03 01-31/02-06 04-03/04-05 04-30/05-04 06-03/06-05 09-10/09-12 10-01/10-07 12-31/12-31",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-08/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


@pytest.fixture(scope="module")
def lists() -> CalendarEdition:
    return edition("all", date(2025, 11, 4), ("CN", *EU_MEMBERS), 2019, 2027)


@pytest.mark.parametrize("year", NOTICES)
def test_china_works_exactly_as_the_state_council_announced(lists: CalendarEdition, year: int) -> None:
    """Every day of the year is worked or free as the notice of that year says."""
    announced, made_up = NOTICES[year]
    off = set()
    for stretch in announced.split():
        first, last = (date.fromisoformat(f"{year}-{end}") for end in stretch.split("/"))
        off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    worked = {date.fromisoformat(f"{year}-{day}") for day in made_up.split()}
    china = lists.country("CN")
    for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
        day = date(year, 1, 1) + timedelta(days=n)
        expected = day in worked or (day not in off and day.weekday() < 5)
        assert china.is_working(day) is expected, day


def test_china_is_known_as_far_as_the_package_has_its_notices() -> None:
    """The known years reach at least 2026, and each of them has make-up days."""
    assert china_known_through() >= 2026
    china = edition("cn", date(2025, 11, 4), ["CN"], 2001, 2040).country("CN")
    assert china.horizon == date(china_known_through(), 12, 31)
    assert sorted({day.on.year for day in china.makeup}) == list(range(2001, china_known_through() + 1))


def test_a_chinese_year_without_a_notice_is_left_out() -> None:
    """Past the last notice the list is empty, where the package would offer a guess."""
    beyond = china_known_through() + 1
    china = edition("cn", date(2025, 11, 4), ["CN"], 2020, beyond).country("CN")
    assert all(day.on.year < beyond for day in china.off + china.makeup)
    with pytest.raises(ValueError, match="the last one is for"):
        edition("cn", date(2025, 11, 4), ["CN"], beyond, beyond)


def test_traded_days_bear_the_name_of_their_holiday(lists: CalendarEdition) -> None:
    """Nobody calls 6 October 2022 "day off substituted from 8 October"."""
    china = lists.country("CN")
    assert china.why_off(date(2022, 10, 6)) == "National Day"
    assert china.why_off(date(2021, 9, 20)) == "Mid-Autumn Festival"
    assert china.why_off(date(2022, 1, 31)) == "Spring Festival"
    assert china.why_worked(date(2022, 10, 8)) == "make-up day for National Day"
    assert not [day for calendar in lists.countries for day in calendar.off if "substituted" in day.name]


def test_the_spring_festival_of_2020_was_prolonged_by_decree(lists: CalendarEdition) -> None:
    """31 January was free, and the Saturday first announced as worked, 1 February, was not worked."""
    assert not lists.country("CN").is_working(date(2020, 1, 31))
    assert not lists.country("CN").is_working(date(2020, 2, 1))


@pytest.mark.parametrize("code", EU_MEMBERS)
def test_every_member_state_has_its_list_to_the_last_year_asked(lists: CalendarEdition, code: str) -> None:
    """New Year and Christmas are free in each, and the list ends with the last year."""
    calendar = lists.country(code)
    assert calendar.horizon == date(2027, 12, 31)
    assert calendar.why_off(date(2024, 1, 1)) is not None
    assert calendar.why_off(date(2024, 12, 25)) is not None


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("IT", "2022-04-18"),  # Easter Monday
        ("IT", "2022-06-02"),  # Republic Day
        ("GR", "2022-04-25"),  # Orthodox Easter Monday, a week after the western one
        ("RO", "2022-04-22"),  # Orthodox Good Friday
        ("DE", "2023-10-03"),
        ("PT", "2024-04-25"),
        ("SI", "2023-02-08"),
        ("LU", "2024-05-09"),  # Europe Day
    ],
)
def test_national_holidays_are_free(lists: CalendarEdition, code: str, day: str) -> None:
    assert not lists.country(code).is_working(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("IT", "2022-12-07"),  # Sant'Ambrogio: Milan only
        ("DE", "2024-05-30"),  # Corpus Christi: some Laender only
        ("ES", "2023-09-11"),  # Catalonia only
        ("GR", "2022-04-18"),  # Easter Monday of the western church
        ("FR", "2023-04-07"),  # Good Friday: Alsace-Moselle only
    ],
)
def test_regional_and_foreign_holidays_are_worked(lists: CalendarEdition, code: str, day: str) -> None:
    assert lists.country(code).is_working(date.fromisoformat(day))


def test_hungary_makes_up_for_bridge_days_too() -> None:
    """Saturday 3 August 2024 was worked for Monday 19 August."""
    hungary = edition("hu", date(2024, 1, 1), ["HU"], 2024, 2024).country("HU")
    assert hungary.is_working(date(2024, 8, 3))
    assert not hungary.is_working(date(2024, 8, 19))


def test_an_unknown_country_is_named() -> None:
    """Greece is EL in EU papers and GR in ISO 3166: a mistake worth a sentence."""
    with pytest.raises(ValueError, match=r"'EL'.*Greece is GR"):
        edition("x", date(2024, 1, 1), ["EL"], 2024, 2024)


def test_the_same_lists_are_the_same_edition() -> None:
    """Two makings agree to the last byte, so the hash can be compared between machines."""
    one, two = (edition("a", date(2025, 11, 4), ["CN", "HU", "IT"], 2020, 2026) for _ in range(2))
    assert one.model_dump_json() == two.model_dump_json()
    assert one.content_hash == two.content_hash
