"""A new calendar moves the due dates of open clocks, once and with a reason, and no others."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.db import Database, new_id
from permitflow.instants import DAY
from permitflow.models import CalendarVersion
from permitflow.services import calendars, timers
from permitflow.services.reprojection import reproject
from tests.factories import MONDAY, instant
from tests.services.clock_lab import APPROVAL, COMPLETENESS, Lab, lab, workflow

THURSDAY = MONDAY + 3 * DAY


@pytest.fixture
def here(database: Database) -> Lab:
    pausing = APPROVAL | {"pauses": ["ask"], "resumes": ["answer"]}
    return lab(database, workflow(completeness=COMPLETENESS, decision=pausing))


def publish(here: Lab, weekdays: str = "01234", *closed: date) -> str:
    version = CalendarVersion(
        id=new_id(),
        jurisdiction_id=here.city.id,
        version=2,
        weekdays=weekdays,
        opens="08:00",
        closes="17:00",
        reason="Storm",
        published_at=THURSDAY,
    )
    with here.database.transaction() as session:
        calendars.publish(session, version, dict.fromkeys(closed, "Storm"))
    return version.id


def move(here: Lab, application: str, version: str, at: int = THURSDAY) -> bool:
    by = here.city.staff["administrator"]
    with here.database.connection() as connection:
        return reproject(connection, application, version, "The storm closed city hall", by, at)


def test_a_closed_day_moves_the_due_date_with_a_reason_once(here: Lab) -> None:
    application = here.accepted()
    version = publish(here, "01234", date(2026, 3, 6))
    assert [move(here, application, version) for _ in range(2)] == [True, False]
    assert here.clock(application).due_on == here.city.file(application).due_on == date(2026, 3, 17)
    (event,) = here.events(application, "change_calendar")
    assert event["data"]["due_decision"] == "2026-03-16 to 2026-03-17"
    assert event["actor"] == here.city.staff["administrator"]
    assert timers.fire_due(here.database, instant("2026-03-17T00:00-07:00")) == 0
    assert timers.fire_due(here.database, instant("2026-03-18T00:00-07:00")) == 1


def test_a_date_that_would_be_past_is_the_day_of_the_change(here: Lab) -> None:
    application = here.submitted()
    at = instant("2026-03-09T15:00-07:00")
    assert move(here, application, publish(here, "0123456"), at)
    assert here.clock(application, "completeness").due_on == date(2026, 3, 9), "by the new count the 7th"
    assert timers.fire_due(here.database, at) == 0
    assert timers.fire_due(here.database, instant("2026-03-10T00:00-07:00")) == 1
    (event,) = here.events(application, "deem_complete")
    assert event["legal_on"] == "2026-03-09"


def test_fired_and_stopped_clocks_keep_their_dates(here: Lab) -> None:
    application = here.submitted()
    timers.fire_due(here.database, MONDAY + 9 * DAY)
    move(here, application, publish(here, "01234", date(2026, 3, 6), date(2026, 3, 11)), MONDAY + 9 * DAY)
    assert here.clock(application, "completeness").due_on == date(2026, 3, 9)
    assert here.clock(application).due_on == date(2026, 3, 24)


def test_a_paused_clock_changes_its_calendar_and_stays_paused(here: Lab) -> None:
    application = here.accepted()
    here.official(application, "ask", MONDAY + DAY)
    move(here, application, publish(here, "01234", date(2026, 3, 12)))
    assert (here.clock(application).state, here.clock(application).due_on) == ("paused", None)
    here.city.act(application, "answer", "applicant", MONDAY + 7 * DAY)
    # One day is used; nine more from 10 March without the 12th.
    assert here.clock(application).due_on == date(2026, 3, 23)
