"""The sweeper does what is due, and one failing kind of work does not keep the others from being done."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from config import Settings
from permitflow.db import Database
from permitflow.jobs.sweeper import Sweeper
from permitflow.models import Mail, OutboxMessage, WebSession
from permitflow.services import sessions
from permitflow.services.sessions import Limits
from tests import factories
from tests.factories import MONDAY, City


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def busy(database: Database, settings: Settings, city: City) -> Database:
    """A database with news to tell and a session that is over."""
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    with database.transaction() as session:
        sessions.open_session(session, city.installer_id, MONDAY, Limits.of(settings))
    return database


def count(database: Database, table: type[Mail] | type[WebSession]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_sweep_does_everything_that_is_due(busy: Database, settings: Settings) -> None:
    done = Sweeper(busy, settings, clock=lambda: MONDAY + 24 * 3_600_000_000).sweep()
    assert done["news"] >= 1
    assert done["sessions"] == 1
    assert count(busy, Mail) >= 1
    assert count(busy, WebSession) == 0


def test_a_second_sweep_finds_nothing(busy: Database, settings: Settings) -> None:
    sweeper = Sweeper(busy, settings, clock=lambda: MONDAY + 24 * 3_600_000_000)
    sweeper.sweep()
    assert set(sweeper.sweep().values()) == {0}


def test_many_news_are_told_in_one_sweep(busy: Database, settings: Settings) -> None:
    with busy.transaction() as session:
        first = session.scalars(select(OutboxMessage)).first()
        assert first is not None
        columns = ("jurisdiction_id", "application_id", "seq", "kind", "receiver", "created_at")
        session.add_all(
            OutboxMessage(**{name: getattr(first, name) for name in columns}, expanded_at=None)
            for _ in range(120)
        )
    assert Sweeper(busy, settings, clock=lambda: MONDAY).sweep()["news"] > 120


def test_what_fails_is_logged_and_the_rest_is_done(
    busy: Database, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeper = Sweeper(busy, settings, clock=lambda: MONDAY + 24 * 3_600_000_000)
    monkeypatch.setattr("permitflow.jobs.sweeper.fire_due", lambda *_: 1 // 0)
    assert sweeper.sweep()["sessions"] == 1
    assert "The sweep of clocks failed." in caplog.text


def test_the_thread_sweeps_until_it_is_stopped(busy: Database, settings: Settings) -> None:
    sweeper = Sweeper(busy, replace(settings, sweep_seconds=1))
    sweeper.start()
    deadline = time.monotonic() + 20
    while count(busy, WebSession) and time.monotonic() < deadline:
        time.sleep(0.02)
    sweeper.stop()
    assert count(busy, WebSession) == 0
    assert "sweeper" not in {thread.name for thread in threading.enumerate()}


def test_a_sweeper_that_is_switched_off_starts_no_thread(database: Database, settings: Settings) -> None:
    Sweeper(database, replace(settings, sweep_seconds=0)).start()
    assert "sweeper" not in {thread.name for thread in threading.enumerate()}
