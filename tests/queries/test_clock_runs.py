"""Many runs of clocks are read by a handful of statements, each with its own pauses and extensions."""

from __future__ import annotations

from datetime import date, time

import pytest

from permitflow.engine.calendars import Calendar
from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_text
from permitflow.models import CalendarVersion, Clock, ClockExtension, ClockPause, PermitApplication
from permitflow.queries.clock_runs import runs_of
from tests.rows import Rows
from tests.services.clock_lab import COMPLETENESS, workflow

MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_text(workflow(decision={}, completeness=COMPLETENESS), "lab.yaml").definition


def run_of(rows: Rows, clock: str = "decision", **values: object) -> str:
    """Start a run of ten business days on a Monday; return its id."""
    usual = {"unit": "business_day", "length": 10, "started_on": MONDAY, "state": "running"}
    return str(rows.add(Clock, clock=clock, **usual | values)["id"])


def file_with_a_calendar(rows: Rows) -> dict[str, object]:
    version = rows.add(CalendarVersion, version=1, weekdays="01234", opens="08:00", closes="17:00")["id"]
    return {"application_id": rows.add(PermitApplication)["id"], "calendar_version_id": version}


def test_a_run_counts_on_the_calendar_it_names(rows: Rows, definition: Definition) -> None:
    file = file_with_a_calendar(rows)
    run_of(rows, **file)
    with rows.session() as session:
        (found,) = runs_of(session, str(file["application_id"]), definition)
    assert (found.run.due_on(), found.open, found.spec.title) == (date(2026, 3, 16), True, "Decision")
    short_week = Calendar("x", 2, "UTC", frozenset({0, 1}), {}, time(8), time(17))
    assert found.due_on(short_week) == date(2026, 4, 6), "Mondays and Tuesdays only"


def test_runs_come_oldest_first_and_those_the_workflow_does_not_know_are_left_out(
    rows: Rows, definition: Definition
) -> None:
    file = file_with_a_calendar(rows)
    run_of(rows, started_at=3, **file)
    run_of(rows, "completeness", started_at=2, stopped_at=3, **file)
    run_of(rows, "appeal_period", started_at=1, **file)
    with rows.session() as session:
        found = runs_of(session, str(file["application_id"]), definition)
    assert [(one.clock.clock, one.open) for one in found] == [("completeness", False), ("decision", True)]


def test_pauses_and_extensions_belong_to_their_own_run(rows: Rows, definition: Definition) -> None:
    file = file_with_a_calendar(rows)
    paused, extended = run_of(rows, started_at=1, **file), run_of(rows, started_at=2, **file)
    rows.add(
        ClockPause, clock_id=paused, paused_on=date(2026, 3, 5), resumed_on=date(2026, 3, 6), reason="Two"
    )
    rows.add(
        ClockPause, clock_id=paused, paused_on=date(2026, 3, 3), resumed_on=date(2026, 3, 4), reason="One"
    )
    rows.add(ClockExtension, clock_id=extended, extended_on=date(2026, 3, 4), length=5, event="extend_time")
    with rows.session() as session:
        first, second = runs_of(session, str(file["application_id"]), definition)
    assert [stand.pause.reason for stand in first.run.standstills] == ["One", "Two"]
    assert (first.run.extended, second.run.standstills) == ((), ())
    assert [(event, extension.length) for event, extension in second.run.extended] == [("extend_time", 5)]
    assert (first.run.due_on(), second.run.due_on()) == (date(2026, 3, 18), date(2026, 3, 23))


def test_a_file_without_clocks_has_no_runs(rows: Rows, definition: Definition) -> None:
    with rows.session() as session:
        assert runs_of(session, rows.add(PermitApplication)["id"], definition) == ()
