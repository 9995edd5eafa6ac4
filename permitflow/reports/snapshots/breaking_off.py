"""Work that the end of the process breaks off: it would abort while a thread is in a statement of DuckDB."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain

import duckdb

from permitflow.analytics.snapshot import Snapshot

ENDING_SECONDS = 5.0
"""So long the process waits for work at most."""
LOOK_SECONDS = 0.02
at_work: list[tuple[Snapshot | duckdb.DuckDBPyConnection, ...]] = []
"""What each block that is being run reads or writes with."""
_ending = threading.Event()


class Ending(Exception):
    """The process ends; nothing is begun any more."""


@contextmanager
def breakable(*connections: Snapshot | duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let the end of the process interrupt the statements of the block, and then wait for it.

    Raises Ending when the process ends already; a block without connections is run all the same.
    """
    at_work.append(connections)
    try:
        if connections and _ending.is_set():
            raise Ending
        yield
    finally:
        at_work.remove(connections)


def is_ending() -> bool:
    """Say whether the process ends: work that fails now was broken off."""
    return _ending.is_set()


def end() -> None:
    """Break off what is at work in other threads."""
    _ending.set()
    until = time.monotonic() + ENDING_SECONDS
    while at_work and time.monotonic() < until:
        for connection in chain.from_iterable(tuple(at_work)):
            with suppress(duckdb.ConnectionException):
                connection.interrupt()
        time.sleep(LOOK_SECONDS)


# The folders that statements spill into are removed by finalizers, which begin after this because one was made before.
weakref.finalize(_ending, bool)
atexit.register(end)
