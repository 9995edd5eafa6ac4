"""A city with very many applications: the files of a demo city copied over and over, each at another time of five years.

Copies keep everything that reports read (visits, spells, clocks, corrections, payments, the record after submission);
they begin on the same weekday as their pattern. Undecided files are copied near today only, one in `OPEN_EVERY`; one in
`LARGE_EVERY` is of the workflow with reviews side by side.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from permitflow.db import Database, upgrade
from permitflow.services import demo

CITY = "solano-vista"
LARGE = "us-ca-commercial-ab970"
LARGE_EVERY = 7
OPEN_EVERY = 90
OPEN_WEEKS = 4
WEEKS = 209
"""How far back copies of decided files go: four years before the demo's own."""
WEEK_US = 7 * 86_400_000_000
KEY = "printf('%012x7%03x8%015x', {ms}, {part}, c.n * 1000 + {part})"
SHIFTED_DATE = "CASE WHEN {0} < '9000' THEN date({0}, (c.shift / 86400000000) || ' days') ELSE {0} END"
AFTER_DRAFT = "p.action NOT IN ('start', 'save_step', 'add_document', 'sign', 'remove_document')"
BODY = (
    "json_object('actor', p.body->>'actor', 'role', p.body->>'role', 'lane', p.body->>'lane', 'acting_for',"
    " p.body->>'acting_for', 'from', p.body->>'from', 'to', p.body->>'to', 'data', p.body->'data',"
    " 'clauses', p.body->'clauses')"
)
PARTS = {
    "visits": ("", "p.step <> 'draft'"),
    "court_spells": ("", "1"),
    "clocks": ("", "1"),
    "correction_notices": ("", "1"),
    "correction_items": ("notice_id", "p.notice_id IS NOT NULL"),
    "payments": ("", "1"),
    "events": ("", AFTER_DRAFT),
}
"""Table -> the column that refers to another copied row, and which rows are copied."""


def demo_city(path: Path, uploads: Path) -> None:
    """Make a database with the demo region."""
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    demo.load(database, uploads, cost="low", say=lambda _line: None)
    database.dispose()


def grow(source: Path, path: Path, applications: int) -> None:
    """Copy a database with the demo region and fill its city up to so many applications."""
    shutil.copyfile(source, path)
    upgrade(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    tables = ["permit_applications", *PARTS]
    indexes = [row for table in tables for row in _indexes(connection, table)]
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    _patterns(connection, tables)
    _copies(connection, applications)
    for table in tables:
        connection.execute(_copying(connection, table))
    for _name, sql in indexes:
        connection.execute(sql)
    connection.commit()
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _indexes(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    statement = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?"
    )
    return connection.execute(statement, (table,)).fetchall()


def _patterns(connection: sqlite3.Connection, tables: list[str]) -> None:
    for table in tables:
        key = "id" if table == "permit_applications" else "application_id"
        wanted = (
            "SELECT a.id FROM main.permit_applications a JOIN jurisdictions j ON j.id = a.jurisdiction_id"
        )
        connection.execute(
            f"CREATE TEMP TABLE p_{table} AS SELECT * FROM main.{table}"
            f" WHERE {key} IN ({wanted} WHERE j.slug = '{CITY}' AND a.submitted_at IS NOT NULL)"
        )
        connection.execute(f"CREATE INDEX temp.px_{table} ON p_{table} ({key})")
        connection.execute(
            f"CREATE TEMP TABLE parts_{table} AS SELECT rowid AS row, row_number() OVER (PARTITION BY {key}) AS part FROM p_{table}"
        )
        connection.execute(f"CREATE UNIQUE INDEX temp.parts_of_{table} ON parts_{table} (row)")


def _copies(connection: sqlite3.Connection, applications: int) -> None:
    """The plan: pattern, shift in microseconds and the start of the new ids, in order of time."""
    (there,) = connection.execute("SELECT count(*) FROM p_permit_applications").fetchone()
    connection.execute(f"""
        CREATE TEMP TABLE planned AS
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {applications - there}),
        ranked AS (SELECT id, created_at, decided_at IS NULL AS is_open, workflow = '{LARGE}' AS is_large,
                          row_number() OVER kind - 1 AS place, count(*) OVER (PARTITION BY decided_at IS NULL, workflow) AS total
                   FROM p_permit_applications WINDOW kind AS (PARTITION BY decided_at IS NULL, workflow ORDER BY id)),
        drawn AS (SELECT n, n % {OPEN_EVERY} = 0 AS is_open, n % {LARGE_EVERY} = 0 AS is_large,
                         (n * 2654435761 / 65536) % 1000003 AS draw FROM numbers)
        SELECT n, id AS pattern, created_at,
               -(draw % CASE WHEN d.is_open THEN {OPEN_WEEKS} ELSE {WEEKS} END) * {WEEK_US}
               - (n * 7919 % 5400) * 1000000 AS shift
        FROM drawn d JOIN ranked r ON r.is_open = d.is_open AND r.is_large = d.is_large AND r.place = (draw / 7) % r.total""")
    connection.execute("""
        CREATE TEMP TABLE copies AS SELECT row_number() OVER (ORDER BY created_at + shift) AS n, pattern, shift,
            (created_at + shift) / 1000 AS ms FROM planned ORDER BY 1""")


def _copying(connection: sqlite3.Connection, table: str) -> str:
    """The statement that copies the rows of one table."""
    refers, condition = PARTS.get(table, ("", "1"))
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    key = "id" if table == "permit_applications" else "application_id"
    shown = ", ".join(_copied(table, column, refers) for column in columns)
    source = f"FROM copies c CROSS JOIN p_{table} p ON p.{key} = c.pattern CROSS JOIN parts_{table} k ON k.row = p.rowid"
    if refers:
        source += " JOIN p_correction_notices t ON t.id = p.notice_id JOIN parts_correction_notices u ON u.row = t.rowid"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {shown} {source} WHERE {condition}"


def _copied(table: str, column: str, refers: str) -> str:
    known = {
        "application_id": KEY.format(ms="c.ms", part="0"),
        "number": "'BIG-' || c.n" if table == "permit_applications" else "p.number",
        "reference": "p.reference || '-' || c.n",
        "event_hash": "''",
        "prev_hash": "''",
        "hash": "''",
        "form": "'{}'",
        "people": "'{}'",
        "material": "NULL",
        "body": BODY,
    }
    if column == "id":
        return KEY.format(ms="c.ms", part="0" if table == "permit_applications" else "k.part")
    if refers and column == refers:
        return KEY.format(ms="c.ms", part="u.part")
    if column in known:
        return known[column]
    if column.endswith("_at") or column == "at":
        return f"p.{column} + c.shift"
    return SHIFTED_DATE.format(f"p.{column}") if column.endswith("_on") else f"p.{column}"
