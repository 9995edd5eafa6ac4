"""A project as its company sees it: its applications, where each stands, and which one waits for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from permitflow.models import Jurisdiction, PermitApplication, Project
from permitflow.services.definitions import definition_for


@dataclass(frozen=True, slots=True)
class GateLine:
    """What an application waits for: the gate's title, whether it is open, and the applications that could open it."""

    title: str
    is_open: bool
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One application of a project; `label` is its receipt number, or what it is about."""

    application_id: str
    label: str
    city: str
    workflow: str
    step: str
    gates: tuple[GateLine, ...]


@dataclass(frozen=True, slots=True)
class ProjectShown:
    """A project with all its applications, in the order in which they were begun."""

    title: str
    lines: tuple[ProjectLine, ...]


def project_shown(session: Session, project_id: str | None) -> ProjectShown | None:
    """Return a project by one statement; None for an application that belongs to none."""
    if project_id is None:
        return None
    rows = session.execute(
        select(PermitApplication, Jurisdiction.name, Project.title)
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .join(Project, Project.id == PermitApplication.project_id)
        .where(PermitApplication.project_id == project_id)
        .order_by(PermitApplication.created_at, PermitApplication.id)
    ).all()
    if not rows:
        return None
    return ProjectShown(rows[0][2], tuple(_line(session, row, rows) for row in rows))


def choices(session: Session, company_ids: frozenset[str]) -> list[Project]:
    """Return the projects of some companies, newest first."""
    query = select(Project).where(Project.company_id.in_(company_ids))
    return list(session.scalars(query.order_by(Project.created_at.desc(), Project.id)))


def _line(
    session: Session,
    row: Row[PermitApplication, str, str],
    rows: Sequence[Row[PermitApplication, str, str]],
) -> ProjectLine:
    file, city, _title = row
    definition = definition_for(session.connection(), file.definition_hash)
    others = [other for other, _city, _project in rows if other.id != file.id]
    gates = []
    for gate in definition.gates.values():
        before = [other for other in others if other.workflow in gate.workflows]
        is_open = any(other.outcome in gate.outcomes for other in before)
        gates.append(GateLine(gate.title, is_open, tuple(_label(other) for other in before)))
    step = definition.phases[file.state].title
    return ProjectLine(file.id, _label(file), city, definition.title, step, tuple(gates))


def _label(file: PermitApplication) -> str:
    return file.number or file.title
