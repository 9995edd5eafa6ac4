"""Percentiles rounded half up, and the interval of a median by the ranks of its order statistics."""

from __future__ import annotations

from permitflow.analytics.snapshot import Snapshot
from permitflow.reports.intervals import median_intervals, rounded, shown


def test_quantiles_are_rounded_half_up() -> None:
    assert rounded((0.5, 1.5, 2.49, -0.5), 4) == (1, 2, 2, 0)
    assert rounded(None, 2) == (None, None)


def test_nothing_is_shown_of_fewer_than_twenty() -> None:
    assert (shown(7, 20), shown(7, 19), shown(None, 30)) == (7, None, None)


def test_the_interval_of_a_median_lies_between_two_ranks() -> None:
    """Of 20 values the 6th and the 15th enclose the median with 95.9 %, the 7th and 14th with 88.5 % only."""
    snapshot = Snapshot.of_rows({}, 0)
    values = """SELECT 'even', 10 * range FROM range(1, 21) UNION ALL SELECT 'few', range FROM range(19)
        UNION ALL SELECT 'alike', 5 FROM range(25)"""
    found = median_intervals(snapshot, values, {"even": 20, "few": 19, "alike": 25, "none": 0})
    assert found == {"even": (60, 150), "few": (None, None), "alike": (5, 5), "none": (None, None)}
    assert median_intervals(snapshot, "SELECT 'few', range FROM range(19)", {"few": 19}) == {
        "few": (None, None)
    }
    snapshot.close()
