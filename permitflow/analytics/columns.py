"""Rows put into a DuckDB table a column at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

import duckdb

BATCH = 50_000


def append(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> int:
    """Adds rows, which come in any number, to a table and returns how many they were.

    Args:
        connection: that has the table.
        table: its name, which comes from the program and never from outside.
        types: of its columns in their order, such as BIGINT.
        rows: texts, numbers, truth values, dates and None.
    """
    unnested = ", ".join(f"unnest(from_json(?, '[\"{kind}\"]'))" for kind in types)
    count = 0
    for batch in _batches(rows):
        # A column travels as one JSON text: binding values one by one takes minutes for a large log.
        columns = [json.dumps(column, default=date.isoformat) for column in zip(*batch, strict=True)]
        connection.execute(f"INSERT INTO {table} SELECT {unnested}", columns)
        count += len(batch)
    return count


def _batches(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    waiting = iter(rows)
    return iter(lambda: list(islice(waiting, BATCH)), [])
