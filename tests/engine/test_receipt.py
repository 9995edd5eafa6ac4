"""The day on which a submission counts as received."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Literal

import pytest

from permitflow.engine.calendars import Calendar, seed_closures
from permitflow.engine.clock_def import ReceiptDef
from permitflow.engine.clocks import ClockRule, due_on
from permitflow.engine.receipt import received_on

CITY = Calendar(
    "city",
    1,
    "America/Los_Angeles",
    frozenset(range(5)),
    {date(2025, 12, 25): "Christmas Day", date(2026, 1, 1): "New Year's Day"},
    time(8),
    time(17),
)


def rule(late: Literal["same_day", "next_open_day"]) -> ReceiptDef:
    return ReceiptDef(late=late, source="An invented ordinance", as_of=date(2026, 1, 1), verified=True)


@pytest.mark.parametrize(
    ("arrived", "next_open"),
    [
        ("2025-12-23T00:00", date(2025, 12, 23)),
        ("2025-12-23T07:59", date(2025, 12, 23)),
        ("2025-12-23T17:00", date(2025, 12, 23)),
        ("2025-12-23T17:00:00.000001", date(2025, 12, 24)),
        ("2025-12-24T17:01", date(2025, 12, 26)),  # the evening before a holiday
        ("2025-12-25T10:00", date(2025, 12, 26)),
        ("2025-12-31T23:59:59", date(2026, 1, 2)),  # over the year's end and its holiday
        ("2026-01-02T18:00", date(2026, 1, 5)),  # a Friday evening
        ("2026-01-03T12:00", date(2026, 1, 5)),
        ("2026-03-08T02:30", date(2026, 3, 9)),  # a moment that the clock on the wall skips
        ("2028-02-29T09:00", date(2028, 2, 29)),
    ],
)
def test_what_comes_late_is_received_on_the_next_open_day_where_the_rule_says_so(
    arrived: str, next_open: date
) -> None:
    at = datetime.fromisoformat(arrived)
    assert received_on(at, CITY, rule("next_open_day")) == next_open
    assert received_on(at, CITY, rule("same_day")) == at.date()
    assert received_on(at, CITY, None) == at.date()


def test_a_planning_system_rolls_the_receipt_forward_and_counts_from_there() -> None:
    """56 days to the decision, 35 to the target, 15 business days for an answer; received on a bank holiday."""
    england = replace(CITY, zone="Europe/London", closures=seed_closures("GB", "ENG", range(2023, 2025)))
    received = received_on(datetime.fromisoformat("2023-12-25T11:00"), england, rule("next_open_day"))
    assert received == date(2023, 12, 27)
    days = ClockRule("expiry", "Expiry", "calendar_day", 56, "none", "exclude_first", "A code", "none", True)
    assert due_on(days, received, england) == date(2024, 2, 21)
    assert due_on(replace(days, length=35), received, england) == date(2024, 1, 31)
    answer = replace(days, unit="business_day", length=15)
    assert due_on(answer, received, england) == date(2024, 1, 18)
