"""Where the time of one file went, on both databases."""

from __future__ import annotations

from sqlalchemy import delete

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import CourtSpell
from permitflow.reports.file_time import file_time
from tests import factories
from tests.factories import MONDAY


def test_visits_and_courts_of_a_file(database: Database) -> None:
    city = factories.city(database)
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant", MONDAY + DAY)
    city.act(application_id, "accept", "permit_technician", MONDAY + 3 * DAY)
    with database.reading() as session:
        found = file_time(session, frozenset({city.id}), application_id, MONDAY + 4 * DAY)
    assert found is not None
    assert (found.phase, found.zone) == ("Plan review", "America/Los_Angeles")
    assert found.held_us == {"agency": 3 * DAY, "applicant": 0, "external": 0, "payment": 0}
    first = found.stays[0]
    assert (first.title, first.waited_until, first.visit.closed_at) == (
        "Completeness check",
        MONDAY + 3 * DAY,
        MONDAY + 3 * DAY,
    )
    assert {stay.title for stay in found.stays[1:]} >= {"Electrical", "Fire"}
    assert {stay.waited_until for stay in found.stays[1:]} == {None}


def test_only_submitted_files_of_ones_own_cities_are_told(database: Database) -> None:
    city = factories.city(database)
    application_id = city.draft("us-ca-commercial-ab970")
    with database.reading() as session:
        assert file_time(session, frozenset({city.id}), application_id, MONDAY) is None
    city.act(application_id, "submit", "applicant", MONDAY)
    with database.reading() as session:
        assert file_time(session, frozenset({"other"}), application_id, MONDAY) is None
        assert file_time(session, frozenset({city.id}), "0" * 32, MONDAY) is None
        assert file_time(session, frozenset({city.id}), application_id, MONDAY) is not None


def test_a_gap_in_the_record_gives_no_split(database: Database) -> None:
    city = factories.city(database)
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant", MONDAY)
    with database.transaction() as session:
        session.execute(delete(CourtSpell))
    with database.reading() as session:
        found = file_time(session, frozenset({city.id}), application_id, MONDAY + DAY)
    assert found is not None
    assert found.held_us is None
