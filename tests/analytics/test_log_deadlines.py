"""Deadlines that a log carries itself."""

from __future__ import annotations

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_deadlines import case_deadlines, event_deadlines
from permitflow.analytics.log_table import LogTable
from tests.analytics.small_logs import DAY, SECOND, table_of


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
