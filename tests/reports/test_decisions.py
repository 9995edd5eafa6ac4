"""From submission to decision, on both databases."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.instants import DAY
from tests.reports.history import report, three_files, told


def test_decisions_leave_out_what_the_applicant_ended(database: Database) -> None:
    (line,) = report(database, told(database, three_files)).decisions
    assert (line.decided, line.median_us, line.given_up, line.open_now) == (1, 10 * DAY, 1, 1)
