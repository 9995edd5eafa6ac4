"""How long files wait, are worked on and stay at each step, and how many arrive and leave each week."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from permitflow.analytics.steps import StepFigures, Visit, step_table
from permitflow.reports.flow import FileRow, VisitRow
from permitflow.reports.scope import Scope, Week, Workflows

OUTSIDE = ("applicant", "payment")
"""Parties in whose court nobody claims a file: only the stay counts there."""


@dataclass(frozen=True, slots=True)
class WeekCount:
    """How many came and went in one calendar week."""

    week: Week
    arrived: int
    left: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step with its figures (durations in microseconds) and its weeks, the oldest first."""

    step: str
    title: str
    party: str
    figures: StepFigures
    weeks: tuple[WeekCount, ...]

    @property
    def arrived(self) -> int:
        """Return how many came in the weeks together."""
        return sum(count.arrived for count in self.weeks)

    @property
    def left(self) -> int:
        """Return how many went in the weeks together."""
        return sum(count.left for count in self.weeks)


def step_lines(visits: Iterable[VisitRow], scope: Scope, workflows: Workflows) -> list[StepLine]:
    """Return each step that has visits closed in the period or open now, the longest median wait first."""
    by_step: dict[str, list[VisitRow]] = {}
    for visit in visits:
        by_step.setdefault(visit.step, []).append(visit)
    lines = []
    for step, rows in by_step.items():
        counted = [row for row in rows if row.closed_at is None or scope.covers(row.closed_at)]
        if counted:
            (figures,) = step_table(map(_measured, counted), scope.now, weeks=0)
            weeks = count_weeks(rows, scope.weeks)
            lines.append(StepLine(step, workflows.step_title(step), rows[-1].party, figures, weeks))
    return sorted(lines, key=lambda line: (-(line.figures.waiting_p50 or 0), line.title))


def _measured(row: VisitRow) -> Visit:
    # The step's name alone tells a lane from a phase, so that a step is one group.
    return Visit(
        row.application_id,
        row.step,
        None,
        row.opened_at,
        row.first_claimed_at,
        row.closed_at,
        row.worked_us,
    )


def count_weeks(visits: Sequence[VisitRow], weeks: Sequence[Week]) -> tuple[WeekCount, ...]:
    """Return how many visits opened and closed in each week."""
    return _count([row.opened_at for row in visits], [row.closed_at for row in visits], weeks)


def count_file_weeks(files: Sequence[FileRow], weeks: Sequence[Week]) -> tuple[WeekCount, ...]:
    """Return how many files were submitted and decided (or given up) in each week."""
    return _count([row.submitted_at for row in files], [row.decided_at for row in files], weeks)


def _count(came: Iterable[int], went: Iterable[int | None], weeks: Sequence[Week]) -> tuple[WeekCount, ...]:
    arrivals, departures = sorted(came), sorted(at for at in went if at is not None)
    return tuple(WeekCount(week, _between(arrivals, week), _between(departures, week)) for week in weeks)


def _between(ordered: Sequence[int], week: Week) -> int:
    return bisect_left(ordered, week.end_at) - bisect_left(ordered, week.start_at)
