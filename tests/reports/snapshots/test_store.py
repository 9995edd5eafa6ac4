"""Snapshots in files show what the record shows, whatever changes and whoever else is at it, on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import PermitApplication, Visit
from permitflow.reports.scope import find_city
from permitflow.reports.snapshots.manifest import read_manifest
from permitflow.reports.snapshots.reading import read_snapshot
from permitflow.reports.snapshots.store import Gathering, Store
from permitflow.services import claims
from tests import factories
from tests.factories import MONDAY
from tests.reports.changing_city import ChangingCity, assert_same, content
from tests.reports.history import day
from tests.statements import statements

NOBODY = 0


def changing(database: Database, seed: int, acts: int = 12) -> ChangingCity:
    with database.transaction() as session:
        city = ChangingCity(session, seed)
        for _ in range(acts):
            city.act()
    return city


def change(database: Database, city: ChangingCity, acts: int, *, rarely: bool = False) -> None:
    with database.transaction() as session:
        city.session = session
        for _ in range(acts):
            city.act()
        if rarely:
            city.rarely()()


@pytest.mark.parametrize(("seed", "small_delta"), [(0, 2_000), (1, 3), (2, 0)])
def test_what_is_kept_is_what_is_read_whole(
    database: Database, tmp_path: Path, seed: int, small_delta: int
) -> None:
    store = Store(database, tmp_path / "snapshots", small_delta=small_delta)
    city = changing(database, seed)
    bases = set()
    for _ in range(4):
        change(database, city, city.chance.randrange(6), rarely=city.chance.random() < 0.4)
        city.now += city.chance.choice((0, 0.01, 1, 3))
        assert_same(database, store, city)
        manifest = read_manifest(store.place(city.city))
        assert manifest is not None
        bases.add(manifest.base)
    assert len(bases) > 1 or small_delta


def test_a_change_dated_in_the_past_is_found(database: Database, tmp_path: Path) -> None:
    city, store = changing(database, 5), Store(database, tmp_path)
    assert_same(database, store, city)
    with database.transaction() as session:
        row = PermitApplication
        session.execute(
            update(row)
            .where(row.id == city.files[0])
            .values(version=row.version + 1, state="denied", updated_at=1)
        )
    before = read_manifest(store.place(city.city))
    assert_same(database, store, city)
    after = read_manifest(store.place(city.city))
    assert before is not None
    assert after is not None
    assert (before.base, before.delta, after.changed) == (after.base, "", 1)


def test_only_what_changed_is_read_again(database: Database, tmp_path: Path) -> None:
    city, store = changing(database, 6, acts=60), Store(database, tmp_path)
    assert_same(database, store, city)
    change(database, city, 1)
    read: list[tuple[int, int]] = []
    store.refresh(city.city, day(city.now), say=lambda done, total: read.append((done, total)))
    assert read == [(1, 1)]
    again: list[tuple[int, int]] = []
    store.refresh(city.city, day(city.now), say=lambda done, total: again.append((done, total)))
    assert again == []


def test_the_number_of_statements_does_not_grow(database: Database, tmp_path: Path) -> None:
    store = Store(database, tmp_path)

    def sent(slug: str, files: int) -> list[int]:
        with database.transaction() as session:
            city = ChangingCity(session, 1, slug)
            for _ in range(files):
                city.files.append(city.new_file())
        counts = []
        for _ in range(2):
            with statements(database) as seen, database.reading() as session:
                store.open(session, city.city, day(city.now)).close()
            counts.append(len(seen))
        return counts

    few, many = sent("few", 2), sent("many", 30)
    assert few == many
    assert few[1] <= 5


def test_a_large_city_is_gathered_beside_the_request(database: Database, tmp_path: Path) -> None:
    city = changing(database, 7)
    store = Store(database, tmp_path, few=NOBODY, patience=0, clock=lambda: day(city.now))
    with database.reading() as session:
        with pytest.raises(Gathering) as raised:
            store.open(session, city.city, day(city.now))
        assert raised.value.total == len(city.files)
        store.wait()
        store.open(session, city.city, day(city.now)).close()
        assert store.progress(city.city) == (len(city.files), len(city.files))
    change(database, city, 3)
    with database.reading() as session:
        later = day(city.now) + 5
        old = store.open(session, city.city, later)
        assert old.as_of == day(city.now)
        old.close()
        store.wait()
        fresh = store.open(session, city.city, later)
        assert fresh.as_of == later
        fresh.close()
    assert_same(database, store, city)


def test_a_very_large_city_is_only_looked_at_beside_requests(database: Database, tmp_path: Path) -> None:
    city = changing(database, 12)
    clock = [day(city.now)]
    store = Store(database, tmp_path, large=1, clock=lambda: clock[0])
    assert_same(database, store, city)
    change(database, city, 4)
    clock[0] += 90_000_000
    with database.reading() as session:
        old = store.open(session, city.city, clock[0])
        assert old.as_of == day(city.now)
        old.close()
        store.wait()
        fresh = store.open(session, city.city, clock[0] + 5)
        assert fresh.as_of == clock[0]
        (files,) = fresh.row("SELECT count(*) FROM files")
        assert files == len(city.files)
        fresh.close()


def test_readers_keep_what_they_have_open(database: Database, tmp_path: Path) -> None:
    city, store = changing(database, 8), Store(database, tmp_path, small_delta=0)
    with database.reading() as session:
        held = store.open(session, city.city, day(city.now))
        before = content(held)
        for _ in range(3):
            change(database, city, 4)
            with database.reading() as other:
                store.open(other, city.city, day(city.now)).close()
        assert content(held) == before
        held.close()
    manifest = read_manifest(store.place(city.city))
    assert manifest is not None
    there = {path.name for path in store.place(city.city).glob("*.duckdb*")}
    assert there == {manifest.base, manifest.delta} - {""}
    assert_same(database, store, city)


def test_many_at_once_agree(database: Database, tmp_path: Path) -> None:
    """Threads of several stores, which is what several processes are to the files, look while others change."""
    city = changing(database, 9)
    stores = [Store(database, tmp_path), Store(database, tmp_path)]
    failed: list[BaseException] = []

    def look(store: Store) -> None:
        try:
            for _ in range(6):
                with database.reading() as session:
                    snapshot = store.open(session, city.city, day(city.now))
                    (files,) = snapshot.row("SELECT count(*) FROM files")
                    (parts,) = snapshot.row("SELECT count(DISTINCT file) FROM visits")
                    assert files == parts
                    snapshot.close()
        except BaseException as error:  # noqa: BLE001  # a thread has nobody else to tell
            failed.append(error)

    threads = [threading.Thread(target=look, args=(store,)) for store in stores * 2]
    for thread in threads:
        thread.start()
    for _ in range(4):
        change(database, city, 3)
    for thread in threads:
        thread.join()
    assert failed == []
    assert_same(database, stores[0], city)


def test_every_act_of_the_program_is_noticed(database: Database, tmp_path: Path) -> None:
    """Each act changes what is shown, a claim as well as a decision, and so does the note of a cashier."""
    here, store, seen = factories.city(database), Store(database, tmp_path), []
    one = here.draft("us-ca-commercial-ab970", MONDAY)

    def look() -> None:
        with database.reading() as session:
            city = find_city(session, here.slug)
            assert city is not None
            snapshot, whole = (
                store.open(session, city, MONDAY + DAY),
                read_snapshot(session, city, MONDAY + DAY),
            )
            seen.append(content(snapshot))
            assert seen[-1] == content(whole)
            assert seen[-1] not in seen[:-1]
            snapshot.close()
            whole.close()

    here.act(one, "submit", "applicant", MONDAY)
    look()
    here.act(one, "accept", "permit_technician", MONDAY)
    look()
    examiner = here.actor("electrical_examiner")
    with database.reading() as session:
        visit = session.scalars(select(Visit.id).where(Visit.lane == "electrical")).one()
    for verb in (claims.claim, claims.release):
        with database.transaction() as session:
            verb(session.connection(), visit, examiner, MONDAY)
        look()
    here.act(one, "withdraw", "applicant", MONDAY, inputs=here.words_for(one, "withdraw"))
    look()
