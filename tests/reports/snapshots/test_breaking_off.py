"""A process that ends breaks off what its threads have in hand: it does not abort, and leaves what stood before."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from permitflow.db import Database
from permitflow.reports.snapshots import breaking_off
from permitflow.reports.snapshots.breaking_off import Ending, at_work, end
from permitflow.reports.snapshots.manifest import read_manifest
from permitflow.reports.snapshots.store import Store
from tests.reports.changing_city import ChangingCity, assert_same
from tests.reports.history import day

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
PATIENCE = 30.0
PROCESS = f"""
import threading, time
from permitflow.analytics.snapshot import in_memory
from permitflow.reports.snapshots.breaking_off import breakable

def work():
    connection = in_memory()
    with breakable(connection):
        begun.set()
        connection.execute("{ENDLESS}")

begun = threading.Event()
threading.excepthook = lambda told: print(told.exc_type.__name__, flush=True)
threading.Thread(target=work, daemon=True).start()
begun.wait()
time.sleep(0.05)
"""


def test_a_process_ends_while_a_thread_is_in_a_statement() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROCESS], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "InterruptException\n", "")


def test_a_renewal_is_broken_off_and_done_again_later(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the test ends is not the process of the tests.
    monkeypatch.setattr(breaking_off, "_ending", threading.Event())
    writing = threading.Event()
    with database.transaction() as session:
        city = ChangingCity(session, 3)
        city.act()
    store = Store(database, tmp_path / "snapshots", clock=lambda: day(city.now))
    before = store.refresh(city.city, day(city.now))
    with database.transaction() as session:
        city.session = session
        city.files.append(city.new_file())

    def reached(step: str) -> None:
        if step == "gathered":
            ((connection,),) = at_work
            writing.set()
            connection.execute(ENDLESS)

    store.reached = reached
    thread = store.in_background(city.city)
    assert writing.wait(PATIENCE)
    end()
    thread.join(PATIENCE)
    place = store.place(city.city)
    assert (thread.is_alive(), caplog.text, at_work) == (False, "", [])
    assert read_manifest(place) == before is not None
    assert {path.name for path in place.glob("*.duckdb*")} == {before.base}
    with pytest.raises(Ending):
        store.refresh(city.city, day(city.now))
    monkeypatch.undo()
    store.reached = lambda _step: None
    assert_same(database, store, city)
