"""The business clock of a city: how much business time has passed since the first day of its record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from permitflow.engine.calendars import Calendar
from permitflow.reports.scope import start_of_day

Day = tuple[date, int, int, bool, int]
"""A local day, its half-open instants (microseconds), whether the office is open, and the clock at its start."""
ONE_DAY = timedelta(days=1)


def days_of(calendar: Calendar | None, zone: str, first: date, last: date) -> Iterator[Day]:
    """Yield each local day from the first to the last; without a calendar Monday to Friday are open.

    A day of 23 or 25 hours, when clocks change, counts as long as it is.
    """
    passed, on, start = 0, first, start_of_day(first, zone)
    while on <= last:
        end = start_of_day(on + ONE_DAY, zone)
        is_open = calendar.is_open(on) if calendar else on.weekday() < 5
        yield on, start, end, is_open, passed
        passed += end - start if is_open else 0
        on, start = on + ONE_DAY, end
