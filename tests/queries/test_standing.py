"""A file read without its lock: what the engine says of it is what it says under the lock."""

from __future__ import annotations

from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.machine import allowed
from permitflow.models import Lane
from permitflow.prepared import Channel
from permitflow.queries.standing import file_as_seen
from permitflow.services.files import load
from tests.factories import city


def test_page_and_transition_see_the_same_situation(database: Database) -> None:
    hall = city(database)
    application_id = hall.draft("us-ca-commercial-ab970")
    hall.act(application_id, "submit", "applicant")
    hall.act(application_id, "accept", "permit_technician")
    application = hall.file(application_id)
    with database.reading() as session:
        lanes = session.scalars(select(Lane).where(Lane.application_id == application_id)).all()
        seen = file_as_seen(session, application, lanes)
        situation = seen.situation()
        facts, states = dict(situation.facts), dict(situation.lanes)
        choices = allowed(seen.machine, hall.actor("applicant"), situation)
    with database.transaction() as session:
        locked = load(Channel(session.connection()), application_id)
        assert (locked.phase, locked.situation().lanes) == (situation.phase, states)
        assert dict(locked.situation().facts) == facts
        assert allowed(locked.machine, hall.actor("applicant"), locked.situation()) == choices
