"""What the tables of the legal clocks refuse: one hold pausing a clock twice, a warning or a refund given twice."""

from __future__ import annotations

from permitflow.models import (
    Clock,
    ClockAnomaly,
    ClockExtension,
    ClockPause,
    ClockWarning,
    Hold,
    Refund,
)
from tests.rows import Rows


def test_one_hold_pauses_a_clock_once(rows: Rows) -> None:
    hold = rows.add(Hold)["id"]
    rows.add(ClockPause, hold_id=hold)
    assert rows.refusal(ClockPause, hold_id=hold) == "twice"
    assert rows.refusal(ClockPause, hold_id=hold, clock_id=rows.add(Clock)["id"]) is None


def test_a_clock_pauses_as_often_as_its_workflow_says(rows: Rows) -> None:
    rows.add(ClockPause)
    assert rows.refusal(ClockPause) is None


def test_each_warning_is_given_once_in_a_run_of_a_clock(rows: Rows) -> None:
    rows.add(ClockWarning, rung="percent:85:managers")
    assert rows.refusal(ClockWarning, rung="percent:85:managers") == "twice"
    assert rows.refusal(ClockWarning, rung="percent:95:managers") is None
    restarted = rows.add(Clock)["id"]
    assert rows.refusal(ClockWarning, rung="percent:85:managers", clock_id=restarted) is None


def test_a_missed_deadline_owes_one_refund(rows: Rows) -> None:
    rows.add(Refund)
    assert rows.refusal(Refund) == "twice"
    assert rows.refusal(Refund, clock_id=rows.add(Clock)["id"]) is None


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(Clock) == {"application_id", "calendar_version_id"}
    assert rows.references(ClockPause) == {"clock_id", "hold_id"}
    assert rows.references(ClockExtension) == {"clock_id"}
    assert rows.references(ClockWarning) == {"clock_id", "outbox_id"}
    assert rows.references(Hold) == {"jurisdiction_id", "application_id", "declared_by", "released_by"}
    assert rows.references(Refund) == {"jurisdiction_id", "application_id", "clock_id"}


def test_an_anomaly_of_the_machine_needs_no_file(rows: Rows) -> None:
    seen = rows.add(ClockAnomaly, kind="regression", drift_us=-3_600_000_000)
    assert (seen["application_id"], seen["jurisdiction_id"], seen["drift_us"]) == (None, None, -3_600_000_000)
