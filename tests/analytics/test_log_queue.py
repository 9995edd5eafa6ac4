"""Waiting and working time of scheduled, started and completed work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.analytics.log_queue import cycle_time_s, queue
from tests.analytics.small_logs import table_of_transitions


def test_a_queue_is_first_in_first_out_within_case_and_activity() -> None:
    table = table_of_transitions(
        *(("1", "review", "schedule", 0), ("1", "review", "SCHEDULE", 10), ("1", "review", "start", 12)),
        *(("1", "review", "start", 15), ("1", "review", "complete", 20), ("1", "review", "complete", 21)),
        *(("2", "review", "schedule", 0), ("2", "other", "start", 3)),
    )

    found = queue(table)

    assert set(found["wait_s"]) == set(found["work_s"]) == {"review"}
    waits, works = found["wait_s"]["review"], found["work_s"]["review"]
    assert (waits["n"], waits["min"], waits["max"], waits["sum"]) == (2, 5.0, 12.0, 17.0)
    assert (works["n"], works["min"], works["max"], works["sum"]) == (2, 6.0, 8.0, 14.0)


def test_a_start_without_a_schedule_takes_none_from_later() -> None:
    table = table_of_transitions(
        ("1", "a", "start", 0), ("1", "a", "schedule", 5), ("1", "a", "start", 9), ("1", "a", "start", 11)
    )

    assert queue(table)["wait_s"]["a"]["sum"] == 4.0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from(["schedule", "start", "complete", "x"])), max_size=20
    )
)
def test_queues_equal_a_plain_queue(turns: list[tuple[str, str]]) -> None:
    rows = [(case, "a", turn, second) for second, (case, turn) in enumerate(turns)]
    waits, works = [], []
    for case in "12":
        scheduled: list[int] = []
        started: list[int] = []
        for name, _, turn, second in rows:
            if name != case:
                continue
            if turn == "schedule":
                scheduled.append(second)
            if turn == "start":
                started.append(second)
                if scheduled:
                    waits.append(second - scheduled.pop(0))
            if turn == "complete" and started:
                works.append(second - started.pop(0))

    found = queue(table_of_transitions(*rows))

    assert found["wait_s"].get("a", {"n": 0, "sum": 0})["sum"] == sum(waits)
    assert found["work_s"].get("a", {"n": 0})["n"] == len(works)


def test_trap_4_work_that_ends_when_the_next_begins_does_not_overlap() -> None:
    table = table_of_transitions(
        *(("1", "a", "start", 0), ("1", "a", "complete", 5)),
        *(("1", "a", "start", 5), ("1", "a", "complete", 9)),
    )

    assert queue(table)["work_s"]["a"]["sum"] == 9.0


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], 0.0),
        ([(0, 10)], 5.0),
        ([(0, 10), (4, 6), (5, 12)], 6.0),
        ([(0, 2), (6, 8)], 2.0),
        ([(5, 5), (9, 3)], 0.0),
    ],
)
def test_the_cycle_time_counts_each_second_of_work_once(
    spans: list[tuple[int, int]], expected: float
) -> None:
    turns = [
        ("1", f"step {n}", turn, at)
        for n, span in enumerate(spans)
        for turn, at in zip(("start", "complete"), span, strict=True)
    ]
    table = table_of_transitions(
        *turns, ("2", "other", "complete", 1), *([] if spans else [("1", "a", "x", 0)])
    )

    assert cycle_time_s(table) == expected
