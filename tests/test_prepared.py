"""Prepared writes arrive in order, and one statement never touches a table twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from permitflow.db import Database
from permitflow.models import Company, NumberSeries, UsedToken, Visit
from permitflow.prepared import Channel, as_date, as_one, as_text, inserting, together, updating

ADD_COMPANY = inserting(Company.__table__)
RENAME = updating(Company.__table__, "name")
OPEN_VISIT = inserting(Visit.__table__)
CLOSE_VISIT = updating(Visit.__table__, "closed_at")
USE_TOKEN = inserting(UsedToken.__table__)


def company(name: str) -> dict[str, object]:
    return {
        "id": name.ljust(32, "0"),
        "name": name,
        "licence_number": "",
        "licence_class": "",
        "licence_expires_on": None,
        "address": "",
        "phone": "",
        "version": 1,
        "created_at": 1,
    }


def test_writes_wait_for_the_flush_and_then_arrive_in_order(database: Database) -> None:
    with database.connection() as connection:
        channel = Channel(connection)
        channel.write(ADD_COMPANY, company("a"))
        channel.write(ADD_COMPANY, company("b"))
        channel.write(RENAME, {"key": "b".ljust(32, "0"), "new_name": "c"})
        channel.write(RENAME, {"key": "b".ljust(32, "0"), "new_name": "d"})
        assert connection.scalars(select(Company.name)).all() == []
        channel.flush()
        assert sorted(connection.scalars(select(Company.name))) == ["a", "d"]


def test_a_broken_write_raises_what_sqlalchemy_raises(database: Database) -> None:
    with pytest.raises(IntegrityError), database.connection() as connection:
        channel = Channel(connection)
        channel.write(ADD_COMPANY, company("a"))
        channel.write(ADD_COMPANY, company("a"))
        channel.flush()
    with database.reading() as session:
        assert session.scalars(select(Company.name)).all() == []


def test_a_group_touches_a_table_once_or_adds_to_it_only() -> None:
    writes = [
        (OPEN_VISIT, {"n": 1}),
        (OPEN_VISIT, {"n": 2}),
        (USE_TOKEN, {"n": 3}),
        (CLOSE_VISIT, {"n": 4}),
        (USE_TOKEN, {"n": 5}),
        (CLOSE_VISIT, {"n": 6}),
    ]
    groups = [[values["n"] for _statement, values in group] for group in together(writes)]
    assert groups == [[1, 2, 3], [4, 5], [6]]
    assert list(together([])) == []


def test_the_parameters_of_each_part_keep_apart() -> None:
    assert as_one(("UPDATE a SET x=%(v)s",)) == "UPDATE a SET x=%(w0_v)s"
    assert as_one(("UPDATE a SET x=%(v)s", "INSERT INTO b VALUES (%(v)s::TEXT)")) == (
        "WITH w0 AS (UPDATE a SET x=%(w0_v)s), w1 AS (INSERT INTO b VALUES (%(w1_v)s::TEXT)) SELECT 1"
    )


def test_dates_travel_as_text(database: Database) -> None:
    from datetime import date

    day = date(2026, 3, 8)
    assert as_date(as_text(day)) == day == as_date(day)
    assert as_text(None) is None
    assert as_date(None) is None


def test_only_a_table_can_be_written() -> None:
    with pytest.raises(AssertionError):
        inserting(select(NumberSeries))
