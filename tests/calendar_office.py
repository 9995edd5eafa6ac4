"""A calendar office for tests: files under a clock, an edit that closes a day, and its publication."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from permitflow.instants import SECOND
from permitflow.models import CalendarVersion, Clock
from permitflow.services import calendar_edits
from permitflow.services.calendar_edits import Change, Editor
from tests.factories import MONDAY, City

WORKFLOW = "us-ca-commercial-ab970"
WEDNESDAY = date(2026, 3, 4)
FLOOD = Change("close", WEDNESDAY, "Flood", "City hall is under water")
LATER = MONDAY + 61 * SECOND
"""When no transaction can use the old version any more."""


def submitted(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    return application_id


def edit(city: City, change: Change = FLOOD, seen: str | None = None) -> str:
    with city.database.transaction() as session:
        editor = Editor(city.staff["manager"], MONDAY, seen)
        return calendar_edits.edit(session, city.id, change, editor).id


def publish(city: City, reason: str = "Flood", seen: str | None = None, at: int = MONDAY) -> CalendarVersion:
    with city.database.transaction() as session:
        editor = Editor(city.staff["administrator"], at, seen)
        return calendar_edits.publish(session, city.id, reason, editor)


def clock(city: City, application_id: str, name: str = "completeness") -> Clock:
    with city.database.reading() as session:
        query = select(Clock).where(Clock.application_id == application_id, Clock.clock == name)
        return session.scalars(query).one()
