"""Steps of a log: their time, and who did them again."""

from __future__ import annotations

import pytest

from permitflow.analytics.log_steps import log_steps
from tests.analytics.small_logs import table_of_turns


def test_trap_3_side_by_side_lanes_do_not_make_steps_longer_than_the_lead_time() -> None:
    table = table_of_turns(
        ("1", "submitted", 0), ("1", "fire", 100), ("1", "electrical", 100), ("1", "issued", 130)
    )

    steps = log_steps(table)

    assert sum(step["sum_s"] for step in steps) == 130
    assert sum(step["share_percent"] for step in steps) == pytest.approx(100)


def test_a_step_says_who_did_it_again() -> None:
    table = table_of_turns(("1", "review", 0, "ann"), ("1", "review", 9, "ann"), ("1", "review", 10, "bob"))

    (step,) = log_steps(table)

    assert (step["n"], step["first_time"], step["repeats"], step["redos"]) == (3, 1, 1, 1)
    assert (step["median_s"], step["share_percent"]) == (5.0, 100.0)
