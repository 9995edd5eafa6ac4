"""Edges: which activity directly follows which within a case, how often, and after how long."""

from __future__ import annotations

from dataclasses import dataclass

from permitflow.analytics.log_table import LogTable

_EDGES = """
SELECT before AS source, activity AS target, count(*) AS count,
    seconds(sum(gap)) / count(*) AS mean, seconds(median(gap)) AS median,
    seconds(min(gap)) AS min, seconds(max(gap)) AS max, seconds(sum(gap)) AS sum,
    seconds(stddev_samp(gap)) AS stdev
FROM events WHERE pos > 1 GROUP BY before, activity ORDER BY count DESC, source, target
"""


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


def edge_table(table: LogTable) -> list[Edge]:
    """The directly-follows edges of a log, the most frequent first, then by source and target.

    Every event counts, whatever its lifecycle. The standard deviation is that of the sample; it is None for an edge
    that was walked once.
    """
    return [Edge(*row) for row in table.rows(_EDGES)]
