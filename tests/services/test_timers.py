"""A lapsed clock is answered once, with its legal date, whatever came of it."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.instants import DAY, SECOND
from permitflow.models import Clock, Event
from permitflow.prepared import Prepared
from permitflow.services import lapses, timers
from permitflow.services.lapses import UNVERIFIED, WITHOUT_EFFECT
from permitflow.services.timers import fire_due
from tests import factories
from tests.factories import MONDAY, City, instant
from tests.services.clock_lab import APPROVAL, COMPLETENESS, Lab, lab, workflow

WORKFLOW = "us-ca-commercial-ab970"
KILLED = 9
BOTH = workflow(completeness=COMPLETENESS, decision=APPROVAL)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def silent(database: Database) -> Lab:
    """A city where silence completes and then approves."""
    return lab(database, BOTH)


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


def test_a_file_that_was_decided_in_time_is_left_alone(city: City) -> None:
    application = submitted(city)
    city.act(application, "accept", "permit_technician", MONDAY + DAY)
    assert fire_due(city.database, MONDAY + 10 * DAY) == 0
    assert city.file(application).state == "in_review"


def test_the_system_s_event_carries_the_arithmetic(silent: Lab) -> None:
    application = silent.submitted()
    fire_due(silent.database, instant("2026-03-10T00:00:00-07:00"))
    (event,) = silent.events(application, "deem_complete")
    clock = silent.clock(application, "completeness")
    assert event["data"] == {
        "clock": "completeness",
        "started_on": "2026-03-02",
        "due_on": "2026-03-09",
        "length": 5,
        "unit": "business_day",
        "counted_days": 5,
        "calendar_version": clock.calendar_version_id,
    }


def test_after_weeks_of_downtime_one_sweep_catches_up_in_the_order_of_the_law(silent: Lab) -> None:
    application = silent.submitted()
    late = MONDAY + 40 * DAY
    assert fire_due(silent.database, late) == 2
    assert silent.city.file(application).state == "approved"
    steps = [(one["action"], one["legal_on"], one["at"]) for one in silent.events(application)[-2:]]
    assert steps == [("deem_complete", "2026-03-09", late), ("deem_approved", "2026-03-23", late)]
    assert silent.clock(application).stopped_on == date(2026, 3, 23)
    assert fire_due(silent.database, late) == 0


@pytest.mark.parametrize(
    ("submitted_at", "last_second", "first_second", "due_on"),
    [
        ("2026-03-02T09:00-08:00", "2026-03-09T23:59:59-07:00", "2026-03-10T00:00:00-07:00", "2026-03-09"),
        ("2026-10-26T09:00-07:00", "2026-11-02T23:59:59-08:00", "2026-11-03T00:00:00-08:00", "2026-11-02"),
        ("2028-02-22T23:59-08:00", "2028-02-29T23:59:59-08:00", "2028-03-01T00:00:00-08:00", "2028-02-29"),
        ("2026-12-24T09:00-08:00", "2026-12-31T23:59:59-08:00", "2027-01-01T00:00:00-08:00", "2026-12-31"),
        ("2026-05-18T00:00-07:00", "2026-05-26T23:59:59-07:00", "2026-05-27T00:00:00-07:00", "2026-05-26"),
    ],
    ids=["spring forward", "fall back", "leap day", "year end", "closed day inside"],
)
def test_the_last_day_ends_at_the_city_s_midnight(
    silent: Lab, submitted_at: str, last_second: str, first_second: str, due_on: str
) -> None:
    application = silent.submitted(instant(submitted_at))
    assert silent.clock(application, "completeness").due_on == date.fromisoformat(due_on)
    assert fire_due(silent.database, instant(last_second)) == 0
    assert fire_due(silent.database, instant(first_second)) == 1
    (event,) = silent.events(application, "deem_complete")
    assert event["legal_on"] == due_on


def test_an_approval_whose_conditions_fail_is_recorded_once_and_moves_nothing(silent: Lab) -> None:
    application = silent.accepted()
    silent.official(application, "record_appeal", MONDAY + DAY)
    late = MONDAY + 30 * DAY
    assert fire_due(silent.database, late) == 0
    assert fire_due(silent.database, late + DAY) == 0
    assert silent.city.file(application).state == "ready"
    (event,) = silent.events(application, "time_ran_out")
    assert event["entry"] == WITHOUT_EFFECT
    assert event["data"]["reasons"] == "An appeal was recorded, so silence approves nothing."
    assert (event["legal_on"], event["data"]["due_on"]) == ("2026-03-16", "2026-03-16")
    assert silent.news("time_ran_out") == ["managers"]
    silent.official(application, "approve", late + 2 * DAY)
    assert silent.clock(application).state == "stopped"


def test_a_number_that_nobody_checked_decides_nothing_and_says_so_once(database: Database) -> None:
    here = lab(database, workflow(decision=APPROVAL | {"verified": False}))
    application = here.accepted()
    assert fire_due(database, MONDAY + 200 * DAY) == 0
    assert fire_due(database, MONDAY + 201 * DAY) == 0
    assert here.city.file(application).state == "ready"
    assert [event["entry"] for event in here.events(application, "time_ran_out")] == [UNVERIFIED]


def test_a_clock_without_an_outcome_ends_in_silence(database: Database) -> None:
    here = lab(database, workflow(decision={}))
    application = here.accepted()
    before = len(here.events(application))
    assert fire_due(database, MONDAY + 200 * DAY) == 0
    assert len(here.events(application)) == before
    assert here.clock(application).lapsed_at == MONDAY + 200 * DAY


def test_a_denial_by_silence_can_be_appealed(database: Database) -> None:
    denial = {"length": "20", "outcome": "deemed_denied", "on_expiry": "deem_denied"}
    here = lab(database, workflow(decision=denial))
    application = here.accepted()
    assert fire_due(database, MONDAY + 60 * DAY) == 1
    assert here.city.file(application).state == "silently_denied"
    here.city.act(application, "appeal", "applicant", MONDAY + 61 * DAY)
    assert here.city.file(application).state == "ready"


def test_an_applicant_who_stays_silent_loses_the_file(database: Database) -> None:
    void = {"unit": "calendar_day", "length": "180", "starts": ["ask"], "stops": ["answer", "abandon"]}
    void |= {"outcome": "void", "on_expiry": "abandon", "holder": "applicant"}
    here = lab(database, workflow(answer=void))
    application = here.accepted()
    here.official(application, "ask", MONDAY + DAY)
    assert here.clock(application, "answer").due_on == date(2026, 8, 31), "180 days end on a Sunday"
    assert fire_due(database, MONDAY + 400 * DAY) == 1
    assert here.city.file(application).outcome == "abandoned"


def test_a_step_that_stays_is_taken_once_however_many_look(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    here = lab(database, workflow(decision={"outcome": "expired", "on_expiry": "remind"}))
    applications = [here.accepted() for _ in range(3)]
    start = threading.Barrier(4)

    def sweep() -> None:
        start.wait()
        fire_due(database, MONDAY + 60 * DAY)

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "could not be answered" not in caplog.text
    assert [len(here.events(application, "remind")) for application in applications] == [1, 1, 1]


@pytest.mark.parametrize("verified", [True, False])
def test_whoever_comes_late_with_the_same_lapse_does_nothing(database: Database, verified: bool) -> None:
    reminding = {"outcome": "expired", "on_expiry": "remind", "verified": verified}
    here = lab(database, workflow(decision=reminding))
    application, now = here.accepted(), MONDAY + 60 * DAY
    with database.reading() as session:
        (lapse,) = timers.lapses(session.connection(), now)
    for _ in range(2):
        with database.connection() as connection:
            lapses.answer(connection, lapse, now)
    assert len(here.events(application, "remind" if verified else "time_ran_out")) == 1


def test_files_that_cannot_be_answered_do_not_keep_the_others(
    silent: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(timers, "_PAGE", 2)
    broken = [silent.submitted() for _ in range(3)]
    with silent.database.transaction() as session:
        session.execute(update(Clock).where(Clock.application_id.in_(broken)).values(clock="unheard_of"))
    good = [silent.submitted(MONDAY + SECOND) for _ in range(3)]
    assert fire_due(silent.database, MONDAY + 9 * DAY) == 3
    assert {silent.city.file(application).state for application in good} == {"ready"}
    assert caplog.text.count("could not be answered") == 3
    assert fire_due(silent.database, MONDAY + 9 * DAY) == 0


def test_each_city_has_its_own_midnight(silent: Lab) -> None:
    application = silent.submitted()
    # In London the tenth of March began hours ago; here it begins at seven o'clock there.
    assert fire_due(silent.database, instant("2026-03-10T06:59:59+00:00")) == 0
    assert fire_due(silent.database, instant("2026-03-10T07:00:00+00:00")) == 1
    assert silent.city.file(application).state == "ready"


def _die_at(url: str, now: int, fatal: int) -> None:
    """Sweep in this process and kill it at its n-th prepared statement."""
    ran = 0
    bound = Prepared.bound

    def counted(self: Prepared, *arguments: object) -> object:
        nonlocal ran
        ran += 1
        if ran == fatal:
            os._exit(KILLED)
        return bound(self, *arguments)  # type: ignore[arg-type]

    Prepared.bound = counted  # type: ignore[method-assign,assignment]
    fire_due(Database(url), now)
    os._exit(0)


def test_a_sweep_killed_at_any_statement_is_made_good_by_the_next(silent: Lab) -> None:
    processes = multiprocessing.get_context("fork")
    late = MONDAY + 30 * DAY
    for fatal in range(1, 100, 3):
        application = silent.submitted()
        process = processes.Process(target=_die_at, args=(silent.database.url, late, fatal))
        process.start()
        process.join(60)
        fire_due(silent.database, late + fatal)
        taken = [event["action"] for event in silent.events(application)]
        assert taken.count("deem_complete") == taken.count("deem_approved") == 1, fatal
        if process.exitcode == 0:
            return
        assert process.exitcode == KILLED
    pytest.fail("The sweep never ran to its end.")
