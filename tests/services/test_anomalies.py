"""The machine's clock is watched: what goes back or leaps is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from config import Settings
from permitflow.db import Database
from permitflow.instants import DAY, SECOND
from permitflow.jobs.sweeper import Sweeper
from permitflow.models import ClockAnomaly
from permitflow.services.anomalies import drift_us
from tests.factories import MONDAY
from tests.services.clock_lab import lab, workflow


def anomalies(database: Database) -> list[tuple[str, int, str]]:
    with database.reading() as session:
        rows = session.scalars(select(ClockAnomaly).order_by(ClockAnomaly.id))
        return [(row.kind, row.drift_us, row.seen_by) for row in rows]


@pytest.mark.parametrize(
    ("wall", "steady", "drift"),
    [(60, 60, 0), (360, 60, 0), (361, 60, 301), (58, 60, 0), (57, 60, -3), (-100, 60, -160)],
)
def test_small_differences_are_no_anomaly(wall: int, steady: int, drift: int) -> None:
    assert drift_us(wall * SECOND, steady * SECOND) == drift * SECOND


def test_the_sweeper_notices_a_leap_and_a_step_back(database: Database, settings: Settings) -> None:
    wall, steady = MONDAY, 0
    sweeper = Sweeper(database, settings, clock=lambda: wall, steady=lambda: steady)
    seen = []
    for step_wall, step_steady in ((0, 0), (60, 60), (3600, 60), (-10, 60), (60, 60)):
        wall, steady = wall + step_wall * SECOND, steady + step_steady * SECOND
        seen.append(sweeper.sweep()["anomalies"])
    assert seen == [0, 0, 1, 1, 0]
    assert anomalies(database) == [
        ("jump", 3540 * SECOND, "sweeper"),
        ("regression", -70 * SECOND, "sweeper"),
    ]


def test_an_act_before_the_file_s_last_one_is_written_down(database: Database) -> None:
    here = lab(database, workflow(decision={}))
    application = here.submitted(MONDAY + DAY)
    here.city.act(application, "accept", "permit_technician", MONDAY)
    assert anomalies(database) == [("regression", -DAY, "record")]
