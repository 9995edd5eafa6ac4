"""Figures of very many files are counted beside the request, which answers at once and says how far they are."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from permitflow.reports import beside, prepared_page
from permitflow.reports.beside import Beside, Wanted
from permitflow.reports.snapshots.shelf import Shelf
from permitflow.reports.snapshots.store import KEY, Store
from tests import factories
from tests.browsing import database_of, signed_in, words
from tests.strict_client import StrictClient

PAGES = ("/reports/finished", "/reports/overview", "/reports/bottlenecks")
FILES = (
    "/reports/finished.json",
    "/reports/finished/gross.csv",
    "/reports/finished/files/decided",
    "/reports/bottlenecks/steps.csv",
    "/reports/bottlenecks/stuck.csv",
    "/reports/files?show=held",
    "/performance/{city}",
    "/performance/{city}.json",
    "/performance/{city}/cards.csv",
)


@pytest.fixture
def counter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Beside:
    found = Beside(database_of(app), patience=0, few=0)
    database_of(app).info[beside.KEY] = found
    monkeypatch.setattr(prepared_page, "MANY", 0)
    return found


@pytest.fixture
def folder(app: Flask, manager: StrictClient) -> Iterator[Path]:
    """The folder of the city's snapshot, which counts as that of a large city from now on."""
    store: Store = database_of(app).info[KEY]
    assert manager.get("/reports/finished").status_code == 200
    store.large, store.after = 1, lambda _city: None
    (folder,) = (path.parent for path in store.folder.glob("*/lock"))
    yield folder
    store.wait()


@pytest.fixture
def manager(app: Flask) -> StrictClient:
    city = factories.city(database_of(app))
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    return signed_in(app, city.staff["manager"])


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nothing is counted meanwhile: another process is at it."""
    with (folder / "counting").open("a") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield


def test_pages_say_that_they_are_being_counted(manager: StrictClient, folder: Path, counter: Beside) -> None:
    files = [path.format(city=folder.name) for path in FILES]
    with held(folder):
        for path in PAGES:
            page = manager.get(path)
            assert (page.status_code, page.headers["Refresh"]) == (200, "1"), path
            assert "Choose period and files" in words(page)
            assert "are being counted" in words(page)
            assert "<progress" in page.text
        for path in files:
            page = manager.get(path)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5"), path
            assert "are being counted" in words(page)
    counter.wait()
    for path in (*PAGES, *files):
        page = manager.get(path)
        assert page.status_code == 200, path
        assert "Refresh" not in page.headers
        assert "are being counted" not in page.text


def test_it_says_how_many_questions_are_answered(
    manager: StrictClient, folder: Path, counter: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "_progress", lambda _place: (3, 7))
    with held(folder):
        page = manager.get("/reports/workload")
    assert "Questions to the record answered: 3 of about 7" in words(page)
    assert 'max="7" value="3"' in page.text
    counter.wait()


def test_a_failure_is_a_sentence_and_does_not_look_again(
    manager: StrictClient,
    folder: Path,
    counter: Beside,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_counter: Beside, place: Path, _wanted: Wanted, _shelf: Shelf) -> None:
        raise OSError(f"nothing can be counted for {place.parent.parent.name}")

    monkeypatch.setattr(Beside, "_count", broken)
    manager.get("/reports/workload")
    counter.wait()
    for path, status in (("/reports/workload", 200), ("/reports/workload.json", 503)):
        page = manager.get(path)
        assert (page.status_code, "Refresh" in page.headers) == (status, False)
        assert "could not be counted" in words(page)
    assert f"nothing can be counted for {folder.name}" in caplog.text
