"""Stuck files: each reason on both sides of its limit, the gravest first."""

from dataclasses import replace

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.stuck import OpenFile, StepHistory, why_stuck

NOW = 1000 * DAY_US
MOVING = OpenFile(party="agency", held_since=NOW - DAY_US, opened_at=NOW - DAY_US, claimed=True)
HISTORY = StepHistory(closed=20, waiting_p90_us=3 * DAY_US)


def codes(file, history=HISTORY):
    return [reason.code for reason in why_stuck(file, history, NOW)]


def test_a_file_that_moves_has_no_reason():
    assert codes(MOVING) == []


@pytest.mark.parametrize(
    ("change", "code", "severity", "days"),
    [
        ({"due_at": NOW - 1}, "past_due", "high", 1),
        ({"paid_at": NOW - DAY_US - 1}, "paid_not_moved", "high", 2),
        ({"corrections_ready_at": NOW - 5 * DAY_US}, "notice_not_sent", "medium", 5),
        ({"party": "applicant", "held_since": NOW - 30 * DAY_US - 1}, "applicant_silent", "low", 31),
        ({"claimed": False, "opened_at": NOW - 3 * DAY_US - 1}, "unclaimed", "medium", 4),
    ],
)
def test_each_reason_says_how_grave_it_is_and_since_how_many_days(change, code, severity, days):
    (reason,) = why_stuck(replace(MOVING, **change), HISTORY, NOW)

    assert (reason.code, reason.severity, reason.params["days"]) == (code, severity, days)
    assert str(days) in reason.template % reason.params


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": NOW},
        {"paid_at": NOW - DAY_US},
        {"corrections_ready_at": NOW - DAY_US},
        {"party": "applicant", "held_since": NOW - 30 * DAY_US},
        {"claimed": False, "opened_at": NOW - 3 * DAY_US},
        {"claimed": True, "opened_at": NOW - 30 * DAY_US},
        {"party": "external", "claimed": False, "opened_at": NOW - 30 * DAY_US},
    ],
)
def test_at_its_limit_a_file_is_not_yet_stuck(change):
    assert codes(replace(MOVING, **change)) == []


@pytest.mark.parametrize("history", [None, StepHistory(19, DAY_US), StepHistory(20, None)])
def test_too_little_history_accuses_nobody(history):
    assert codes(replace(MOVING, claimed=False, opened_at=0), history) == []


def test_the_gravest_reason_comes_first_and_none_is_lost():
    file = replace(MOVING, claimed=False, opened_at=0, due_at=NOW - DAY_US, corrections_ready_at=0)

    assert codes(file) == ["past_due", "notice_not_sent", "unclaimed"]
