"""Waiting and working time of logs that tell when work was scheduled, started and completed."""

from __future__ import annotations

from typing import Any

from permitflow.analytics.log_figures import WITH_SUM, aggregates
from permitflow.analytics.log_table import LogTable

# A closing finds nothing open when the running balance falls below every balance before it; all other closings
# take the openings in their order, so that the nth of the one kind belongs to the nth of the other.
_PAIRED = """
CREATE OR REPLACE TABLE paired AS
WITH turns AS (
    SELECT case_id, activity, t, seq, lower(lifecycle) = $1 AS opens,
        sum(CASE WHEN lower(lifecycle) = $1 THEN 1 ELSE -1 END) OVER w AS balance
    FROM events WHERE lower(lifecycle) IN ($1, $2)
    WINDOW w AS (PARTITION BY case_id, activity ORDER BY seq)
), judged AS (
    SELECT *, opens OR balance >= least(0, coalesce(min(balance) OVER (
        PARTITION BY case_id, activity ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0)) AS matched FROM turns
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY case_id, activity, opens ORDER BY seq) AS nth
    FROM judged WHERE matched
)
SELECT case_id, activity, opening.t AS opened, closing.t AS closed, closing.t - opening.t AS took
FROM (SELECT * FROM numbered WHERE opens) AS opening
LEFT JOIN (SELECT * FROM numbered WHERE NOT opens) AS closing USING (case_id, activity, nth)
"""
_FIGURES = f"""
FROM paired SELECT activity, {aggregates("took", WITH_SUM)} WHERE closed IS NOT NULL
GROUP BY activity ORDER BY activity
"""
# Work that begins before all earlier work has ended adds only what lies after that end.
_WORKED = """
WITH spans AS (
    SELECT opened, closed, max(closed) OVER (
        ORDER BY opened, closed ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS ended FROM paired WHERE closed > opened
), worked AS (
    SELECT sum(greatest(0, closed - greatest(opened, coalesce(ended, opened)))) AS us FROM spans
)
SELECT coalesce(seconds(us) / (SELECT count(*) FROM cases), 0)::DOUBLE FROM worked
"""


def queue(table: LogTable) -> dict[str, Any]:
    """Waiting (schedule to start) and working time (start to complete) by activity, in seconds.

    Within a case and activity, in the order of the file, first in, first out. A start without a schedule before it
    is the end of no wait, and a complete without a start the end of no work.

    Args:
        table: the log's columns; events without these transitions are left out.
    """
    return {"wait_s": _between(table, "schedule", "start"), "work_s": _between(table, "start", "complete")}


def cycle_time_s(table: LogTable) -> float:
    """The seconds in which anybody worked on any case, by case: the union of all work from start to complete.

    Zero for a log that does not tell when work began. Makes the table `paired` of this work.
    """
    pair(table, "start", "complete")
    return float(table.row(_WORKED)[0])


def pair(table: LogTable, opening: str, closing: str) -> None:
    """Makes the table `paired`: case_id, activity, opened, closed and took (microseconds; NULL where still open)."""
    table.run(_PAIRED, [opening, closing])


def _between(table: LogTable, opening: str, closing: str) -> dict[str, dict[str, float | None]]:
    pair(table, opening, closing)
    return {record.pop("activity"): record for record in table.records(_FIGURES)}
