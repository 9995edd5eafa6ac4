"""Reports on imported logs, on both databases."""

from __future__ import annotations

import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.db import Database
from permitflow.reports.imported_log import ActivityWait, UnknownLog, deadlines, load_events, log_table, waits
from permitflow.services.log_import import NewLog, take_log

SECOND = 1_000_000


def test_a_log_comes_back_in_the_order_of_case_time_and_file(database: Database) -> None:
    events = [
        LogEvent("2", "late", 9 * SECOND, 0),
        LogEvent("1", "same second, first in the file", 5 * SECOND, 1),
        LogEvent("1", "a, second in the file", 5 * SECOND, 2),
        LogEvent("1", "first", 1 * SECOND, 3),
    ]
    with database.transaction() as session:
        take_log(session, NewLog("north", "a" * 64, 0), events, 0)
        take_log(session, NewLog("south", "b" * 64, 0), events[:1], 0)
    with database.reading() as session:
        with pytest.raises(UnknownLog, match="imported are: north, south"):
            load_events(session, "east")
        assert load_events(session, "north") == events
        with log_table(session, "north") as table:
            placed = table.rows(
                "SELECT name, activity FROM events JOIN names USING (case_id) ORDER BY name, pos"
            )
            waited = waits(table)
    assert placed == [
        ("1", "first"),
        ("1", "same second, first in the file"),
        ("1", "a, second in the file"),
        ("2", "late"),
    ]
    assert waited == [
        ActivityWait("same second, first in the file", 1, 4.0, 4.0, 4.0),
        ActivityWait("a, second in the file", 1, 0.0, 0.0, 0.0),
    ]


def test_an_empty_deadline_is_none(database: Database) -> None:
    events = [
        LogEvent(
            "1", "a", 2 * SECOND, 0, attributes={"due": ""}, case_attributes={"due": "1970-01-01T00:00:01Z"}
        ),
        LogEvent("2", "a", 2 * SECOND, 1, attributes={"due": " "}, case_attributes={"due": ""}),
    ]
    with database.transaction() as session:
        take_log(session, NewLog("north", "a" * 64, 0), events, 0)
    with database.reading() as session:
        found = deadlines(session, "north", "due")
    assert (found["with_deadline"], found["late"], found["unreadable"]) == (1, 1, 0)


def test_without_logs_none_is_named(database: Database) -> None:
    with database.reading() as session, pytest.raises(UnknownLog, match="imported are: none"):
        load_events(session, "east")
