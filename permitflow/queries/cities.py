"""What a city has set up: the workflows it uses and its calendar of working days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.models import (
    CalendarClosure,
    CalendarVersion,
    Jurisdiction,
    JurisdictionWorkflow,
    StoredDefinition,
)


@dataclass(frozen=True, slots=True)
class CityLine:
    """A city in a list."""

    slug: str
    name: str
    state: str
    zone: str
    pack: str


@dataclass(frozen=True, slots=True)
class WorkflowLine:
    """A version of a workflow that a city uses for new applications, or used before."""

    city: str
    zone: str
    title: str
    workflow: str
    definition_hash: str
    active: bool
    published_at: int


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The newest calendar of a city with its closed days, by date."""

    city: str
    slug: str
    zone: str
    version: CalendarVersion
    closures: tuple[tuple[date, str], ...]


def all_cities(session: Session) -> list[CityLine]:
    """Return every city by name."""
    rows = session.scalars(select(Jurisdiction).order_by(Jurisdiction.name))
    return [CityLine(row.slug, row.name, row.state, row.zone, row.pack) for row in rows]


def find_city(session: Session, slug: str, among: Collection[str] | None = None) -> Jurisdiction | None:
    """Return a city by its short name; None when there is none, or it is not `among` the ids that are allowed."""
    found = session.scalar(select(Jurisdiction).where(Jurisdiction.slug == slug))
    return found if found is not None and (among is None or found.id in among) else None


def workflows(session: Session, cities: Collection[str]) -> list[WorkflowLine]:
    """Return the workflow versions of some cities, those in use first, by one statement."""
    rows = session.execute(
        select(Jurisdiction.name, Jurisdiction.zone, StoredDefinition.title, JurisdictionWorkflow)
        .join(Jurisdiction, Jurisdiction.id == JurisdictionWorkflow.jurisdiction_id)
        .join(StoredDefinition, StoredDefinition.hash == JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id.in_(cities))
        .order_by(
            Jurisdiction.name,
            JurisdictionWorkflow.active.desc(),
            StoredDefinition.title,
            JurisdictionWorkflow.published_at.desc(),
        )
    )
    return [
        WorkflowLine(city, zone, title, used.workflow, used.definition_hash, used.active, used.published_at)
        for city, zone, title, used in rows
    ]


def calendars(session: Session, cities: Collection[str]) -> list[CalendarView]:
    """Return the newest calendar of each of some cities, with its closures, by two statements."""
    rows = session.execute(
        select(CalendarVersion, Jurisdiction.name, Jurisdiction.slug, Jurisdiction.zone)
        .join(Jurisdiction, Jurisdiction.id == CalendarVersion.jurisdiction_id)
        .where(CalendarVersion.jurisdiction_id.in_(cities))
        .order_by(Jurisdiction.name, CalendarVersion.version.desc())
    )
    newest: dict[str, tuple[CalendarVersion, str, str, str]] = {}
    for version, city, slug, zone in rows:
        newest.setdefault(version.jurisdiction_id, (version, city, slug, zone))
    closed = _closures(session, [version.id for version, _city, _slug, _zone in newest.values()])
    return [
        CalendarView(city, slug, zone, version, tuple(closed.get(version.id, ())))
        for version, city, slug, zone in newest.values()
    ]


def _closures(session: Session, version_ids: Collection[str]) -> dict[str, list[tuple[date, str]]]:
    found: dict[str, list[tuple[date, str]]] = {}
    rows = session.scalars(
        select(CalendarClosure)
        .where(CalendarClosure.calendar_version_id.in_(version_ids))
        .order_by(CalendarClosure.closed_on)
    )
    for row in rows:
        found.setdefault(row.calendar_version_id, []).append((row.closed_on, row.name))
    return found
