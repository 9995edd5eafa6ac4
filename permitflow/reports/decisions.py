"""How long the city took from submission to its decision, by workflow."""

from __future__ import annotations

from dataclasses import dataclass

from permitflow.reports.intervals import median_intervals, rounded
from permitflow.reports.page import Ask

TIMES = "SELECT workflow, decided_at - submitted_at FROM chosen WHERE by_city AND in_period(decided_at)"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One workflow: files decided by the city in the period, their time, and files still open.

    Times are microseconds, `business_` ones of business time; `low_us` and `high_us` bound the median with 95 %
    confidence.
    """

    workflow: str
    title: str
    decided: int
    given_up: int
    median_us: int | None
    p90_us: int | None
    open_now: int
    business_median_us: int | None = None
    business_p90_us: int | None = None
    low_us: int | None = None
    high_us: int | None = None


def decision_lines(ask: Ask) -> list[DecisionLine]:
    """Return a line for each workflow that has files, by title."""
    found = ask.snapshot.rows(
        """SELECT workflow, count(*) FILTER (by_city), count(decided_at) - count(*) FILTER (by_city),
            quantile_cont(decided_at - submitted_at, [0.5, 0.9]) FILTER (by_city),
            quantile_cont(b_decided - b_submitted, [0.5, 0.9]) FILTER (by_city),
            count(*) - count(decided_at)
        FROM chosen WHERE decided_at IS NULL OR in_period(decided_at) GROUP BY workflow"""
    )
    bounds = median_intervals(ask.snapshot, TIMES, {row[0]: row[1] for row in found})
    lines = []
    for workflow, decided, given_up, times, business, open_now in found:
        title = ask.workflows.titles.get(workflow, workflow)
        counts = (workflow, title, decided, given_up)
        figures = (*rounded(times, 2), open_now, *rounded(business, 2), *bounds[workflow])
        lines.append(DecisionLine(*counts, *figures))
    return sorted(lines, key=lambda line: line.title)
