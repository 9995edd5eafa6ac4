"""On time: what share of the files that were due was done by then, with the overdue ones that are still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Due(NamedTuple):
    """A term: the first instant after it, and when the file was done (None while open), in UTC microseconds."""

    due_us: int
    finished_us: int | None


@dataclass(frozen=True, slots=True)
class OnTime:
    """Counts of terms that ended in a period; open ones whose term has passed are in `due` and never left out."""

    met: int
    late_done: int
    overdue_open: int
    near_due: int

    @property
    def due(self) -> int:
        """The denominator: done in time, done late, and overdue but still open."""
        return self.met + self.late_done + self.overdue_open

    @property
    def rate(self) -> float | None:
        """The share done in time, 0 to 1; None when nothing was due."""
        return self.met / self.due if self.due else None


def on_time(terms: Iterable[Due], period: tuple[int, int], now_us: int, near_us: int) -> OnTime:
    """The on-time rate of the terms that ended in a period.

    A term belongs to the period when its end lies in [from, to); it is met when the file was done at or before
    its end. A file whose term ended and which is open is late, although no end date has been written yet. A term
    that is still running is not in the rate; it is near due when it ends within `near_us` from now.

    Args:
        terms: in any order.
        period: from and to in UTC microseconds, half-open.
        now_us: the instant of the report.
        near_us: how long before its end a running term is near due, in microseconds.
    """
    met = late = overdue = near = 0
    for due_us, finished_us in terms:
        done = finished_us is not None and finished_us <= now_us
        if not done and now_us < due_us:
            near += due_us - now_us <= near_us
        elif not period[0] <= due_us < period[1]:
            continue
        elif not done:
            overdue += 1
        elif finished_us is not None and finished_us <= due_us:
            met += 1
        else:
            late += 1
    return OnTime(met, late, overdue, near)
