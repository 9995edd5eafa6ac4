"""Figures of durations: quantiles by linear interpolation, sample spread, exact sums."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.durations import (
    Durations,
    describe,
    mean_seconds,
    percentile,
    stdev_seconds,
)

values = st.lists(st.integers(0, 10**15), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("ordered", "percent", "expected"),
    [([7], 90, 7), ([0, 10], 50, 5), ([0, 10], 25, 3), ([1, 2, 3, 4], 75, 3), ([0, 100, 200], 90, 180)],
)
def test_percentile_interpolates_between_ranks_and_rounds_half_up(ordered, percent, expected):
    assert percentile(ordered, percent) == expected


@given(values)
def test_the_median_is_the_textbook_median(numbers):
    assert abs(percentile(sorted(numbers), 50) - statistics.median(numbers)) <= 0.5


@given(values, st.integers(0, 100), st.integers(0, 100))
def test_percentiles_rise_and_stay_within_the_values(numbers, one, other):
    low, high = sorted((one, other))
    ordered = sorted(numbers)
    assert ordered[0] <= percentile(ordered, low) <= percentile(ordered, high) <= ordered[-1]


@pytest.mark.parametrize(("ordered", "percent"), [([], 50), ([1], -1), ([1], 101)])
def test_percentile_refuses_what_has_no_answer(ordered, percent):
    with pytest.raises(ValueError, match="percentile"):
        percentile(ordered, percent)


def test_the_spread_is_that_of_a_sample():
    assert stdev_seconds([1_000_000, 3_000_000]) == pytest.approx(math.sqrt(2))


def test_one_value_has_no_spread():
    assert stdev_seconds([5]) is None


def test_the_spread_of_close_large_values_does_not_cancel():
    start = 10**16
    assert stdev_seconds([start, start + 1, start + 2]) == pytest.approx(1e-6)


def test_a_mean_needs_a_value():
    with pytest.raises(ValueError, match="mean"):
        mean_seconds([])


def test_describe_gives_seconds_whatever_the_order():
    figures = describe([4_000_000, 1_000_000, 2_500_000])

    assert (figures.n, figures.min, figures.median, figures.mean, figures.max) == (3, 1.0, 2.5, 2.5, 4.0)


def test_describe_of_nothing_counts_nothing_and_claims_nothing():
    assert describe([]) == Durations(0)
