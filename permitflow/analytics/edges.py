"""Edges: which activity directly follows which within a case, how often, and after how long."""

from __future__ import annotations

from dataclasses import dataclass

from permitflow.analytics.log_table import LogTable

_EDGES = """
SELECT before AS source, activity AS target, count(*) AS count,
    seconds(sum({0})) / count(*) AS mean, seconds(median({0})) AS median,
    seconds(min({0})) AS min, seconds(max({0})) AS max, seconds(sum({0})) AS sum,
    settled(seconds(stddev_samp({0}))) AS stdev
FROM events WHERE pos > 1 GROUP BY before, activity ORDER BY count DESC, source, target
"""
# Office microseconds from the first Monday before 1970 to an instant: whole weeks, days of this week, and today.
_OFFICE = """
CREATE OR REPLACE MACRO of_day(us) AS ((us % 86400000000) + 86400000000) % 86400000000;
CREATE OR REPLACE MACRO monday_first(us) AS (((us - of_day(us)) // 86400000000 + 3) % 7 + 7) % 7;
CREATE OR REPLACE MACRO days_before(us) AS
    ((us - of_day(us)) // 86400000000 + 3 - monday_first(us)) // 7 * 5 + least(monday_first(us), 5);
CREATE OR REPLACE MACRO office(us) AS days_before(us) * 36000000000
    + CASE WHEN monday_first(us) < 5 THEN least(greatest(of_day(us) - 25200000000, 0), 36000000000) ELSE 0 END;
"""
_OFFICE_GAP = "(office(t) - office(t - gap))"
OFFICE_HOURS = "Monday to Friday, 07:00 to 17:00, no holidays, UTC"


@dataclass(frozen=True, slots=True)
class Edge:
    """One directly-follows relation; times in seconds from the source event to the target event."""

    source: str
    target: str
    count: int
    mean: float
    median: float
    min: float
    max: float
    sum: float
    stdev: float | None


def edge_table(table: LogTable, office_hours: bool = False) -> list[Edge]:
    """The directly-follows edges of a log, the most frequent first, then by source and target.

    Every event counts, whatever its lifecycle. The standard deviation is that of the sample; it is None for an edge
    that was walked once.

    Args:
        table: the log's columns.
        office_hours: count only the time within OFFICE_HOURS, for comparison with tools that do.
    """
    if office_hours:
        table.run(_OFFICE)
    return [Edge(*row) for row in table.rows(_EDGES.format(_OFFICE_GAP if office_hours else "gap"))]
