"""The clock statement: every day of every clock with its reason, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from permitflow.db import Database, new_id
from permitflow.engine.calendars import WEEKDAYS
from permitflow.engine.clocks import CountedDay
from permitflow.instants import DAY
from permitflow.models import (
    CalendarVersion,
    Clock,
    ClockExtension,
    ClockPause,
    PermitApplication,
)
from permitflow.queries.clock_runs import runs_of
from permitflow.queries.clock_statement import ClockStatement, Statement, statement, stretches
from permitflow.services import calendars
from permitflow.services.definitions import definition_for
from permitflow.services.reprojection import reproject
from tests import factories
from tests.factories import MONDAY, City
from tests.statements import statements

WORKFLOW = "us-ca-commercial-ab970"
TODAY = date(2026, 3, 2)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def submitted(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    return application_id


def told(city: City, application_id: str, at: int = MONDAY) -> Statement:
    with city.database.reading() as session:
        return statement(session, session.get_one(PermitApplication, application_id), at)


def clock_of(shown: Statement, name: str) -> ClockStatement:
    return next(clock for clock in shown.clocks if clock.run.clock.clock == name)


def day(on: str, why: str = "counted", number: int | None = 1) -> CountedDay:
    counted = why == "counted"
    return CountedDay(date.fromisoformat(on), counted, number if counted else None, why)


def test_a_draft_has_no_clocks(city: City) -> None:
    assert told(city, city.draft(WORKFLOW)).clocks == ()


def test_a_running_clock_shows_each_day_up_to_its_due_date(city: City, submitted: str) -> None:
    clock = clock_of(told(city, submitted), "completeness")
    assert (clock.run.clock.started_on, clock.due_on) == (TODAY, clock.first_due_on)
    assert [line.on for line in clock.days] == [
        TODAY + timedelta(days=step) for step in range((clock.due_on - TODAY).days + 1)
    ]
    assert clock.days[0].why == "start day is not counted"
    assert clock.days[-1].counted
    assert sum(line.counted for line in clock.days) == clock.run.clock.length == clock.length
    assert clock.started
    assert (clock.started.entry, clock.started.at) == ("Submitted", MONDAY)
    assert (clock.consumed, clock.stopped, clock.standstills, clock.granted) == (0, None, (), ())
    assert [version.version for version in clock.calendars] == [1]


def test_a_stopped_clock_ends_with_the_day_it_was_stopped(city: City, submitted: str) -> None:
    later = MONDAY + 2 * DAY
    city.act(submitted, "accept", "permit_technician", later)
    clock = clock_of(told(city, submitted, later), "completeness")
    assert clock.run.clock.stopped_on == clock.days[-1].on == TODAY + timedelta(days=2)
    assert clock.consumed == 2
    assert clock.stopped
    assert clock.stopped.entry == "Accepted as complete"
    assert not clock.overdue


def test_the_running_clock_stands_before_the_ended_one(city: City, submitted: str) -> None:
    city.act(submitted, "accept", "permit_technician", MONDAY)
    states = [clock.run.open for clock in told(city, submitted).clocks]
    assert states == sorted(states, reverse=True)
    assert True in states
    assert False in states


def settle(city: City, application_id: str) -> None:
    """Write the due dates as the clockwork does after it turned a clock."""
    with city.database.transaction() as session:
        application = session.get_one(PermitApplication, application_id)
        definition = definition_for(session.connection(), application.definition_hash)
        for one in runs_of(session, application_id, definition):
            one.clock.due_on = one.run.due_on()


def pause(city: City, clock_id: str, paused_on: date, resumed_on: date | None, reason: str) -> None:
    with city.database.transaction() as session:
        clock = session.get_one(Clock, clock_id)
        row = {"id": new_id(), "jurisdiction_id": city.id, "clock_id": clock_id, "reason": reason}
        session.execute(insert(ClockPause), row | {"paused_on": paused_on, "resumed_on": resumed_on})
        if resumed_on is None:
            clock.state, clock.due_on = "paused", None


def test_pauses_are_named_and_move_the_due_date(city: City, submitted: str) -> None:
    before = clock_of(told(city, submitted), "completeness")
    pause(city, before.run.clock.id, TODAY, TODAY + timedelta(days=1), "Flood")
    settle(city, submitted)
    clock = clock_of(told(city, submitted, MONDAY + 3 * DAY), "completeness")
    assert clock.due_on == before.due_on + timedelta(days=1)
    assert clock.first_due_on == before.due_on
    assert [line.why for line in clock.days[:3]] == ["start day is not counted", "stopped: Flood", "counted"]
    (standstill,) = clock.standstills
    assert (standstill.paused_on, standstill.reason) == (TODAY, "Flood")


def test_a_lasting_pause_leaves_the_due_date_open(city: City, submitted: str) -> None:
    pause(city, clock_of(told(city, submitted), "completeness").run.clock.id, TODAY, None, "Flood")
    clock = clock_of(told(city, submitted, MONDAY + 400 * DAY), "completeness")
    assert clock.due_on is None
    assert not clock.overdue
    assert (clock.stretches[-1].why, clock.stretches[-1].days) == ("stopped: Flood", 400)


def test_an_extension_is_listed_and_counted(city: City, submitted: str) -> None:
    before = clock_of(told(city, submitted), "completeness")
    with city.database.transaction() as session:
        row = {"id": new_id(), "jurisdiction_id": city.id, "clock_id": before.run.clock.id}
        session.execute(insert(ClockExtension), row | {"extended_on": TODAY, "length": 3, "event": "extend"})
    settle(city, submitted)
    clock = clock_of(told(city, submitted), "completeness")
    assert clock.length == before.length + 3
    assert clock.due_on > before.due_on
    assert [(one.on, one.length) for one in clock.granted] == [(TODAY, 3)]


def test_an_overdue_clock_goes_on_until_today(city: City, submitted: str) -> None:
    clock = clock_of(told(city, submitted, MONDAY + 60 * DAY), "completeness")
    assert clock.overdue
    assert clock.days[-1].on == TODAY + timedelta(days=60)
    assert clock.stretches[-1].why == "overdue"


def test_a_new_calendar_shows_both_versions(city: City, submitted: str) -> None:
    before = clock_of(told(city, submitted), "completeness")
    with city.database.transaction() as session:
        second = CalendarVersion(
            jurisdiction_id=city.id,
            version=2,
            weekdays="01234",
            opens="08:00",
            closes="17:00",
            reason="Flood",
            published_at=MONDAY + DAY,
        )
        calendars.publish(session, second, {TODAY + timedelta(days=1): "Flood"})
        reproject(session.connection(), submitted, second.id, "Flood", "system", MONDAY + DAY)
    clock = clock_of(told(city, submitted, MONDAY + DAY), "completeness")
    assert [version.version for version in clock.calendars] == [1, 2]
    assert clock.first_due_on == before.due_on < clock.due_on
    assert clock.days[1].why == "Flood"


def test_weekends_belong_to_the_counted_days_and_closures_do_not() -> None:
    days = [
        day("2026-01-01", "start day is not counted"),
        day("2026-01-02"),
        day("2026-01-03", WEEKDAYS[5]),
        day("2026-01-04", WEEKDAYS[6]),
        day("2026-01-05"),
        day("2026-01-06", "Flood"),
        day("2026-01-07", "Flood"),
        day("2026-01-08"),
    ]
    found = [
        (one.first.day, one.last.day, one.why, one.counted, one.resting)
        for one in stretches(days, date(2026, 1, 8))
    ]
    assert found == [
        (1, 1, "start day is not counted", 0, 0),
        (2, 5, "", 2, 2),
        (6, 7, "Flood", 0, 0),
        (8, 8, "", 1, 0),
    ]


def test_what_is_still_to_come_stands_apart() -> None:
    days = [day("2026-01-05"), day("2026-01-06"), day("2026-01-07")]
    found = [(one.first.day, one.last.day, one.ahead) for one in stretches(days, date(2026, 1, 6))]
    assert found == [(5, 6, False), (7, 7, True)]


def test_the_statement_takes_as_many_statements_for_many_pauses_as_for_none(
    city: City, submitted: str
) -> None:
    with statements(city.database) as few:
        told(city, submitted)
    clock_id = clock_of(told(city, submitted), "completeness").run.clock.id
    for step in range(5):
        pause(city, clock_id, TODAY + timedelta(days=step), TODAY + timedelta(days=step), "Flood")
    with statements(city.database) as many:
        told(city, submitted)
    assert len(many) == len(few)
