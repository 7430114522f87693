"""Programme time: as fast as wanted, and never early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.clockwork import Clockwork

moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
clockworks = st.builds(Clockwork, origin=moments, anchor=moments, speed=st.integers(1, 100_000_000))


def test_without_settings_it_is_real_time() -> None:
    now = datetime(2022, 3, 1, 9, tzinfo=UTC)
    assert Clockwork().at(now) == now == Clockwork().wall(now)


@given(clockworks, st.timedeltas(timedelta(microseconds=1), timedelta(days=4000)))
def test_a_timer_set_for_a_moment_never_goes_off_before_it(clockwork: Clockwork, later: timedelta) -> None:
    at = clockwork.origin + later
    wall = clockwork.wall(at)
    assert clockwork.at(wall) >= at
    assert clockwork.at(wall - timedelta(microseconds=1)) < at


@given(clockworks, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_it_stands_still_until_its_anchor(clockwork: Clockwork, before: timedelta) -> None:
    """A rehearsal founds its partnerships on the first day, however long that takes."""
    assert clockwork.at(clockwork.anchor - before) == clockwork.origin


@given(clockworks)
def test_it_travels_as_json(clockwork: Clockwork) -> None:
    assert Clockwork.model_validate_json(clockwork.model_dump_json()) == clockwork
