"""Deadlines that a log carries itself: which events, or which cases, came after the date they were due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permitflow.analytics.log_table import LogTable

Due = tuple[str, int, int, bool]
"""Case, position of the event in the file, the due instant in UTC microseconds, and whether it is a day only."""

_DUE = {"name": "VARCHAR", "seq": "BIGINT", "due": "BIGINT", "due_day": "BOOLEAN"}
_OF_EVENTS = """
CREATE OR REPLACE TABLE judged AS
SELECT activity, utc_day(t) > utc_day(due) AS late FROM due JOIN events USING (seq)
"""
_OF_CASES = """
CREATE OR REPLACE TABLE judged AS
SELECT activity, CASE WHEN due_day OR day_only THEN utc_day(t) > utc_day(due) ELSE t > due END AS late
FROM due JOIN cases USING (name) JOIN events ON events.case_id = cases.case_id AND pos = cases.events
"""
_PER_ACTIVITY = """
SELECT activity, count(*) AS n, count(*) FILTER (late) AS late FROM judged
GROUP BY activity ORDER BY n DESC, activity
"""


def event_deadlines(table: LogTable, due: Sequence[Due]) -> dict[str, Any]:
    """How many events had a deadline of their own, and how many happened on a later day (UTC) than it."""
    table.keep("due", _DUE, due)
    return _judged(table, _OF_EVENTS)


def case_deadlines(table: LogTable, due: Sequence[Due]) -> dict[str, Any]:
    """How many cases had a deadline, and how many had their last event after it, by the activity of that event.

    Where the deadline or the event was written as a day only, days (UTC) are compared, otherwise instants.
    """
    table.keep("due", _DUE, due)
    return _judged(table, _OF_CASES)


def _judged(table: LogTable, source: str) -> dict[str, Any]:
    table.run(source)
    with_deadline, late = table.row("SELECT count(*), count(*) FILTER (late) FROM judged")
    per_activity = {
        activity: {"n": n, "late": late_ones} for activity, n, late_ones in table.rows(_PER_ACTIVITY)
    }
    return {"with_deadline": with_deadline, "late": late, "per_activity": per_activity}
