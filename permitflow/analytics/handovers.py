"""Handovers: how often the next event of a case is another person's, and between whom."""

from __future__ import annotations

from typing import Any

from permitflow.analytics.log_table import LogTable

_COUNTS = """
SELECT count(*) FILTER (person <> person_before) AS handovers,
    count(*) FILTER (person = person_before) AS same_resource_steps,
    count(*) FILTER (person IS NULL OR person_before IS NULL) AS steps_without_resource
FROM events WHERE pos > 1
"""
_PAIRS = """
SELECT person_before AS source, person AS target, count(*) AS count FROM events
WHERE person <> person_before GROUP BY source, target ORDER BY count DESC, source, target
"""
_BOUNCES = """
WITH changes AS (
    SELECT case_id, person_before AS source, person AS target,
        lag(person_before) OVER w AS source_before, lag(person) OVER w AS target_before
    FROM events WHERE person <> person_before WINDOW w AS (PARTITION BY case_id ORDER BY pos)
)
SELECT count(*) FROM changes WHERE source_before = target AND target_before = source
"""
_PER_CASE = """
WITH per_case AS (
    SELECT count(*) FILTER (person <> person_before) AS n FROM events GROUP BY case_id
)
SELECT avg(n), max(n) FROM per_case
"""


def handovers(table: LogTable) -> dict[str, Any]:
    """The handovers of a log.

    A step from an event to the next one of its case is a handover when both name a person and the persons differ;
    steps where either names nobody are counted apart. A bounce is a handover straight back to whom it came from.
    """
    average, most = table.row(_PER_CASE)
    return {
        **table.records(_COUNTS)[0],
        "bounces": table.row(_BOUNCES)[0],
        "per_case_mean": average,
        "per_case_max": most or 0,
        "pairs": table.records(_PAIRS),
    }
