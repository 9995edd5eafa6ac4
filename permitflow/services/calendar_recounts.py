"""After a calendar is published: every open file is counted anew, one by one, and the place reached is kept."""

from __future__ import annotations

import logging

from sqlalchemy import ColumnElement, Connection, func, or_, select, update
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.engine.errors import EngineError
from permitflow.instants import SECOND, local_date
from permitflow.models import CalendarPublication, CalendarVersion, Clock, Jurisdiction
from permitflow.services.actors import SYSTEM
from permitflow.services.errors import NotFound, Stale
from permitflow.services.reprojection import reproject

_LOG = logging.getLogger(__name__)
_AT_ONCE = 200
"""Files that one sweep counts anew: the clocks and mails of the other cities wait for it."""
_STRAGGLERS = 60 * SECOND
"""A transaction that read the old version may still start a clock with it: so long its file is looked for."""
_BROKEN = (EngineError, LookupError, NotFound, Stale, ValueError)


def queue_files(session: Session, version: CalendarVersion, at: int) -> None:
    """Let every open file of a city be counted anew; what an earlier version had not reached, this one covers."""
    session.execute(
        update(CalendarPublication)
        .where(CalendarPublication.jurisdiction_id == version.jurisdiction_id)
        .where(CalendarPublication.finished_at.is_(None))
        .values(finished_at=at)
    )
    session.add(
        CalendarPublication(
            calendar_version_id=version.id,
            jurisdiction_id=version.jurisdiction_id,
            files=open_files(session.connection(), version.jurisdiction_id, version.id, at),
            done=0,
            failed=0,
            reached="",
            started_at=at,
            finished_at=None,
        )
    )
    session.flush()


def open_files(connection: Connection, jurisdiction_id: str, version_id: str, at: int) -> int:
    """Count the files of a city with a clock that a calendar version moves at instant `at`, but has not reached yet."""
    behind = _behind(connection, jurisdiction_id, version_id, at)
    return connection.execute(select(func.count(Clock.application_id.distinct())).where(*behind)).scalar_one()


def continue_reprojection(database: Database, now: int, at_most: int = _AT_ONCE) -> int:
    """Count open files anew on the calendars published before, each in its own transaction; return how many.

    The place reached is written with each file, so that it goes on after a crash; any number of workers may do this
    at once. A file that cannot be counted keeps its dates; the calendar's page tells how many.
    """
    done = 0
    with database.reading() as session:
        pending = session.execute(
            select(CalendarPublication.calendar_version_id)
            .where(CalendarPublication.finished_at.is_(None))
            .order_by(CalendarPublication.calendar_version_id)
        ).scalars()
        version_ids = list(pending)
    for version_id in version_ids:
        done += _go_on(database, version_id, now, at_most - done)
    return done


def _go_on(database: Database, version_id: str, now: int, at_most: int) -> int:
    with database.reading() as session:
        publication = session.get_one(CalendarPublication, version_id)
        version = session.get_one(CalendarVersion, version_id)
        waiting = session.scalars(
            select(Clock.application_id)
            .where(*_behind(session.connection(), publication.jurisdiction_id, version_id, now))
            .where(Clock.application_id > publication.reached)
            .distinct()
            .order_by(Clock.application_id)
            .limit(at_most)
        ).all()
    counted = sum(_count_file(database, application_id, version, now) for application_id in waiting)
    if len(waiting) < at_most:
        _end(database, version_id, now)
    return counted


def _count_file(database: Database, application_id: str, version: CalendarVersion, now: int) -> int:
    """Count one file anew; return 0 when nothing moved, another worker has done it, or a newer version has come."""
    by = version.published_by or SYSTEM.id
    try:
        with database.connection() as connection:
            if not _advance(connection, application_id, version.id):
                return 0
            return int(reproject(connection, application_id, version.id, version.reason, by, now))
    except _BROKEN:
        _LOG.exception("The file %s could not be counted with the calendar %s.", application_id, version.id)
        with database.connection() as connection:
            _advance(connection, application_id, version.id)
    return 0


def _advance(connection: Connection, application_id: str, version_id: str) -> bool:
    """Note that a file is reached; return False when it was, or when nothing is to be done any more."""
    moved = connection.execute(
        update(CalendarPublication)
        .where(CalendarPublication.calendar_version_id == version_id)
        .where(CalendarPublication.finished_at.is_(None))
        .where(CalendarPublication.reached < application_id)
        .values(reached=application_id, done=CalendarPublication.done + 1)
    )
    return bool(moved.rowcount)


def _end(database: Database, version_id: str, now: int) -> None:
    """Finish a publication whose files were all reached, or start over for files that came in between."""
    with database.connection() as connection:
        unfinished = select(CalendarPublication.__table__).where(
            CalendarPublication.calendar_version_id == version_id,
            CalendarPublication.finished_at.is_(None),
        )
        row = connection.execute(unfinished.with_for_update()).one_or_none()
        if row is None:
            return
        left = open_files(connection, row.jurisdiction_id, version_id, now)
        over = now >= row.started_at + _STRAGGLERS
        values = {"failed": left, "finished_at": now} if over else {"reached": ""}
        connection.execute(
            update(CalendarPublication)
            .where(CalendarPublication.calendar_version_id == version_id)
            .values(done=row.files if over else min(row.done, row.files), **values)
        )


def _behind(
    connection: Connection, jurisdiction_id: str, version_id: str, at: int
) -> tuple[ColumnElement[bool], ...]:
    """Open clocks of a city that are counted with an older calendar; what has run out keeps the one it had."""
    zone = connection.execute(
        select(Jurisdiction.zone).where(Jurisdiction.id == jurisdiction_id)
    ).scalar_one()
    return (
        Clock.jurisdiction_id == jurisdiction_id,
        Clock.stopped_at.is_(None),
        Clock.lapsed_at.is_(None),
        or_(Clock.due_on.is_(None), Clock.due_on >= local_date(at, zone)),
        Clock.calendar_version_id != version_id,
    )
