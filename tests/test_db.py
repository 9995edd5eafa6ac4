"""Writers take turns, readers cannot write, ids sort by time."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from permitflow.db import Database, Turns, TurnTimeout, is_behind, new_id


def test_ids_are_version_7_and_sort_by_time() -> None:
    ids = []
    for _ in range(200):
        ids.append(new_id())
        time.sleep(0.000_01)
    assert ids == sorted(ids)
    assert all(len(one) == 32 and one[12] == "7" and one[16] in "89ab" for one in ids)
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_turns_are_served_in_the_order_of_arrival() -> None:
    turns, served = Turns(), []
    turns.acquire()

    def wait(number: int) -> None:
        turns.acquire()
        served.append(number)
        turns.release()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(turns._waiting) < number + 1:
            time.sleep(0.001)
    turns.release()
    for thread in threads:
        thread.join(5)
    assert served == list(range(8))


def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    turns = Turns()
    turns.acquire()
    with pytest.raises(TurnTimeout, match="Nothing was saved"):
        turns.acquire(0.01)
    turns.release()
    turns.acquire(0.01)
    turns.release()


def test_a_failed_block_leaves_nothing(database: Database) -> None:
    def broken() -> None:
        with database.transaction() as session:
            session.execute(text("INSERT INTO number_series VALUES ('x', 'A', 2026, 1)"))
            raise KeyError

    with pytest.raises((KeyError, DBAPIError)):
        broken()
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM number_series")).scalar() == 0


def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises((OperationalError, DBAPIError)), database.reading() as session:
        session.execute(text("DELETE FROM users"))


def test_a_lost_turn_is_given_back_after_an_error(database: Database) -> None:
    with pytest.raises(DBAPIError), database.connection() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    with database.connection() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_an_older_schema_is_behind_and_that_of_a_later_program_is_not(database: Database) -> None:
    assert not is_behind(database)
    for version, behind in (("0012", True), ("9999", False)):
        with database.transaction() as session:
            (newest,) = session.execute(text("SELECT version_num FROM alembic_version")).one()
            session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})
        try:
            assert is_behind(database) is behind
        finally:
            with database.transaction() as session:
                session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": newest})


def test_a_database_without_tables_is_behind(blank_database_url: str) -> None:
    database = Database(blank_database_url)
    assert is_behind(database)
    database.dispose()
