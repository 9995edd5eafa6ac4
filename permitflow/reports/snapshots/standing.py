"""How a city's record stands, and what of it has changed since a snapshot was gathered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from permitflow.analytics.columns import append
from permitflow.instants import DAY, local_date
from permitflow.models import PermitApplication
from permitflow.reports.scope import City, Workflows
from permitflow.reports.snapshots.gathering import AHEAD
from permitflow.reports.snapshots.manifest import Manifest
from permitflow.reports.snapshots.reading import PORTION, submitted
from permitflow.services.calendars import current_version_id

MARGIN = DAY
"""A change that is dated so long before the last known one is found at once; an older one by the sums."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Submitted files of a city: their count, the sum of their versions, the last change and the first submission (µs).

    `rules` stands for what else a snapshot rests on, `until` is the last day its business clock has to reach.
    """

    files: int
    versions: int
    newest_at: int
    first_at: int | None
    rules: str
    until: str

    def shown_by(self, manifest: Manifest) -> bool:
        """Say whether a snapshot shows the record as it stands."""
        mine = (self.files, self.versions, self.newest_at, self.rules)
        theirs = (manifest.files, manifest.versions, manifest.newest_at, manifest.rules)
        return mine == theirs and self.until <= manifest.until


def standing_of(session: Session, city: City, workflows: Workflows, now: int) -> Standing:
    """Return how the record of a city stands, by two statements; `workflows` are those of the city."""
    row = PermitApplication
    query = submitted(
        city, func.count(), func.sum(row.version), func.max(row.updated_at), func.min(row.submitted_at)
    )
    files, versions, newest_at, first_at = session.execute(query).one()
    rules = _rules(session, city, workflows, first_at)
    until = (local_date(now, city.zone) + AHEAD).isoformat()
    return Standing(files, int(versions or 0), newest_at or 0, first_at, rules, until)


def _rules(session: Session, city: City, workflows: Workflows, first_at: int | None) -> str:
    try:
        calendar = current_version_id(session.connection(), city.id)
    except LookupError:
        calendar = ""
    first_on = "" if first_at is None else local_date(first_at, city.zone).isoformat()
    aliases = sorted([*old, new] for old, new in workflows.aliases.items())
    told = [calendar, city.zone, first_on, aliases, sorted(workflows.draft_phases())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def count_changed(session: Session, city: City, manifest: Manifest) -> int:
    """Return about how many files have changed since a snapshot, at least one; an index tells."""
    changed = PermitApplication.updated_at >= manifest.newest_at
    return max(1, session.scalar(submitted(city, func.count()).where(changed)) or 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """Files to read again or for the first time, and the numbers of files that are no more."""

    read: Sequence[tuple[int | None, str]]
    gone: Sequence[int]


def changes(
    session: Session,
    city: City,
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    standing: Standing,
) -> Changes:
    """Return what has changed since a snapshot, whose `known` (file, id, version) the connection shows.

    First the files changed lately are compared; when the sums then do not tally, every file is.
    """
    lately = PermitApplication.updated_at >= manifest.newest_at - MARGIN
    found = _compare(session, city, connection, lately)
    new = sum(file is None for file, _, _ in found)
    raised = sum(step for _, _, step in found)
    expected = (manifest.files + new, manifest.versions + raised)
    if expected == (standing.files, standing.versions):
        return Changes([(file, id_) for file, id_, _ in found], ())
    found = _compare(session, city, connection, PermitApplication.submitted_at.is_not(None))
    gone = connection.execute("SELECT file FROM known ANTI JOIN seen USING (id) ORDER BY file").fetchall()
    return Changes([(file, id_) for file, id_, _ in found], [file for (file,) in gone])


def _compare(
    session: Session, city: City, connection: duckdb.DuckDBPyConnection, which: ColumnElement[bool]
) -> Sequence[tuple[int | None, str, int]]:
    """Return (number or None, id, by how much the version rose) of the files whose version differs."""
    connection.execute("CREATE OR REPLACE TEMP TABLE seen (id VARCHAR, version INTEGER)")
    query = submitted(city, PermitApplication.id, PermitApplication.version).where(which)
    rows = session.execute(query.execution_options(yield_per=PORTION))
    append(connection, "seen", ("VARCHAR", "INTEGER"), map(tuple, rows))
    return connection.execute(
        "SELECT k.file, s.id, s.version - coalesce(k.version, 0) FROM seen s LEFT JOIN known k USING (id)"
        " WHERE k.version IS DISTINCT FROM s.version ORDER BY k.file NULLS LAST, s.id"
    ).fetchall()
