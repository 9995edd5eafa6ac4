"""A city's published calendars, read once each: a published version never changes."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.calendars import Calendar
from permitflow.models import CalendarClosure, CalendarVersion, Jurisdiction

_published: dict[str, Calendar] = {}


def calendar_for(connection: Connection, version_id: str) -> Calendar:
    """Return the engine's calendar of one published version; raises LookupError for an unknown id."""
    found = _published.get(version_id)
    if found is None:
        found = _published[version_id] = _read(connection, version_id)
    return found


def current_version_id(connection: Connection, jurisdiction_id: str) -> str:
    """Return the id of a city's newest calendar; raises LookupError when it has none."""
    query = (
        select(CalendarVersion.id)
        .where(CalendarVersion.jurisdiction_id == jurisdiction_id)
        .order_by(CalendarVersion.version.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar()
    if found is None:
        raise LookupError("This city has no calendar of working days yet.")
    return str(found)


def current_calendar(connection: Connection, jurisdiction_id: str) -> Calendar:
    """Return a city's newest calendar; raises LookupError when it has none."""
    return calendar_for(connection, current_version_id(connection, jurisdiction_id))


def publish(session: Session, version: CalendarVersion, closures: dict[date, str]) -> None:
    """Publish a calendar version with its closed days (local date -> name of the closure)."""
    version.id = version.id or new_id()
    session.add(version)
    session.flush()
    rows = [
        {
            "calendar_version_id": version.id,
            "closed_on": on,
            "jurisdiction_id": version.jurisdiction_id,
            "name": name,
        }
        for on, name in closures.items()
    ]
    if rows:
        session.execute(insert(CalendarClosure), rows)


def _read(connection: Connection, version_id: str) -> Calendar:
    version = connection.execute(
        select(
            CalendarVersion.version,
            CalendarVersion.weekdays,
            CalendarVersion.opens,
            CalendarVersion.closes,
            Jurisdiction.zone,
        )
        .join(Jurisdiction, Jurisdiction.id == CalendarVersion.jurisdiction_id)
        .where(CalendarVersion.id == version_id)
    ).one_or_none()
    if version is None:
        raise LookupError("There is no such calendar.")
    closures = connection.execute(
        select(CalendarClosure.closed_on, CalendarClosure.name).where(
            CalendarClosure.calendar_version_id == version_id
        )
    )
    return Calendar(
        id=version_id,
        version=version.version,
        zone=version.zone,
        weekdays=frozenset(int(digit) for digit in version.weekdays),
        closures={row.closed_on: row.name for row in closures},
        opens=time.fromisoformat(version.opens),
        closes=time.fromisoformat(version.closes),
    )
