"""The snapshots of all cities of an installation: kept in files, renewed as the record changes, opened for each page."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import Kept, Snapshot, is_damage
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.reports.scope import City, workflows_of
from permitflow.reports.snapshots.breaking_off import is_ending
from permitflow.reports.snapshots.generations import SMALL_DELTA, Said, Writing, write_next
from permitflow.reports.snapshots.manifest import Manifest, forget, read_manifest
from permitflow.reports.snapshots.reading import read_snapshot
from permitflow.reports.snapshots.shelf import Shelf
from permitflow.reports.snapshots.standing import Standing, count_changed, standing_of
from permitflow.reports.wording import MINUTE

log = logging.getLogger(__name__)
KEY = "snapshots"
"""Under which a database's `info` has its store."""
FEW = 2_000
"""So many changed files are read within a request."""
LARGE = 20_000
"""From so many files on a request shows what is there; changes are looked for beside it."""
LOOK_SECONDS = 60.0
PATIENCE_SECONDS = 2.5
"""How long a request waits for a snapshot that is being gathered beside it."""
LOCK_SECONDS = 10.0
ATTEMPTS = 3
FAILURES = (OSError, duckdb.Error)


class Gathering(Exception):
    """There is no snapshot of the city yet; it is being gathered: `done` of `total` files."""

    def __init__(self, city: City, done: int, total: int) -> None:
        super().__init__(f"The record of {city.name} is being gathered: {done} of {total} files.")
        self.city, self.done, self.total = city, done, total


@dataclass(slots=True)
class Store:
    """Keeps the snapshot of each city in a folder of its own below `folder`.

    `after` is called with a city once its snapshot was renewed beside requests; `reached` and `say` as in Writing.
    """

    database: Database
    folder: Path
    clock: Callable[[], int] = now_us
    after: Callable[[City], None] = lambda _city: None
    reached: Callable[[str], None] = lambda _step: None
    few: int = FEW
    large: int = LARGE
    small_delta: int = SMALL_DELTA
    patience: float = PATIENCE_SECONDS
    _shelf: Shelf = field(default_factory=Shelf)
    _looked: dict[str, float] = field(default_factory=dict)
    _at_work: dict[str, threading.Thread] = field(default_factory=dict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def open(self, session: Session, city: City, now: int) -> Snapshot:
        """Return the snapshot of a city for a look at an instant (microseconds).

        When few files have changed they are read first. A large city's snapshot may be some minutes old, as `as_of`
        tells. Raises Gathering when there is none yet.
        """
        for _ in range(ATTEMPTS):
            manifest, as_of = self._current(session, city, now)
            if manifest is None:
                return read_snapshot(session, city, now)
            try:
                connection, closed = self._shelf.open(self.place(city), manifest)
            except duckdb.Error as error:
                self._give_up(city, manifest, error)
                continue
            return Snapshot(connection, as_of, self._kept(city, manifest, closed))
        raise Gathering(city, *self.progress(city))

    def through(self, shelf: Shelf) -> Store:
        """Return the same store, whose snapshots are read through another shelf."""
        return replace(self, _shelf=shelf)

    def refresh(
        self, city: City, now: int, say: Said | None = None, wait: float = LOCK_SECONDS
    ) -> Manifest | None:
        """Bring the snapshot of a city up to the record and return it.

        None when somebody else is at it for longer than `wait` seconds.
        """
        place = self.place(city)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        with _locked(place / "lock", wait) as mine, self.database.reading() as session:
            if not mine:
                return None
            if not self.database.embedded:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            workflows = workflows_of(session, city)
            standing = standing_of(session, city, workflows, now)
            manifest = read_manifest(place)
            if manifest is not None and standing.shown_by(manifest):
                return self._seen(place, manifest, now)
            note = say or (lambda done, total: _note_progress(place, done, total))
            writing = Writing(
                session, city, workflows, standing, now, place, note, self.reached, self.small_delta
            )
            try:
                return write_next(writing, manifest)
            except duckdb.Error as error:
                if is_damage(error):
                    # What is there cannot be read: the next refresh starts anew.
                    forget(place)
                raise

    def place(self, city: City) -> Path:
        """Return the folder of a city's snapshot."""
        return self.folder / city.slug

    def progress(self, city: City) -> tuple[int, int]:
        """Return how many files of how many have been gathered so far, by whichever process."""
        try:
            done, total = (self.place(city) / "progress").read_text().split()
            return int(done), int(total)
        except (OSError, ValueError):
            return 0, 0

    def in_background(self, city: City) -> threading.Thread:
        """Renew the snapshot of a city on a thread of its own, unless that is being done."""
        with self._mutex:
            running = self._at_work.get(city.id)
            if running is None or not running.is_alive():
                running = threading.Thread(
                    target=self._work, args=(city,), name=f"report {city.slug}", daemon=True
                )
                self._at_work[city.id] = running
                running.start()
            return running

    def wait(self) -> None:
        """Wait for the threads that renew snapshots."""
        for thread in list(self._at_work.values()):
            thread.join()

    def _current(self, session: Session, city: City, now: int) -> tuple[Manifest | None, int]:
        """Return the generation to show and the instant it shows; None for a city to be read into memory."""
        manifest = read_manifest(self.place(city))
        if manifest is not None and manifest.files >= self.large:
            self._look_later(city)
            return manifest, manifest.as_of
        standing = standing_of(session, city, workflows_of(session, city), now)
        behind = self._behind(session, city, manifest, standing)
        if not behind:
            return manifest, now
        if behind <= self.few:
            return self._refreshed(city, now, manifest)
        thread = self.in_background(city)
        if manifest is None and thread is not threading.current_thread():
            thread.join(self.patience)
        manifest = read_manifest(self.place(city))
        if manifest is None:
            done, total = self.progress(city)
            raise Gathering(city, done, total or standing.files)
        return manifest, manifest.as_of

    def _behind(self, session: Session, city: City, manifest: Manifest | None, standing: Standing) -> int:
        """Return about how many files have to be read, 0 for none."""
        if manifest is None or manifest.rules != standing.rules:
            return max(1, standing.files)
        if standing.shown_by(manifest):
            return 0
        return max(count_changed(session, city, manifest), abs(standing.files - manifest.files))

    def _refreshed(self, city: City, now: int, manifest: Manifest | None) -> tuple[Manifest | None, int]:
        """Renew within the request; when that cannot be, what is there is shown, or nothing is kept."""
        try:
            fresh = self.refresh(city, now, wait=self.patience)
        except FAILURES:
            log.exception("The snapshot of %s could not be written.", city.slug)
            fresh = None
            manifest = read_manifest(self.place(city))
        if fresh is not None:
            return fresh, now
        return manifest, now if manifest is None else manifest.as_of

    def _look_later(self, city: City) -> None:
        """Look beside the request for what has changed, unless that was done a moment ago."""
        if time.monotonic() - self._looked.get(city.id, -LOOK_SECONDS) >= LOOK_SECONDS:
            self._looked[city.id] = time.monotonic()
            self.in_background(city)

    def _seen(self, place: Path, manifest: Manifest, now: int) -> Manifest:
        """Note that the snapshot still shows the record."""
        if manifest.as_of >= now - MINUTE:
            return manifest
        seen = replace(manifest, as_of=now)
        seen.write(place)
        return seen

    def _kept(self, city: City, manifest: Manifest, closed: Callable[[bool], None]) -> Kept:
        def done(sound: bool) -> None:
            closed(sound)
            if not sound:
                log.error("The snapshot of %s is damaged and will be gathered anew.", city.slug)
                forget(self.place(city))

        return Kept(manifest.generation, self.place(city) / "results", done, manifest.files >= self.large)

    def _give_up(self, city: City, manifest: Manifest, error: duckdb.Error) -> None:
        """Another process may just have put a newer generation in its place; otherwise the files are no good."""
        if read_manifest(self.place(city)) == manifest:
            log.error("The snapshot of %s cannot be opened: %s", city.slug, error)
            forget(self.place(city))

    def _work(self, city: City) -> None:
        try:
            if self.refresh(city, self.clock()) is not None:
                self.after(city)
        except Exception:
            if is_ending():
                return
            # The thread has nobody to tell; the next look tries again.
            log.exception("The snapshot of %s could not be renewed.", city.slug)


def store_of(session: Session) -> Store | None:
    """Return the store of the session's database, if it has one."""
    found = session.info.get(KEY)
    return found if isinstance(found, Store) else None


def _note_progress(place: Path, done: int, total: int) -> None:
    draft = place / f"progress.{os.getpid()}"
    draft.write_text(f"{done} {total}")
    draft.replace(place / "progress")


@contextmanager
def _locked(path: Path, wait: float) -> Iterator[bool]:
    """Yield whether the lock, which holds among threads and processes, was taken within so many seconds."""
    with path.open("w") as file:
        until = time.monotonic() + wait
        taken = _take(file.fileno())
        while not taken and time.monotonic() < until:
            time.sleep(0.02)
            taken = _take(file.fileno())
        yield taken


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
