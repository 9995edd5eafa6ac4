"""What a report reads once: the files of its scope, and their visits to each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.orm import Session

from permitflow.models import PermitApplication, Visit
from permitflow.reports.scope import Scope, Workflows

NOT_DECIDED_BY_CITY = ("withdrawn", "abandoned")
"""Outcomes that the applicant brought about: they say nothing about how fast the city decides."""


class FileRow(NamedTuple):
    """A submitted file; instants in microseconds, `due_on` the earliest due date of its running legal clocks."""

    id: str
    number: str | None
    title: str
    workflow: str
    definition_hash: str
    state: str
    party: str
    party_since_at: int
    due_on: date | None
    submitted_at: int
    decided_at: int | None
    outcome: str | None
    fees_due_cents: int
    fees_paid_cents: int

    @property
    def decided_by_city(self) -> bool:
        """Say whether the city decided, rather than the applicant giving up."""
        return self.decided_at is not None and self.outcome not in NOT_DECIDED_BY_CITY

    def elapsed_us(self, now: int) -> int:
        """Return the microseconds from submission to the decision, or to now."""
        return (now if self.decided_at is None else self.decided_at) - self.submitted_at


class VisitRow(NamedTuple):
    """One stay of a file at a step, in or out of a lane; instants and `worked_us` in microseconds."""

    application_id: str
    step: str
    lane: str | None
    party: str
    opened_at: int
    first_claimed_at: int | None
    claimed_by: str | None
    closed_at: int | None
    worked_us: int
    round: int
    closed_by: str | None


_FILE = tuple(getattr(PermitApplication, name) for name in FileRow._fields)
_VISIT = tuple(getattr(Visit, name) for name in VisitRow._fields)


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Return the conditions on applications: submitted files of the city and workflow."""
    conditions = [
        PermitApplication.jurisdiction_id == scope.city.id,
        PermitApplication.submitted_at <= scope.now,
    ]
    if scope.workflow:
        conditions.append(PermitApplication.workflow == scope.workflow)
    return conditions


def open_or_decided_since(oldest_at: int) -> ColumnElement[bool]:
    """Return the condition for files that are open, or were decided at or after an instant."""
    return or_(PermitApplication.decided_at.is_(None), PermitApplication.decided_at >= oldest_at)


def load_files(session: Session, scope: Scope) -> list[FileRow]:
    """Return the files that are open now or were decided since the scope's oldest instant, oldest first."""
    query: Select[Any] = (
        select(*_FILE)
        .where(*in_scope(scope), open_or_decided_since(scope.oldest_at))
        .order_by(PermitApplication.submitted_at, PermitApplication.id)
    )
    return [FileRow(*row) for row in session.execute(query)]


def load_visits(session: Session, scope: Scope, workflows: Workflows) -> list[VisitRow]:
    """Return the visits that are open now or closed since the scope's oldest instant; drafts are left out."""
    ended = or_(Visit.closed_at.is_(None), Visit.closed_at >= scope.oldest_at)
    query: Select[Any] = (
        select(*_VISIT)
        .join(PermitApplication, PermitApplication.id == Visit.application_id)
        .where(Visit.jurisdiction_id == scope.city.id, ended, Visit.opened_at <= scope.now)
        .where(*in_scope(scope))
        .where(tuple_(PermitApplication.definition_hash, Visit.step).not_in(workflows.draft_phases()))
        .order_by(Visit.opened_at, Visit.id)
    )
    if not workflows.aliases:
        return [VisitRow(*row) for row in session.execute(query)]
    named = query.add_columns(PermitApplication.workflow, PermitApplication.definition_hash)
    return list(_under_names_of_today(session.execute(named), workflows))


def _under_names_of_today(rows: Iterable[Any], workflows: Workflows) -> Iterator[VisitRow]:
    """Yield visits under the names that their steps have now; a draft stays out under its old name too."""
    drafts = set(workflows.draft_phases())
    for *values, workflow, definition_hash in rows:
        visit = VisitRow(*values)
        step = workflows.step_now(workflow, visit.step)
        if (definition_hash, step) not in drafts:
            yield visit._replace(step=step)
