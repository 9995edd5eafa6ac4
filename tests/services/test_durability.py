"""Whatever stops a transition, the file is as it was or as it should be, never between."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from permitflow.db import Database
from permitflow.models import Clock, CourtSpell, Event, Lane, OutboxMessage, UsedToken, Visit
from permitflow.prepared import Prepared
from permitflow.services import transitions
from permitflow.services.transitions import Act, Note
from tests import factories
from tests.factories import DAY, MONDAY, City

WORKFLOW = "us-ca-commercial-ab970"
COUNTED = (Event, Lane, Visit, Clock, CourtSpell, OutboxMessage, UsedToken)
KILLED = 9


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def counts(database: Database) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in COUNTED]


def _die_at(url: str, act: Act, fatal: int) -> None:
    """Run one action in this process and kill it at its n-th prepared statement."""
    ran = 0
    bound = Prepared.bound

    def counted(self: Prepared, *arguments: object) -> object:
        nonlocal ran
        ran += 1
        if ran == fatal:
            os._exit(KILLED)
        return bound(self, *arguments)  # type: ignore[arg-type]

    Prepared.bound = counted  # type: ignore[method-assign,assignment]
    database = Database(url)
    with database.transaction() as session:
        transitions.apply(session.connection(), act)
    os._exit(0)


def test_a_process_killed_at_any_statement_leaves_nothing_half_done(city: City) -> None:
    application = city.draft(WORKFLOW)
    city.act(application, "submit", "applicant")
    act = Act(application, "accept", city.actor("permit_technician"), MONDAY + DAY, token="t")
    before = counts(city.database)
    context = multiprocessing.get_context("fork")
    for fatal in range(1, 100):
        child = context.Process(target=_die_at, args=(city.database.url, act, fatal))
        child.start()
        child.join(60)
        if child.exitcode == 0:
            break
        assert child.exitcode == KILLED
        assert counts(city.database) == before
        assert city.file(application).state == "intake"
    else:
        pytest.fail("The action never ran to its end.")
    assert city.file(application).state == "in_review"


def test_a_full_disk_changes_nothing_and_says_so(sqlite_url: str) -> None:
    city = factories.city(Database(sqlite_url))
    application = city.draft(WORKFLOW)
    before = counts(city.database)
    full = Database(sqlite_url)

    @event.listens_for(full.engine, "connect")
    def _no_room(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    applicant = city.actor("applicant")

    def fill() -> None:
        for _ in range(400):
            long = {"text": "x" * 4000}
            noted = Note(application, "ring", "Rang", applicant.id, "applicant", MONDAY, data=long)
            with full.transaction() as session:
                transitions.note(session.connection(), noted)
            before[0] += 1

    with pytest.raises(OperationalError, match="full"):
        fill()
    full.dispose()
    assert counts(city.database) == before
    city.act(application, "submit", "applicant")
    assert city.file(application).state == "intake", "the next action works once there is room"


def test_a_locked_database_refuses_in_time_and_changes_nothing(sqlite_url: str) -> None:
    city = factories.city(Database(sqlite_url))
    application = city.draft(WORKFLOW)
    impatient = Database(sqlite_url)

    @event.listens_for(impatient.engine, "connect")
    def _hurry(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    holder = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    applicant = city.actor("applicant")
    with pytest.raises(OperationalError, match="locked"), impatient.transaction() as session:
        transitions.apply(session.connection(), Act(application, "submit", applicant, MONDAY))
    holder.execute("ROLLBACK")
    holder.close()
    assert city.file(application).state == "draft"
    impatient.dispose()
