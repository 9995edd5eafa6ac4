"""A declared hold stops the clocks of a city, or of one file, until it is lifted."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import ClockPause, Hold
from permitflow.services import holds, timers
from permitflow.services.holds import Declaration, HoldProblem
from tests.factories import MONDAY, instant
from tests.services.clock_lab import APPROVAL, Lab, lab, workflow

TEXT = workflow(
    decision=APPROVAL | {"pauses": ["ask"], "resumes": ["answer"]},
    validity={
        "unit": "month",
        "length": "12",
        "starts": ["submit"],
        "stops": ["withdraw"],
        "holder": "permit",
    },
)
WEDNESDAY = MONDAY + 2 * DAY


@pytest.fixture
def here(database: Database) -> Lab:
    return lab(database, TEXT)


def declare(here: Lab, at: int = WEDNESDAY, application_id: str | None = None) -> str:
    declared = Declaration(here.city.id, "Wildfire emergency", at, application_id=application_id)
    with here.database.transaction() as session:
        return holds.declare(session, declared)


def lift(here: Lab, hold_id: str, at: int) -> int:
    with here.database.transaction() as session:
        holds.lift(session, hold_id, at)
    return holds.carry_out(here.database, hold_id, at)


def test_the_clocks_of_every_open_file_stand_still_and_run_again(here: Lab) -> None:
    files = [here.accepted() for _ in range(3)]
    hold_id = declare(here)
    assert holds.carry_out(here.database, hold_id, WEDNESDAY) == 3
    for application in files:
        clock = here.clock(application)
        assert (clock.state, clock.due_on, here.city.file(application).due_on) == ("paused", None, None)
        assert here.clock(application, "validity").state == "running", "a permit's own time goes on"
    assert timers.fire_due(here.database, MONDAY + 60 * DAY) == 0
    assert lift(here, hold_id, MONDAY + 14 * DAY) == 3
    for application in files:
        # Two days were used; eight more from Tuesday 17 March.
        assert here.clock(application).due_on == here.city.file(application).due_on == date(2026, 3, 26)
        entries = [event["entry"] for event in here.events(application)[-2:]]
        assert entries == ["Clocks held", "Clocks run again"]


def test_doing_it_again_changes_nothing(here: Lab, caplog: pytest.LogCaptureFixture) -> None:
    application = here.accepted()
    hold_id = declare(here)
    assert [holds.carry_out(here.database, hold_id, WEDNESDAY) for _ in range(2)] == [1, 0]
    assert [lift(here, hold_id, WEDNESDAY + DAY) for _ in range(2)] == [1, 0]
    assert (
        len(here.events(application, "hold_clocks")) == len(here.events(application, "release_clocks")) == 1
    )
    assert holds.carry_on(here.database, WEDNESDAY + DAY) == 0
    assert "could not reach" not in caplog.text


def test_a_killed_command_is_carried_on_by_the_next_sweep(here: Lab) -> None:
    files = [here.accepted() for _ in range(3)]
    hold_id = declare(here)
    with here.database.connection() as connection:
        holds.reach(connection, hold_id, files[0], WEDNESDAY)
    assert holds.carry_on(here.database, WEDNESDAY) == 2
    with here.database.transaction() as session:
        holds.lift(session, hold_id, WEDNESDAY + DAY)
    assert holds.carry_on(here.database, WEDNESDAY + DAY) == 3
    with here.database.reading() as session:
        assert session.get_one(Hold, hold_id).finished_at == WEDNESDAY + DAY


def test_a_clock_that_starts_meanwhile_begins_by_standing_still(here: Lab) -> None:
    hold_id = declare(here)
    holds.carry_out(here.database, hold_id, WEDNESDAY)
    application = here.accepted(WEDNESDAY + DAY)
    assert here.clock(application).state == "paused"
    assert lift(here, hold_id, MONDAY + 14 * DAY) == 1
    assert here.clock(application).due_on == date(2026, 3, 30), "ten business days from Monday 16 March"
    assert here.clock(here.accepted(MONDAY + 15 * DAY)).state == "running"


def test_a_hold_and_a_pause_of_the_workflow_end_each_for_itself(here: Lab) -> None:
    application = here.accepted()
    here.official(application, "ask", MONDAY + DAY)
    hold_id = declare(here)
    assert holds.carry_out(here.database, hold_id, WEDNESDAY) == 1
    here.city.act(application, "answer", "applicant", MONDAY + 4 * DAY)
    assert here.clock(application).state == "paused", "the hold lasts"
    lift(here, hold_id, MONDAY + 7 * DAY)
    assert here.clock(application).state == "running"
    with here.database.reading() as session:
        assert all(session.scalars(select(ClockPause.resumed_on)))


def test_a_pause_that_comes_during_a_hold_outlasts_it(here: Lab) -> None:
    application = here.accepted()
    hold_id = declare(here)
    holds.carry_out(here.database, hold_id, WEDNESDAY)
    here.official(application, "ask", WEDNESDAY + DAY)
    lift(here, hold_id, WEDNESDAY + 2 * DAY)
    assert here.clock(application).state == "paused"
    here.city.act(application, "answer", "applicant", WEDNESDAY + 5 * DAY)
    assert here.clock(application).state == "running"


def test_other_cities_and_other_files_are_left_alone(here: Lab) -> None:
    elsewhere = lab(here.database, TEXT, "solano-vista")
    theirs, mine, named = elsewhere.accepted(), here.accepted(), here.accepted()
    hold_id = declare(here, application_id=named)
    assert holds.carry_out(here.database, hold_id, WEDNESDAY) == 1
    states = [where.clock(one).state for where, one in ((elsewhere, theirs), (here, mine), (here, named))]
    assert states == ["running", "running", "paused"]


def test_a_hold_cures_no_lateness(here: Lab) -> None:
    application = here.accepted()
    late = instant("2026-03-17T00:00:10-07:00")
    hold_id = declare(here, late)
    assert holds.carry_out(here.database, hold_id, late) == 0
    assert timers.fire_due(here.database, late) == 1
    assert here.city.file(application).state == "approved"


@pytest.mark.parametrize(("reason", "from_on"), [(" ", None), ("x" * 501, None), ("Fire", date(2026, 3, 5))])
def test_what_cannot_be_declared(here: Lab, reason: str, from_on: date | None) -> None:
    with here.database.transaction() as session, pytest.raises(HoldProblem):
        holds.declare(session, Declaration(here.city.id, reason, WEDNESDAY, from_on))
