"""Which cases of a log are still open: by the activities that end a case, or by recent life."""

from __future__ import annotations

from collections.abc import Sequence

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.log_table import LogTable

RECENT_US = 30 * DAY_US
"""Without activities that end a case, one is open when something happened in it this long before the log's end."""
_BY_ENDS = "SELECT case_id FROM cases WHERE NOT list_contains($1, last_activity::VARCHAR)"
_BY_AGE = "SELECT case_id FROM cases WHERE last_t >= (SELECT max(last_t) FROM cases) - $1"


def mark_open_cases(table: LogTable, ends: Sequence[str] = ()) -> None:
    """Makes the table `open_cases` (case_id) of the cases that are open at the log's last instant.

    Args:
        table: the log's columns.
        ends: the activities that end a case: one whose last activity is another is open. Without any, a case is
            open when its last event lies within the last 30 days of the log.
    """
    statement, parameter = (_BY_ENDS, list(ends)) if ends else (_BY_AGE, RECENT_US)
    table.run(f"CREATE OR REPLACE TABLE open_cases AS {statement}", [parameter])
