"""An event log as columns in memory, on which every report of a log is one plain SQL statement."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

import duckdb

from permitflow.analytics.columns import BATCH, append
from permitflow.analytics.eventlog import LogEvent

LogRow = tuple[str, int, int, str, str | None, str | None, bool]
"""Case, instant in UTC microseconds, position in the file, activity, person, lifecycle transition, day only."""

MEMORY = "320MB"
"""What one report may hold in memory; beyond it the columns go to temporary files, which end with it."""
COLUMNS = ("case_id", "t", "seq", "activity", "person", "lifecycle", "day_only")
TYPES = ("VARCHAR", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN")
"""The columns of a log as it is read, and their types."""
DESCRIBED = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, TYPES, strict=True))
# Numbers instead of names: the sort, which takes most of the time of a report, moves a third of the bytes.
_ARRANGED = """
CREATE TABLE names AS
SELECT case_id AS name, row_number() OVER (ORDER BY case_id)::INTEGER AS case_id
FROM (SELECT DISTINCT case_id FROM raw);
CREATE TYPE activity_name AS ENUM (SELECT activity FROM (SELECT DISTINCT activity FROM raw UNION SELECT '') ORDER BY 1);
CREATE TYPE person_name AS ENUM (SELECT person FROM (SELECT DISTINCT person FROM raw UNION SELECT '') WHERE person IS NOT NULL ORDER BY 1);
CREATE TABLE events AS
SELECT case_id, t, seq, activity, person, lifecycle, day_only,
    row_number() OVER w AS pos,
    lag(activity) OVER w AS before,
    lag(person) OVER w AS person_before,
    lag(seq) OVER w AS seq_before,
    t - lag(t) OVER w AS gap
FROM (
    SELECT names.case_id, t, seq, activity::activity_name AS activity, person::person_name AS person, lifecycle,
        day_only
    FROM raw JOIN names ON raw.case_id = names.name
)
WINDOW w AS (PARTITION BY case_id ORDER BY t, seq);
CREATE VIEW cases AS
SELECT case_id, any_value(name) AS name, count(*) AS events, min(t) AS first_t, max(t) AS last_t,
    max(t) - min(t) AS duration, arg_min(activity, pos) AS first_activity, arg_max(activity, pos) AS last_activity
FROM events JOIN names USING (case_id) GROUP BY case_id;
CREATE MACRO seconds(us) AS us / 1000000;
CREATE MACRO days(us) AS us / 86400000000;
CREATE MACRO utc_day(us) AS make_timestamp(us)::DATE;
CREATE MACRO settled(x) AS CASE WHEN x > 0 THEN round(x, 10 - floor(log10(x))::INTEGER) ELSE x END;
CREATE VIEW turns AS
SELECT events.*, row_number() OVER again AS nth, lag(person) OVER again AS person_of_last
FROM events SEMI JOIN (
    SELECT case_id, activity FROM events GROUP BY case_id, activity HAVING count(*) > 1
) AS repeated USING (case_id, activity)
WINDOW again AS (PARTITION BY case_id, activity ORDER BY pos);
"""
_ABSENT = """
FROM (SELECT unnest($1) AS name, unnest(range(len($1))) AS place)
SELECT name WHERE name NOT IN (SELECT activity::VARCHAR FROM events) ORDER BY place
"""


class LogTable:
    """The events of one log, arranged: cases by time, and events of one instant in the order of the file.

    Statements see two tables and a view. `events`: case_id (a number), t (UTC microseconds), seq (place in the file), activity, person,
    lifecycle, day_only, pos (1, 2 ... within the case), before / person_before / seq_before (the event before it
    in its case), gap (microseconds since that event). `cases`: case_id, name, events, first_t, last_t,
    duration, first_activity, last_activity. `turns`: the events of activities that happened more than once in their
    case, with nth (1, 2 ...) and person_of_last (who did it the time before). Activities and persons are enumerated:
    a text from outside is compared with `activity::VARCHAR`. `seconds(us)`, `days(us)` and `utc_day(us)` convert;
    `settled(x)` has the eleven digits of a deviation that are the same whichever thread adds first.
    """

    def __init__(self) -> None:
        spilled = Path(tempfile.gettempdir()) / f"permitflow-log-{secrets.token_hex(8)}"
        self._connection = duckdb.connect(
            ":memory:", config={"memory_limit": MEMORY, "temp_directory": str(spilled)}
        )
        # The library would draw a bar into the output of a command that takes more than a moment.
        self._connection.execute("SET enable_progress_bar = false")

    @classmethod
    def of_rows(cls, batches: Iterable[Sequence[LogRow]]) -> Self:
        """A table of rows, which come in batches of any size and order."""
        table = cls()
        table.run(f"CREATE TABLE raw ({DESCRIBED})")
        for batch in batches:
            append(table._connection, "raw", TYPES, batch)
        table.run(_ARRANGED)
        table.run("DROP TABLE raw")
        return table

    @classmethod
    def of_events(cls, events: Iterable[LogEvent]) -> Self:
        """A table of events as a reader yields them."""
        rows = (
            (one.case, one.at_us, one.seq, one.activity, one.resource, one.lifecycle, one.day_only)
            for one in events
        )
        return cls.of_rows(iter(lambda: list(islice(rows, BATCH)), []))

    @classmethod
    def of_parquet(cls, path: str) -> Self:
        """A table of a Parquet file with the columns case_id, t, seq, activity, person, lifecycle and day_only."""
        table = cls()
        # The file stays where it is: a copy of it would take a fifth of the time of a report.
        source = path.replace("'", "''")
        table.run(f"CREATE VIEW raw AS SELECT {', '.join(COLUMNS)} FROM read_parquet('{source}')")
        table.run(_ARRANGED)
        table.run("DROP VIEW raw")
        return table

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement; parameters are written $1, $2 ..."""
        return self._connection.execute(statement, list(parameters)).fetchall()

    def run(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Runs a statement that makes a table of its own beside those of the log."""
        self._connection.execute(statement, list(parameters))

    def row(self, statement: str, parameters: Sequence[object] = ()) -> tuple[Any, ...]:
        """The first row of a statement that always has one."""
        return self.rows(statement, parameters)[0]

    def records(self, statement: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The rows of a statement by the names of its columns."""
        found = self._connection.execute(statement, list(parameters))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def counts(self, statement: str, parameters: Sequence[object] = ()) -> dict[str, int]:
        """Names and counts in the order of the statement."""
        return {name: int(count) for name, count in self.rows(statement, parameters)}

    def absent(self, activities: Sequence[str]) -> list[str]:
        """Those of some activities that the log never has, in their order."""
        return [name for (name,) in self.rows(_ABSENT, [list(activities)])]

    def keep(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Puts other rows beside the events: a table of this name with these columns (name -> type)."""
        described = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} ({described})")
        append(self._connection, name, tuple(columns.values()), rows)

    def close(self) -> None:
        """Frees the memory."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
