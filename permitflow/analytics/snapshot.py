"""A city's record as columns: what every report page reads, by plain SQL, at one instant.

Statements see these tables. Instants are UTC microseconds, `_on` columns local dates, `file` is a number of this
snapshot alone (`files.id` is the application's id). `b_` columns are the business clock: business time since the
first day of `days`, in microseconds, so that the difference of two is the business time between them; an open
day counts 24 hours as on the clock on the wall, a closed day nothing. Drafts, and visits before submission, are
left out. Files that the scope leaves out are missing from the views `chosen` (of files), `stays` (of visits),
`courts` (of spells), `legal_clocks` (of clocks), `stops` (of pauses), `corrections` (of items) and `acts` (of events): pages read those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import duckdb

from permitflow.analytics.columns import append

MEMORY = "320MB"
THREADS = 2
DAMAGED = ("checksum", "corrupt", "could not read", "deserializ", "not a valid duckdb")
"""Words of DuckDB's errors about a file whose bytes are not those that were written."""
PORTION = 5_000
TABLES: Mapping[str, str] = MappingProxyType(
    {
        "files": """file INTEGER, id VARCHAR, workflow VARCHAR, definition_hash VARCHAR, state VARCHAR, party VARCHAR,
            party_since_at BIGINT, due_on DATE, submitted_at BIGINT, decided_at BIGINT, outcome VARCHAR,
            by_city BOOLEAN, round INTEGER, pathway VARCHAR, company VARCHAR, stations INTEGER, level VARCHAR,
            project_type VARCHAR, public_land BOOLEAN, fees_due_cents BIGINT, fees_paid_cents BIGINT,
            paid_at BIGINT, open_items INTEGER, reopened_at BIGINT, b_submitted BIGINT, b_decided BIGINT""",
        "visits": """visit VARCHAR, file INTEGER, step VARCHAR, lane VARCHAR, role VARCHAR, party VARCHAR, round INTEGER,
            why VARCHAR, due_on DATE, opened_at BIGINT, first_claimed_at BIGINT, claimed_at BIGINT, claimed_by VARCHAR,
            worked_us BIGINT, closed_at BIGINT, closed_by VARCHAR, closing_action VARCHAR, before_decision BOOLEAN,
            b_opened BIGINT, b_claimed BIGINT, b_closed BIGINT""",
        "spells": """file INTEGER, party VARCHAR, started_at BIGINT, ended_at BIGINT, b_started BIGINT, b_ended BIGINT""",
        "clocks": """clock_id VARCHAR, file INTEGER, clock VARCHAR, round INTEGER, state VARCHAR, unit VARCHAR,
            length INTEGER, holder VARCHAR, verified BOOLEAN, started_on DATE, due_on DATE, stopped_on DATE,
            started_at BIGINT, stopped_at BIGINT, lapsed_at BIGINT""",
        "pauses": """clock_id VARCHAR, file INTEGER, clock VARCHAR, paused_on DATE, resumed_on DATE, reason VARCHAR,
            declared BOOLEAN""",
        "items": """file INTEGER, notice VARCHAR, lane VARCHAR, round INTEGER, severity VARCHAR, code_section VARCHAR,
            status VARCHAR, asked_at BIGINT, answered_at BIGINT, asked_by VARCHAR, basis VARCHAR""",
        "events": """file INTEGER, seq INTEGER, happened_at BIGINT, action VARCHAR, actor VARCHAR, role VARCHAR, lane VARCHAR,
            acting_for VARCHAR, from_state VARCHAR, to_state VARCHAR, data VARCHAR, clauses VARCHAR""",
        "days": """on_day DATE, start_at BIGINT, end_at BIGINT, open BOOLEAN, b_start BIGINT""",
    }
)
"""Table -> columns. `days` reaches from the first submission to a year after now. `files.by_city`: decided, and not withdrawn or
abandoned by the applicant. `files.pathway`: auto (nobody of the city had to act before the decision), counter
(people acted, one after another, in one round) or full. `visits.step` is what the step is called today;
`visits.before_decision`: opened before the file's decision. `items` are those of notices that went out, with
`lane` empty for the completeness check. `events.data` and `events.clauses` (pairs of clause and outcome)
are JSON."""
VIEWS = MappingProxyType(
    {
        "stays": "visits",
        "courts": "spells",
        "legal_clocks": "clocks",
        "stops": "pauses",
        "corrections": "items",
        "acts": "events",
    }
)
CLASSES = ("level", "project_type", "public_land")
"""Columns of files by which classes are told apart."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a report is looked at and what it covers: half-open [from_at, to_at) in microseconds."""

    now: int
    today: date
    from_at: int
    to_at: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which files a report covers; empty texts choose all. `class_` is a column of CLASSES and its value: level=DC."""

    workflow: str = ""
    pathway: str = ""
    class_: str = ""


def is_damage(error: duckdb.Error) -> bool:
    """Say whether an error means that a file is not what was written."""
    return any(word in str(error).lower() for word in DAMAGED)


def in_memory() -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory, with the bounds of every snapshot."""
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": THREADS})
    connection.execute("SET enable_progress_bar = false")
    return connection


class DamagedSnapshot(Exception):
    """The files of a snapshot cannot be read as they were written; it has to be gathered anew."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a snapshot that lies in files: its generation, and the folder of results computed from it.

    `closed` is told, once, whether the files were sound. `large`: a look at all files is dear.
    """

    generation: str
    results: Path
    closed: Callable[[bool], None]
    large: bool = False


class Snapshot:
    """The record of one city at the instant `as_of` (microseconds). Use it in one thread and close it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: int, kept: Kept | None = None) -> None:
        self._connection = connection
        self.as_of = as_of
        self.kept = kept

    @classmethod
    def of_rows(cls, tables: Mapping[str, Iterable[Sequence[object]]], as_of: int) -> Self:
        """A snapshot held in memory; rows have the columns of TABLES, in their order."""
        connection = in_memory()
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            kinds = connection.execute(f"SELECT column_type FROM (DESCRIBE {name})").fetchall()
            append(connection, name, [kind for (kind,) in kinds], tables.get(name, ()))
        return cls(connection, as_of)

    def scoped(self, moment: Moment, chosen: Chosen = Chosen()) -> Self:
        """The same snapshot, with the views of the chosen files and the macros of the moment.

        The macros: `now_us()`, `b_now()` (the business clock now), `today()`, `from_us()`, `to_us()`,
        `in_period(t)`, and `business_us(t)`, the business clock at any instant.
        """
        run = self._run
        conditions = dict(_conditions(chosen))
        for column, value in conditions.items():
            run(f"SET VARIABLE chosen_{column} = $value", {"value": value})
        wanted = [f"CAST({column} AS VARCHAR) = getvariable('chosen_{column}')" for column in conditions]
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        run(f"CREATE OR REPLACE TEMP VIEW chosen AS SELECT * FROM files{where}")
        for view, table in VIEWS.items():
            narrowed = " SEMI JOIN chosen USING (file)" if where else ""
            run(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {table}{narrowed}")
        run("""CREATE OR REPLACE TEMP MACRO business_us(t) AS (
            SELECT max(b_start + CASE WHEN open THEN least(t, end_at) - start_at ELSE 0 END) FROM days WHERE start_at <= t)""")
        for name, value in _constants(moment).items():
            run(f"CREATE OR REPLACE TEMP MACRO {name}() AS {value}")
        run("CREATE OR REPLACE TEMP MACRO in_period(t) AS t >= from_us() AND t < to_us()")
        (b_now,) = self.row("SELECT business_us(now_us())")
        run(f"CREATE OR REPLACE TEMP MACRO b_now() AS {b_now or 0}::BIGINT")
        return self

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; parameters are written $name."""
        with self._watched():
            return self._connection.execute(statement, dict(parameters or {})).fetchall()

    def row(self, statement: str, parameters: Mapping[str, object] | None = None) -> tuple[Any, ...]:
        """The first row of a statement that always has one."""
        return self.rows(statement, parameters)[0]

    def stream(
        self, statement: str, parameters: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement in portions; nothing else may be asked before the last one was taken."""
        with self._watched():
            found = self._connection.execute(statement, dict(parameters or {}))
            while portion := found.fetchmany(PORTION):
                yield from portion

    def noted(self, _question: str, find: Callable[[], Any]) -> Any:
        """What `find` returns, JSON values; a snapshot that writes answers down keeps it instead of what it asked."""
        return find()

    def interrupt(self) -> None:
        """Break off, from another thread, the statement that is being answered; it raises duckdb.InterruptException."""
        with suppress(duckdb.ConnectionException):
            self._connection.interrupt()

    def close(self, *, sound: bool = True) -> None:
        """Free its memory, once."""
        self._connection.close()
        kept, self.kept = self.kept, None
        if kept is not None:
            kept.closed(sound)

    def _run(self, statement: str, parameters: Mapping[str, object] | None = None) -> None:
        with self._watched():
            self._connection.execute(statement, dict(parameters or {}))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """A snapshot in files whose bytes are not what was written is given up: no figure may rest on it."""
        try:
            yield
        except duckdb.Error as error:
            if self.kept is None or not (is_damage(error) or isinstance(error, duckdb.FatalException)):
                raise
            self.close(sound=False)
            raise DamagedSnapshot(str(error)) from error


def _conditions(chosen: Chosen) -> Iterator[tuple[str, str]]:
    """The columns that are chosen by and the wanted values; an unknown class chooses nothing."""
    column, _, value = chosen.class_.partition("=")
    if column not in CLASSES:
        column, value = "id", ""
    for name, wanted in (("workflow", chosen.workflow), ("pathway", chosen.pathway)):
        if wanted:
            yield name, wanted
    if chosen.class_ and (value or column == "id"):
        yield column, value


def _constants(moment: Moment) -> Mapping[str, str]:
    return {
        "now_us": f"{moment.now}::BIGINT",
        "today": f"DATE '{moment.today.isoformat()}'",
        "from_us": f"{moment.from_at}::BIGINT",
        "to_us": f"{moment.to_at}::BIGINT",
    }
