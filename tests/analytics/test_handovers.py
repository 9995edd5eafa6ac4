"""Handovers of a log, and files that bounce."""

from __future__ import annotations

from permitflow.analytics.handovers import handovers
from tests.analytics.small_logs import table_of_turns


def test_a_bounce_is_a_handover_straight_back() -> None:
    table = table_of_turns(
        *(("1", "x", at, who) for at, who in enumerate(["ann", "bob", "bob", "ann", "cid"]))
    )

    found = handovers(table)

    assert (found["handovers"], found["bounces"], found["per_case_max"]) == (3, 1, 3)


def test_nobody_hands_over_to_nobody() -> None:
    found = handovers(table_of_turns(("1", "a", 0), ("1", "b", 1, "ann"), ("1", "c", 2)))

    assert (found["handovers"], found["same_resource_steps"], found["steps_without_resource"]) == (0, 0, 2)


def test_handovers_are_counted_by_pair_and_by_case() -> None:
    table = table_of_turns(
        *(("1", "a", 0, "ann"), ("1", "b", 1, "bob"), ("1", "c", 2, "bob"), ("1", "d", 3, "ann")),
        *(("2", "a", 0, "ann"), ("2", "b", 1, "bob")),
    )

    found = handovers(table)

    assert (found["handovers"], found["same_resource_steps"]) == (3, 1)
    assert (found["per_case_mean"], found["per_case_max"]) == (1.5, 2)
    assert [pair["count"] for pair in found["pairs"]] == [2, 1]
