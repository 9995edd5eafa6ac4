"""Flow efficiency: the part of a file's life in which somebody worked on it, lanes at once counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Interval = tuple[int, int]
"""A half-open stretch of time [start, end) in UTC microseconds."""


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of half-open intervals as disjoint ones in order; touching ones become one, empty ones vanish.

    Args:
        intervals: in any order, in microseconds.
    """
    found: list[Interval] = []
    for start, end in sorted(span for span in intervals if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def union_us(intervals: Iterable[Interval]) -> int:
    """The length in microseconds of the union of half-open intervals: never their sum."""
    return sum(end - start for start, end in merged(intervals))


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Lead time, time worked on (union over lanes) and idle time of one file, in microseconds."""

    lead_us: int
    worked_us: int

    @property
    def idle_us(self) -> int:
        """Time in which no lane was being worked on."""
        return self.lead_us - self.worked_us

    @property
    def share(self) -> float | None:
        """Worked time over lead time, 0 to 1; None for a file of no duration."""
        return self.worked_us / self.lead_us if self.lead_us else None


def flow_efficiency(lead: Interval, worked: Iterable[Interval]) -> Efficiency:
    """The flow efficiency of one file: union of its service intervals within its lead time, over its lead time.

    Args:
        lead: submitted and decided (or now), in UTC microseconds.
        worked: the intervals in which a lane was claimed; parts outside the lead time are cut off.

    Raises:
        ValueError: the lead time runs backwards.
    """
    start, end = lead
    if end < start:
        raise ValueError("A file is decided after it is submitted.")
    inside = ((max(start, a), min(end, b)) for a, b in worked)
    return Efficiency(end - start, union_us(inside))
