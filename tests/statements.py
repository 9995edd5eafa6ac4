"""Counts the statements that reach a database, for pages whose cost must not grow with what they show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

from permitflow.db import Database
from permitflow.prepared import Channel, Prepared, Values


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Yield the list of statements that are sent meanwhile; the beginning of a transaction is none."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    run = Channel._run

    def note_prepared(channel: Channel, query: Prepared, values: Values) -> object:
        seen.append("prepared")
        return run(channel, query, values)

    Channel._run = note_prepared
    # On PostgreSQL the reading engine is a view of the writing one and passes its events on.
    engines: list[Engine] = [database.engine, *([database._reader] if database.embedded else [])]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        Channel._run = run
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
