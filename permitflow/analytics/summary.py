"""The summary of an event log: counts, case durations, variants, rework, edges and the cases of each month."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from permitflow.analytics.durations import DAY_US, SECOND_US
from permitflow.analytics.edges import Edge, edge_table
from permitflow.analytics.handovers import handovers
from permitflow.analytics.log_figures import figures
from permitflow.analytics.log_quality import FAR_AWAY, quality
from permitflow.analytics.log_queue import cycle_time_s
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.rework import rework_cases

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_VARIANTS = 5
MOST_EDGES = 20
MOST_PEOPLE = 15
FEWEST_WALKS = 5
_MONTHS = """
SELECT strftime(make_timestamp({0}), '%Y-%m') AS month, count(*) FROM cases GROUP BY month ORDER BY month
"""
_VARIANTS = """
WITH paths AS (SELECT list(activity ORDER BY pos) AS path FROM events GROUP BY case_id)
SELECT count(*) AS cases, path FROM paths GROUP BY path ORDER BY cases DESC, path LIMIT $1
"""
_VARIANT_COUNT = """
WITH paths AS (SELECT list(activity ORDER BY pos) AS path FROM events GROUP BY case_id)
SELECT count(DISTINCT path) FROM paths
"""
_TOTALS = """
SELECT count(*) AS events, count(DISTINCT activity) AS activities, count(DISTINCT person) AS resources,
    count(*) - count(person) AS events_without_resource
FROM events
"""


def summarise(table: LogTable, now_us: int = FAR_AWAY) -> dict[str, Any]:
    """The figures of a log as one plain, JSON-ready document.

    Durations are calendar time from the first to the last event of a case. Every event counts, whatever its
    lifecycle. A case counts as rework of an activity when the activity happened in it more than once. Months are
    those of UTC, and a month in which no case started (or ended) is left out.

    Args:
        table: the log's columns.
        now_us: the instant after which the quality part counts a time as lying in the future.
    """
    months = {
        "cases_started_per_month": table.counts(_MONTHS.format("first_t")),
        "cases_ended_per_month": table.counts(_MONTHS.format("last_t")),
    }
    edges = edge_table(table)
    cases = table.row("SELECT count(*) FROM cases")[0]
    between = handovers(table)
    people = _most_frequent(table, "person", "(FROM events WHERE person IS NOT NULL)")
    return {
        "cases": cases,
        **table.records(_TOTALS)[0],
        **_period(table),
        "lifecycle": _most_frequent(table, "lifecycle", "(FROM events WHERE lifecycle IS NOT NULL)"),
        "events_per_case": figures(table, "events", "cases", unit=1),
        "variants": table.row(_VARIANT_COUNT)[0],
        "top_variants": table.records(_VARIANTS, [MOST_VARIANTS]),
        "case_duration_s": figures(table, "duration", "cases"),
        "case_duration_days": figures(table, "duration", "cases", unit=DAY_US),
        "start_activities": _most_frequent(table, "first_activity", "cases"),
        "end_activities": _most_frequent(table, "last_activity", "cases"),
        "activity_counts": _most_frequent(table, "activity", "events"),
        "rework_cases_per_activity": rework_cases(table),
        "top_resources": dict(islice(people.items(), MOST_PEOPLE)),
        **{key: between[key] for key in ("handovers", "same_resource_steps")},
        "cycle_time_s": cycle_time_s(table),
        **_edge_lists(edges, cases),
        "months": months,
        **months,
        "quality": quality(table, now_us),
    }


def instant_text(at_us: int | None) -> str | None:
    """An instant in ISO 8601, UTC; None stays None."""
    return None if at_us is None else (EPOCH + timedelta(microseconds=at_us)).isoformat(sep=" ")


def _period(table: LogTable) -> dict[str, Any]:
    first, last = table.row("SELECT min(first_t), max(last_t) FROM cases")
    span, cases = table.row("SELECT max(first_t) - min(first_t), count(*) FROM cases")
    return {
        "first_event": instant_text(first),
        "last_event": instant_text(last),
        "case_arrival_average_s": span / (cases - 1) / SECOND_US if cases > 1 else None,
    }


def _edge_lists(edges: list[Edge], cases: int) -> dict[str, Any]:
    # A median of a handful of walks says little; one walk in a hundred cases is asked for.
    fewest = max(FEWEST_WALKS, cases // 100)
    often = [edge for edge in edges if edge.count >= fewest]
    by_sum = sorted(edges, key=lambda edge: -edge.sum)[:MOST_EDGES]
    by_median = sorted(often, key=lambda edge: -edge.median)[:MOST_EDGES]
    return {
        "self_loops": sum(edge.count for edge in edges if edge.source == edge.target),
        "edges_total": len(edges),
        "edges": [asdict(edge) for edge in edges],
        "top_edges_by_total_wait": [asdict(edge) for edge in by_sum],
        "top_edges_by_median_min_count": fewest,
        "top_edges_by_median": [asdict(edge) for edge in by_median],
    }


def _most_frequent(table: LogTable, column: str, source: str) -> dict[str, int]:
    return table.counts(
        f"FROM {source} SELECT {column}, count(*) AS n GROUP BY ALL ORDER BY n DESC, {column}"
    )
