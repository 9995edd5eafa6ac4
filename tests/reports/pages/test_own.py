"""The city's own figures, on both databases: every file of the city by the city's own definition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from permitflow.db import Database
from permitflow.engine.pack import load_pack
from permitflow.instants import DAY, local_date
from permitflow.reports.asking import asking
from permitflow.reports.figures import plain
from permitflow.reports.own_metric import load_metric
from permitflow.reports.pages import own
from permitflow.reports.scope import City, Scope, find_city, last_days
from tests import factories
from tests.desk import NOON

COMMERCIAL = "us-ca-commercial-ab970"
FILES = 21


@pytest.fixture
def scope(database: Database) -> Scope:
    """A city in which 21 files entered plan review, file n after n days, and the first was withdrawn there."""
    city = factories.city(database)
    for number in range(FILES):
        at = NOON + number * DAY
        file = city.draft(COMMERCIAL, at)
        city.act(file, "submit", "applicant", at + DAY)
        city.act(file, "accept", "permit_technician", at + 2 * DAY)
        if number == 0:
            city.act(file, "withdraw", "applicant", at + 9 * DAY, inputs={"reason": "Sold"})
    with database.reading() as session:
        found = find_city(session, city.slug)
    assert isinstance(found, City)
    return last_days(found, NOON + 60 * DAY)


def test_a_span_counts_local_days_and_ages_what_is_open(database: Database, scope: Scope) -> None:
    with database.reading() as session, asking(session, scope) as ask:
        review, rows, *_ = own.figures(ask)
    ((_whose, n, still_open, median, *_),) = review.rows
    assert (n, still_open) == (FILES, FILES - 1)
    ages = sorted([7, *(58 - number for number in range(1, FILES))])
    assert median == ages[len(ages) // 2] * DAY
    assert len(rows.rows) == FILES
    newest = rows.rows[0]
    assert newest[0] == local_date(NOON + 22 * DAY, scope.city.zone)
    assert newest[1] is None
    ended = next(row for row in rows.rows if row[1] is not None)
    assert (ended[1] - ended[0], plain(ended[3])) == (timedelta(days=7), 7)


def test_every_row_leads_to_its_file(database: Database, scope: Scope) -> None:
    with database.reading() as session, asking(session, scope) as ask:
        _, rows, *_ = own.figures(ask)
        known = {id_ for (id_,) in ask.snapshot.rows("SELECT id FROM files")}
    assert {row[3].file for row in rows.rows} == known


def test_cycles_of_ownership_are_told_by_owner(database: Database, scope: Scope) -> None:
    with database.reading() as session, asking(session, scope) as ask:
        *_, ownership, _rows = own.figures(ask)
    counted = {plain(row[0]).message: (row[1], row[2]) for row in ownership.rows}
    # Submission and plan review are one stay with the city; the withdrawn file's has ended.
    assert counted == {"All": (FILES, FILES - 1), "city": (FILES, FILES - 1), "applicant": (0, 0)}
    assert all(cell is None for cell in ownership.rows[2][3:])


def test_a_city_without_a_definition_is_told_how_to_write_one(database: Database, scope: Scope) -> None:
    elsewhere = factories.city(database, slug="northfield", pack="us-nj")
    with database.reading() as session:
        found = find_city(session, elsewhere.slug)
        assert found is not None
        with asking(session, last_days(found, NOON)) as ask:
            (only,) = own.figures(ask)
    assert not only.rows
    assert "metrics folder" in only.empty.say()


def test_every_shipped_definition_names_phases_of_its_pack() -> None:
    for file in sorted(own.LIBRARY.glob(f"*/{own.FOLDER}/*.yaml")):
        metric = load_metric(file)
        pack = load_pack(file.parent.parent)
        known = {
            spec.title
            for one in pack.workflows
            for spec in (*one.definition.phases.values(), *one.definition.lanes.values())
        }
        assert set(metric.activities()) <= known, file
