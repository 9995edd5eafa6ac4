"""The clocks of an application, with the days they have used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from permitflow.db import Database
from permitflow.models import PermitApplication
from permitflow.queries.deadlines import count_of, deadlines, earliest_due
from permitflow.queries.sentence import Count
from permitflow.services.definitions import definition_for
from tests.scene import HOME, scene
from tests.services.test_answers import with_corrections


def test_running_and_ended_clocks(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, _items = with_corrections(city, session, tmp_path)
    with database.reading() as session:
        row = session.get_one(PermitApplication, application_id)
        definition = definition_for(session.connection(), row.definition_hash)
        found = deadlines(session, application_id, definition, date(2026, 8, 10))
    ended, running = found
    assert (ended.clock.clock, ended.status, ended.unit) == ("counter_review", None, "business_day")
    assert running.status is not None
    assert (running.status.consumed, running.status.length, running.unit) == (4, 180, "calendar_day")
    assert count_of(found, running.status.due_on) == Count(4, 180, "calendar_day")
    assert count_of(found, None) is None
    assert earliest_due(found, "applicant") == running.status.due_on
    assert earliest_due(found, "agency") is None, "that clock has ended"
    assert count_of(found, date(2020, 1, 1)) is None


def test_a_draft_has_no_clock(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": HOME["project"]})
    with database.reading() as session:
        row = session.get_one(PermitApplication, application_id)
        definition = definition_for(session.connection(), row.definition_hash)
        assert deadlines(session, application_id, definition, date(2026, 8, 10)) == ()
