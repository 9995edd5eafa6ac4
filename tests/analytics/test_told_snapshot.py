"""Answers of a snapshot written as JSON are the same rows when they are given again, and no others are given."""

from __future__ import annotations

import json
from datetime import date

import pytest

from permitflow.analytics.snapshot import Snapshot
from permitflow.analytics.told_snapshot import HeardSnapshot, NotTold, ToldSnapshot, WritingSnapshot

SQL = """SELECT 1, 2.5::DOUBLE, 'word', NULL, true, DATE '2026-02-28', $day, [1, 2]
    UNION ALL SELECT 9007199254740993, 0.1::DOUBLE, 'a "b"', 'x', false, NULL, $day, [] ORDER BY 1"""
PARAMETERS = {"day": date(2026, 11, 1)}


def test_rows_come_back_as_they_were() -> None:
    snapshot = Snapshot.of_rows({}, 7)
    writing = WritingSnapshot(snapshot)
    rows = writing.rows(SQL, PARAMETERS)
    assert rows == snapshot.rows(SQL, PARAMETERS)
    assert list(writing.stream("SELECT 3")) == [(3,)]
    told = ToldSnapshot(json.loads(json.dumps(writing.answers)), 7)
    assert told.rows(SQL, PARAMETERS) == rows
    assert [type(value) for value in told.rows(SQL, PARAMETERS)[0]] == [type(value) for value in rows[0]]
    assert (list(told.stream("SELECT 3")), told.row("SELECT 3"), told.as_of) == ([(3,)], (3,), 7)
    snapshot.close()


@pytest.mark.parametrize(
    ("statement", "day"), [(SQL, date(2026, 11, 2)), (SQL + " ", date(2026, 11, 1)), ("SELECT 3", None)]
)
def test_what_was_not_asked_before_has_no_answer(statement: str, day: date | None) -> None:
    snapshot = Snapshot.of_rows({}, 7)
    writing = WritingSnapshot(snapshot)
    writing.rows(SQL, PARAMETERS)
    with pytest.raises(NotTold):
        ToldSnapshot(writing.answers, 7).rows(statement, {"day": day} if day else None)
    snapshot.close()


def test_what_is_noted_stands_for_what_it_asked() -> None:
    snapshot = Snapshot.of_rows({}, 7)
    writing = WritingSnapshot(snapshot)
    assert writing.noted("sum", lambda: writing.row("SELECT 1 + 2")[0]) == 3
    told = ToldSnapshot(json.loads(json.dumps(writing.answers)), 7)
    assert told.noted("sum", lambda: 4) == 3
    assert snapshot.noted("sum", lambda: 4) == 4
    for ask in (lambda: told.rows("SELECT 1 + 2"), lambda: told.noted("product", lambda: 4)):
        with pytest.raises(NotTold):
            ask()
    snapshot.close()


def test_every_answer_is_heard_of() -> None:
    snapshot, heard = Snapshot.of_rows({}, 7), list[int]()
    hearing = HeardSnapshot(snapshot, lambda: heard.append(1))
    assert (hearing.rows("SELECT 3"), list(hearing.stream("SELECT 4")), hearing.as_of) == ([(3,)], [(4,)], 7)
    assert len(heard) == 2
    snapshot.close()
