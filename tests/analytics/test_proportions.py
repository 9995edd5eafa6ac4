"""Shares and differences: known intervals, and how often they hold the truth."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.percentiles import percentile_with_interval
from permitflow.analytics.proportions import Estimate, bounded, difference, share


def test_a_published_interval() -> None:
    # 81 of 263, from Newcombe (1998), table I.
    found = share(81, 263)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((30.80, 25.53, 36.62), abs=0.01)


def test_newcombes_example_of_a_difference() -> None:
    # 56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, method 10, case a).
    found = difference(share(56, 70), share(48, 80))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((20, 5.24, 33.39), abs=0.01)


@given(st.integers(20, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_within_its_bounds(pair: tuple[int, int]) -> None:
    found = share(*pair)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9 <= 100 + 1e-8


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    n, truths = 60, [percent / 100 for percent in range(5, 96)]
    found = [share(part, n) for part in range(n + 1)]
    held = [
        sum(
            comb(n, part) * p**part * (1 - p) ** (n - part)
            for part, one in enumerate(found)
            if one is not None and one.low <= 100 * p <= one.high
        )
        for p in truths
    ]
    assert 0.945 <= sum(held) / len(held) <= 0.96
    assert min(held) > 0.91


def test_few_give_no_share_and_no_difference() -> None:
    assert share(19, 19) is None
    assert difference(share(19, 19), share(20, 20)) is None
    assert bounded(percentile_with_interval(range(19), 50)) is None


def test_a_median_with_its_bounds_is_an_estimate() -> None:
    assert bounded(percentile_with_interval(range(101), 50)) == Estimate(50, 40, 60)


def test_a_part_is_not_greater_than_the_whole() -> None:
    with pytest.raises(ValueError, match="21 is no part of 20"):
        share(21, 20)
