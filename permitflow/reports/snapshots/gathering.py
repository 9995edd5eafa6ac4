"""Gathering files of a city from its record into the tables of a snapshot, some thousand at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import duckdb
from sqlalchemy.orm import Session

from permitflow.analytics.columns import append
from permitflow.analytics.snapshot import TABLES
from permitflow.engine.calendars import Calendar
from permitflow.instants import local_date
from permitflow.reports.record_rows import NOT_DECIDED_BY_CITY
from permitflow.reports.scope import City, Workflows
from permitflow.reports.snapshots.business_clock import Day, days_of
from permitflow.reports.snapshots.sources import FILES, PARTS, Source
from permitflow.services.actors import SYSTEM
from permitflow.services.calendars import current_calendar

BATCH = 4_000
"""Files read at once."""
AHEAD = timedelta(days=366)
NOT_BY_CITY = ", ".join(f"'{outcome}'" for outcome in sorted(NOT_DECIDED_BY_CITY))
INTO = "/*into*/"
VERSIONS = "file INTEGER, version INTEGER"
NUMBERED = ("INTEGER", "VARCHAR")
DAY = ("DATE", "BIGINT", "BIGINT", "BOOLEAN", "BIGINT")


@dataclass(frozen=True, slots=True)
class Rules:
    """What turns rows of the record into rows of the snapshot: the days of the business clock and the names of steps."""

    days: Sequence[Day]
    workflows: Workflows


def rules_of(session: Session, city: City, workflows: Workflows, first_at: int | None, now: int) -> Rules:
    """Return the rules of a city whose first file was submitted at an instant (microseconds), None without any."""
    first = local_date(now if first_at is None else min(first_at, now), city.zone)
    until = local_date(now, city.zone) + AHEAD
    return Rules(list(days_of(calendar_of(session, city), city.zone, first, until)), workflows)


def calendar_of(session: Session, city: City) -> Calendar | None:
    """Return a city's calendar, None when it has none."""
    try:
        return current_calendar(session.connection(), city.id)
    except LookupError:
        return None


class Gatherer:
    """Fills the tables of a snapshot; `into` is the DuckDB schema they are in, with a dot, or nothing."""

    def __init__(
        self, session: Session, connection: duckdb.DuckDBPyConnection, rules: Rules, into: str = ""
    ) -> None:
        self._session, self._connection, self._into = session, connection, into
        for name, columns in {**TABLES, "versions": VERSIONS}.items():
            connection.execute(f"CREATE TABLE {into}{name} ({columns})")
        append(connection, f"{into}days", DAY, rules.days)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE clock_days AS FROM {into}days")
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE renamed (workflow VARCHAR, old_step VARCHAR, new_step VARCHAR)"
        )
        connection.execute("CREATE OR REPLACE TEMP TABLE drafts (definition_hash VARCHAR, phase VARCHAR)")
        aliases = [(*old, new) for old, new in rules.workflows.aliases.items()]
        append(connection, "renamed", ["VARCHAR"] * 3, aliases)
        append(connection, "drafts", ["VARCHAR"] * 2, rules.workflows.draft_phases())

    def add(self, numbered: Iterable[tuple[int, str]]) -> Iterator[int]:
        """Read files, given by their number and id, and yield how many have been read so far."""
        waiting, done = iter(numbered), 0
        while batch := list(islice(waiting, BATCH)):
            self._add(batch)
            done += len(batch)
            yield done

    def _add(self, batch: Sequence[tuple[int, str]]) -> None:
        self._connection.execute("CREATE OR REPLACE TEMP TABLE batch (file INTEGER, id VARCHAR)")
        append(self._connection, "batch", NUMBERED, batch)
        ids = [id_ for _, id_ in batch]
        for source in (FILES, *PARTS):
            self._take(source, source.texts(self._session, ids))
        for table, statement in STATEMENTS.items():
            self._connection.execute(f"INSERT INTO {self._into}{table} {statement.replace(INTO, self._into)}")

    def _take(self, source: Source, texts: Sequence[str]) -> None:
        columns = ", ".join(
            f"""unnest(from_json(?, '["{kind}"]')) AS {name}""" for name, _, kind in source.columns
        )
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_{source.name} AS SELECT {columns}", texts)


def _clock(instant: str, days: str) -> str:
    """The business clock at an instant, from the joined day: 0 before the first one."""
    return (
        f"CASE WHEN {instant} IS NOT NULL THEN coalesce({days}.b_start +"
        f" CASE WHEN {days}.open THEN least({instant}, {days}.end_at) - {days}.start_at ELSE 0 END, 0) END"
    )


def _days(instant: str, days: str) -> str:
    return f"ASOF LEFT JOIN clock_days {days} ON {instant} >= {days}.start_at"


STATEMENTS: Mapping[str, str] = {
    "versions": "SELECT file, version FROM batch JOIN raw_files USING (id) ORDER BY file",
    "visits": f"""
        WITH named AS (
            SELECT v.*, b.file, f.definition_hash, f.decided_at, coalesce(r.new_step, v.step) AS name
            FROM raw_visits v JOIN batch b ON b.id = v.application_id JOIN raw_files f ON f.id = b.id
            LEFT JOIN renamed r ON r.workflow = f.workflow AND r.old_step = v.step)
        SELECT n.id, n.file, n.name, n.lane, n.role, n.party, n.round, n.why, n.due_on, n.opened_at, n.first_claimed_at,
            n.claimed_at, n.claimed_by, n.worked_us, n.closed_at, n.closed_by, n.closing_action,
            n.decided_at IS NULL OR n.opened_at < n.decided_at,
            {_clock("n.opened_at", "o")}, {_clock("n.first_claimed_at", "c")}, {_clock("n.closed_at", "e")}
        FROM named n ANTI JOIN drafts d ON d.definition_hash = n.definition_hash AND (d.phase = n.step OR d.phase = n.name)
        {_days("n.opened_at", "o")} {_days("n.first_claimed_at", "c")} {_days("n.closed_at", "e")}
        ORDER BY n.file, n.opened_at, n.id""",
    "files": f"""
        WITH acted AS (
            SELECT file, bool_or(lane <> '') AS in_lanes,
                bool_or(coalesce(nullif(claimed_by, ''), nullif(closed_by, ''), '{SYSTEM.id}') <> '{SYSTEM.id}'
                    OR closed_at IS NULL) AS by_people
            FROM {INTO}visits SEMI JOIN batch USING (file) WHERE before_decision AND party = 'agency' GROUP BY file),
        paid AS (SELECT application_id, max(received_at) AS at_last FROM raw_paid GROUP BY application_id)
        SELECT b.file, f.id, f.workflow, f.definition_hash, f.state, f.party, f.party_since_at, f.due_on, f.submitted_at,
            f.decided_at, f.outcome, f.decided_at IS NOT NULL AND coalesce(f.outcome, '') NOT IN ({NOT_BY_CITY}), f.round,
            CASE WHEN f.round > 1 OR a.in_lanes THEN 'full' WHEN a.by_people THEN 'counter' ELSE 'auto' END,
            f.company_id, f.station_count, f.level, f.project_type, try_cast(f.public_land AS BOOLEAN), f.fees_due_cents,
            f.fees_paid_cents, p.at_last, f.open_items, f.reopened_at,
            {_clock("f.submitted_at", "s")}, {_clock("f.decided_at", "d")}
        FROM batch b JOIN raw_files f USING (id) LEFT JOIN acted a ON a.file = b.file
        LEFT JOIN paid p ON p.application_id = b.id {_days("f.submitted_at", "s")} {_days("f.decided_at", "d")}
        ORDER BY b.file""",
    "spells": f"""
        SELECT b.file, r.party, r.started_at, r.ended_at, {_clock("r.started_at", "s")}, {_clock("r.ended_at", "e")}
        FROM raw_spells r JOIN batch b ON b.id = r.application_id
        {_days("r.started_at", "s")} {_days("r.ended_at", "e")} ORDER BY b.file, r.started_at""",
    "clocks": """
        SELECT r.id, b.file, r.clock, r.round, r.state, r.unit, r.length, r.holder, r.verified, r.started_on, r.due_on,
            r.stopped_on, r.started_at, r.stopped_at, r.lapsed_at
        FROM raw_clocks r JOIN batch b ON b.id = r.application_id ORDER BY b.file, r.started_at""",
    "pauses": """
        SELECT r.clock_id, b.file, r.clock, r.paused_on, r.resumed_on, r.reason, r.hold_id IS NOT NULL
        FROM raw_pauses r JOIN batch b ON b.id = r.application_id ORDER BY b.file""",
    "items": """
        SELECT b.file, r.notice_id, r.lane, r.round, r.severity, r.code_section, r.status, r.issued_at, r.answered_at,
            r.created_by, r.basis
        FROM raw_items r JOIN batch b ON b.id = r.application_id ORDER BY b.file, r.issued_at""",
    "events": """
        SELECT b.file, r.seq, r.happened_at, r.action, r.told.actor, r.told.role, r.told.lane, r.told.acting_for,
            r.told."from", r.told."to", r.told.data, r.told.clauses
        FROM (SELECT *, from_json(body, '{"actor": "VARCHAR", "role": "VARCHAR", "lane": "VARCHAR", "acting_for": "VARCHAR",
            "from": "VARCHAR", "to": "VARCHAR", "data": "JSON", "clauses": "JSON"}') AS told FROM raw_events) r
        JOIN batch b ON b.id = r.application_id ORDER BY b.file, r.seq""",
}
"""How the rows of a batch become those of each table; visits come before files, whose pathway rests on them."""
