"""How long the city took from submission to its decision, by workflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from permitflow.analytics.durations import percentile_or_none
from permitflow.reports.flow import FileRow
from permitflow.reports.scope import Scope, Workflows


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One workflow: files decided by the city in the period, their time in microseconds, and files still open."""

    workflow: str
    title: str
    decided: int
    given_up: int
    median_us: int | None
    p90_us: int | None
    open_now: int


def decision_lines(files: Sequence[FileRow], scope: Scope, workflows: Workflows) -> list[DecisionLine]:
    """Return a line for each workflow that has files, by title."""
    by_workflow: dict[str, list[FileRow]] = {}
    for file in files:
        by_workflow.setdefault(file.workflow, []).append(file)
    lines = [_line(name, workflows.titles.get(name, name), rows, scope) for name, rows in by_workflow.items()]
    return sorted(lines, key=lambda line: line.title)


def _line(workflow: str, title: str, files: Sequence[FileRow], scope: Scope) -> DecisionLine:
    ended = [file for file in files if scope.covers(file.decided_at)]
    times = sorted(file.elapsed_us(scope.now) for file in ended if file.decided_by_city)
    return DecisionLine(
        workflow,
        title,
        len(times),
        len(ended) - len(times),
        percentile_or_none(times, 50),
        percentile_or_none(times, 90),
        sum(file.decided_at is None for file in files),
    )
