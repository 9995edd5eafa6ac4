"""Rework in a log: activities that happen again within a case, by the same person or by another."""

from __future__ import annotations

from typing import Any

from permitflow.analytics.log_table import LogTable

_REWORKED = """
WITH repeated AS (SELECT activity FROM events GROUP BY case_id, activity HAVING count(*) > 1)
SELECT activity, count(*) AS n FROM repeated GROUP BY activity ORDER BY n DESC, activity
"""
_PER_ACTIVITY = """
SELECT activity, count(*) AS events_in_these_cases, count(*) FILTER (nth > 1) AS again,
    count(*) FILTER (nth > 1 AND person = person_of_last) AS repeats,
    count(*) FILTER (nth > 1 AND person <> person_of_last) AS redos,
    count(DISTINCT case_id) FILTER (nth > 1) AS cases
FROM turns GROUP BY activity ORDER BY cases DESC, activity
"""
_CASES = """
SELECT count(DISTINCT case_id), count(*) FROM turns WHERE nth > 1
"""


def rework_cases(table: LogTable) -> dict[str, int]:
    """How many cases had an activity more than once, by activity, the most first."""
    return table.counts(_REWORKED)


def rework(table: LogTable) -> dict[str, Any]:
    """Activities that happened more than once in a case.

    An activity that happens again is a repeat when the same person does it as the time before, a redo when another
    does; where either time names nobody it is neither, and counted only in `again`.
    """
    cases, again = table.row(_CASES)
    self_loops = table.row("SELECT count(*) FROM events WHERE before = activity")[0]
    return {
        "cases": table.row("SELECT count(*) FROM cases")[0],
        "cases_with_rework": cases,
        "events_again": again,
        "self_loops": self_loops,
        "rework_cases_per_activity": rework_cases(table),
        "activities": table.records(_PER_ACTIVITY),
    }
