"""Arrivals, departures, work in progress and load."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.flow_counts import (
    bounds_of_days,
    cumulative_flow,
    days_of_work_on_hand,
    load,
    step_flows,
    throughput_per_day,
)
from permitflow.analytics.visits import StepVisit

VISITS = st.lists(
    st.builds(
        lambda step, at, stay: StepVisit("f", step, at, None, None if stay is None else at + stay),
        st.sampled_from(("fire", "zoning")),
        st.integers(0, 100),
        st.one_of(st.none(), st.integers(0, 60)),
    ),
    max_size=40,
)


@given(VISITS)
def test_what_came_less_what_went_is_there(visits: list[StepVisit]) -> None:
    bounds = [20, 35, 50, 80]
    for flow in step_flows(visits, bounds):
        here = [visit for visit in visits if visit.step == flow.step]
        there = [
            sum(v.arrived_us < t and (v.finished_us is None or v.finished_us >= t) for v in here)
            for t in bounds
        ]
        assert [flow.present_before, *flow.present] == there
        assert flow.net == tuple(b - a for a, b in pairwise(there))


def test_an_instant_on_a_bound_belongs_to_the_period_that_begins() -> None:
    (flow,) = step_flows([StepVisit("a", "fire", 10, None, 20)], [0, 10, 20, 30])
    assert (flow.arrivals, flow.departures, flow.present) == ((0, 1, 0), (0, 0, 1), (0, 1, 0))


def test_the_lines_of_the_cumulative_diagram() -> None:
    visits = [StepVisit("a", "fire", 1), StepVisit("b", "fire", 5), StepVisit("c", "fire", 9)]
    assert cumulative_flow(visits, [1, 6, 20]) == {"fire": (0, 2, 3)}


def test_bounds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="ascending"):
        step_flows([], [5, 5])


def test_load_throughput_and_work_on_hand() -> None:
    assert throughput_per_day(50, 20) == 2.5
    assert throughput_per_day(50, 0) is None
    # 40 files of 3 hours each, two people of 60 hours.
    assert load(40, 3.0, 120.0) == 1.0
    assert load(40, 3.0, 0) is None
    assert days_of_work_on_hand(30, 50, 20) == 12
    assert days_of_work_on_hand(30, 0, 20) is None
    assert days_of_work_on_hand(0, 0, 20) == 0, "an empty queue is no work on hand, whatever left"
    assert bounds_of_days(0, 2, 7) == [0, 7 * DAY_US, 14 * DAY_US]
