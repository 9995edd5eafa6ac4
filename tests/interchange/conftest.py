"""A clock statement to write in the forms of other programs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from permitflow.db import Database, new_id
from permitflow.models import Clock, ClockExtension, ClockPause, PermitApplication
from permitflow.queries.clock_statement import Statement, statement
from tests import factories
from tests.factories import MONDAY

MARCH = date(2026, 3, 2)


@pytest.fixture
def shown(sqlite_url: str) -> Statement:
    """A statement with a pause and an extension."""
    database = Database(sqlite_url)
    city = factories.city(database)
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    with database.transaction() as session:
        clock = session.query(Clock).filter_by(clock="completeness").one()
        row = {"id": new_id(), "jurisdiction_id": city.id, "clock_id": clock.id}
        pause = {"paused_on": MARCH, "resumed_on": MARCH + timedelta(days=1), "reason": "Flood"}
        session.execute(insert(ClockPause), row | pause)
        session.execute(insert(ClockExtension), row | {"extended_on": MARCH, "length": 2, "event": "extend"})
        clock.due_on = date(2026, 3, 12)
    with database.reading() as session:
        told = statement(session, session.get_one(PermitApplication, application_id), MONDAY)
    database.dispose()
    return told
