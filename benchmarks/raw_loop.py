"""The baseline of the transition benchmark: the least that a durable, recorded change of state can cost.

Plain SQL on the driver, one transaction per change: read the file, update its state, insert one hashed event,
close one task, open one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg

TABLES = (
    "CREATE TABLE file (id TEXT PRIMARY KEY, state TEXT, version INTEGER, seq INTEGER, hash TEXT)",
    "CREATE TABLE record (file TEXT, seq INTEGER, body TEXT, prev TEXT, hash TEXT, PRIMARY KEY (file, seq))",
    "CREATE TABLE task (id TEXT PRIMARY KEY, file TEXT, step TEXT, opened BIGINT, closed BIGINT)",
    "CREATE INDEX task_open ON task (file) WHERE closed IS NULL",
)
Changer = Callable[[str, int], None]


def sqlite(path: Path) -> Changer:
    """Return the change on a new SQLite file (WAL, synchronous=FULL, BEGIN IMMEDIATE)."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in TABLES:
        connection.execute(table)

    def change(file: str, number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        _change(connection.execute, "?", file, number)
        connection.execute("COMMIT")

    return change


def postgresql(conninfo: str) -> Changer:
    """Return the change on a PostgreSQL database."""
    connection = psycopg.connect(conninfo, autocommit=True)
    for table in TABLES:
        connection.execute(table)

    def change(file: str, number: int) -> None:
        transaction: AbstractContextManager[Any] = connection.transaction()
        with transaction:
            _change(connection.execute, "%s", file, number)

    return change


def _change(execute: Any, mark: str, file: str, number: int) -> None:
    lock = " FOR UPDATE" if mark == "%s" else ""
    if number == 0:
        execute(f"INSERT INTO file VALUES ({mark},'s0',0,0,'')", (file,))
        execute(f"INSERT INTO task VALUES ({mark},{mark},'s0',0,NULL)", (file + "-0", file))
    read = f"SELECT state, version, seq, hash FROM file WHERE id={mark}{lock}"
    state, version, seq, previous = execute(read, (file,)).fetchone()
    target = f"s{number + 1}"
    body = json.dumps(
        {"file": file, "seq": seq + 1, "from": state, "to": target, "prev": previous}, sort_keys=True
    )
    digest = hashlib.sha256(body.encode()).hexdigest()
    execute(
        f"UPDATE file SET state={mark}, version={mark}, seq={mark}, hash={mark} WHERE id={mark}",
        (target, version + 1, seq + 1, digest, file),
    )
    execute(
        f"INSERT INTO record VALUES ({mark},{mark},{mark},{mark},{mark})",
        (file, seq + 1, body, previous, digest),
    )
    execute(f"UPDATE task SET closed={mark} WHERE file={mark} AND closed IS NULL", (number + 1, file))
    execute(
        f"INSERT INTO task VALUES ({mark},{mark},{mark},{mark},NULL)",
        (f"{file}-{number + 1}", file, target, number + 1),
    )
