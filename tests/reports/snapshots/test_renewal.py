"""Snapshots are renewed beside requests, by the sweeper and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.jobs.sweeper import MINUTE_US, Sweeper
from permitflow.reports import usual
from permitflow.reports.asking import asking
from permitflow.reports.kept import Dear, kept_age
from permitflow.reports.scope import last_days
from permitflow.reports.snapshots.manifest import read_manifest
from permitflow.reports.snapshots.renewal import renew_all, with_reports
from permitflow.reports.snapshots.store import KEY, Store
from tests.reports.changing_city import ChangingCity


@pytest.fixture
def installed(settings: Settings) -> Iterator[Database]:
    database = with_reports(settings)
    with database.transaction() as session:
        city = ChangingCity(session, 3)
        for _ in range(5):
            city.act()
        database.info["city"] = city
    yield database
    database.info[KEY].wait()
    database.dispose()


def test_the_sweeper_renews_what_is_read(installed: Database, settings: Settings) -> None:
    store: Store = installed.info[KEY]
    city: ChangingCity = installed.info["city"]
    steady = [0]
    sweeper = Sweeper(installed, settings, steady=lambda: steady[0])
    assert sweeper.sweep()["reports"] == 0
    store.refresh(city.city, now_us())
    first = read_manifest(store.place(city.city))
    with installed.transaction() as session:
        city.session = session
        city.files.append(city.new_file())
    steady[0] += MINUTE_US
    assert sweeper.sweep()["reports"] == 0
    steady[0] += settings.report_minutes * MINUTE_US
    assert sweeper.sweep()["reports"] == 1
    store.wait()
    second = read_manifest(store.place(city.city))
    assert first is not None
    assert second is not None
    assert second.files == first.files + 1
    assert Sweeper(installed, replace(settings, report_minutes=0)).sweep()["reports"] == 0


def test_usual_results_are_built_with_the_snapshot(
    installed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    dear = Dear("usual", lambda ask: built.append(ask.scope.now))
    monkeypatch.setattr(usual, "USUAL", (dear,))
    store: Store = installed.info[KEY]
    city: ChangingCity = installed.info["city"]
    store.in_background(city.city)
    store.wait()
    assert len(built) == 1
    assert renew_all(store) == 1
    store.wait()
    assert len(built) == 1
    with installed.reading() as session, asking(session, last_days(city.city, now_us())) as ask:
        age = kept_age(ask, dear)
        assert age is not None
        assert age >= 0


def test_a_city_that_is_gone_is_passed_over(installed: Database, tmp_path: Path) -> None:
    store: Store = installed.info[KEY]
    (store.folder / "elsewhere").mkdir(parents=True)
    (store.folder / "elsewhere" / "lock").touch()
    assert renew_all(store) == 0
