"""Pages that are prepared for large cities: the same figures as counted at once, how old they may be, and when not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from permitflow.db import Database
from permitflow.instants import to_datetime
from permitflow.models import CompanyMember, PermitApplication
from permitflow.queries.sentence import Phrase
from permitflow.reports import prepared_page, usual
from permitflow.reports.figures import Column, Figure
from permitflow.reports.kept import STALE, kept_age
from permitflow.reports.page import Ask
from permitflow.reports.pages import PAGES
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.scope import last_days
from permitflow.reports.snapshots.store import KEY, Store
from permitflow.reports.wording import HOUR, MINUTE
from tests.reports.pages.office import Office, files, looking, write

ALL = [page.figures for page in PAGES.values() if isinstance(page.figures, Prepared)]
PREPARED = [page for page in ALL if not page.light]


@dataclass
class Looked:
    """A city that counts as large, and the instant at which it is looked at."""

    database: Database
    office: Office
    store: Store
    now: int

    def figures(self, page: Prepared, *, at_once: bool = False) -> Sequence[Figure]:
        """The figures of a page, told or counted."""
        with looking(self.database, replace(self.office.scope, now=self.now)) as ask:
            found = page.figures(ask) if at_once else page(ask)
        self.store.wait()
        return found

    def change(self, later: int) -> None:
        """Lose a file of the record, so much later."""
        number = next(file.number for file in self.office.files if file.number in self.office.ids)
        gone = self.office.ids.pop(number)
        with self.database.transaction() as session:
            session.execute(
                update(PermitApplication)
                .where(PermitApplication.id == gone)
                .values(submitted_at=None, version=PermitApplication.version + 1)
            )
        self.now += later
        assert self.store.refresh(self.office.scope.city, self.now) is not None


@pytest.fixture
def large(database: Database, tmp_path: Path) -> Looked:
    office = write(database, files(3, 120))
    looked = Looked(database, office, Store(database, tmp_path, large=1), office.scope.now)
    looked.store.clock = lambda: looked.now
    database.info[KEY] = looked.store
    assert looked.store.refresh(office.scope.city, looked.now) is not None
    return looked


def without_note(figures: Sequence[Figure]) -> list[Figure]:
    assert {figure.notes[-1].message for figure in figures} == {"Counted as of {day}, {time}."}
    return [replace(figure, notes=figure.notes[:-1]) for figure in figures]


@pytest.mark.parametrize("page", PREPARED, ids=[page.id for page in PREPARED])
def test_told_figures_are_those_counted_at_once(large: Looked, page: Prepared) -> None:
    counted = large.figures(page, at_once=True)
    assert any(figure.rows for figure in counted)
    assert large.figures(page) == counted
    assert large.figures(page) == counted
    large.change(later=30 * MINUTE)
    assert large.figures(page, at_once=True) != counted
    assert without_note(large.figures(page)) == counted
    large.change(later=STALE - 30 * MINUTE)
    assert without_note(large.figures(page)) == counted
    large.change(later=2 * MINUTE)
    assert large.figures(page) == large.figures(page, at_once=True)


def test_light_pages_are_told_of_very_many_visits_alone(
    large: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = next(page for page in ALL if page.id == "step-times")
    counted = large.figures(page)
    large.change(later=30 * MINUTE)
    assert large.figures(page) != counted
    monkeypatch.setattr(prepared_page, "MANY", 0)
    counted = large.figures(page)
    large.change(later=30 * MINUTE)
    assert without_note(large.figures(page)) == counted


def test_every_light_page_is_told_as_it_is_counted(large: Looked) -> None:
    pages = [page for page in ALL if page.light]
    assert len(pages) > 10
    with looking(large.database, replace(large.office.scope, now=large.now)) as ask:
        for page in pages:
            assert page.answered(ask) == (page.figures(ask), ask.scope.now), page.id
    large.store.wait()


def test_another_question_is_put_to_the_record(large: Looked) -> None:
    page = next(page for page in PREPARED if page.id == "red-flags")
    person, firm = large.office.ids["fay"], large.office.ids["big"]
    before = large.figures(page)
    with large.database.transaction() as session:
        session.execute(insert(CompanyMember).values(company_id=firm, user_id=person, joined_at=1))
    large.now += MINUTE
    after = large.figures(page)
    assert after != before
    assert after == large.figures(page, at_once=True)
    with large.database.transaction() as session:
        session.execute(delete(CompanyMember).where(CompanyMember.user_id == person))
    assert large.figures(page) == large.figures(page, at_once=True)


def test_the_background_prepares_large_cities_alone(large: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    def ages(store_large: int) -> list[int | None]:
        large.store.large = store_large
        usual.prepare(large.database, large.office.scope.city)
        large.store.wait()
        with looking(large.database, last_days(large.office.scope.city, large.now)) as ask:
            return [kept_age(ask, dear) for dear in usual.PREPARED]

    monkeypatch.setattr(usual, "now_us", lambda: large.now)
    monkeypatch.setattr(usual, "USUAL", ())
    assert {dear.name for dear in usual.PREPARED} == {
        "performance",
        *(page.answered.name for page in PREPARED),
    }
    assert set(ages(10_000)) == {None}
    assert set(ages(1)) == {0}
    large.now += HOUR - 1
    large.store.refresh(large.office.scope.city, large.now)
    assert set(ages(1)) == {HOUR - 1}
    large.now += 2 * MINUTE
    large.store.refresh(large.office.scope.city, large.now)
    assert set(ages(1)) == {0}


def test_a_small_city_is_counted_at_each_look(large: Looked) -> None:
    large.store.large = 10_000
    looks: list[int] = []

    def figures(ask: Ask) -> Sequence[Figure]:
        looks.append(ask.scope.now)
        return []

    for times in (1, 2):
        large.figures(Prepared("own", figures))
        assert len(looks) == times


def test_a_page_sees_the_instant_at_which_it_was_counted(large: Looked) -> None:
    def figures(ask: Ask) -> Sequence[Figure]:
        rows = ask.snapshot.rows("SELECT $now::BIGINT", {"now": ask.scope.now})
        return [Figure("at", Phrase("At"), "workload", (Column("at", Phrase("At"), "instant"),), rows)]

    page, began = Prepared("instant", figures), large.now
    assert large.figures(page)[0].notes == ()
    large.change(later=HOUR)
    (figure,) = large.figures(page)
    local = to_datetime(began, large.office.scope.city.zone)
    assert list(figure.rows) == [(began,)]
    assert figure.notes[-1].params == {"day": local.date(), "time": local.strftime("%H:%M")}
