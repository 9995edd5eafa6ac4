"""Bottlenecks of imported logs, on both databases."""

from __future__ import annotations

import pytest

from benchmarks.offices import planted, visits_of
from permitflow.analytics.eventlog import LogEvent
from permitflow.db import Database
from permitflow.reports.imported_log import UnknownLog
from permitflow.reports.log_bottlenecks import bottleneck_records
from permitflow.services.log_import import NewLog, take_log


def office_log(kind: str, seed: int) -> list[LogEvent]:
    """The log of a seeded office with schedule, start and complete, as other systems export them."""
    events: list[LogEvent] = []
    for visit in visits_of(planted(kind, seed)[0], seed):
        moments = (
            (visit.arrived_us, None, "schedule"),
            (visit.claimed_us, visit.person, "start"),
            (visit.finished_us, visit.person, "complete"),
        )
        for at, who, what in moments:
            if at is not None:
                events.append(LogEvent(visit.file, visit.step, at, len(events), who, what))
    return events


def test_the_planted_bottleneck_of_an_imported_log_is_named(database: Database) -> None:
    with database.transaction() as session:
        take_log(session, NewLog("short", "a" * 64, 0), office_log("one role only", 6), 0)
        take_log(session, NewLog("well", "b" * 64, 0), office_log("healthy", 6), 0)
    with database.reading() as session:
        (found,) = bottleneck_records(session, "short")
        assert bottleneck_records(session, "well") == []
        with pytest.raises(UnknownLog, match="imported are: short, well"):
            bottleneck_records(session, "other")
    assert set(found) == {"step", "cause", "files", "days_lost", "share", "sentence"}
    assert (found["step"], found["cause"]) == (planted("one role only", 6)[1].step, "one_role")
