"""Where files lose their time: everything that the manager's page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from permitflow.analytics.percentiles import ENOUGH
from permitflow.reports.courts import Courts, split_files
from permitflow.reports.deadlines import DueLine, due_lines
from permitflow.reports.decisions import DecisionLine, decision_lines
from permitflow.reports.page import Ask
from permitflow.reports.permits import IssuedLine, issued_lines
from permitflow.reports.scope import Scope, Workflows
from permitflow.reports.steps import StepLine, WeekCount, city_steps, file_weeks, outside_steps, step_lines
from permitflow.reports.stuck import Stuck, histories, stuck_files

STUCK_SHOWN = 12
"""The page shows so many stuck files and leads to the others."""


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """The report: figures from the record as of the scope's instant. `overdue` counts undecided files past a due date."""

    scope: Scope
    workflows: Workflows
    courts: Courts
    steps: Sequence[StepLine]
    weeks: Sequence[WeekCount]
    due_lines: Sequence[DueLine]
    decisions: Sequence[DecisionLine]
    stuck: Stuck
    overdue: int
    issued: Sequence[IssuedLine]

    @property
    def empty(self) -> bool:
        """Say whether no file was open, ended, came or left."""
        moved = any(count.arrived or count.left for count in self.weeks)
        return not (self.decisions or self.steps or moved)

    @property
    def city_steps(self) -> list[StepLine]:
        """Return the steps at which the city, or another agency, has to act."""
        return city_steps(self.steps)

    @property
    def outside_steps(self) -> list[StepLine]:
        """Return the steps at which the applicant has to act or pay."""
        return outside_steps(self.steps)

    @property
    def slowest(self) -> StepLine | None:
        """Return the city's step with the longest median wait, among those with enough visits to have one."""
        known = [line for line in self.city_steps if line.figures.closed >= ENOUGH]
        return known[0] if known else None

    def line(self, step: str) -> StepLine | None:
        """Return the line of a step."""
        return next((line for line in self.steps if line.step == step), None)


def bottlenecks(ask: Ask) -> Bottlenecks:
    """Compute the report; the number of statements does not depend on the number of files."""
    lines = step_lines(ask)
    (overdue,) = ask.snapshot.row("SELECT count(*) FROM chosen WHERE decided_at IS NULL AND due_on < today()")
    return Bottlenecks(
        ask.scope,
        ask.workflows,
        split_files(ask.snapshot),
        lines,
        file_weeks(ask),
        due_lines(ask),
        decision_lines(ask),
        stuck_files(ask, histories(lines), STUCK_SHOWN),
        overdue,
        issued_lines(ask.session, ask.scope),
    )
