"""Clocks start, pause, resume and stop with the actions that name them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.loader import load_text
from permitflow.models import Clock, ClockPause, CorrectionItem, Visit
from permitflow.services import definitions
from permitflow.services.transitions import PermitApplication
from tests import factories
from tests.factories import DAY, MONDAY, ROOT, City

WORKFLOW = "us-ca-residential-instant"
FILE = ROOT / "workflows" / "us-ca" / "residential-instant.yaml"
CLOCK = """
clocks:
  look:
    title: Examiner's look
    unit: business_day
    length: "5"
    starts: [submit]
    stops: [approve, withdraw]
    pauses: [request_corrections]
    resumes: [resubmit]
    authority: City ordinance 12
    outcome: none
    source: City ordinance 12
    as_of: 2026-01-01
    verified: true
"""


@pytest.fixture
def city(database: Database) -> City:
    """A city whose home permits carry a clock that stands still during corrections."""
    city = factories.city(database)
    text = FILE.read_text()
    head, _, rest = text.partition("\nclocks:\n")
    tail = rest[rest.index("\npermit:") :]
    with database.transaction() as session:
        definitions.publish(session, city.id, load_text(head + CLOCK + tail, "home.yaml"), MONDAY)
    return city


def at_corrections(city: City) -> str:
    """Bring a home application to its examiner on Monday and back to the applicant on Tuesday."""
    application = city.draft(WORKFLOW, stations=3, occupancy="one_family")
    city.act(application, "submit", "applicant")
    assert city.file(application).state == "counter_review"
    with city.database.transaction() as session:
        row = session.get_one(PermitApplication, application)
        row.draft_items = 1
        session.add(
            CorrectionItem(
                jurisdiction_id=city.id,
                application_id=application,
                round=1,
                severity="required",
                text="Too many chargers",
                code_section="City rules 3",
                fix="Two at most",
                status="draft",
                created_by=city.staff["electrical_examiner"],
                created_at=MONDAY,
            )
        )
    city.act(application, "request_corrections", "electrical_examiner", MONDAY + DAY)
    return application


def clock(city: City) -> Clock:
    with city.database.reading() as session:
        return session.scalars(select(Clock)).one()


def test_a_pause_takes_the_due_date_away_and_the_queue_forgets_it(city: City) -> None:
    application = at_corrections(city)
    assert (clock(city).state, clock(city).due_on) == ("paused", None)
    assert city.file(application).due_on is None


def test_a_resumed_clock_gets_the_days_back(city: City) -> None:
    application = at_corrections(city)
    with city.database.transaction() as session:
        session.get_one(PermitApplication, application).unanswered_items = 0
    city.act(application, "resubmit", "applicant", MONDAY + 8 * DAY)
    assert clock(city).state == "running"
    # Tuesday counted before the pause; four more business days from Wednesday 11 March.
    assert clock(city).due_on == date(2026, 3, 16)
    with city.database.reading() as session:
        pause = session.scalars(select(ClockPause)).one()
        waiting = session.scalars(select(Visit).where(Visit.closed_at.is_(None))).one()
    assert (pause.paused_on, pause.resumed_on) == (date(2026, 3, 3), date(2026, 3, 10))
    assert waiting.due_on == date(2026, 3, 16)


def test_a_stopped_clock_says_when(city: City) -> None:
    application = at_corrections(city)
    city.act(application, "withdraw", "applicant", MONDAY + 2 * DAY, inputs={"reason": "Sold the house"})
    assert (clock(city).state, clock(city).stopped_on) == ("stopped", date(2026, 3, 4))
