"""The summary of an event log: counts, case durations, rework, edges and the cases of each month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from permitflow.analytics.durations import describe
from permitflow.analytics.edges import edge_table
from permitflow.analytics.eventlog import Trace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def summarise(log: Sequence[Trace]) -> dict[str, object]:
    """The figures of a log as one plain, JSON-ready document.

    Durations are seconds of calendar time from the first to the last event of a case. A case counts as
    rework of an activity when the activity happened in it more than once. Months are those of UTC, and a
    month in which no case started (or ended) is left out.

    Args:
        log: the traces, as `eventlog.build_log` makes them.
    """
    counts = Counter(activity for trace in log for activity in trace.activities)
    edges = edge_table(log)
    return {
        "cases": len(log),
        "events": counts.total(),
        "activities": len(counts),
        "variants": len({trace.activities for trace in log}),
        "case_duration_s": asdict(describe(trace.duration_us for trace in log)),
        "start_activities": _most_frequent(trace.activities[0] for trace in log),
        "end_activities": _most_frequent(trace.activities[-1] for trace in log),
        "activity_counts": _most_frequent(counts.elements()),
        "rework_cases_per_activity": _most_frequent(_repeated(log)),
        "edges_total": len(edges),
        "edges": [asdict(edge) for edge in edges],
        "months": {
            "cases_started_per_month": _per_month(trace.times_us[0] for trace in log),
            "cases_ended_per_month": _per_month(trace.times_us[-1] for trace in log),
        },
    }


def _repeated(log: Iterable[Trace]) -> Iterable[str]:
    for trace in log:
        for activity, times in Counter(trace.activities).items():
            if times > 1:
                yield activity


def _most_frequent(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _per_month(instants_us: Iterable[int]) -> dict[str, int]:
    months = Counter((EPOCH + timedelta(microseconds=at)).strftime("%Y-%m") for at in instants_us)
    return dict(sorted(months.items()))
