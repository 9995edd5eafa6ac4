"""Clocks start, pause, resume and stop with the actions that name them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.errors import NotAllowed
from permitflow.engine.loader import load_text
from permitflow.instants import DAY
from permitflow.models import Clock, ClockPause, CorrectionItem, PermitApplication, Visit
from permitflow.prepared import Channel
from permitflow.services import clockwork, definitions
from permitflow.services.files import load
from permitflow.services.timers import fire_due
from tests import factories
from tests.factories import MONDAY, ROOT, City, instant
from tests.services.clock_lab import COMPLETENESS, lab, workflow
from tests.statements import statements

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


MINNESOTA = {
    "unit": "calendar_day",
    "length": "60",
    "roll": "none",
    "outcome": "deemed_approved",
    "on_expiry": "deem_approved",
    "extended_by": {"extend_time": {"length": "60", "at_most": 1}},
}
RECEIPT = """
receipt:
  late: next_open_day
  source: City code 1
  as_of: 2026-01-01
  verified: true
"""


def test_the_agency_extends_once_and_only_in_time(database: Database) -> None:
    here = lab(database, workflow(decision=MINNESOTA))
    application = here.accepted(instant("2026-05-04T09:00-07:00"))
    assert here.clock(application).due_on == date(2026, 7, 3)
    in_time = instant("2026-07-03T23:59-07:00")
    here.official(application, "extend_time", in_time)
    assert here.clock(application).due_on == here.city.file(application).due_on == date(2026, 9, 1)
    (event,) = here.events(application, "extend_time")
    assert (event["data"]["due_before"], event["data"]["due_on"]) == ("2026-07-03", "2026-09-01")
    with pytest.raises(NotAllowed) as again:
        here.official(application, "extend_time", in_time + DAY)
    assert [refusal.code for refusal in again.value.refusals] == ["extension_used"]
    assert len(here.events(application, "extend_time")) == 1
    with database.reading() as session:
        waiting = session.scalars(select(Visit).where(Visit.closed_at.is_(None))).one()
    assert waiting.due_on == date(2026, 9, 1)


def test_nothing_is_extended_after_its_last_day(database: Database) -> None:
    here = lab(database, workflow(decision=MINNESOTA | {"verified": False}))
    application = here.accepted(instant("2026-05-04T09:00-07:00"))
    with pytest.raises(NotAllowed) as late:
        here.official(application, "extend_time", instant("2026-07-04T00:00:01-07:00"))
    assert [refusal.code for refusal in late.value.refusals] == ["too_late"]
    assert here.clock(application).due_on == date(2026, 7, 3)
    assert not here.events(application, "extend_time")


def test_a_lapse_without_effect_can_come_again_after_the_due_date_moved(database: Database) -> None:
    pausing = MINNESOTA | {"pauses": ["ask"], "resumes": ["answer"]}
    here = lab(database, workflow(decision=pausing | {"verified": False}))
    application = here.accepted(instant("2026-05-04T09:00-07:00"))
    fire_due(database, instant("2026-07-04T09:00-07:00"))
    assert here.clock(application).lapsed_at is not None
    here.official(application, "ask", instant("2026-07-05T09:00-07:00"))
    assert here.clock(application).due_on == date(2026, 7, 3), "a pause cures no lateness"
    assert here.clock(application).lapsed_at is not None


@pytest.mark.parametrize(
    ("sent", "started_on", "due_on"),
    [
        ("2026-03-06T16:59-08:00", date(2026, 3, 6), date(2026, 3, 13)),
        ("2026-03-06T17:01-08:00", date(2026, 3, 9), date(2026, 3, 16)),
        ("2026-03-08T03:30-07:00", date(2026, 3, 9), date(2026, 3, 16)),
        ("2026-05-25T10:00-07:00", date(2026, 5, 26), date(2026, 6, 2)),
    ],
    ids=["in office hours", "after closing", "the Sunday clocks change", "a holiday"],
)
def test_a_submission_counts_from_its_receipt(
    database: Database, sent: str, started_on: date, due_on: date
) -> None:
    here = lab(database, workflow(receipt=RECEIPT, completeness=COMPLETENESS | {"received": True}))
    clock = here.clock(here.submitted(instant(sent)), "completeness")
    assert (clock.started_on, clock.due_on) == (started_on, due_on)


def test_without_a_rule_of_receipt_the_local_date_counts(database: Database) -> None:
    here = lab(database, workflow(completeness=COMPLETENESS | {"received": True}))
    clock = here.clock(here.submitted(instant("2026-03-06T23:59-08:00")), "completeness")
    assert clock.started_on == date(2026, 3, 6)


def test_an_answer_in_a_lane_turns_a_clock(database: Database) -> None:
    lane_clock = {"length": "3", "starts": ["review"], "stops": ["electrical.approve"]}
    here = lab(database, workflow(lane=lane_clock))
    application = here.accepted()
    here.official(application, "review", MONDAY)
    assert here.clock(application, "lane").state == "running"
    here.city.act(application, "approve", "electrical_examiner", MONDAY + DAY, lane="electrical")
    assert (here.clock(application, "lane").state, here.clock(application, "lane").stopped_on) == (
        "stopped",
        date(2026, 3, 3),
    )


def test_a_start_while_it_runs_starts_a_clock_anew(database: Database) -> None:
    here = lab(database, workflow(decision={"starts": ["accept", "answer"]}))
    application = here.accepted()
    first = here.clock(application).id
    here.official(application, "ask", MONDAY + DAY)
    here.city.act(application, "answer", "applicant", MONDAY + 2 * DAY)
    assert here.clock(application).id != first
    assert here.clock(application).started_on == date(2026, 3, 4)
    with database.reading() as session:
        states = session.scalars(select(Clock.state).order_by(Clock.started_at)).all()
    assert states == ["stopped", "running"]


def test_an_event_that_no_clock_names_costs_nothing(database: Database) -> None:
    here = lab(database, workflow(decision={}))
    application = here.accepted()
    with database.connection() as connection:
        file = load(Channel(connection), application)
        with statements(database) as sent:
            assert not clockwork.turn(file, frozenset({"record_appeal"}), date(2026, 3, 3), MONDAY + DAY)
            clockwork.check(file, frozenset({"record_appeal"}), date(2026, 3, 3))
    assert sent == []
