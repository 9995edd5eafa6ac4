"""Due dates the city kept and missed, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from permitflow.db import Database
from permitflow.reports.deadlines import DueLine, due_lines
from permitflow.reports.file_lists import Asked, entries
from tests.reports.history import History, asked

NOW = 100
TODAY = date(2026, 9, 5)
DUE = TODAY - timedelta(days=10)
ONE_DAY = timedelta(days=1)


def test_the_share_counts_overdue_open_clocks_as_missed(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("A-1", 50)
        history.clock(file, DUE, DUE)
        history.clock(file, DUE, DUE - ONE_DAY)
        history.clock(file, DUE, DUE + ONE_DAY)
        history.clock(file, DUE, DUE, state="expired")
        history.clock(file, TODAY - ONE_DAY, None)
        history.clock(file, DUE, DUE, clock="completeness")
        scope = history.scope(0, NOW, NOW)
    with asked(database, scope) as ask:
        lines = due_lines(ask)
        assert lines == [
            DueLine("decision", "decision", in_time=2, late=2, overdue=1),
            DueLine("completeness", "completeness", in_time=1, late=0, overdue=0),
        ]
        assert [(line.n, line.share) for line in lines] == [(5, None), (1, None)]
        for standing, count in (("in_time", 2), ("late", 2), ("overdue", 1), ("", 5)):
            listed = entries(ask, Asked("clocks", clock="decision", standing=standing))
            assert listed is not None
            assert listed.count == len(listed.shown) == count


def test_a_share_of_few_is_not_told_and_none_is_rounded_up() -> None:
    assert DueLine("decision", "Decision", in_time=1999, late=1, overdue=0).share == 99.9
    assert DueLine("decision", "Decision", in_time=19, late=0, overdue=0).share is None


def test_clocks_that_say_nothing_about_the_city_are_left_out(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("A-1", 50)
        history.clock(file, TODAY, None)
        history.clock(file, DUE, None, holder="applicant")
        history.clock(file, None, None, state="paused")
        history.clock(file, None, DUE)
        history.clock(file, date(2025, 1, 1), date(2025, 1, 1))
        history.clock(file, date(2025, 1, 1), None)
        history.clock(history.file("A-2", 50, 60, outcome="withdrawn"), DUE, DUE)
        history.clock(history.file("A-3", 50, 60, outcome="abandoned"), DUE, DUE)
        scope = history.scope(0, NOW, NOW)
    with asked(database, scope) as ask:
        assert due_lines(ask) == []
