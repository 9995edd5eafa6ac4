"""Instants are exact, and their dates are those of the place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.instants import from_datetime, local_date, now_us, to_datetime


@given(st.integers(min_value=-(10**15), max_value=10**16))
def test_an_instant_survives_the_way_through_a_datetime(instant: int) -> None:
    assert from_datetime(to_datetime(instant, "America/Los_Angeles")) == instant


def test_the_offset_counts() -> None:
    paris = datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert from_datetime(paris) == from_datetime(datetime(2026, 3, 1, tzinfo=UTC))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        from_datetime(datetime(2026, 3, 1))  # noqa: DTZ001  # That is the point.


def test_the_date_is_the_city_s_across_midnight_and_daylight_saving() -> None:
    evening = from_datetime(datetime(2026, 3, 9, 6, 30, tzinfo=UTC))
    assert local_date(evening, "America/Los_Angeles") == date(2026, 3, 8)
    assert local_date(evening + 1_800_000_000, "America/Los_Angeles") == date(2026, 3, 9)


def test_now_moves_on() -> None:
    assert now_us() > from_datetime(datetime(2026, 1, 1, tzinfo=UTC))
