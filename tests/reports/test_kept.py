"""Dear results are built once for a state of the record, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from permitflow.db import Database
from permitflow.instants import SECOND
from permitflow.reports.asking import asking
from permitflow.reports.kept import (
    FRESH,
    MOST_KEPT,
    STALE,
    Dear,
    build,
    kept,
    kept_age,
    kept_or_none,
    visits_of_period,
)
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.snapshots.store import KEY, Store
from tests.reports.history import NOW, History, day, three_files, told


class Counted:
    """A result that tells how often it was built."""

    def __init__(self) -> None:
        self.times = 0
        self.dear = Dear("counted", self)

    def __call__(self, ask: Ask) -> Any:
        self.times += 1
        (files,) = ask.snapshot.row("SELECT count(*) FROM chosen")
        return {"times": self.times, "files": files, "word": ask.word("more")}


@contextmanager
def asked(database: Database, scope: Scope, words: dict[str, str] | None = None) -> Iterator[Ask]:
    with database.reading() as session, asking(session, scope, words) as ask:
        yield ask


def kept_city(database: Database, folder: Path) -> Scope:
    database.info[KEY] = Store(database, folder)
    return told(database, three_files)


def test_a_result_is_built_once_until_the_record_changes(database: Database, tmp_path: Path) -> None:
    scope, counted = kept_city(database, tmp_path), Counted()
    for _ in range(2):
        with asked(database, scope) as ask:
            assert kept(ask, counted.dear).value == {"times": 1, "files": 4, "word": ""}
            assert kept_or_none(ask, counted.dear) == kept(ask, counted.dear)
    with database.transaction() as session:
        city = History.__new__(History)
        city.session = session
        files = ask_ids(database, scope)
        city.change(files[0], version=9, submitted_at=None)
    with asked(database, scope) as ask:
        assert kept(ask, counted.dear).value == {"times": 2, "files": 3, "word": ""}


def ask_ids(database: Database, scope: Scope) -> list[str]:
    with asked(database, scope) as ask:
        return [id_ for (id_,) in ask.snapshot.rows("SELECT id FROM files ORDER BY id")]


def test_each_scope_and_word_has_a_result_of_its_own(database: Database, tmp_path: Path) -> None:
    scope, counted = kept_city(database, tmp_path), Counted()
    others = [
        (scope, {}),
        (replace(scope, workflow="none"), {}),
        (replace(scope, pathway="auto"), {}),
        (replace(scope, class_="level=DC"), {}),
        (replace(scope, from_on=scope.to_on), {}),
        (scope, {"more": "yes"}),
    ]
    for _ in range(2):
        for one, words in others:
            with asked(database, one, words) as ask:
                kept(ask, counted.dear)
    assert counted.times == len(others)
    with asked(database, scope, {"city": "testville", "from": "2026-01-01"}) as ask:
        kept(ask, counted.dear)
        assert counted.times == len(others)
        kept(ask, replace(counted.dear, version=2))
    assert counted.times == len(others) + 1


def test_open_files_grow_older_and_results_with_them(database: Database, tmp_path: Path) -> None:
    scope, counted = kept_city(database, tmp_path), Counted()
    for later, times in ((0, 1), (FRESH, 1), (FRESH + 1, 2), (SECOND, 3)):
        with asked(database, replace(scope, now=scope.now + later)) as ask:
            result = kept(ask, counted.dear)
            assert counted.times == times
            assert result.as_of <= ask.scope.now


def test_many_visits_are_not_looked_at_within_a_request(database: Database, tmp_path: Path) -> None:
    scope, counted = kept_city(database, tmp_path), Counted()
    with asked(database, scope) as ask:
        assert visits_of_period(ask) == 5
        assert kept_or_none(ask, counted.dear, few=4) is None
        assert kept_age(ask, counted.dear) is None
        build(ask, counted.dear)
        found = kept_or_none(ask, counted.dear, few=4)
        assert found is not None
        assert (found.as_of, kept_age(ask, counted.dear)) == (scope.now, 0)
    for later, there in ((STALE, True), (STALE + 1, False)):
        with asked(database, replace(scope, now=scope.now + later)) as ask:
            assert (kept_or_none(ask, counted.dear, few=4) is not None) == there
    assert counted.times == 1


def test_without_files_nothing_is_kept(database: Database) -> None:
    scope, counted = told(database, three_files), Counted()
    with asked(database, scope) as ask:
        assert ask.snapshot.kept is None
        assert [kept(ask, counted.dear).value["times"] for _ in range(2)] == [1, 2]


def test_what_is_damaged_or_too_much_is_dropped(database: Database, tmp_path: Path) -> None:
    scope, counted = kept_city(database, tmp_path), Counted()
    with asked(database, scope) as ask:
        kept(ask, counted.dear)
        assert ask.snapshot.kept is not None
        results = ask.snapshot.kept.results
        (path,) = results.iterdir()
        path.write_text("{", encoding="utf-8")
        assert kept(ask, counted.dear).value["times"] == 2
        for number in range(MOST_KEPT + 5):
            (results / f"{number}.json").write_text("{}", encoding="utf-8")
        build(ask, counted.dear)
        assert len(list(results.iterdir())) == MOST_KEPT
        assert kept(ask, counted.dear).value["times"] == 3
    assert day(NOW) == scope.now
