"""Waiting, working and weeks of each step against a history computed by hand, on both databases."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import StepAlias, Visit
from tests.desk import NOON
from tests.reports.history import History, report, three_files, told


def test_each_step_tells_waiting_and_working_of_what_ended_and_what_is_open(database: Database) -> None:
    found = report(database, told(database, three_files))
    fire, intake = found.city_steps[1], found.city_steps[0]
    assert (intake.step, intake.figures.closed, intake.figures.open_now) == ("intake", 2, 0)
    # One visit waited two days and was worked on for one; nobody took the other, which waited for all of its two.
    assert (intake.figures.waiting_p50, intake.figures.working_p50) == (2 * DAY, DAY // 2)
    assert (fire.step, fire.figures.closed, fire.figures.open_now) == ("fire", 1, 1)
    assert (fire.figures.waiting_p50, fire.figures.working_p50) == (DAY // 2, DAY // 2)
    assert fire.figures.oldest_open_us == 8 * DAY
    (outside,) = found.outside_steps
    assert (outside.step, outside.figures.sojourn_p50, outside.figures.closed) == ("corrections", 5 * DAY, 1)


def test_weeks_are_whole_weeks_of_the_city(database: Database) -> None:
    found = report(database, told(database, three_files))
    # Day 100 is Saturday 5 September 2026. The last five whole weeks begin on days 60, 67, 74, 81 and 88, all Mondays.
    assert found.weeks[-1].week.starts_on == date(2026, 8, 24)
    assert len(found.weeks) == 12
    assert [(count.arrived, count.left) for count in found.weeks[-5:]] == [
        (1, 0),
        (1, 0),
        (0, 2),
        (0, 0),
        (1, 0),
    ]
    fire = next(line for line in found.steps if line.step == "fire")
    assert (fire.arrived, fire.left) == (2, 1)


def renamed(history: History) -> None:
    """The second of three files was moved to a version that calls the step `fire` otherwise."""
    three_files(history)
    session = history.session
    session.add(
        StepAlias(
            jurisdiction_id=history.city_id, workflow="w", old_step="fire", new_step="safety", created_at=NOON
        )
    )
    still_open = session.scalars(select(Visit).where(Visit.step == "fire", Visit.closed_at.is_(None))).one()
    still_open.step = "safety"


def test_a_step_with_a_new_name_stays_one_series(database: Database) -> None:
    found = report(database, told(database, renamed))
    safety = found.city_steps[1]
    assert (safety.step, safety.figures.closed, safety.figures.open_now) == ("safety", 1, 1)
    assert "fire" not in {line.step for line in found.steps}
