"""Survival of a step of a log: how long cases wait for it, with those that still wait counted as far as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permitflow.analytics.durations import SECOND_US
from permitflow.analytics.log_open_cases import mark_open_cases
from permitflow.analytics.log_queue import pair
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.survival import Curve, Stay, kaplan_meier

_IS_SCHEDULED = (
    "SELECT count(*) > 0 FROM events WHERE activity::VARCHAR = $1 AND lower(lifecycle) = 'schedule'"
)
_HAS_STARTS = "SELECT count(*) > 0 FROM events WHERE activity::VARCHAR = $1 AND lower(lifecycle) = 'start'"
_SCHEDULED = """
SELECT coalesce(closed, (SELECT max(last_t) FROM cases)) - opened, closed IS NOT NULL FROM paired
WHERE activity::VARCHAR = $1 AND (closed IS NOT NULL OR case_id IN (SELECT case_id FROM open_cases))
"""
_REACHED = """
SELECT gap, true FROM events
WHERE activity::VARCHAR = $1 AND pos > 1 AND ($2 = '' OR lower(lifecycle) = $2)
"""
# What comes next is asked of a start and of a complete apart: after most starts of a step comes its own complete.
_STILL_WAITING = """
WITH walked AS (
    SELECT case_id, t, activity, lower(lifecycle) AS kind, lead(activity) OVER w AS next,
        lead(lower(lifecycle)) OVER w AS next_kind
    FROM events WINDOW w AS (PARTITION BY case_id ORDER BY pos)
), followed AS (
    SELECT activity, kind, next, next_kind, count(*) AS n FROM walked WHERE next IS NOT NULL GROUP BY ALL
), usual AS (
    SELECT activity, kind, arg_max({'step': next, 'kind': next_kind}, n) AS after
    FROM (SELECT * FROM followed ORDER BY activity, kind, next, next_kind) GROUP BY activity, kind
)
SELECT (SELECT max(last_t) FROM cases) - t, false
FROM walked JOIN usual ON usual.activity = walked.activity AND usual.kind IS NOT DISTINCT FROM walked.kind
WHERE next IS NULL AND after.step::VARCHAR = $1 AND ($2 = '' OR after.kind = $2)
    AND case_id IN (SELECT case_id FROM open_cases)
"""


def step_survival(table: LogTable, step: str, ends: Sequence[str] = ()) -> dict[str, Any]:
    """The Kaplan-Meier curve of the wait for a step, in seconds.

    Where the log schedules the step, a wait lasts from its schedule to its start (first in, first out); open cases
    that were scheduled and not started are censored at the log's last instant. Elsewhere it lasts from the event
    before the step in its case to the step (to its start, where the log tells starts); open cases are censored
    whose last event is most often followed by it. Cases that begin with the step waited for nothing.

    Args:
        table: the log's columns.
        step: the activity.
        ends: the activities that end a case, see `mark_open_cases`.
    """
    mark_open_cases(table, ends)
    curve = kaplan_meier(_stays(table, step))
    return {
        "step": step,
        "n": curve.n,
        "events": curve.events,
        "censored": curve.n - curve.events,
        "median_s": _seconds(curve, 0.5),
        "p25": _seconds(curve, 0.25),
        "p75": _seconds(curve, 0.75),
        "points": [
            {
                "t_s": point.t / SECOND_US,
                "at_risk": point.at_risk,
                "events": point.events,
                "survival": point.survival,
                "low": point.low,
                "high": point.high,
            }
            for point in curve.points
        ],
    }


def _stays(table: LogTable, step: str) -> list[Stay]:
    starts = table.row(_HAS_STARTS, [step])[0]
    if starts and table.row(_IS_SCHEDULED, [step])[0]:
        pair(table, "schedule", "start")
        found = table.rows(_SCHEDULED, [step])
    else:
        reached = [step, "start" if starts else ""]
        found = table.rows(_REACHED, reached) + table.rows(_STILL_WAITING, reached)
    # A pair that the file has in the wrong order of time waited for nothing.
    return [(max(0, took), ended) for took, ended in found]


def _seconds(curve: Curve, share: float) -> float | None:
    reached = curve.quantile(share)
    return None if reached is None else reached / SECOND_US
