"""The business clock of a city, read day by day: what the snapshot's columns of business time have to agree with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from permitflow.reports.snapshots.business_clock import Day


class BusinessClock:
    """Reads the business clock: it runs on open days, all 24 hours, and stands still on closed ones."""

    def __init__(self, days: Sequence[Day]) -> None:
        self._days = days
        self._starts = [start for _, start, _, _, _ in days]

    def at(self, instant: int | None) -> int | None:
        """Return the clock at an instant, both in microseconds; 0 before its first day, None for None."""
        if instant is None:
            return None
        place = bisect_right(self._starts, instant) - 1
        if place < 0:
            return 0
        _, start, end, is_open, passed = self._days[place]
        return passed + (min(instant, end) - start if is_open else 0)
