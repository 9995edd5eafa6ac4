"""Event logs as Parquet: the table that is read from the file gives the same figures."""

from __future__ import annotations

from pathlib import Path

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_parquet import write_parquet
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.summary import summarise

EVENTS = [
    LogEvent("1", "intake", 10, 0, "ann", "start"),
    LogEvent("1", "intake", 10, 1, None, "complete", day_only=True),
    LogEvent("2", "fire", 5, 2, "bob"),
]


def test_the_file_holds_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    assert write_parquet(EVENTS, path) == 3
    with LogTable.of_events(EVENTS) as own, LogTable.of_parquet(str(path)) as read:
        assert summarise(read, 100) == summarise(own, 100)
        columns = "SELECT case_id, t, seq, activity, person, lifecycle, day_only FROM events ORDER BY seq"
        assert read.rows(columns) == own.rows(columns)
