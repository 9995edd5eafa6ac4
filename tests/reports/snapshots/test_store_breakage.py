"""A process that dies while it writes, a full disk and damaged files never lead to a wrong figure."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from permitflow.analytics.snapshot import DamagedSnapshot
from permitflow.db import Database
from permitflow.reports.snapshots.manifest import NAME, read_manifest
from permitflow.reports.snapshots.store import Gathering, Store
from tests.reports.changing_city import ChangingCity, assert_same, content
from tests.reports.history import day

ROOT = Path(__file__).resolve().parents[3]
STEPS = ("begun", "gathered", "written", "synced", "named", "tidied")
REFRESH = """
import os, resource, signal, sys
from pathlib import Path
from permitflow.db import Database
from permitflow.reports.scope import find_city
from permitflow.reports.snapshots.store import Store

url, folder, now, step, room = sys.argv[1:]
if int(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))

def reached(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)

database = Database(url)
store = Store(database, Path(folder), reached=reached)
with database.reading() as session:
    city = find_city(session, "testville")
    snapshot = store.open(session, city, int(now))
    print(snapshot.row("SELECT count(*) FROM files")[0], snapshot.kept is not None)
"""


class Stopped(Exception):
    """What a test throws into the writing."""


def changing(database: Database, acts: int = 15) -> ChangingCity:
    with database.transaction() as session:
        city = ChangingCity(session, 11)
        for _ in range(acts):
            city.act()
    return city


def change(database: Database, city: ChangingCity) -> None:
    with database.transaction() as session:
        city.session = session
        for _ in range(4):
            city.act()


def elsewhere(url: str, folder: Path, city: ChangingCity, step: str = "", room: int = 0) -> tuple[int, str]:
    """Look in a process of its own; return its exit status and what it printed."""
    told = [url, str(folder), str(day(city.now)), step, str(room)]
    done = subprocess.run(
        [sys.executable, "-c", REFRESH, *told], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout.strip() or done.stderr[-500:]


@pytest.mark.parametrize(("step", "there"), [*((step, True) for step in STEPS), ("gathered", False)])
def test_writing_that_stops_leaves_what_was_there(
    database: Database, tmp_path: Path, step: str, there: bool
) -> None:
    city = changing(database)
    sound = Store(database, tmp_path)
    if there:
        assert_same(database, sound, city)
    before = read_manifest(sound.place(city.city))
    change(database, city)

    def reached(name: str) -> None:
        if name == step:
            raise Stopped

    with pytest.raises(Stopped):
        Store(database, tmp_path, reached=reached).refresh(city.city, day(city.now))
    if step not in ("named", "tidied"):
        assert read_manifest(sound.place(city.city)) == before
    assert_same(database, sound, city)


@pytest.mark.parametrize("step", STEPS[1::2])
def test_a_killed_process_leaves_what_was_there(sqlite_url: str, tmp_path: Path, step: str) -> None:
    database = Database(sqlite_url)
    city, folder = changing(database), tmp_path / "snapshots"
    store = Store(database, folder)
    assert_same(database, store, city)
    change(database, city)
    status, _ = elsewhere(sqlite_url, folder, city, step)
    assert status == -9
    assert_same(database, store, city)
    change(database, city)
    assert_same(database, Store(database, folder), city)
    kept = {path.name for path in store.place(city.city).glob("*.duckdb*")}
    manifest = read_manifest(store.place(city.city))
    assert manifest is not None
    assert kept == {manifest.base, manifest.delta} - {""}
    database.dispose()


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_what_was_there(sqlite_url: str, tmp_path: Path, there: bool) -> None:
    """No file may grow beyond 100 kB: without a snapshot the record is read into memory, else the old one stays."""
    database = Database(sqlite_url)
    city, folder = changing(database), tmp_path / "snapshots"
    before = len(city.files)
    if there:
        assert_same(database, Store(database, folder), city)
    change(database, city)
    shown = f"{before} True" if there else f"{len(city.files)} False"
    assert elsewhere(sqlite_url, folder, city, room=100_000) == (0, shown)
    assert elsewhere(sqlite_url, folder, city) == (0, f"{len(city.files)} True")
    assert_same(database, Store(database, folder), city)
    database.dispose()


@pytest.mark.parametrize("seed", range(3))
def test_damaged_bytes_never_become_figures(sqlite_url: str, tmp_path: Path, seed: int) -> None:
    database, chance = Database(sqlite_url), random.Random(seed)
    city = changing(database, 30)
    first = Store(database, tmp_path)
    assert_same(database, first, city)
    change(database, city)
    assert_same(database, first, city)
    with database.reading() as session:
        snapshot = first.open(session, city.city, day(city.now))
        expected = content(snapshot)
        snapshot.close()
    manifest = read_manifest(first.place(city.city))
    assert manifest is not None
    path = first.place(city.city) / chance.choice((manifest.base, manifest.delta))
    written = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 40, 4_000))):
        written[chance.randrange(len(written))] ^= 1 << chance.randrange(8)
    path.write_bytes(written)
    again = Store(database, tmp_path)
    for _ in range(3):
        with database.reading() as session:
            try:
                snapshot = again.open(session, city.city, day(city.now))
                assert content(snapshot) == expected
                snapshot.close()
            except DamagedSnapshot:
                continue
    assert_same(database, again, city)
    database.dispose()


def test_files_that_are_missing_short_or_foreign_are_gathered_anew(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    city = changing(database)
    place = Store(database, tmp_path).place(city.city)

    def spoil_base(spoil: str) -> None:
        manifest = read_manifest(place)
        assert manifest is not None
        path = place / manifest.base
        if spoil == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-4096])

    def spoil_manifest(spoil: str) -> None:
        told = json.loads((place / NAME).read_text())
        if spoil == "figure":
            told["snapshot"]["files"] += 1
        else:
            told[spoil] = "another"
        (place / NAME).write_text(json.dumps(told))

    for spoil in ("missing", "short", "figure", "format", "duckdb", "checksum"):
        assert_same(database, Store(database, tmp_path), city)
        before = read_manifest(place)
        (spoil_base if spoil in ("missing", "short") else spoil_manifest)(spoil)
        assert read_manifest(place) is None
        assert_same(database, Store(database, tmp_path), city)
        assert read_manifest(place) != before
    (place / NAME).write_text("[]")
    assert_same(database, Store(database, tmp_path), city)
    assert place.stat().st_mode & 0o777 == 0o700
    database.dispose()


def test_a_large_city_whose_snapshot_cannot_be_written_says_so(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    city = changing(database)
    (tmp_path / "in the way").write_text("")
    store = Store(database, tmp_path / "in the way", few=0, patience=5)
    with database.reading() as session, pytest.raises(Gathering):
        store.open(session, city.city, day(city.now))
    small = Store(database, tmp_path / "in the way")
    with database.reading() as session:
        snapshot = small.open(session, city.city, day(city.now))
        assert snapshot.kept is None
        assert snapshot.row("SELECT count(*) FROM files") == (len(city.files),)
    database.dispose()
