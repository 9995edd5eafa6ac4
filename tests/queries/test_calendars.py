"""What a calendar's draft would do to open files, told before it is published."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.models import (
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Clock,
    Jurisdiction,
    User,
)
from permitflow.queries import calendars
from permitflow.services.calendar_drafts import Closure, WorkingDays, draft_of
from permitflow.services.calendar_edits import Change
from permitflow.services.calendar_recounts import continue_reprojection
from tests import factories
from tests.calendar_office import WEDNESDAY, clock, edit, publish, submitted
from tests.factories import MONDAY, City
from tests.rows import Rows


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def test_what_the_preview_says_is_what_happens(city: City) -> None:
    files = [submitted(city) for _ in range(3)]
    city.act(files[0], "accept", "permit_technician")
    edit(city)
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    told = {(line.application_id, line.new_due_on) for line in impact.lines}
    before = {one: clock(city, one).due_on for one in files}
    publish(city)
    continue_reprojection(city.database, MONDAY)
    with city.database.reading() as session:
        open_ = session.execute(
            select(Clock.application_id, Clock.due_on).where(Clock.stopped_at.is_(None))
        ).all()
    moved = {(row.application_id, row.due_on) for row in open_ if row.due_on != before[row.application_id]}
    assert (impact.files, impact.moved) == (3, len(impact.lines))
    assert told == {pair for pair in moved if pair[0] in files}
    assert clock(city, files[0]).stopped_on == date(2026, 3, 2)


def test_a_day_outside_every_clock_moves_nothing(city: City) -> None:
    submitted(city)
    edit(city, Change("close", date(2029, 3, 6), "Moving day", "We move"))
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    assert (impact.files, impact.moved, impact.lines) == (1, 0, ())


def test_new_weekdays_are_worked_out_for_every_clock(city: City) -> None:
    submitted(city)
    edit(city, Change("weekdays", None, "0123", "Budget"))
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    assert (impact.moved, impact.lines[0].new_due_on) == (1, date(2026, 3, 10))


def test_an_open_clock_beyond_the_seeded_years_is_noticed(city: City) -> None:
    application_id = submitted(city)
    with city.database.transaction() as session:
        session.execute(
            update(Clock).where(Clock.application_id == application_id).values(due_on=date(2031, 12, 30))
        )
    with city.database.reading() as session:
        draft = draft_of(session, city.id)
        reach = calendars.reach(session, draft.place, draft.result, date(2026, 3, 2))
    assert (reach.seeded_to, reach.last_due_on, reach.needed, reach.short) == (
        2026,
        date(2031, 12, 30),
        2032,
        True,
    )


def days_of(*closed: date, weekdays: str = "01234") -> WorkingDays:
    return WorkingDays(
        weekdays, "08:00", "17:00", {on: Closure("Flood", "Under water") for on in closed}, 2026
    )


def test_a_year_shows_what_the_draft_changes() -> None:
    march = calendars.months(days_of(WEDNESDAY), days_of(), 2026)[2]
    shown = {day.on: day for week in march.weeks for day in week if day is not None}
    assert len(shown) == 31
    assert [on for on, day in shown.items() if day.changed] == [WEDNESDAY]
    assert shown[WEDNESDAY].closed
    assert shown[date(2026, 3, 7)].closed, "a Saturday"
    assert not shown[date(2026, 3, 5)].closed


def test_the_closed_days_of_a_year_name_who_closed_them(rows: Rows) -> None:
    olga = rows.add(User, name="Olga")["id"]
    closures = {
        WEDNESDAY: Closure("Flood", "Under water", olga),
        date(2026, 12, 25): Closure("Christmas Day"),
        date(2027, 1, 1): Closure("New Year's Day"),
    }
    with rows.session() as session:
        found = calendars.closed_days(session, WorkingDays("01234", "08:00", "17:00", closures, 2027), 2026)
    assert [(day.on, day.who) for day in found] == [(WEDNESDAY, "Olga"), (date(2026, 12, 25), "")]


def test_every_version_stands_with_its_own_edits(rows: Rows) -> None:
    first = rows.add(CalendarVersion, version=1)
    city = first["jurisdiction_id"]
    olga = rows.add(User, name="Olga")["id"]
    second = rows.add(CalendarVersion, version=2, published_by=olga)["id"]
    rows.add(CalendarEdit, based_on=first["id"], published_in=second, made_by=olga, value="Flood")
    rows.add(CalendarEdit, based_on=second, value="a draft")
    rows.add(CalendarPublication, calendar_version_id=second, files=3)
    rows.add(CalendarVersion, version=7, jurisdiction_id=rows.add(Jurisdiction)["id"])
    with rows.session() as session:
        newest, oldest = calendars.versions(session, city)
        assert calendars.version_of(session, city, 7) is None
        found = calendars.version_of(session, city, 1)
    assert found is not None
    assert found.id == first["id"]
    assert (newest.version.version, newest.who, oldest.who) == (2, "Olga", "")
    assert [(line.edit.value, line.who) for line in newest.edits] == [("Flood", "Olga")]
    assert (newest.progress is not None, oldest.edits, oldest.progress) == (True, (), None)
