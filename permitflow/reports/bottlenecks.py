"""Where files lose their time: everything that the manager's page, its tables and its lists show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from permitflow.reports import courts, deadlines, decisions, flow, permits, steps, stuck
from permitflow.reports.courts import Courts
from permitflow.reports.deadlines import DueLine, DueRow
from permitflow.reports.decisions import DecisionLine
from permitflow.reports.flow import FileRow, VisitRow
from permitflow.reports.permits import IssuedLine
from permitflow.reports.scope import Scope, Workflows, workflows_of
from permitflow.reports.steps import OUTSIDE, StepLine, WeekCount
from permitflow.reports.stuck import StuckFile

ENOUGH_VISITS = 5
"""Closed visits a step needs before the page names it as the one that waits longest."""


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """The report: figures, and the rows behind them."""

    scope: Scope
    workflows: Workflows
    files: Sequence[FileRow]
    visits: Sequence[VisitRow]
    due: Sequence[DueRow]
    courts: Courts
    steps: Sequence[StepLine]
    weeks: Sequence[WeekCount]
    due_lines: Sequence[DueLine]
    decisions: Sequence[DecisionLine]
    stuck: Sequence[StuckFile]
    issued: Sequence[IssuedLine]

    @property
    def counted(self) -> list[FileRow]:
        """Return the files of the split: decided in the period, or open now."""
        return counted_files(self.files, self.scope)

    @property
    def city_steps(self) -> list[StepLine]:
        """Return the steps at which the city, or another agency, has to act."""
        return [line for line in self.steps if line.party not in OUTSIDE]

    @property
    def outside_steps(self) -> list[StepLine]:
        """Return the steps at which the applicant has to act or pay."""
        return [line for line in self.steps if line.party in OUTSIDE]

    @property
    def slowest(self) -> StepLine | None:
        """Return the city's step with the longest median wait, among those with enough visits."""
        known = [line for line in self.city_steps if line.figures.closed >= ENOUGH_VISITS]
        return known[0] if known else None

    @property
    def overdue(self) -> list[FileRow]:
        """Return the undecided files whose legal due date has passed."""
        today = self.scope.today
        return [
            file
            for file in self.files
            if file.decided_at is None and file.due_on is not None and file.due_on < today
        ]

    def line(self, step: str) -> StepLine | None:
        """Return the line of a step."""
        return next((line for line in self.steps if line.step == step), None)


def counted_files(files: Sequence[FileRow], scope: Scope) -> list[FileRow]:
    """Return the files decided in the period or open now."""
    return [file for file in files if file.decided_at is None or scope.covers(file.decided_at)]


def bottlenecks(session: Session, scope: Scope) -> Bottlenecks:
    """Read and compute the report; the number of statements does not depend on the number of files."""
    workflows = workflows_of(session, scope.city)
    files = flow.load_files(session, scope)
    visits = flow.load_visits(session, scope, workflows)
    due = deadlines.load_due(session, scope)
    counted = counted_files(files, scope)
    lines = steps.step_lines(visits, scope, workflows)
    paid = stuck.load_payments(session, scope)
    return Bottlenecks(
        scope,
        workflows,
        files,
        visits,
        due,
        courts.split_files(counted, courts.load_spells(session, scope), scope.now),
        lines,
        steps.count_file_weeks(files, scope.weeks),
        deadlines.due_lines(due, workflows),
        decisions.decision_lines(counted, scope, workflows),
        stuck.stuck_files(files, visits, stuck.histories(lines), paid, scope),
        permits.issued_lines(session, scope),
    )
