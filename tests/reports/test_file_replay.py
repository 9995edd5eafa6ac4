"""A file played again from its record, at each of its events, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.queries.replays import standing_on_file
from permitflow.reports.file_replay import FileReplay, file_replay
from tests import factories
from tests.factories import MONDAY, City

COMMERCIAL = "us-ca-commercial-ab970"


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def file(city: City) -> str:
    """A commercial file that waits for its reviews, one of them answered."""
    file = city.draft(COMMERCIAL)
    city.act(file, "submit", "applicant", MONDAY + DAY)
    city.act(file, "accept", "permit_technician", MONDAY + 3 * DAY)
    city.act(file, "approve", "electrical_examiner", MONDAY + 4 * DAY, lane="electrical")
    return file


def played(city: City, file: str, asked: int | None) -> FileReplay:
    with city.database.reading() as session:
        found = file_replay(session, frozenset({city.id}), file, asked)
    assert found is not None
    return found


def test_the_last_event_tells_how_the_file_stands(city: City, file: str) -> None:
    found = played(city, file, None)
    with city.database.reading() as session:
        assert found.standing == standing_on_file(session, file)
    assert (found.place, found.count, found.verified) == (4, 4, True)
    assert found.phase == "Plan review"
    states = {lane.lane: (lane.state, lane.open) for lane in found.lanes}
    assert states["electrical"] == ("approved", False)
    assert states["building"] == ("waiting", True)
    assert [clock.title for clock in found.clocks if clock.state == "running"]


def test_every_event_before_shows_only_what_was_known_then(city: City, file: str) -> None:
    started, submitted, accepted = (played(city, file, place) for place in (1, 2, 3))
    assert (started.phase, started.lanes, started.clocks, started.held.us) == ("Draft", [], [], {})
    assert started.event.entry == "Draft started"
    assert submitted.phase == "Completeness check"
    assert submitted.held.us == {}
    assert {clock.title for clock in submitted.clocks} == {"Completeness check"}
    assert accepted.phase == "Plan review"
    assert accepted.held.us == {"agency": 2 * DAY}
    assert accepted.held.share("agency") == 1000
    assert accepted.held.share("applicant") == 0
    assert {lane.lane: lane.open for lane in accepted.lanes}["electrical"]


def test_numbers_beyond_the_record_lead_to_its_ends(city: City, file: str) -> None:
    assert played(city, file, 0).place == 1
    assert played(city, file, 99).place == 4


def test_a_record_that_was_tampered_with_is_said_to_be(city: City, file: str) -> None:
    with city.database.transaction() as session:
        if city.database.embedded:
            protecting = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
            for name in session.scalars(text(protecting)).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            # For this transaction alone: the tests of a worker share one server.
            session.execute(text("SET LOCAL session_replication_role = replica"))
        changed = 'REPLACE(body, \'"from":"intake"\', \'"from":"issued"\')'
        session.execute(text(f"UPDATE events SET body = {changed} WHERE seq = 3"))
    found = played(city, file, 4)
    assert not found.verified
    assert (found.standing, found.phase, found.lanes) == (None, "-", [])
    assert played(city, file, 2).standing is not None


def test_other_cities_and_drafts_are_not_there(city: City, file: str) -> None:
    draft = city.draft(COMMERCIAL)
    with city.database.reading() as session:
        assert file_replay(session, frozenset({"elsewhere"}), file, 1) is None
        assert file_replay(session, frozenset({city.id}), draft, 1) is None
        assert file_replay(session, frozenset({city.id}), "0" * 32, 1) is None
