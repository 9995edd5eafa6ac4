"""Rows of the record as rows of the snapshot: pathways, names of today, the business clock of each instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from permitflow.analytics.snapshot import Snapshot, in_memory
from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.reports.scope import Workflows
from permitflow.reports.snapshots import gathering
from permitflow.reports.snapshots.gathering import AHEAD, Gatherer, calendar_of, rules_of
from tests.reports.history import NOW, ZONE, History, day

RENAMED = Workflows({}, {("w", "intake"): "check"})


@contextmanager
def gathered(
    database: Database, history: History, ids: list[str], workflows: Workflows = RENAMED
) -> Iterator[Snapshot]:
    with database.reading() as session:
        rules = rules_of(session, history.city, workflows, day(0), day(NOW))
        snapshot = Snapshot(in_memory(), day(NOW))
        gatherer = Gatherer(session, snapshot._connection, rules)
        list(gatherer.add(enumerate(ids, 1)))
    yield snapshot
    snapshot.close()


def test_the_way_of_a_file_is_read_from_its_visits(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        auto, counter, waiting, lanes, rounds, after = (
            history.file(f"A-{number}", 10, 20, round=2 if number == 4 else 1) for number in range(6)
        )
        history.stay(auto, "screening", 10, 11, closed_by=None)
        history.stay(counter, "counter_review", 10, 11, closed_by=history.installer)
        history.stay(waiting, "counter_review", 10)
        history.stay(lanes, "fire", 10, 11, lane="fire", closed_by=None)
        history.stay(after, "inspection", 20, 21, closed_by=history.installer)
    ids = [auto, counter, waiting, lanes, rounds, after]
    with gathered(database, history, ids) as snapshot:
        ways = [way for (way,) in snapshot.rows("SELECT pathway FROM files ORDER BY file")]
    assert ways == ["auto", "counter", "counter", "full", "full", "auto"]


def test_the_business_clock_of_a_claim_is_that_of_the_first(database: Database) -> None:
    """Taken, given back and taken again: the wait ended with the first claim."""
    with database.transaction() as session:
        history = History(session)
        file = history.file("A-1", 4)
        again = {"first_claimed_at": day(5), "worked_us": day(1) - day(0)}
        history.stay(file, "fire", 4, 8, claimed=7, **again)
        history.stay(file, "zoning", 4, 8, claimed=7, **(again | {"claimed_at": None}))
    with gathered(database, history, [file]) as snapshot:
        waits = snapshot.rows(
            "SELECT b_claimed - b_opened, first_claimed_at - opened_at FROM visits ORDER BY step"
        )
    # From Monday to Tuesday of a week without a holiday.
    assert waits == [(day(1) - day(0),) * 2] * 2


def test_a_step_has_its_name_of_today_and_drafts_are_left_out(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("A-1", 4)
        history.stay(file, "intake", 4, 5)
        history.stay(file, "fire", 5, 25)
        history.change(file, decided_at=day(6), outcome="abandoned")
        history.stay(file, "after", 6, None)
    with gathered(database, history, [file]) as snapshot:
        steps = snapshot.rows("SELECT step, before_decision FROM visits ORDER BY opened_at")
        assert steps == [("check", True), ("fire", True), ("after", False)]
        assert snapshot.row("SELECT by_city, b_decided - b_submitted FROM files") == (
            False,
            2 * (day(1) - day(0)),
        )


def test_files_are_read_in_portions_and_counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "BATCH", 2)
    with database.transaction() as session:
        history = History(session)
        ids = [history.file(f"A-{number}", 10) for number in range(5)]
    with database.reading() as session:
        rules = rules_of(session, history.city, RENAMED, day(10), day(NOW))
        connection = in_memory()
        done = list(Gatherer(session, connection, rules).add(enumerate(ids, 1)))
        assert connection.execute("SELECT id FROM files ORDER BY file").fetchall() == [(id_,) for id_ in ids]
        connection.close()
    assert done == [2, 4, 5]


def test_days_reach_from_the_first_file_to_a_year_ahead(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
    with database.reading() as session:
        assert calendar_of(session, history.city) is None
        for first_at, first in ((day(10), day(10)), (None, day(NOW)), (day(NOW + 9), day(NOW))):
            days = rules_of(session, history.city, RENAMED, first_at, day(NOW)).days
            assert days[0][0] == local_date(first, ZONE)
            assert days[-1][0] == local_date(day(NOW), ZONE) + AHEAD
    with database.transaction() as session:
        history.session = session
        history.calendar()
    with database.reading() as session:
        assert calendar_of(session, history.city) is not None
