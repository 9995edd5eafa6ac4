"""Flow efficiency from the union of worked time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permitflow.analytics.efficiency import Interval, flow_efficiency, merged, union_us

INTERVALS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=12
)


@given(INTERVALS)
def test_the_union_is_what_an_instant_by_instant_count_gives(intervals: list[Interval]) -> None:
    assert union_us(intervals) == sum(any(a <= t < b for a, b in intervals) for t in range(80))
    found = merged(intervals)
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_trap_3_lanes_worked_on_at_once_count_once() -> None:
    figure = flow_efficiency((0, 100), [(10, 30), (10, 30), (20, 40)])
    assert (figure.worked_us, figure.idle_us, figure.share) == (30, 70, 0.3)


def test_work_outside_the_lead_time_is_cut_off() -> None:
    assert flow_efficiency((10, 20), [(0, 12), (19, 50)]).worked_us == 3


def test_a_file_without_duration_has_no_share_and_a_reversed_one_is_refused() -> None:
    assert flow_efficiency((5, 5), []).share is None
    with pytest.raises(ValueError, match="after it is submitted"):
        flow_efficiency((5, 4), [])
