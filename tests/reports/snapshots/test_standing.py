"""How a record stands, and what of it has changed since a snapshot."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from permitflow.analytics.columns import append
from permitflow.analytics.snapshot import in_memory
from permitflow.db import Database
from permitflow.reports.scope import Workflows, workflows_of
from permitflow.reports.snapshots.manifest import Manifest
from permitflow.reports.snapshots.standing import Changes, Standing, changes, count_changed, standing_of
from tests.reports.history import NOW, History, day

SEEN = Standing(3, 6, 100, 50, "rules", "2027-09-05")
MANIFEST = Manifest("g", "b", 1, "", 0, "rules", 3, 6, 100, "2027-09-05", 4, 0, 200)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, True),
        ({"files": 4}, False),
        ({"versions": 7}, False),
        ({"newest_at": 101}, False),
        ({"rules": "others"}, False),
        ({"until": "2027-09-06"}, False),
        ({"until": "2027-09-04"}, True),
        ({"first_at": 51}, True),
    ],
)
def test_a_snapshot_shows_the_record_as_it_stands(told: dict[str, Any], shown: bool) -> None:
    assert replace(SEEN, **told).shown_by(MANIFEST) == shown


def test_the_sums_of_submitted_files(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        other = History(session, "elsewhere")
        history.file("A-1", 10, version=3, updated_at=day(40))
        history.file("A-2", 12, version=5, updated_at=day(30))
        history.application_row("A-3", submitted_at=None, version=9)
        other.file("B-1", 1, version=9)
    with database.reading() as session:
        known = workflows_of(session, history.city)
        found = standing_of(session, history.city, known, day(NOW))
        assert (found.files, found.versions, found.newest_at, found.first_at) == (2, 8, day(40), day(10))
        assert found.until == "2027-09-06"
        renamed = Workflows(known.definitions, {("w", "intake"): "check"})
        assert standing_of(session, history.city, renamed, day(NOW)).rules != found.rules
        assert standing_of(session, history.city, known, day(NOW + 1)).rules == found.rules


def test_an_empty_city_stands_at_nothing(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
    with database.reading() as session:
        found = standing_of(session, history.city, Workflows({}), day(NOW))
    assert (found.files, found.versions, found.newest_at, found.first_at) == (0, 0, 0, None)


def changed(
    database: Database, history: History, known: list[tuple[int, str, int]], newest: float
) -> Changes:
    """What has changed since a snapshot that has these files (number, id, version) and saw this last change."""
    manifest = replace(
        MANIFEST, files=len(known), versions=sum(row[2] for row in known), newest_at=day(newest), next_file=4
    )
    with database.reading() as session, closing(in_memory()) as connection:
        connection.execute("CREATE TABLE known (file INTEGER, id VARCHAR, version INTEGER)")
        append(connection, "known", ("INTEGER", "VARCHAR", "INTEGER"), known)
        standing = standing_of(session, history.city, Workflows({}), day(NOW))
        return changes(session, history.city, connection, manifest, standing)


def test_what_changed_lately_or_long_ago_and_what_is_gone(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        same, lately, long_ago, fresh = (
            history.file(f"A-{number}", 10, version=version, updated_at=day(at))
            for number, (version, at) in enumerate([(1, 40), (3, 39.5), (2, 5), (1, 40)])
        )
    known = [(1, same, 1), (2, lately, 2), (3, long_ago, 2)]
    found = changed(database, history, known, 40)
    assert (list(found.read), list(found.gone)) == ([(2, lately), (None, fresh)], [])
    # A change dated before the last known one does not tally with the sums, so that every file is compared.
    found = changed(database, history, [*known[:2], (3, long_ago, 1)], 40)
    assert list(found.read) == [(2, lately), (3, long_ago), (None, fresh)]
    found = changed(database, history, [*known, (4, "gone", 7)], 40)
    assert (list(found.read), list(found.gone)) == ([(2, lately), (None, fresh)], [4])
    with database.reading() as session:
        assert count_changed(session, history.city, replace(MANIFEST, newest_at=day(40))) == 2
        assert count_changed(session, history.city, replace(MANIFEST, newest_at=day(41))) == 1
