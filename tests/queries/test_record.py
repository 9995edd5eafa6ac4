"""The record as it is read, on both databases."""

import pytest
from sqlalchemy import update

from permitflow.db import Database
from permitflow.ledger.chain import verify_chain
from permitflow.models import PermitApplication
from permitflow.queries import record
from tests import factories
from tests.factories import City


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def files(city: City) -> list[str]:
    found = [city.draft("us-ca-commercial-ab970") for _ in range(3)]
    for application_id in found[:2]:
        city.act(application_id, "submit", "applicant")
    return found


def test_changes_are_those_after_the_version_that_was_seen(
    database: Database, city: City, files: list[str]
) -> None:
    version = city.file(files[0]).version
    with database.reading() as session:
        changes = record.changes_since(session, files[0], 1)
        assert record.changes_since(session, files[0], version) == []
        everything = record.changes_since(session, files[0], None)
    assert changes
    assert "Draft started" not in [change.entry for change in changes]
    assert [change.seq for change in changes] == sorted((change.seq for change in changes), reverse=True)
    assert everything[0] == changes[0]
    assert changes[0].zone == "America/Los_Angeles"


def test_every_event_is_read_in_order_and_the_chain_holds(database: Database, files: list[str]) -> None:
    with database.reading() as session:
        record.hold_still(session)
        events = list(record.all_events(session))
        tails = record.tails(session)
        assert record.counts(session) == (3, len(events))
    assert [(one.application_id, one.seq) for one in events] == sorted(
        (one.application_id, one.seq) for one in events
    )
    assert set(tails) == set(files)
    assert list(verify_chain(events, tails)) == []


def test_a_forgotten_end_is_seen(database: Database, files: list[str]) -> None:
    with database.transaction() as session:
        session.execute(
            update(PermitApplication).where(PermitApplication.id == files[0]).values(event_seq=99)
        )
    with database.reading() as session:
        problems = list(verify_chain(record.all_events(session), record.tails(session)))
    assert [(one.application_id, one.code) for one in problems] == [(files[0], "truncated")]
