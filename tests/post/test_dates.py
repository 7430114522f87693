"""Dates as a reader in a city hall reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from post import dates


@pytest.mark.parametrize(
    ("due", "zone", "english", "chinese"),
    [
        (
            datetime(2023, 3, 14, 23, tzinfo=UTC),
            "Europe/Madrid",
            "Tuesday 14 March 2023 (end of day, Europe/Madrid)",
            "2023年3月14日（星期二）马德里时间24时前",
        ),
        (  # summer time
            datetime(2023, 6, 30, 22, tzinfo=UTC),
            "Europe/Madrid",
            "Friday 30 June 2023 (end of day, Europe/Madrid)",
            "2023年6月30日（星期五）马德里时间24时前",
        ),
        (
            datetime(2023, 3, 14, 16, tzinfo=UTC),
            "Asia/Shanghai",
            "Tuesday 14 March 2023 (end of day, Beijing time)",
            "2023年3月14日（星期二）北京时间24时前",
        ),
        (  # counted in Brussels, read in Hangzhou, over the turn of a year
            datetime(2022, 12, 31, 23, tzinfo=UTC),
            "Asia/Shanghai",
            "Saturday 31 December 2022 (at the latest Sunday 1 January, 07:00 Beijing time)",
            "2022年12月31日（星期六），最迟不晚于北京时间1月1日07:00",
        ),
        (  # counted in Madrid, read in Lisbon
            datetime(2023, 3, 14, 23, tzinfo=UTC),
            "Europe/Lisbon",
            "Tuesday 14 March 2023 (23:00 Europe/Lisbon)",
            "2023年3月14日（星期二）里斯本时间23:00前",
        ),
        (
            datetime(2023, 3, 14, 15, 30, tzinfo=UTC),
            "Europe/Tallinn",
            "Tuesday 14 March 2023 (17:30 Europe/Tallinn)",
            "2023年3月14日（星期二）Europe/Tallinn时间17:30前",
        ),
        (
            datetime(2023, 3, 15, 0, tzinfo=UTC),
            "Mars/Olympus",
            "Tuesday 14 March 2023 (end of day, UTC)",
            "2023年3月14日（星期二）协调世界时24时前",
        ),
    ],
)
def test_a_deadline_names_its_last_day_and_zone(due: datetime, zone: str, english: str, chinese: str) -> None:
    assert dates.deadline(due, zone, "en") == english
    assert dates.deadline(due, zone, "zh") == chinese


def test_a_subject_line_names_the_same_day_everywhere() -> None:
    due = datetime(2023, 3, 14, 23, tzinfo=UTC)
    for zone in ("Europe/Madrid", "Europe/Lisbon", "Asia/Shanghai"):
        assert dates.deadline_day(due, zone, "en") == "14 March 2023"
        assert dates.deadline_day(due, zone, "zh") == "2023年3月14日"


def test_the_last_day_of_the_programme_is_the_same_for_everybody() -> None:
    assert dates.last_day(datetime(2023, 12, 31, 23, tzinfo=UTC), "en") == "Sunday 31 December 2023"
    assert dates.last_day(datetime(2024, 1, 1, tzinfo=UTC), "zh") == "2023年12月31日（星期日）"


def test_a_day_is_that_of_the_readers_zone() -> None:
    moment = datetime(2023, 3, 14, 22, tzinfo=UTC)
    assert dates.day(moment, "Europe/Madrid", "en") == "Tuesday 14 March 2023"
    assert dates.day(moment, "Asia/Shanghai", "zh") == "2023年3月15日（星期三）"
