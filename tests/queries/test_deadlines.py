"""The clocks of an application, with the days they have used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import update

from permitflow.db import Database
from permitflow.models import Clock, PermitApplication
from permitflow.queries.deadlines import count_of, deadlines, earliest_due
from permitflow.queries.sentence import Count
from permitflow.services.definitions import definition_for
from tests.scene import HOME, scene
from tests.services.clock_lab import lab, workflow
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


def test_the_stricter_of_state_and_city_is_named_and_both_are_kept(database: Database) -> None:
    here = lab(database, workflow(state={"title": "State clock"}, town={"length": "3", "level": "local"}))
    application = here.accepted()
    with database.reading() as session:
        row = session.get_one(PermitApplication, application)
        definition = definition_for(session.connection(), row.definition_hash)
        found = {
            line.clock.clock: line for line in deadlines(session, application, definition, date(2026, 3, 3))
        }
    assert {name: line.overtaken_by for name, line in found.items()} == {"state": "Decision", "town": ""}
    assert row.due_on == date(2026, 3, 5)


def test_a_date_that_a_new_calendar_put_into_the_past_is_today(database: Database) -> None:
    here = lab(database, workflow(decision={}))
    application, today = here.accepted(), date(2026, 3, 20)
    with database.transaction() as session:
        session.execute(update(Clock).values(due_on=today))
    with database.reading() as session:
        row = session.get_one(PermitApplication, application)
        definition = definition_for(session.connection(), row.definition_hash)
        (line,) = deadlines(session, application, definition, today)
    assert line.status is not None
    assert (line.status.due_on, line.status.standing) == (today, "due_today")
