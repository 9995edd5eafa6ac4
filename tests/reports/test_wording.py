"""Lengths of time in words."""

import pytest

from permitflow.instants import DAY, SECOND
from permitflow.reports.wording import HOUR, MINUTE, in_business_days, in_english, rounded


@pytest.mark.parametrize(
    ("duration_us", "words"),
    [
        (None, "-"),
        (0, "0 min"),
        (59 * SECOND, "under 1 min"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h"),
        (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
        (DAY, "1 d"),
        (3 * DAY + 4 * HOUR, "3 d 4 h"),
        (10 * DAY, "10 d"),
        (41 * DAY + 12 * HOUR, "42 d"),
        (-(22 * DAY), "-22 d"),
        (-(3 * DAY + 4 * HOUR), "-3 d 4 h"),
        (-(2 * HOUR + 5 * MINUTE), "-2 h 5 min"),
        (-MINUTE, "-1 min"),
    ],
)
def test_a_length_has_two_units_at_most(duration_us: int | None, words: str) -> None:
    assert in_english(duration_us) == words


@pytest.mark.parametrize(
    ("time_us", "words"),
    [
        (0, "0 business days"),
        (HOUR + 25 * MINUTE, "0.06 business days"),
        (DAY, "1 business day"),
        (10 * DAY + 2 * HOUR, "10.1 business days"),
        (-DAY // 2, "-0.5 business days"),
    ],
)
def test_an_hour_of_a_business_day_is_not_nothing(time_us: int, words: str) -> None:
    assert in_business_days(time_us).say() == words


def test_a_number_has_no_zeros_behind_its_point() -> None:
    assert [rounded(value) for value in (0.44, 30.0, 66.66)] == [0.4, 30, 66.7]
