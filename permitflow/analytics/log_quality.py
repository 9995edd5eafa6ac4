"""The quality of an event log: what in it should make a reader careful, counted."""

from __future__ import annotations

from typing import Any

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.log_table import LogTable

OLDEST_US = -7_305 * DAY_US
"""1950-01-01: no office logged events by computer before it; an older time is a slip of the pen."""
_QUALITY = """
SELECT count(*) FILTER (person IS NULL) AS events_without_person,
    count(*) FILTER (lifecycle IS NULL) AS events_without_lifecycle,
    count(*) FILTER (day_only) AS day_precision,
    count(*) FILTER (gap = 0) AS events_sharing_timestamp_with_previous_in_case,
    count(*) FILTER (seq < seq_before) AS events_out_of_file_order,
    count(*) FILTER (t < $1) AS before_1950,
    count(*) FILTER (t > $2) AS in_the_future
FROM events
"""
_CASES = """
SELECT count(*) FILTER (events = 1) AS cases_of_one_event,
    count(*) FILTER (events > 1 AND duration = 0) AS cases_within_one_instant
FROM cases
"""
_BULK = """
WITH bulk AS (
    SELECT count(*) AS n FROM events WHERE NOT day_only
    GROUP BY activity, t HAVING count(DISTINCT case_id) >= 5
)
SELECT coalesce(sum(n), 0)::BIGINT FROM bulk
"""
_UNFINISHED = """
SELECT coalesce(sum(greatest(started - completed, 0)), 0)::BIGINT FROM (
    SELECT count(*) FILTER (lower(lifecycle) = 'start') AS started,
        count(*) FILTER (lower(lifecycle) = 'complete') AS completed
    FROM events GROUP BY case_id, activity
)
"""
FAR_AWAY = 1 << 62


def quality(table: LogTable, now_us: int = FAR_AWAY) -> dict[str, Any]:
    """Counts of what is missing, coarse or out of place; zero means nothing of the kind was found.

    `day_precision`: written as a date or its midnight. `events_out_of_file_order`: by their time they stand before
    an event that the file has earlier. `events_closed_in_bulk`: one activity at one instant in five cases or more.
    `starts_without_complete`: by case and activity, where a log tells both.

    Args:
        table: the log's columns.
        now_us: the instant after which a time is in the future; none is when it is left out.
    """
    return {
        **table.records(_QUALITY, [OLDEST_US, now_us])[0],
        **table.records(_CASES)[0],
        "events_closed_in_bulk": table.row(_BULK)[0],
        "starts_without_complete": table.row(_UNFINISHED)[0],
    }
