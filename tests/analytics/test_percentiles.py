"""Percentiles with their n, their interval, and the silence of small samples."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.durations import DAY_US, mean_seconds
from permitflow.analytics.percentiles import (
    order_statistic_ranks,
    percentile_with_interval,
    percentiles_shown,
)


def test_the_ranks_are_those_of_the_binomial_distribution() -> None:
    # Published for the median of 20 and of 100 values at 95 %.
    assert order_statistic_ranks(20, 50) == (6, 15)
    assert order_statistic_ranks(100, 50) == (40, 61)


def test_a_bound_that_the_sample_cannot_give_is_none() -> None:
    assert order_statistic_ranks(20, 90) == (15, None)
    assert order_statistic_ranks(5, 50) == (None, None)


def test_the_interval_covers_the_true_percentile_about_as_often_as_it_says() -> None:
    rng = Random(4)
    hits = 0
    for _ in range(400):
        figure = percentile_with_interval([int(rng.random() * 1_000_000) for _ in range(60)], 85)
        assert figure.low is not None
        hits += figure.low <= 850_000 and (figure.high is None or figure.high >= 850_000)
    assert 0.94 <= hits / 400 <= 1.0


def test_large_samples_use_the_normal_approximation_and_agree() -> None:
    low, high = order_statistic_ranks(2_001, 85)
    exact_low, exact_high = order_statistic_ranks(2_000, 85)
    assert None not in (low, high, exact_low, exact_high)
    assert abs((low or 0) - (exact_low or 0)) <= 2
    assert abs((high or 0) - (exact_high or 0)) <= 3


def test_under_twenty_values_nothing_is_shown() -> None:
    assert percentile_with_interval(range(19), 50).value is None
    assert percentile_with_interval(range(19), 50).n == 19
    assert percentile_with_interval(range(20), 50).value is not None


def test_a_mean_alone_misleads_where_a_few_files_take_very_long() -> None:
    # Half the files take up to 12 days, a few take months: the mean lies near twice the median.
    days = [12] * 11 + [6] * 10 + [20] * 6 + [90] * 3
    values = [day * DAY_US for day in days]
    p50, _, p90 = percentiles_shown(values)
    assert p50.value == 12 * DAY_US
    assert mean_seconds(values) / 86_400 > 1.5 * 12
    assert p90.value is not None
    assert p90.value > 20 * DAY_US


@given(st.lists(st.integers(0, 10**12), min_size=20, max_size=80), st.sampled_from((50, 85, 90)))
def test_a_percentile_lies_within_its_interval(values: list[int], percent: int) -> None:
    figure = percentile_with_interval(values, percent)
    assert figure.value is not None
    assert figure.low is None or figure.low <= figure.value
    assert figure.high is None or figure.value <= figure.high
