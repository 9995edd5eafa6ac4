"""Rows put into a table: each value comes out as it went in."""

from __future__ import annotations

from datetime import date

import duckdb

from permitflow.analytics.columns import BATCH, append


def test_every_kind_of_value_comes_back() -> None:
    rows = [("a 'quoted' \"text\"\n", 2**62, True, date(2024, 2, 29)), (None, None, None, None)]
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a VARCHAR, b BIGINT, c BOOLEAN, d DATE)")
        assert append(connection, "t", ("VARCHAR", "BIGINT", "BOOLEAN", "DATE"), rows) == 2
        assert connection.execute("FROM t").fetchall() == rows


def test_more_rows_than_one_portion_keep_their_order() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a BIGINT)")
        assert append(connection, "t", ("BIGINT",), ((n,) for n in range(BATCH + 2))) == BATCH + 2
        found = connection.execute("FROM t").fetchall()
    assert [n for (n,) in found] == list(range(BATCH + 2))


def test_no_rows_add_nothing() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a BIGINT)")
        assert append(connection, "t", ("BIGINT",), []) == 0
