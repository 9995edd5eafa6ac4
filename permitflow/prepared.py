"""Core statements compiled once and run on the driver's own cursor: the hot path's way to the database.

Values are handed over as the driver takes them: integers, text, ISO dates, JSON as text. On PostgreSQL several
statements travel in one round trip; on SQLite there are none to save.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Table, bindparam, insert, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement, TableClause
from sqlalchemy.sql.dml import Insert, UpdateBase

Row = tuple[Any, ...]
Values = Mapping[str, object]
_MOST_TOGETHER = 4
_NAMED = re.compile(r"%\((\w+)\)s")


class Prepared:
    """One statement; its text and the order of its parameters are kept for each dialect."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        table = statement.table if isinstance(statement, UpdateBase) else None
        self.table = table.name if isinstance(table, TableClause) else ""
        self.adds = isinstance(statement, Insert)
        self._statement = statement
        self._columns = list(columns) if columns is not None else None
        self._texts: dict[str, tuple[str, tuple[str, ...] | None, dict[str, object]]] = {}

    def bound(self, connection: Connection, values: Values) -> tuple[str, Any]:
        """Return the SQL and the parameters as the driver takes them: by name, or in order."""
        found = self._texts.get(connection.dialect.name)
        if found is None:
            compiled: Any = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
            order = tuple(compiled.positiontup) if compiled.positiontup is not None else None
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            found = self._texts[connection.dialect.name] = (compiled.string, order, constants)
        sql, order, constants = found
        if constants:
            values = {**constants, **values}
        return sql, values if order is None else [values[name] for name in order]


def inserting(table: Any) -> Prepared:
    """Return the insertion of one whole row of a table."""
    assert isinstance(table, Table)
    return Prepared(insert(table), [column.name for column in table.columns])


def updating(table: Any, *columns: str, key: str = "id") -> Prepared:
    """Return the update of named columns of the row whose key is given as `key`."""
    assert isinstance(table, Table)
    values: dict[str, BindParameter[Any]] = {name: bindparam("new_" + name) for name in columns}
    return Prepared(update(table).where(table.c[key] == bindparam("key")).values(values))


class Channel:
    """A connection's driver cursor, with writes gathered until `flush`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._pipelined = connection.dialect.name == "postgresql"
        self._waiting: list[tuple[Prepared, Values]] = []

    def read(self, *queries: tuple[Prepared, Values]) -> list[list[Row]]:
        """Run queries in order and return the rows of each."""
        with self._translated():
            if not self._pipelined:
                return [self._run(query, values).fetchall() for query, values in queries]
            with self._driver.pipeline():
                cursors = [self._run(query, values) for query, values in queries]
            return [cursor.fetchall() for cursor in cursors]

    def write(self, statement: Prepared, values: Values) -> None:
        """Remember a write; it is sent with the others by `flush`."""
        self._waiting.append((statement, values))

    def flush(self) -> None:
        """Send every remembered write, in order."""
        waiting, self._waiting = self._waiting, []
        with self._translated():
            self._send(waiting)

    def _send(self, waiting: list[tuple[Prepared, Values]]) -> None:
        cursor = self._driver.cursor()
        if self._pipelined:
            with self._driver.pipeline():
                for writes in together(waiting):
                    cursor.execute(*self._as_one(writes))
        else:
            for statement, values in waiting:
                cursor.execute(*statement.bound(self.connection, values))
        cursor.close()

    def _as_one(self, writes: list[tuple[Prepared, Values]]) -> tuple[str, Values]:
        bound = [statement.bound(self.connection, values) for statement, values in writes]
        merged = {
            f"w{n}_{name}": value for n, (_sql, values) in enumerate(bound) for name, value in values.items()
        }
        return as_one(tuple(sql for sql, _values in bound)), merged

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise the driver's errors as SQLAlchemy's, so that callers know one kind."""
        dbapi: Any = self.connection.dialect.dbapi
        try:
            yield
        except dbapi.Error as error:
            raise DBAPIError.instance("(prepared statement)", None, error, dbapi.Error) from error

    def _run(self, statement: Prepared, values: Values) -> Any:
        cursor = self._driver.cursor()
        cursor.execute(*statement.bound(self.connection, values))
        return cursor


def together(writes: Sequence[tuple[Prepared, Values]]) -> Iterator[list[tuple[Prepared, Values]]]:
    """Yield the writes in order, cut into groups that one statement can hold.

    The parts of one statement do not see each other's rows and run in no certain order: a table is touched once in
    a group, or by equal insertions only. Groups are small, because psycopg reads a text of over 4,096 characters
    anew each time.
    """
    group: list[tuple[Prepared, Values]] = []
    touched: dict[str, Prepared] = {}
    for statement, values in writes:
        earlier = touched.get(statement.table)
        meets_itself = earlier is not None and not (earlier is statement and statement.adds)
        if meets_itself or len(group) == _MOST_TOGETHER:
            yield group
            group, touched = [], {}
        group.append((statement, values))
        touched[statement.table] = statement
    if group:
        yield group


@lru_cache(maxsize=1024)
def as_one(statements: tuple[str, ...]) -> str:
    """Return one statement that does what several do; the parameters of the n-th are prefixed with `w<n>_`."""
    if len(statements) == 1:
        return _prefixed(statements[0], 0)
    parts = [f"w{n} AS ({_prefixed(sql, n)})" for n, sql in enumerate(statements)]
    return "WITH " + ", ".join(parts) + " SELECT 1"


def _prefixed(sql: str, number: int) -> str:
    return _NAMED.sub(lambda name: f"%(w{number}_{name[1]})s", sql)


def as_date(value: object) -> date | None:
    """Return a date column as a date: SQLite hands over text, PostgreSQL a date."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def as_text(value: date | None) -> str | None:
    """Return a date as both drivers take it."""
    return None if value is None else value.isoformat()
