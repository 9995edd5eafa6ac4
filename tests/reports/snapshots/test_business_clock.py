"""The business clock runs on open days only, as long as they are, and half-open at every edge."""

from __future__ import annotations

from datetime import date, time

import pytest

from permitflow.engine.calendars import Calendar
from permitflow.instants import DAY, SECOND
from permitflow.reports.scope import start_of_day
from permitflow.reports.snapshots.business_clock import days_of
from tests.reports.business_clock import BusinessClock

ZONE = "America/Los_Angeles"
HOUR = 3600 * SECOND
FRIDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 9)


def clock(first: date, last: date) -> BusinessClock:
    return BusinessClock(list(days_of(None, ZONE, first, last)))


def test_a_weekend_counts_nothing() -> None:
    ours = clock(FRIDAY, MONDAY)
    friday, saturday, monday = (start_of_day(on, ZONE) for on in (FRIDAY, date(2026, 3, 7), MONDAY))
    assert [ours.at(friday), ours.at(saturday - 1), ours.at(saturday)] == [0, DAY - 1, DAY]
    assert [ours.at(monday), ours.at(monday + HOUR)] == [DAY, DAY + HOUR]


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(sunday: date, hours: int) -> None:
    every_day = Calendar("c", 1, ZONE, frozenset(range(7)), {}, time(8), time(17))
    (day,) = days_of(every_day, ZONE, sunday, sunday)
    assert day[2] - day[1] == hours * HOUR
    assert BusinessClock([day]).at(day[2]) == hours * HOUR


def test_before_the_first_day_and_after_the_last_it_stands_still() -> None:
    ours = clock(FRIDAY, FRIDAY)
    start = start_of_day(FRIDAY, ZONE)
    assert [ours.at(None), ours.at(start - 1), ours.at(start + 5 * DAY)] == [None, 0, DAY]
