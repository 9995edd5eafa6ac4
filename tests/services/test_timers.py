"""A lapsed clock acts once, with its legal date."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import Clock, Event
from permitflow.services.timers import fire_due
from tests import factories
from tests.factories import MONDAY, City, instant

WORKFLOW = "us-ca-commercial-ab970"


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def submitted(city: City) -> str:
    application = city.draft(WORKFLOW)
    city.act(application, "submit", "applicant")
    return application


def test_nothing_happens_while_the_last_day_lasts_in_the_city(city: City) -> None:
    application = submitted(city)
    assert fire_due(city.database, instant("2026-03-09T23:59:59-07:00")) == 0
    assert city.file(application).state == "intake"


def test_silence_makes_the_application_complete_on_the_legal_date(city: City) -> None:
    application = submitted(city)
    late = MONDAY + 30 * DAY
    assert fire_due(city.database, late) == 1
    file = city.file(application)
    assert file.state == "in_review"
    with city.database.reading() as session:
        clocks = {clock.clock: clock for clock in session.scalars(select(Clock))}
        event = session.scalars(select(Event).where(Event.action == "deem_complete")).one()
    assert clocks["completeness"].state == "expired"
    assert clocks["decision"].started_on == date(2026, 3, 9), (
        "counted from the legal date, not from the sweep"
    )
    body = json.loads(event.body)
    assert (body["legal_on"], body["actor"], body["at"]) == ("2026-03-09", "system", late)


def test_a_clock_fires_once(city: City) -> None:
    submitted(city)
    late = MONDAY + 30 * DAY
    assert fire_due(city.database, late) == 1
    assert fire_due(city.database, late + DAY) == 0


def test_an_unverified_clock_only_warns(city: City) -> None:
    application = submitted(city)
    city.act(application, "accept", "permit_technician", MONDAY + DAY)
    assert fire_due(city.database, MONDAY + 200 * DAY) == 0
    assert city.file(application).state == "in_review"


def test_a_file_that_was_decided_in_time_is_left_alone(city: City) -> None:
    application = submitted(city)
    city.act(application, "accept", "permit_technician", MONDAY + DAY)
    assert fire_due(city.database, MONDAY + 10 * DAY) == 0
    assert city.file(application).state == "in_review"
