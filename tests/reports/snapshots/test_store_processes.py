"""Processes at one snapshot: one gathers, the others wait or show what stands, and a killed one harms nobody."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from permitflow.db import Database
from permitflow.reports.asking import asking
from permitflow.reports.figures import Figure
from permitflow.reports.pages import PAGES
from permitflow.reports.scope import Scope, find_city
from permitflow.reports.snapshots.manifest import Manifest, read_manifest
from permitflow.reports.snapshots.store import KEY, Store
from tests.reports.changing_city import ChangingCity, assert_same
from tests.reports.history import day
from tests.reports.snapshots.test_store_breakage import change, changing

LOOKED_AT = ("finished", "bottlenecks")
PATIENCE = 60.0
# A server that has read the program once makes each process; no thread of the tests is copied into them.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", __name__])


def renew(url: str, folder: Path, marks: Path, told: Connection) -> None:
    """Renew the snapshot whenever an instant is told, and stop while gathering until there is leave to go on."""

    def reached(step: str) -> None:
        if step == "gathered":
            (marks / str(os.getpid())).touch()
            wait_for((marks / "go").exists)

    database = Database(url)
    store = Store(database, folder, reached=reached)
    while True:
        now = told.recv()
        with database.reading() as session:
            city = find_city(session, "testville")
        assert city is not None
        told.send(store.refresh(city, now, wait=PATIENCE))


def wait_for(sight: Callable[[], object]) -> None:
    """Wait until something is to be seen."""
    until = time.monotonic() + PATIENCE
    while not sight():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Renewer:
    """A process that renews, and the line to it."""

    process: ForkServerProcess
    line: Connection

    def begin(self, now: int) -> None:
        self.line.send(now)

    def made(self) -> Manifest:
        """The generation that it saw at last."""
        assert self.line.poll(PATIENCE), "it does not answer"
        found = self.line.recv()
        assert isinstance(found, Manifest)
        return found


@dataclass(frozen=True, slots=True)
class Office:
    """A city that changes, its reader in this process, and the folders in which processes meet."""

    city: ChangingCity
    scope: Scope
    reader: Database
    marks: Path

    def changed(self) -> Office:
        """The office once the record has changed."""
        change(self.reader, self.city)
        return replace(self, scope=replace(self.scope, now=day(self.city.now)))

    def gatherers(self) -> set[int]:
        """Wait until somebody gathers, and return who."""
        wait_for(lambda: [*self.marks.glob("[0-9]*")])
        return {int(path.name) for path in self.marks.glob("[0-9]*")}

    def look(self) -> list[Figure]:
        """Some pages as the reader sees them."""
        return pages(self.reader, self.scope)


def pages(database: Database, scope: Scope) -> list[Figure]:
    with database.reading() as session, asking(session, scope) as ask:
        return [figure for page in LOOKED_AT for figure in PAGES[page].figures(ask)]


@contextmanager
def renewer(url: str, folder: Path, marks: Path) -> Iterator[Renewer]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=renew, args=(url, folder, marks, theirs), daemon=True)
    process.start()
    try:
        yield Renewer(process, ours)
    finally:
        process.kill()
        process.join()


def test_processes_share_a_renewal_and_survive_one_that_is_killed(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """`database` has no snapshots: what it shows is the record read whole."""
    folder, marks = tmp_path / "snapshots", tmp_path / "marks"
    marks.mkdir()
    where = (database_url, folder, marks)
    with renewer(*where) as one, renewer(*where) as another:
        reader = Database(database_url)
        store = reader.info[KEY] = Store(reader, folder, patience=0.05)
        city = changing(reader)
        office = Office(city, city.scope(0, 100, city.now), reader, marks)
        assert office.look() == pages(database, office.scope)
        office = one_renewal_for_two(office, database, one, another)
        one_is_killed(office, database, one, another)
    assert_same(reader, store, city)
    manifest = read_manifest(store.place(city.city))
    assert manifest is not None
    left = {path.name for path in store.place(city.city).glob("*.duckdb*")}
    assert left == {manifest.base, manifest.delta} - {""}
    reader.dispose()


def one_renewal_for_two(office: Office, whole: Database, *pair: Renewer) -> Office:
    """Two renew at once: one gathers, the other waits and takes what was made; meanwhile the former state is shown."""
    was, office = office.look(), office.changed()
    becomes = pages(whole, office.scope)
    for one in pair:
        one.begin(office.scope.now)
    (gatherer,) = office.gatherers()
    assert office.look() == was != becomes
    (office.marks / "go").touch()
    assert len({one.made() for one in pair}) == 1
    assert office.gatherers() == {gatherer}
    assert office.look() == becomes
    for path in office.marks.iterdir():
        path.unlink()
    return office


def one_is_killed(office: Office, whole: Database, *pair: Renewer) -> None:
    """The one that gathers is killed: the former state stays in sight, and the one that waited does the work."""
    was, office = office.look(), office.changed()
    becomes = pages(whole, office.scope)
    for one in pair:
        one.begin(office.scope.now)
    (gatherer,) = office.gatherers()
    victim, other = sorted(pair, key=lambda one: one.process.pid != gatherer)
    victim.process.kill()
    victim.process.join()
    assert victim.process.exitcode == -9
    (office.marks / str(gatherer)).unlink()
    assert office.gatherers() == {other.process.pid}
    assert office.look() == was != becomes
    (office.marks / "go").touch()
    assert other.made().as_of == office.scope.now
    assert office.look() == becomes
