"""Queues, waits with open cases, ageing, deadlines and quality of logs, each against cases made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.analytics.ageing import ageing
from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_deadlines import case_deadlines, event_deadlines
from permitflow.analytics.log_quality import quality
from permitflow.analytics.log_queue import queue
from permitflow.analytics.log_survival import step_survival
from permitflow.analytics.log_table import LogTable
from tests.analytics.small_logs import DAY, SECOND, table_of, table_of_transitions, table_of_turns

DAY_S = 86_400


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


@settings(max_examples=60, deadline=None)
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


def test_trap_1_cases_that_still_wait_make_the_wait_longer_not_shorter() -> None:
    done = [turn for n in range(5) for turn in ((f"d{n}", "in", 0), (f"d{n}", "review", 2 * DAY_S))]
    waiting = [(f"w{n}", "in", 0) for n in range(5)]
    table = table_of_turns(*done, *waiting, ("end", "in", 20 * DAY_S))

    found = step_survival(table, "review", ends=["review"])

    assert (found["n"], found["events"], found["censored"]) == (11, 5, 6)
    assert (found["p25"], found["median_s"]) == (2 * DAY_S, 2 * DAY_S)
    # Of the cases that are done, all waited two days; of all cases, nobody has seen how long three quarters wait.
    assert found["p75"] is None
    (point,) = found["points"]
    assert (point["t_s"], point["at_risk"], point["events"]) == (2 * DAY_S, 10, 5)
    assert point["low"] < point["survival"] < point["high"]
    assert point["survival"] == pytest.approx(0.5)


def test_a_scheduled_step_waits_from_its_schedule() -> None:
    table = table_of_transitions(
        *(("1", "a", "schedule", 0), ("1", "b", "complete", 50), ("1", "a", "start", 60)),
        *(("2", "a", "schedule", 10), ("2", "b", "complete", 100)),
    )

    found = step_survival(table, "a")

    assert (found["n"], found["events"], found["points"][0]["t_s"]) == (2, 1, 60.0)


def test_a_step_nobody_ever_reached_has_an_empty_curve() -> None:
    found = step_survival(table_of_turns(("1", "in", 0)), "review")

    assert (found["n"], found["points"], found["median_s"]) == (0, [], None)


def test_open_cases_age_over_the_bands_of_their_step() -> None:
    past = [turn for n in range(10) for turn in ((f"p{n}", "in", 0), (f"p{n}", "out", (n + 1) * DAY_S))]
    table = table_of_turns(*past, ("new", "in", 9 * DAY_S), ("old", "in", 0), ("end", "out", 10 * DAY_S))

    found = ageing(table, ends=["out"])

    assert found["open"] == 2
    assert [(case["case"], case["age_s"] / DAY_S, case["band"]) for case in found["cases"]] == [
        ("old", 10.0, "beyond p95"),
        ("new", 1.0, "p50"),
    ]
    assert found["cases"][0]["history_n"] == 10


def test_without_ends_a_case_is_open_for_thirty_days_after_its_last_event() -> None:
    table = table_of([("old", 0, 0, "in"), ("new", 31 * DAY, 1, "in"), ("end", 61 * DAY, 2, "in")])

    assert [case["case"] for case in ageing(table)["cases"]] == ["new", "end"]


def test_an_event_on_the_day_it_is_due_is_in_time() -> None:
    table = table_of([("1", 9 * SECOND, 0, "a"), ("1", DAY, 1, "a"), ("1", DAY, 2, "b"), ("1", DAY, 3, "b")])

    found = event_deadlines(table, [("1", 0, 0, False), ("1", 1, DAY - 1, True), ("1", 2, 5 * DAY, False)])

    assert found == {
        "with_deadline": 3,
        "late": 1,
        "per_activity": {"a": {"n": 2, "late": 1}, "b": {"n": 1, "late": 0}},
    }


def test_a_case_is_late_when_its_last_event_is() -> None:
    table = LogTable.of_events(
        [
            LogEvent("1", "in", 0, 0),
            LogEvent("1", "out", 7 * SECOND, 1),
            LogEvent("2", "out", 9 * SECOND, 2),
        ]
    )

    assert case_deadlines(table, [("1", 0, 8 * SECOND, False), ("2", 0, 8 * SECOND, False)])["late"] == 1
    assert case_deadlines(table, [("1", 0, 0, True), ("2", 0, 0, True)])["late"] == 0


def test_trap_4_work_that_ends_when_the_next_begins_does_not_overlap() -> None:
    table = table_of_transitions(
        *(("1", "a", "start", 0), ("1", "a", "complete", 5)),
        *(("1", "a", "start", 5), ("1", "a", "complete", 9)),
    )

    assert queue(table)["work_s"]["a"]["sum"] == 9.0


def test_trap_13_bulk_closings_and_backdated_events_are_counted() -> None:
    events = [LogEvent(str(case), "close", 7 * SECOND, case) for case in range(5)]
    events += [LogEvent("0", "backdated", 3 * SECOND, 5)]

    found = quality(LogTable.of_events(events))

    assert (found["events_closed_in_bulk"], found["events_out_of_file_order"]) == (5, 1)


def test_quality_counts_what_is_missing_coarse_or_impossible() -> None:
    year_1721 = -7_857_000_000 * SECOND
    events = [
        LogEvent("1", "in", year_1721, 0, "ann", "start"),
        LogEvent("1", "in", DAY, 1, None, None, day_only=True),
        LogEvent("1", "out", DAY, 2, "ann", "complete"),
        LogEvent("2", "in", 99 * DAY, 3, "ann", "start"),
    ]

    found = quality(LogTable.of_events(events), now_us=50 * DAY)

    assert found == {
        "events_without_person": 1,
        "events_without_lifecycle": 1,
        "day_precision": 1,
        "events_sharing_timestamp_with_previous_in_case": 1,
        "events_out_of_file_order": 0,
        "before_1950": 1,
        "in_the_future": 1,
        "cases_of_one_event": 1,
        "cases_within_one_instant": 0,
        "events_closed_in_bulk": 0,
        "starts_without_complete": 2,
    }
