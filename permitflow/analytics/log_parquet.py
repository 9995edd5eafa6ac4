"""Event logs as Parquet: the columns that `LogTable.of_parquet` reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from permitflow.analytics.columns import append
from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_table import DESCRIBED, MEMORY, TYPES


def write_parquet(events: Iterable[LogEvent], path: Path) -> int:
    """Writes the events of a log to a Parquet file and returns how many they were.

    The columns: case_id, t (UTC microseconds), seq, activity, person, lifecycle, day_only.
    """
    rows = (
        (one.case, one.at_us, one.seq, one.activity, one.resource, one.lifecycle, one.day_only)
        for one in events
    )
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE log ({DESCRIBED})")
        count = append(connection, "log", TYPES, rows)
        connection.execute("COPY log TO $path (FORMAT parquet, COMPRESSION zstd)", {"path": str(path)})
    return count
