"""Asking: the scope narrows what pages see, and a list is paged with exact counts."""

from __future__ import annotations

from dataclasses import replace

from permitflow.db import Database
from permitflow.reports.asking import LINES, asking, lines
from permitflow.reports.page import Statement
from permitflow.reports.scope import Scope
from tests.reports.history import NOW, History, told

ALL = Statement("SELECT file, opened_at, closed_at, step FROM stays")


def many(history: History) -> None:
    """Sixty open files with two visits each; every second one under another workflow."""
    for number in range(60):
        workflow = {"workflow": "other"} if number % 2 else {}
        file = history.file(f"A-{number}", NOW - 50, **workflow)
        history.stay(file, "intake", NOW - 50 + number / 100, NOW - 30)
        history.stay(file, "fire", NOW - 30)


def seen(database: Database, scope: Scope) -> tuple[int, int, int]:
    with database.reading() as session, asking(session, scope) as ask:
        count, different, found = lines(ask, ALL)
        return count, different, len(found)


def test_a_list_counts_all_and_shows_a_page(database: Database) -> None:
    scope = told(database, many)
    assert seen(database, scope) == (120, 60, LINES)
    with database.reading() as session, asking(session, scope) as ask:
        _, _, first = lines(ask, ALL)
        _, _, last = lines(ask, ALL, start=100)
    lengths = [(line.until_at or scope.now) - line.since_at for line in (*first, *last)]
    assert lengths == sorted(lengths, reverse=True)
    assert len(last) == 20
    assert not {(line.application_id, line.place) for line in first} & {
        (line.application_id, line.place) for line in last
    }


def test_the_scope_narrows_what_pages_see(database: Database) -> None:
    scope = told(database, many)
    assert seen(database, replace(scope, workflow="other")) == (60, 30, LINES)
    assert seen(database, replace(scope, pathway="auto")) == (0, 0, 0)
    assert seen(database, replace(scope, class_="level=DC")) == (0, 0, 0)


def test_words_from_outside_are_never_part_of_a_statement(database: Database) -> None:
    scope = told(database, many)
    for odd in ("' OR 1=1 --", "x'; DROP TABLE files; --", "level", "no_column=1", "=", "level='"):
        assert seen(database, replace(scope, class_=odd, workflow="" if odd != "level" else odd))[0] in (
            0,
            120,
        )
        assert seen(database, replace(scope, workflow=odd)) == (0, 0, 0)
    assert seen(database, scope)[0] == 120
