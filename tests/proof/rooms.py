"""A folder in memory with one founded world that every walk gets a copy of."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from permitflow.db import Database, upgrade
from permitflow.engine.machine import Actor
from tests.proof import world as worlds

MEMORY = Path("/dev/shm")


class Room:
    """Two founded worlds, kept as files: one with the workflows as they ship, one with all their numbers verified."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._blank = folder / "blank.sqlite3"
        upgrade(f"sqlite:///{self._blank}")
        self._kept: dict[bool, str] = {}
        self._actors: dict[bool, dict[tuple[object, ...], Actor]] = {True: {}, False: {}}

    @contextmanager
    def world(self, *, verified: bool = False) -> Iterator[worlds.World]:
        """Yield a fresh copy of a world; it need not outlast a loss of power."""
        copy = self._folder / "world.sqlite3"
        shutil.copyfile(self._founded(verified=verified), copy)
        database = Database(f"sqlite:///{copy}", pool_size=2)
        event.listen(database.engine, "connect", _hurry)
        try:
            yield worlds.again(database, self._kept[verified], self._actors[verified])
        finally:
            database.dispose()
            for left in self._folder.glob(f"{copy.name}*"):
                left.unlink()

    def _founded(self, *, verified: bool) -> Path:
        template = self._folder / f"founded-{verified}.sqlite3"
        if not template.exists():
            shutil.copyfile(self._blank, template)
            database = Database(f"sqlite:///{template}", pool_size=2)
            self._kept[verified] = worlds.as_kept(
                worlds.found(database, verified=verified), verified=verified
            )
            database.dispose()
        return template


@contextmanager
def room() -> Iterator[Room]:
    """Yield a room; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="walk-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Room(Path(folder))


class Alarms(logging.Handler):
    """Keeps what the program logs as an error: a clock that could not be answered, a hold that did not reach a file."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message and its cause."""
        cause = f": {record.exc_info[1]!r}" if record.exc_info else ""
        self._heard.append(f"{record.getMessage()}{cause}")

    def taken(self) -> list[str]:
        """Return what was heard since the last time."""
        heard, self._heard = self._heard, []
        return heard


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
