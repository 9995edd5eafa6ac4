"""What is read by columns is what is read row by row in plain Python, on both databases."""

from __future__ import annotations

import json

import pytest

from permitflow.analytics.snapshot import TABLES, Snapshot
from permitflow.db import Database
from permitflow.reports.snapshots import gathering
from permitflow.reports.snapshots.reading import read_snapshot
from tests.reports.changing_city import ChangingCity, content
from tests.reports.history import day
from tests.reports.row_reader import read_rows


def told(snapshot: Snapshot, table: str) -> list[tuple[object, ...]]:
    """The rows of a table; JSON texts are compared by what they say."""
    rows = content(snapshot)[table]
    if table != "events":
        return rows
    return sorted(((*row[:-2], json.loads(row[-2]), json.loads(row[-1])) for row in rows), key=repr)


@pytest.mark.parametrize("seed", range(2))
def test_both_readings_agree(database: Database, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(gathering, "BATCH", 7)
    with database.transaction() as session:
        city = ChangingCity(session, seed)
        for _ in range(60):
            city.act()
        city.rename_step()
        city.publish_calendar()
        city.draft()
    with database.reading() as session:
        by_columns = read_snapshot(session, city.city, day(city.now))
        by_rows = read_rows(session, city.city, day(city.now))
        for table in TABLES:
            assert told(by_columns, table) == told(by_rows, table), table
        pathways = by_columns.rows("SELECT DISTINCT pathway FROM files ORDER BY 1")
        assert len(pathways) > 1
        (pauses,) = by_columns.row("SELECT count(*) FROM pauses")
        assert pauses
        for snapshot in (by_columns, by_rows):
            snapshot.close()


def test_a_city_without_files_has_days_alone(database: Database) -> None:
    with database.transaction() as session:
        city = ChangingCity(session, 0)
    with database.reading() as session:
        snapshot = read_snapshot(session, city.city, day(city.now))
        counts = [snapshot.row(f"SELECT count(*) FROM {table}")[0] for table in TABLES]
        assert [table for table, count in zip(TABLES, counts, strict=True) if count] == ["days"]
        snapshot.close()
