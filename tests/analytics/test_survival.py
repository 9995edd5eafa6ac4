"""Survival with open files censored, its band, and competing outcomes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.survival import (
    cumulative_incidence,
    kaplan_meier,
    kaplan_meier_of_counts,
    share_ended_by,
)

# Freireich's leukaemia trial (1963), treated arm, in weeks: the textbook example of the estimator.
TREATED = [(6, True)] * 3 + [
    (6, False),
    (7, True),
    (9, False),
    (10, True),
    (10, False),
    (11, False),
    (13, True),
]
TREATED += [(16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False)]
TREATED += [(32, False), (32, False), (34, False), (35, False)]


def test_the_published_curve_is_reproduced() -> None:
    curve = kaplan_meier(TREATED)
    assert (curve.n, curve.events) == (21, 9)
    shares = {point.t: round(point.survival, 4) for point in curve.points}
    assert shares == {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert [point.at_risk for point in curve.points] == [21, 17, 15, 12, 11, 7, 6]


def test_the_band_is_greenwoods_on_the_log_log_scale() -> None:
    first = kaplan_meier(TREATED).points[0]
    greenwood = 3 / (21 * 18)
    half = 1.959964 * math.sqrt(greenwood) / math.log(18 / 21)
    assert first.low == pytest.approx((18 / 21) ** math.exp(-half), abs=1e-6)
    assert first.high == pytest.approx((18 / 21) ** math.exp(half), abs=1e-6)
    assert pytest.approx(first.low, abs=1e-4) == 0.6197
    assert pytest.approx(first.high, abs=1e-4) == 0.9516


def test_the_median_is_where_half_have_ended_and_none_where_too_few_have() -> None:
    assert kaplan_meier(TREATED).quantile(0.5) == 23
    assert kaplan_meier(TREATED).quantile(0.9) is None
    assert kaplan_meier([]).quantile(0.5) is None


def test_a_file_that_has_aged_is_compared_with_those_that_got_as_old() -> None:
    curve = kaplan_meier([(day, True) for day in range(1, 11)])
    assert curve.quantile(0.5) == 5
    assert curve.quantile(0.5, age=6) == 8


def test_stays_of_no_length_are_among_all_stays_but_not_among_those_still_open() -> None:
    curve = kaplan_meier([(0, True)] * 3 + [(5, True)])
    assert (curve.quantile(0.5), curve.quantile(0.75), curve.quantile(0.9)) == (0, 0, 5)
    assert curve.quantile(0.5, age=0) == 5


def test_trap_1_files_that_are_still_open_lengthen_the_curve() -> None:
    closed = [(2, True)] * 30
    assert kaplan_meier(closed).quantile(0.9) == 2
    # Thirty more that are open at 40 days: half of the files are not done, whatever the closed ones say.
    assert kaplan_meier([*closed, *[(40, False)] * 30]).quantile(0.9) is None


def test_trap_14_a_withdrawn_file_is_no_fast_approval() -> None:
    ends = [(1, "withdrawn", 50), (10, "issued", 50)]
    found = cumulative_incidence(ends)
    assert share_ended_by(found, "issued", 5) == 0
    assert share_ended_by(found, "issued", 10) == pytest.approx(0.5)
    # With the withdrawn ones censored, the estimator would promise a permit to everybody by day 10.
    censored = kaplan_meier([(t, outcome == "issued") for t, outcome, count in ends for _ in range(count)])
    assert 1 - censored.at(10) == pytest.approx(1.0)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(("issued", "denied", "expired", None))), max_size=60
    )
)
def test_outcomes_and_open_files_add_up_to_all(ends: list[tuple[int, str | None]]) -> None:
    curve = kaplan_meier([(t, outcome is not None) for t, outcome in ends])
    for point in cumulative_incidence((t, outcome, 1) for t, outcome in ends):
        assert sum(point.by_outcome.values()) + point.still_open == pytest.approx(1.0)
        assert point.still_open == pytest.approx(curve.at(point.t))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=50))
def test_without_open_files_the_curve_is_the_plain_share(durations: list[int]) -> None:
    curve = kaplan_meier([(t, True) for t in durations])
    for t in set(durations):
        assert curve.at(t) == pytest.approx(sum(d > t for d in durations) / len(durations))
    assert all(point.low <= point.survival <= point.high for point in curve.points)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 4)), max_size=30))
def test_counts_give_the_same_curve_as_stays(counts: list[tuple[int, int, int]]) -> None:
    stays = [(t, True) for t, ended, _ in counts for _ in range(ended)]
    stays += [(t, False) for t, _, censored in counts for _ in range(censored)]
    whole, counted = kaplan_meier(stays), kaplan_meier_of_counts(counts)
    assert (counted.n, counted.events) == (whole.n, whole.events)
    assert counted.points == whole.points


@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(("issued", "denied", None)), st.integers(1, 4)))
)
def test_counts_give_the_same_outcomes_as_files(counts: list[tuple[int, str | None, int]]) -> None:
    files = [(t, outcome) for t, outcome, count in counts for _ in range(count)]
    assert cumulative_incidence(counts) == cumulative_incidence((t, outcome, 1) for t, outcome in files)
