"""Clock stops of a log: how long each case waited for an answer that only somebody outside could give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.log_figures import WITH_SUM, figures
from permitflow.analytics.log_table import LogTable

_STOPS = """
CREATE OR REPLACE TABLE stops AS
WITH turns AS (
    SELECT case_id, pos, t, activity::VARCHAR = $1 AS stopping,
        lag(activity::VARCHAR = $1) OVER (PARTITION BY case_id ORDER BY pos) AS stopped_before
    FROM events WHERE activity::VARCHAR = $1 OR list_contains($2, activity::VARCHAR)
), marked AS (
    SELECT *, first_value(CASE WHEN NOT stopping THEN t END IGNORE NULLS) OVER (
        PARTITION BY case_id ORDER BY pos ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS restarted FROM turns
)
SELECT case_id, t AS stopped, restarted FROM marked WHERE stopping AND stopped_before IS NOT TRUE
"""
_TOLLED = """
CREATE OR REPLACE TABLE tolled AS
SELECT case_id, coalesce(sum(restarted - stopped), 0)::BIGINT AS tolled, count(restarted) AS answered
FROM stops GROUP BY case_id
"""
_NET = "(SELECT duration - coalesce(tolled, 0) AS net FROM cases LEFT JOIN tolled USING (case_id))"


def clock_stop(table: LogTable, stop: str, restarts: Sequence[str]) -> dict[str, Any]:
    """Gross, net and stopped days of each case, in calendar days of 24 hours.

    The clock stops at the activity `stop` and restarts at the next of the activities `restarts`; a stop while it is
    stopped changes nothing, a stop never answered adds nothing. Gross is the time from the first to the last event
    of the case, net is gross without the stopped time, so that net and stopped add up to gross exactly. `tolled_days` are the
    figures of the cases with an answered stop; `per_case_tolled` names every case with a stop.

    Args:
        table: the log's columns.
        stop: the activity that stops the clock.
        restarts: the activities that restart it.
    """
    table.run(_STOPS, [stop, list(restarts)])
    table.run(_TOLLED)
    asked, unanswered = table.row(
        "SELECT count(DISTINCT case_id), count(*) FILTER (restarted IS NULL) FROM stops"
    )
    per_case = table.rows("SELECT name, days(tolled) FROM tolled JOIN cases USING (case_id) ORDER BY name")
    return {
        "cases": table.row("SELECT count(*) FROM cases")[0],
        "cases_with_request": asked,
        "requests_never_answered": unanswered,
        "gross_days": figures(table, "duration", "cases", WITH_SUM, DAY_US),
        "net_days": figures(table, "net", _NET, WITH_SUM, DAY_US),
        "tolled_days": figures(table, "tolled", "(FROM tolled WHERE answered > 0)", WITH_SUM, DAY_US),
        "per_case_tolled": dict(per_case),
    }
