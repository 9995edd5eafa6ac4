"""The database: one engine, write transactions in turn, read-only sessions."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

_MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 15


class Base(DeclarativeBase):
    """Every table; constraints carry names so that migrations and messages can use them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def new_id() -> str:
    """Return a new row id: a UUIDv7 (RFC 9562, 5.7) as 32 lowercase hex digits.

    The twelve bits behind the milliseconds hold their fraction (6.2, method 3), so that rows of one process sort
    by the order in which they were made.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | secrets.randbits(62)
    return f"{value:032x}"


class TurnTimeout(Exception):
    """A writer waited longer than it may for its turn."""


class Turns:
    """A lock that serves its callers in the order they came, so that no writer starves."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self, seconds: float = _WAIT_SECONDS) -> None:
        """Wait for the turn; raise TurnTimeout when it does not come in time."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=seconds):
            return
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise TurnTimeout("The database is busy. Nothing was saved; please try again.")
        # The turn came between the timeout and the mutex: it is ours.

    def release(self) -> None:
        """Hand the turn to the next in line."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """One database: `transaction()` to write, `reading()` to read; the edge commits, never a verb.

    Sessions that read have what the edge put into `info`.
    """

    def __init__(self, url: str, pool_size: int = 16) -> None:
        self.url = url
        self.embedded = url.startswith("sqlite")
        self.info: dict[str, Any] = {}
        self._turns = Turns()
        if self.embedded:
            self.engine = _sqlite_engine(url, pool_size, writing=True)
            self._reader = _sqlite_engine(url, pool_size, writing=False)
        else:
            # PgBouncer's transaction mode loses server-side prepared statements of other clients.
            options: dict[str, Any] = (
                {"connect_args": {"prepare_threshold": None}} if "pgbouncer" in url else {}
            )
            self.engine = create_engine(url, pool_size=pool_size, pool_pre_ping=False, **options)
            self._reader = self.engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session whose changes are committed when the block ends without an error."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Yield a bare connection in a write transaction: the hot path without the ORM."""
        with self._turn(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that the database itself keeps from writing."""
        with Session(self._reader, expire_on_commit=False, autoflush=False, info=self.info) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Yield a bare connection that the database itself keeps from writing: the hot path without the ORM."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer and polls for its lock unfairly: wait in order before asking for it."""
        if not self.embedded:
            yield
            return
        self._turns.acquire()
        try:
            yield
        finally:
            self._turns.release()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._reader.dispose()


def _sqlite_engine(url: str, pool_size: int, *, writing: bool) -> Engine:
    """Build an engine that begins explicitly: a deferred BEGIN that later writes fails at once when it meets another."""
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size)

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not writing:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        try:
            driver.execute(begin)
        except sqlite3.OperationalError as error:
            raise OperationalError(begin, None, error) from error

    return engine


def upgrade(url: str) -> None:
    """Bring the database to the newest schema; creates the SQLite file when it is absent."""
    config = _migrations()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_behind(database: Database) -> bool:
    """Say whether the database has an older schema than this program, or none; one of a later program is not behind."""
    script = ScriptDirectory.from_config(_migrations())
    with database.reading() as session:
        found = MigrationContext.configure(session.connection()).get_current_revision()
    known = {one.revision for one in script.walk_revisions()}
    return found is None or (found in known and found != script.get_current_head())


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
