"""After a calendar is published every open file is counted anew, once, whatever happens on the way."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.instants import DAY, SECOND
from permitflow.models import (
    CalendarPublication,
    CalendarVersion,
    Clock,
    Event,
)
from permitflow.services import calendar_recounts
from permitflow.services.calendar_edits import Change
from permitflow.services.calendar_recounts import continue_reprojection
from tests import factories
from tests.calendar_office import LATER, clock, edit, publish, submitted
from tests.factories import MONDAY, City


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def progress(city: City, version: CalendarVersion) -> CalendarPublication:
    with city.database.reading() as session:
        return session.get_one(CalendarPublication, version.id)


def test_publishing_moves_the_due_dates_of_open_files(city: City) -> None:
    application_id = submitted(city)
    before = clock(city, application_id)
    edit(city)
    version = publish(city)
    assert clock(city, application_id).due_on == before.due_on
    assert progress(city, version).files == 1
    assert continue_reprojection(city.database, MONDAY) == 1
    after = clock(city, application_id)
    assert (after.calendar_version_id, after.due_on) == (version.id, date(2026, 3, 10))
    assert before.due_on == date(2026, 3, 9)
    assert city.file(application_id).due_on == after.due_on
    with city.database.reading() as session:
        events = session.scalars(select(Event.body).where(Event.action == "change_calendar")).all()
    assert len(events) == 1
    assert "2026-03-09 to 2026-03-10" in events[0]


def test_counting_anew_goes_on_where_it_stopped(city: City) -> None:
    files = sorted(submitted(city) for _ in range(3))
    edit(city)
    version = publish(city)
    assert continue_reprojection(city.database, MONDAY, at_most=2) == 2
    reached = progress(city, version)
    assert (reached.done, reached.reached, reached.finished_at) == (2, files[1], None)
    assert continue_reprojection(city.database, LATER) == 1
    assert {clock(city, one).calendar_version_id for one in files} == {version.id}
    done = progress(city, version)
    assert (done.done, done.failed, done.finished_at) == (3, 0, LATER)
    assert continue_reprojection(city.database, LATER) == 0


def test_a_crash_between_two_files_counts_nothing_twice(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(submitted(city) for _ in range(2))
    edit(city)
    publish(city)
    real = calendar_recounts.reproject

    def dies(connection: object, application_id: str, *more: object) -> bool:
        if application_id == files[1]:
            raise KeyboardInterrupt
        return real(connection, application_id, *more)

    monkeypatch.setattr(calendar_recounts, "reproject", dies)
    with pytest.raises(KeyboardInterrupt):
        continue_reprojection(city.database, MONDAY)
    monkeypatch.setattr(calendar_recounts, "reproject", real)
    assert continue_reprojection(city.database, MONDAY) == 1
    with city.database.reading() as session:
        told = session.scalars(select(Event.application_id).where(Event.action == "change_calendar")).all()
    assert sorted(told) == files


def test_a_file_that_cannot_be_counted_does_not_stop_the_others(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(submitted(city) for _ in range(2))
    edit(city)
    version = publish(city)
    real = calendar_recounts.reproject

    def breaks(connection: object, application_id: str, *more: object) -> bool:
        if application_id == files[0]:
            raise ValueError("closed for more than 366 days")
        return real(connection, application_id, *more)

    monkeypatch.setattr(calendar_recounts, "reproject", breaks)
    assert continue_reprojection(city.database, LATER) == 1
    done = progress(city, version)
    assert (done.done, done.failed, done.finished_at) == (2, 1, LATER)
    assert clock(city, files[0]).calendar_version_id != version.id


def test_a_file_that_started_meanwhile_with_the_old_calendar_is_still_found(city: City) -> None:
    first = submitted(city)
    edit(city)
    version = publish(city)
    old = clock(city, first).calendar_version_id
    continue_reprojection(city.database, MONDAY)
    with city.database.transaction() as session:
        session.execute(update(Clock).values(calendar_version_id=old))
    assert progress(city, version).finished_at is None
    assert continue_reprojection(city.database, LATER) == 1
    assert clock(city, first).calendar_version_id == version.id


def test_a_newer_version_takes_over(city: City) -> None:
    application_id = submitted(city)
    edit(city)
    first = publish(city)
    edit(city, Change("close", date(2026, 3, 5), "Flood", "still wet"))
    second = publish(city, at=MONDAY + SECOND)
    assert progress(city, first).finished_at == MONDAY + SECOND
    assert continue_reprojection(city.database, LATER + SECOND) == 1
    assert clock(city, application_id).calendar_version_id == second.id
    assert (progress(city, first).done, progress(city, second).done) == (0, 1)


def test_what_ran_out_keeps_its_date(city: City) -> None:
    application_id = submitted(city)
    before = clock(city, application_id)
    edit(city)
    version = publish(city, at=MONDAY + 30 * DAY)
    assert progress(city, version).files == 0
    assert continue_reprojection(city.database, MONDAY + 31 * DAY) == 0
    after = clock(city, application_id)
    assert (after.due_on, after.calendar_version_id) == (before.due_on, before.calendar_version_id)
    assert progress(city, version).finished_at == MONDAY + 31 * DAY


def test_other_cities_are_left_alone(city: City) -> None:
    other = factories.city(city.database, slug="other-town")
    theirs = submitted(other)
    submitted(city)
    edit(city)
    version = publish(city)
    assert continue_reprojection(city.database, LATER) == 1
    assert clock(other, theirs).calendar_version_id != version.id
