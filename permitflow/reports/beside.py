"""What is too dear for a request is counted beside it: one result after another on one thread of the process.

The requests that want a result meet again and again until it stands; nothing of it is in the database. Of several
processes one counts for a city at a time, and the file by which they agree says how far it is.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from permitflow.analytics.told_snapshot import HeardSnapshot
from permitflow.db import Database
from permitflow.reports.asking import asking
from permitflow.reports.kept import (
    Dear,
    Result,
    found_lately,
    is_large,
    kept_lately,
    place_of,
    visits_of_period,
)
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.snapshots.breaking_off import breakable, is_ending
from permitflow.reports.snapshots.shelf import Shelf
from permitflow.reports.snapshots.store import KEY as SNAPSHOTS
from permitflow.reports.snapshots.store import store_of

KEY = "beside"
"""Under which a database's `info` has its counter."""
FEW = 250_000
"""So many visits of the period are looked at within a request, whatever is counted."""
PATIENCE_SECONDS = 0.3
"""How long a request waits for a result that is counted beside it."""
MOST_WANTED = 16
FORGET_SECONDS = 60.0
"""What nobody asked for during so long is not begun any more, and what failed is tried again only after so long."""
NICE = 10
VISITS = Dear("visits of the period", visits_of_period)
log = logging.getLogger(__name__)


class Counting(Exception):
    """The figures are being counted: `done` of `total` statements (0: not known) since so many `seconds`, or `failed`."""

    def __init__(self, done: int = 0, total: int = 0, seconds: int = 0, *, failed: bool = False) -> None:
        super().__init__("The figures could not be counted." if failed else "The figures are being counted.")
        self.done, self.total, self.seconds, self.failed = done, total and max(done, total), seconds, failed


@dataclass(slots=True)
class Wanted:
    """A result that requests wait for, and when one asked for it last."""

    scope: Scope
    words: dict[str, str]
    dear: Dear
    asked_at: float = field(default_factory=time.monotonic)
    began_at: float = field(default_factory=time.monotonic)
    failed_at: float | None = None
    ended: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Beside:
    """Counts what is wanted, the longest wanted first.

    `patience`: seconds for which a request waits; `few`: visits of the period below which it does not come here.
    """

    database: Database
    patience: float = PATIENCE_SECONDS
    few: int = FEW
    wanted: dict[Path, Wanted] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _counted: Path | None = None

    def result(self, ask: Ask, dear: Dear, place: Path) -> Result:
        """Return a result that is kept at a place once it stands. Raises Counting when that takes too long."""
        wanted = self._want(ask, dear, place)
        if wanted is not None and wanted.failed_at is None:
            wanted.ended.wait(self.patience)
        found = found_lately(ask, dear)
        if found is not None:
            return found
        if wanted is None:
            raise Counting
        seconds = int(time.monotonic() - wanted.began_at)
        done, total = _progress(place)
        raise Counting(done, total, seconds, failed=wanted.failed_at is not None)

    def wait(self) -> None:
        """Wait until nothing is wanted any more."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _want(self, ask: Ask, dear: Dear, place: Path) -> Wanted | None:
        """Note what is asked for and see that somebody counts; None when too much is wanted already."""
        with self._mutex:
            self._drop_old()
            wanted = self.wanted.get(place)
            if wanted is None and len(self.wanted) >= MOST_WANTED:
                return None
            wanted = self.wanted[place] = wanted or Wanted(ask.scope, dict(ask.words), dear)
            wanted.asked_at = time.monotonic()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work_off, name="report figures", daemon=True)
                self._thread.start()
        return wanted

    def _next(self) -> tuple[Path, Wanted] | None:
        """What is counted now; the thread ends when there is nothing."""
        with self._mutex:
            self._drop_old()
            found = next((pair for pair in self.wanted.items() if pair[1].failed_at is None), None)
            self._counted = found and found[0]
            if found is None:
                self._thread = None
        return None if is_ending() else found

    def _drop_old(self) -> None:
        """Forget failures after a while, and what nobody waits for."""
        now = time.monotonic()
        for place, one in list(self.wanted.items()):
            if now - (one.failed_at or one.asked_at) > FORGET_SECONDS and place != self._counted:
                del self.wanted[place]

    def _work_off(self) -> None:
        _yield_to_requests()
        # What DuckDB starts for a shelf of this thread yields to requests as the thread does, and ends with it.
        shelf = Shelf()
        try:
            self._count_all(shelf)
        finally:
            with breakable():
                shelf.close()

    def _count_all(self, shelf: Shelf) -> None:
        while (found := self._next()) is not None:
            place, wanted = found
            try:
                self._count(place, wanted, shelf)
                with self._mutex:
                    self.wanted.pop(place, None)
            except Exception:
                if is_ending():
                    return
                # The thread has nobody to tell; the next look says that it failed.
                log.exception("The figures of %s could not be counted.", wanted.dear.name)
                wanted.failed_at = time.monotonic()
            wanted.ended.set()

    def _count(self, place: Path, wanted: Wanted, shelf: Shelf) -> None:
        name = wanted.dear.name
        with _alone(place, self._totals.get(name, 0)) as tell, self.database.reading() as session:
            store = store_of(session)
            session.info[SNAPSHOTS] = store and store.through(shelf)
            with asking(session, wanted.scope, wanted.words) as ask:
                kept_lately(replace(ask, snapshot=HeardSnapshot(ask.snapshot, tell)), wanted.dear)
            self._totals[name] = _progress(place)[0] or self._totals.get(name, 0)
        if not place.is_file():
            raise OSError("the result could not be written down")


def lately(ask: Ask, dear: Dear) -> Result:
    """Return a result of a large city, of an older state of the record if need be.

    Raises Counting when it has to be counted for longer than a request may take; who has time gets it counted at once.
    """
    counter: Beside | None = ask.session.info.get(KEY)
    if counter is None or not ask.hurried or not is_large(ask):
        return kept_lately(ask, dear)
    found, place = found_lately(ask, dear), place_of(ask, dear)
    if found is not None or place is None or visits(ask) <= counter.few:
        return found or kept_lately(ask, dear)
    return counter.result(ask, dear, place)


def visits(ask: Ask) -> int:
    """Return about how many visits touch the period of a large city, kept with its snapshot."""
    return int(kept_lately(replace(ask, words={}), VISITS).value)


@contextmanager
def _alone(place: Path, total: int) -> Iterator[Callable[[], None]]:
    """Yield what to call after each statement, once no other process counts for this city."""
    path = _lock_of(place)
    with path.open("a") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        done = 0

        def tell() -> None:
            nonlocal done
            done += 1
            _note(path, {"place": place.name, "done": done, "total": total})

        _note(path, {"place": place.name, "done": 0, "total": total})
        yield tell


def _note(path: Path, progress: dict[str, Any]) -> None:
    """Replace what the file says; who reads it meanwhile may find half of it, and then knows nothing."""
    path.write_text(json.dumps(progress), encoding="utf-8")


def _progress(place: Path) -> tuple[int, int]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(_lock_of(place).read_text(encoding="utf-8"))
        if told["place"] == place.name:
            return int(told["done"]), int(told["total"])
    return 0, 0


def _lock_of(place: Path) -> Path:
    return place.parent.parent / "counting"


def _yield_to_requests() -> None:
    """Let requests go first, where the system knows priorities of threads."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
