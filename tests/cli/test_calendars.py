"""The calendar's commands: show, close, open, and count open files anew."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.instants import now_us
from permitflow.models import CalendarVersion, Clock
from permitflow.services import calendar_edits
from permitflow.services.calendar_edits import Change, Editor
from tests.cli.conftest import Run
from tests.factories import City

CITY = ("--city", "rio-verde")


@pytest.fixture
def due(city: City) -> str:
    """The day on which the one open file of the city is due."""
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant", now_us())
    with city.database.reading() as session:
        found = session.scalars(select(Clock.due_on).where(Clock.clock == "completeness")).one()
    assert found
    return found.isoformat()


def due_now(city: City) -> str:
    with city.database.reading() as session:
        return str(session.scalars(select(Clock.due_on).where(Clock.clock == "completeness")).one())


def newest(city: City) -> int:
    with city.database.reading() as session:
        return max(session.scalars(select(CalendarVersion.version)).all())


def test_a_calendar_is_shown_in_words_and_as_json(run: Run, city: City) -> None:
    shown = run("calendar", "show", *CITY)
    assert "2026-05-25  Memorial Day (public holiday)" in shown.out
    told = run("calendar", "show", *CITY, "--year", "2026", "--json").json
    assert told["closed"] == [{"on": "2026-05-25", "name": "Memorial Day", "reason": "", "seeded": True}]
    assert run("calendar", "show", *CITY, "--year", "2027", "--json").json["closed"] == []


def test_closing_a_day_publishes_and_the_open_files_follow(run: Run, city: City, due: str) -> None:
    told = run(
        "calendar", "close", due, *CITY, "--name", "Flood", "--reason", "The river rose", "--json"
    ).json
    assert (told["version"], told["published"], told["files"], told["due_dates_moved"]) == (2, True, 1, 1)
    assert told["first"][0]["due_on"] == due == due_now(city)
    assert run("calendar", "reproject").out == "1 open files were counted anew.\n"
    assert due_now(city) == told["first"][0]["new_due_on"] > due
    assert "closed by people: The river rose" in run("calendar", "show", *CITY).out


def test_a_dry_run_changes_nothing(run: Run, city: City, due: str) -> None:
    shown = run("calendar", "close", due, *CITY, "--name", "Flood", "--reason", "x", "--dry-run")
    assert "would be published" in shown.out
    assert f"{due} -> " in shown.out
    assert (newest(city), due_now(city)) == (1, due)
    with city.database.reading() as session:
        assert session.scalars(select(CalendarVersion.version)).all() == [1]
    assert run("calendar", "reproject", "--json").json == {"files": 0}


def test_a_closed_day_is_opened(run: Run, city: City) -> None:
    shown = run("calendar", "open", "2026-05-25", *CITY, "--reason", "We work")
    assert shown.status == 0
    assert "is published" in shown.out
    assert run("calendar", "show", *CITY, "--json").json["closed"] == []


def test_what_makes_no_sense_is_one_sentence(run: Run, city: City) -> None:
    refused = run("calendar", "close", "2026-05-25", *CITY, "--name", "Flood", "--reason", "x")
    assert (refused.status, "closed already" in refused.err) == (1, True)
    refused = run("calendar", "show", "--city", "nowhere")
    assert (refused.status, "There is no city" in refused.err) == (1, True)
    assert run("calendar", "close", "soon", *CITY, "--name", "F", "--reason", "x").status == 2


def test_the_draft_of_people_is_not_published_by_the_way(run: Run, city: City, due: str) -> None:
    with city.database.transaction() as session:
        change = Change("close", date.fromisoformat(due), "Moving day", "We move")
        calendar_edits.edit(session, city.id, change, Editor(None, now_us()))
    refused = run("calendar", "open", "2026-05-25", *CITY, "--reason", "We work")
    assert (refused.status, "preparing a draft" in refused.err) == (1, True)
    assert newest(city) == 1
