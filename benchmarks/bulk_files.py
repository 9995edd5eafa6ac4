"""A city with very many applications, written straight into the tables of a SQLite file.

Each application is a copy of a real one with its own number, title and times, and has been through the usual visits.
About one in ninety is under review now and waits for several lanes, as in a city that keeps up with its work.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from permitflow.db import Database, new_id, upgrade
from permitflow.instants import DAY, local_date, now_us
from permitflow.models import RoleGrant, Visit
from permitflow.services import sessions
from permitflow.services.sessions import Limits
from tests import factories

WORKFLOW = "us-ca-commercial-ab970"
ROLES = ("electrical_examiner", "building_examiner")
STREETS = (
    "Mission Rd",
    "Oak St",
    "Harbor Blvd",
    "Second Ave",
    "Mill Ln",
    "Station Way",
    "Canal St",
    "Ridge Rd",
)
UNDER_REVIEW_EVERY = 90
BATCH = 20_000
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled database: its address, and the session token of a reviewer with two roles."""

    url: str
    token: str
    applications: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A real row and the names of its columns."""

    table: str
    columns: Sequence[str]
    values: Row

    def row(self, **changed: object) -> Row:
        """Return a copy of the row with some values changed."""
        return tuple(changed.get(name, value) for name, value in zip(self.columns, self.values, strict=True))

    def insertion(self) -> str:
        """Return the statement that adds a row."""
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks})"


def fill(path: Path, applications: int, limits: Limits, seed: int = 7) -> Filled:
    """Make the SQLite file with that many applications and somebody signed in."""
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    city = factories.city(database)
    at = now_us()
    model = city.draft(WORKFLOW, at)
    city.act(model, "submit", "applicant", at)
    city.act(model, "accept", "permit_technician", at)
    reviewer = city.staff[ROLES[0]]
    with database.transaction() as session:
        grant = {"user_id": reviewer, "jurisdiction_id": city.id, "role": ROLES[1], "granted_at": at}
        session.execute(insert(RoleGrant), {"id": new_id()} | grant)
        token = sessions.open_session(session, reviewer, at, limits)
        lane_visit = session.scalars(select(Visit.id).where(Visit.lane == "electrical")).one()
    database.dispose()
    _multiply(path, model, lane_visit, applications, random.Random(seed))
    return Filled(url, token, applications)


def _multiply(path: Path, model: str, lane_visit: str, applications: int, chance: random.Random) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('visits', 'permit_applications')"
    ).fetchall()
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    application = _pattern(connection, "permit_applications", model)
    visit = _pattern(connection, "visits", lane_visit)
    for start in range(0, applications, BATCH):
        numbers = range(start, min(start + BATCH, applications))
        files = [(number, application.row(**_file(number))) for number in numbers]
        connection.executemany(application.insertion(), (row for _number, row in files))
        connection.executemany(visit.insertion(), _visits(visit, numbers, chance))
        connection.commit()
    for _name, sql in indexes:
        connection.execute(sql)
    connection.commit()
    connection.close()


def _pattern(connection: sqlite3.Connection, table: str, key: str) -> Pattern:
    found = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (key,))
    return Pattern(table, [column[0] for column in found.description], found.fetchone())


def _key(number: int, part: int = 0) -> str:
    """An id that grows with time, as those of the program do."""
    return f"{0x019000000000 + number:012x}7{part:03x}8{number * 2654435761 % 16**15:015x}"


def _file(number: int) -> dict[str, object]:
    title = f"{100 + number % 9900} {STREETS[number % len(STREETS)]} · {1 + number % 24} x 9.6 kW"
    return {"id": _key(number), "number": f"BIG-{number:07d}", "title": title}


def _visits(visit: Pattern, numbers: range, chance: random.Random) -> Iterator[Row]:
    """The visits of each file: a finished completeness check, then lanes that are decided or still open."""
    now = now_us()
    today = local_date(now, "America/Los_Angeles")
    for number in numbers:
        waiting = number % UNDER_REVIEW_EVERY == 0
        opened = now - (chance.randrange(40) if waiting else 60 + chance.randrange(600)) * DAY
        due = today + timedelta(days=chance.randrange(-5, 25))
        for part, (step, role) in enumerate(_STEPS, start=1):
            is_lane = part > 1
            closed = None if waiting and is_lane and chance.random() < 0.9 else opened + part * DAY
            yield visit.row(
                **_stay(number, part, (opened, closed, due)),
                step=step,
                role=role,
                lane=step if is_lane else None,
            )


def _stay(number: int, part: int, span: tuple[int, int | None, date]) -> dict[str, object]:
    opened, closed, due = span
    return {
        "id": _key(number, part),
        "application_id": _key(number),
        "opened_at": opened + number % 1_000_000,
        "due_on": due.isoformat(),
        "closed_at": closed,
        "closing_action": None if closed is None else "approve",
    }


_STEPS = (
    ("intake", "permit_technician"),
    ("electrical", "electrical_examiner"),
    ("building", "building_examiner"),
    ("fire", "fire_reviewer"),
    ("accessibility", "accessibility_reviewer"),
)
