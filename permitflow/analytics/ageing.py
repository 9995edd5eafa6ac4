"""Ageing work of a log: the open cases, how long each has stood at its last step, and how unusual that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permitflow.analytics.log_open_cases import mark_open_cases
from permitflow.analytics.log_table import LogTable

_AGEING = """
WITH leaving AS (
    SELECT before AS step, count(*) AS n, quantile_cont(gap, [0.5, 0.7, 0.85, 0.95]) AS bands
    FROM events WHERE pos > 1 GROUP BY before
), standing AS (
    SELECT name, last_activity AS step, (SELECT max(last_t) FROM cases) - last_t AS stood,
        (SELECT max(last_t) FROM cases) - first_t AS age
    FROM cases WHERE case_id IN (SELECT case_id FROM open_cases)
)
SELECT name AS case, step AS last_step, seconds(age) AS age_s, seconds(stood) AS at_step_s,
    coalesce(n, 0) AS history_n,
    CASE WHEN n IS NULL THEN NULL WHEN stood <= bands[1] THEN 'p50' WHEN stood <= bands[2] THEN 'p70'
        WHEN stood <= bands[3] THEN 'p85' WHEN stood <= bands[4] THEN 'p95' ELSE 'beyond p95' END AS band
FROM standing LEFT JOIN leaving USING (step) ORDER BY age DESC, name
"""


def ageing(table: LogTable, ends: Sequence[str] = ()) -> dict[str, Any]:
    """The open cases at the log's last instant, the oldest first.

    `age_s` runs from the first event of the case, `at_step_s` from its last; `band` is the least percentile of the
    time that cases stood after that step before the next event which is not yet exceeded, None without history.

    Args:
        table: the log's columns.
        ends: the activities that end a case, see `mark_open_cases`.
    """
    mark_open_cases(table, ends)
    cases = table.records(_AGEING)
    return {"open": len(cases), "cases": cases}
