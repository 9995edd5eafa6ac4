"""Rows for tests of the tables alone: every column that has to be filled gets some value, parents come by themselves."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from permitflow.db import Database

DAY = date(2026, 3, 2)
_FILLINGS: tuple[tuple[type, object], ...] = (
    (Boolean, False),
    (Date, DAY),
    (JSON, {}),
    (LargeBinary, b"salt"),
    (BigInteger, 1),
)
_REFUSALS = {
    "SQLITE_CONSTRAINT_UNIQUE": "twice",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "twice",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "unknown",
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_NOTNULL": "missing",
    "SQLITE_CONSTRAINT_TRIGGER": "append-only",
    "23505": "twice",
    "23503": "unknown",
    "23514": "check",
    "23502": "missing",
    "P0001": "append-only",
}
"""How either database says why it refuses, in one word for both."""


class Rows:
    """Writes rows into one transaction, and tells why one was refused."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._parents: dict[str, Mapping[str, Any]] = {}
        self._numbers = itertools.count(1)

    def add(self, model: type, **values: Any) -> Any:
        """Insert a row; return all of it. What is not given is filled in, nullable columns stay empty.

        The first row of a table is the parent of those that need one and name none.
        """
        table = _table(model)
        row = self._insert(table, values)
        self._parents.setdefault(table.name, row)
        return row

    def session(self) -> Session:
        """Return a session that sees the rows and whose changes stay inside the transaction."""
        return Session(bind=self.connection, join_transaction_mode="create_savepoint")

    def refusal(self, model: type, **values: Any) -> str | None:
        """Try to insert a row and take it back; return why it was refused, None when it may stand."""
        return self._tried(lambda: self.add(model, **values))

    def refusal_of(self, statement: Any) -> str | None:
        """Try a statement and take it back; return why it was refused, None when it may stand."""
        return self._tried(lambda: self.connection.execute(statement))

    def references(self, model: type) -> set[str]:
        """The columns of text that must name a row of another table: found by naming what is not there in each."""
        table = _table(model)
        names = [column.name for column in table.columns if type(column.type) is String]
        return {name for name in names if self.refusal(model, **{name: "?"}) == "unknown"}

    def _tried(self, attempt: Any) -> str | None:
        held = self.connection.begin_nested()
        parents = dict(self._parents)
        try:
            attempt()
        except DBAPIError as error:
            return _REFUSALS[_code(error.orig)]
        finally:
            held.rollback()
            self._parents = parents
        return None

    def _insert(self, table: Table, values: Mapping[str, Any]) -> Any:
        filled = dict(values)
        for reference in sorted(table.foreign_key_constraints, key=lambda one: -len(one.column_keys)):
            self._name_parent(reference, filled)
        for column in table.columns:
            if _must_be_filled(column) and column.name not in filled:
                filled[column.name] = self._filling(column)
        key = self.connection.execute(insert(table).values(filled)).inserted_primary_key
        assert key is not None
        named = [column == value for column, value in zip(table.primary_key, key, strict=True)]
        return self.connection.execute(select(table).where(*named)).mappings().one()

    def _name_parent(self, reference: ForeignKeyConstraint, filled: dict[str, Any]) -> None:
        if any(column.nullable or column.name in filled for column in reference.columns):
            return
        parent = reference.referred_table
        if parent.name not in self._parents:
            self._parents[parent.name] = self._insert(parent, {})
        for element in reference.elements:
            filled[element.parent.name] = self._parents[parent.name][element.column.name]

    def _filling(self, column: Column[Any]) -> object:
        for kind, value in _FILLINGS:
            if isinstance(column.type, kind):
                return value
        if column.name == "zone":
            return "America/Los_Angeles"
        number = next(self._numbers)
        if isinstance(column.type, Integer):
            return number
        return str(number)[-(getattr(column.type, "length", None) or 32) :]


@contextmanager
def written(database: Database) -> Iterator[Rows]:
    """Yield what writes rows into one transaction, of which nothing stays."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        yield Rows(connection)
        transaction.rollback()


def _table(model: type) -> Table:
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


def _must_be_filled(column: Column[Any]) -> bool:
    return not column.nullable and column.default is None and column.server_default is None


def _code(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorname
    return str(getattr(error, "sqlstate", error))
