"""The report as a whole against histories small enough to compute by hand, on both databases."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.reports.tables import all_tables
from tests.reports.history import NOW, History, asked, report, three_files, told
from tests.statements import statements


def test_overdue_and_stuck_files_are_named(database: Database) -> None:
    found = report(database, told(database, three_files))
    assert (found.overdue, found.stuck.count) == (1, 1)
    (stuck,) = found.stuck.first
    assert (stuck.steps, stuck.severity) == (("fire",), "high")
    assert [reason.code for reason in stuck.reasons] == ["past_due"]


def test_the_slowest_step_needs_enough_visits(database: Database) -> None:
    def few(history: History) -> None:
        for number in range(19):
            history.stay(history.file(f"A-{number}", 80), "zoning", 80, 95)
        for number in range(19, 39):
            history.stay(history.file(f"A-{number}", 80), "fire", 80, 85)

    found = report(database, told(database, few))
    assert [line.step for line in found.city_steps] == ["zoning", "fire"]
    assert found.slowest is not None
    assert found.slowest.step == "fire"


def test_a_workflow_and_a_city_stay_among_themselves(database: Database) -> None:
    with database.transaction() as session:
        here, there = History(session), History(session, "elsewhere")
        here.stay(here.file("A-1", 90, spells=[("agency", 90, None)]), "intake", 90)
        here.stay(here.file("A-2", 90, spells=[("agency", 90, None)], workflow="v"), "intake", 90)
        there.stay(there.file("B-1", 90, spells=[("agency", 90, None)]), "intake", 90)
        all_kinds, one_kind = here.scope(40, NOW, NOW), here.scope(40, NOW, NOW, "v")
    assert report(database, all_kinds).courts.files == 2
    narrow = report(database, one_kind)
    (step,), (kind,) = narrow.steps, narrow.decisions
    assert (step.figures.open_now, kind.workflow, narrow.courts.files) == (1, "v", 1)


def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    def some(history: History, count: int) -> None:
        for number in range(count):
            file = history.file(f"A-{number}", 80, spells=[("agency", 80, None)])
            history.stay(file, "fire", 80)

    def sent(slug: str, count: int) -> int:
        with database.transaction() as session:
            history = History(session, slug)
            some(history, count)
            scope = history.scope(40, NOW, NOW)
        with statements(database) as seen:
            report(database, scope)
        return len(seen)

    assert sent("small", 2) == sent("large", 40)


def test_an_empty_city_has_an_empty_report(database: Database) -> None:
    scope = told(database, lambda _history: None)
    found = report(database, scope)
    courts = found.courts
    assert (found.slowest, found.overdue, courts.elapsed_us, courts.share("agency")) == (None, 0, 0, 0)
    assert found.empty
    with asked(database, scope) as ask:
        assert [len(table.rows) for table in all_tables(ask)] == [0, 5, 0, 0, 12, 0, 0, 0, 0]
