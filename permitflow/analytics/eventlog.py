"""Event logs: what happened to which case and when, and the traces built from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

Row = tuple[str, int, int, str]
"""Case, instant in microseconds since 1970 (UTC), position in the log, activity: in the order of sorting."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log: `at_us` in UTC microseconds, `seq` its position in the file.

    `day_only`: its time was written as a date, or as the midnight that begins one. `case_attributes` belong to
    the case; the events of one case may share them.
    """

    case: str
    activity: str
    at_us: int
    seq: int
    resource: str | None = None
    lifecycle: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    case_attributes: Mapping[str, str] = field(default_factory=dict)
    day_only: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """One case: its activities in order and the instant of each, in UTC microseconds."""

    case: str
    activities: tuple[str, ...]
    times_us: tuple[int, ...]

    @property
    def duration_us(self) -> int:
        """Microseconds from the first to the last event."""
        return self.times_us[-1] - self.times_us[0]


def build_log(rows: Iterable[Row]) -> list[Trace]:
    """Groups events into traces, cases in the order of their names.

    Events of a case stand in the order of their instants; events of one instant keep the order of the log.

    Args:
        rows: (case, at_us, seq, activity) in any order.
    """
    log = []
    for case, events in groupby(sorted(rows), key=itemgetter(0)):
        _, times, _, activities = zip(*events, strict=True)
        log.append(Trace(case, activities, times))
    return log


def log_of_events(events: Iterable[LogEvent]) -> list[Trace]:
    """Builds the traces of events as a reader yields them."""
    return build_log((event.case, event.at_us, event.seq, event.activity) for event in events)
