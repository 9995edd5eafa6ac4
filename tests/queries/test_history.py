"""The history of an application, verified as it is read."""

from __future__ import annotations

from sqlalchemy import delete

from permitflow.db import Database
from permitflow.models import EventPayload, PermitApplication
from permitflow.queries.history import history
from tests.scene import HOME, scene


def test_newest_first_with_words_and_hashes(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": HOME["project"]})
        city.act(session, application_id, "withdraw", city.olga, reason="No money")
    with database.reading() as session:
        found = history(session, session.get_one(PermitApplication, application_id))
    assert found.verified
    assert [line.seq for line in found.lines] == [3, 2, 1]
    assert [line.entry for line in found.lines] == ["Withdrawn", "Form changed", "Draft started"]
    assert found.lines[0].words == (("reason", "No money"),)
    assert found.lines[0].who == "Olga"
    assert [(line.to_state, line.seq) for line in found.stations()] == [("draft", 1), ("withdrawn", 3)]
    assert all(len(line.short_hash) == 12 for line in found.lines)


def test_erased_words_leave_the_chain_whole(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": HOME["project"]})
        city.act(session, application_id, "withdraw", city.olga, reason="My knee")
        session.execute(delete(EventPayload).where(EventPayload.application_id == application_id))
    with database.reading() as session:
        found = history(session, session.get_one(PermitApplication, application_id))
    assert found.verified
    assert found.lines[0].words == ()


def test_a_lost_end_is_seen(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session, {"project": HOME["project"]})
        session.get_one(PermitApplication, application_id, populate_existing=True).event_seq += 1
    with database.reading() as session:
        assert not history(session, session.get_one(PermitApplication, application_id)).verified
