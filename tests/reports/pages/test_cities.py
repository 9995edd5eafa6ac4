"""Cities side by side: coverage first, no rank, and no times where the record cannot bear them; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.models import Permit
from permitflow.queries.sentence import Phrase
from permitflow.reports.asking import asking, lines
from permitflow.reports.figures import Linked, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages import cities
from permitflow.reports.scope import City, Scope, find_city
from tests.reports.history import NOW, History, day

Row = dict[str, Any]


def decided(history: History, count: int, took: float, kind: str = "residential") -> None:
    """So many files decided in the period; the first half of each with its applicant."""
    for number in range(count):
        at = NOW - 30 + number / 10
        spells = [("applicant", at - took, at - took / 2), ("agency", at - took / 2, at)]
        facts = {"project": {"type": kind}}
        history.file(f"{kind}-{number}", at - took, at, spells, facts=facts, state="issued")


def imported(history: History, count: int) -> None:
    for number in range(count):
        history._insert(
            Permit,
            jurisdiction_id=history.city_id,
            number=f"OLD-{number}",
            status="valid",
            title="",
            address="",
            city="",
            issued_on=date(2026, 8, 20),
            source="old.csv",
        )


@pytest.fixture
def scope(database: Database) -> Scope:
    """Zebra has a record, apple a faster one whose dates are mostly unknown, Mango too few files."""
    with database.transaction() as session:
        zebra, apple, mango = (History(session, slug) for slug in ("zebra", "apple", "mango"))
        decided(zebra, 25, 12)
        decided(zebra, 22, 20, "commercial")
        decided(apple, 40, 2)
        imported(apple, 4)
        decided(mango, 5, 2)
        imported(zebra, 2)
        return zebra.scope(NOW - 60, NOW, NOW)


@contextmanager
def looking(database: Database, scope: Scope, *slugs: str) -> Iterator[Ask]:
    with database.reading() as session, asking(session, scope) as ask:
        yield replace(ask, cities=tuple(mine(session, slugs)))


def mine(session: Session, slugs: tuple[str, ...]) -> Iterator[City]:
    for slug in slugs:
        found = find_city(session, slug)
        assert found is not None
        yield found


def rows(database: Database, scope: Scope, *slugs: str) -> tuple[list[Row], list[Row]]:
    with looking(database, scope, *slugs) as ask:
        found = []
        for figure in cities.figures(ask):
            names = [column.id for column in figure.columns]
            found.append([dict(zip(names, map(plain, row), strict=True)) for row in figure.rows])
    return found[0], found[1]


def test_cities_stand_in_the_order_of_the_alphabet_whatever_their_times(
    database: Database, scope: Scope
) -> None:
    coverage, times = rows(database, scope, "zebra", "apple", "mango")
    assert [row["city"] for row in coverage] == ["Apple", "Mango", "Zebra"]
    assert [row["city"] for row in times] == ["Apple", "Mango", "Zebra"] * 2
    with looking(database, scope, "zebra", "apple") as ask:
        assert "not ranked" in cities.figures(ask)[0].lead[0].say()


def test_times_need_dates_and_enough_files(database: Database, scope: Scope) -> None:
    _, times = rows(database, scope, "zebra", "apple", "mango")
    apple, mango, zebra = times[:3]
    assert (zebra["files"], zebra["p50"], zebra["p85"]) == (25, day(12) - day(0), day(12) - day(0))
    assert (zebra["applicant_share"], zebra["why"]) == (50, None)
    assert apple["files"] == 40
    assert [apple[name] for name in ("p50", "low", "high", "p85", "applicant_share", "approved_share")] == [
        None
    ] * 6
    assert apple["why"].say() == "No figures: 40 of 44 that ended have both dates."
    assert (mango["files"], mango["p50"]) == (5, None)
    assert mango["why"].say() == "No times: fewer than 20 files."


def test_each_family_is_compared_by_itself(database: Database, scope: Scope) -> None:
    _, times = rows(database, scope, "zebra")
    assert [(row["files"], row["p50"]) for row in times] == [(25, day(12) - day(0)), (22, day(20) - day(0))]
    assert all(isinstance(row["family"], Phrase) for row in times)


def test_the_share_of_known_dates_counts_permits_from_elsewhere(database: Database, scope: Scope) -> None:
    coverage, _ = rows(database, scope, "zebra", "apple")
    apple, zebra = coverage
    assert (apple["ended"], apple["imported"]) == (40, 4)
    assert apple["dated_share"] == pytest.approx(100 * 40 / 44)
    assert zebra["dated_share"] == pytest.approx(100 * 47 / 49)
    assert zebra["since"] == day(NOW - 30 - 20)


@pytest.mark.parametrize(("dated", "shown"), [(95, True), (94, False)])
def test_95_of_100_is_enough(database: Database, dated: int, shown: bool) -> None:
    with database.transaction() as session:
        history = History(session)
        decided(history, dated, 3)
        imported(history, 5)
        scope = history.scope(NOW - 60, NOW, NOW)
    assert (rows(database, scope)[1][0]["p50"] is not None) == shown


def test_only_the_cities_of_the_reader_are_read(database: Database, scope: Scope) -> None:
    coverage, times = rows(database, scope, "zebra")
    assert {row["city"] for row in (*coverage, *times)} == {"Zebra"}
    for slugs in (("zebra",), ("zebra", "mango")):
        with looking(database, scope, *slugs) as ask:
            notes = cities.figures(ask)[0].notes
        assert (cities.ALONE in notes) is (len(slugs) == 1)


def test_every_number_leads_to_the_list_of_its_own_city(database: Database, scope: Scope) -> None:
    seen = 0
    with looking(database, scope, "zebra", "apple", "mango") as ask:
        cells = [cell for figure in cities.figures(ask) for row in figure.rows for cell in row]
        for cell in cells:
            if isinstance(cell, Linked):
                words = dict(cell.parameters)
                city = find_city(ask.session, words.pop("city"))
                assert city is not None
                with asking(ask.session, replace(scope, city=city), words) as other:
                    listing = cities.PAGE.listings[cell.listing]
                    assert lines(other, listing.lines(other))[0] == cell.value
                    assert listing.title(other).say()
                seen += 1
    assert seen == 9


def test_an_empty_city_is_shown_as_empty(database: Database) -> None:
    with database.transaction() as session:
        scope = History(session).scope(NOW - 60, NOW, NOW)
    coverage, times = rows(database, scope)
    assert (coverage[0]["ended"], coverage[0]["dated_share"], times) == (0, None, [])
