"""The steps of a log: how long cases waited before each activity, and its share of all lead time."""

from __future__ import annotations

from typing import Any

from permitflow.analytics.log_table import LogTable

_STEPS = """
WITH again AS (
    SELECT activity, count(*) AS times, count(*) FILTER (person = person_of_last) AS repeats,
        count(*) FILTER (person <> person_of_last) AS redos
    FROM turns WHERE nth > 1 GROUP BY activity
), waits AS (
    SELECT activity, count(*) AS n, coalesce(sum(gap), 0) AS waited,
        quantile_cont(gap, [0.5, 0.85, 0.9]) AS places
    FROM events GROUP BY activity
)
SELECT activity AS step, n, seconds(places[1]) AS median_s, seconds(places[2]) AS p85_s, seconds(places[3]) AS p90_s,
    seconds(waited) AS sum_s, coalesce(100.0 * waited / nullif(sum(waited) OVER (), 0), 0) AS share_percent,
    n - coalesce(times, 0) AS first_time, coalesce(repeats, 0) AS repeats, coalesce(redos, 0) AS redos
FROM waits LEFT JOIN again USING (activity) ORDER BY waited DESC, step
"""


def log_steps(table: LogTable) -> list[dict[str, Any]]:
    """One record for each activity, the one with the most time first.

    Sojourn is the time since the event before it in the case, so that the sums of all steps are the lead times of
    all cases and the shares add up to 100 %, whichever lanes ran side by side. First events of cases have none and
    count in `n` alone. `repeats` were done by the person of the time before, `redos` by another.
    """
    return table.records(_STEPS)
