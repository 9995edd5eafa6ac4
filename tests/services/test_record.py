"""The record can be checked by anyone, and what is personal in it can be erased."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete, select

from permitflow.db import Database
from permitflow.ledger.chain import StoredEvent, verify_chain
from permitflow.ledger.commitments import opens
from permitflow.models import Event, EventPayload
from tests import factories
from tests.factories import City

WORKFLOW = "us-ca-residential-instant"


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def withdrawn(city: City) -> str:
    application = city.draft(WORKFLOW)
    city.act(application, "withdraw", "applicant", inputs={"reason": "Ms Quimby moved away"})
    return application


def events(city: City) -> list[StoredEvent]:
    with city.database.reading() as session:
        rows = session.execute(
            select(Event.application_id, Event.seq, Event.prev_hash, Event.hash, Event.body).order_by(
                Event.seq
            )
        )
        return [StoredEvent(*row) for row in rows]


def test_a_kept_word_opens_its_commitment(city: City) -> None:
    withdrawn(city)
    committed = json.loads(events(city)[-1].body)["words"]["reason"]
    with city.database.reading() as session:
        kept = session.scalars(select(EventPayload)).one()
    assert kept.value == "Ms Quimby moved away"
    assert opens(committed, kept.name, kept.value, kept.salt)
    assert not opens(committed, kept.name, "Somebody else", kept.salt)


def test_erasing_the_word_leaves_the_chain_whole(city: City) -> None:
    withdrawn(city)
    with city.database.transaction() as session:
        session.execute(delete(EventPayload))
    assert list(verify_chain(events(city))) == []


def test_an_event_says_who_what_from_where_to_where_and_why_it_was_allowed(city: City) -> None:
    application = city.draft(WORKFLOW)
    city.act(application, "submit", "applicant", acting_for="somebody")
    bodies = [json.loads(event.body) for event in events(city)]
    submitted = bodies[1]
    assert submitted["application_id"] == application
    assert (submitted["from"], submitted["to"]) == ("draft", "screening")
    assert (submitted["role"], submitted["acting_for"]) == ("applicant", "somebody")
    assert {outcome for _clause, outcome in submitted["clauses"]} == {"pass"}
    assert submitted["document_set_hash"] == "d" * 64
    assert submitted["definition_hash"] == city.file(application).definition_hash
    assert submitted["prev_hash"] == events(city)[0].hash
    assert bodies[2]["actor"] == "system", "the rule check is a step of its own"
