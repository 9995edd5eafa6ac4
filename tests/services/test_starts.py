"""A file begins as a draft in the first phase of its definition, with its first event and no court's time."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.ledger.chain import GENESIS
from permitflow.models import (
    CourtSpell,
    Event,
    PermitApplication,
    Visit,
)
from permitflow.services.acts import Start
from permitflow.services.starts import start
from tests.factories import MONDAY
from tests.rows import written
from tests.services.one_file import begun


def test_a_draft_waits_with_the_applicant(database: Database) -> None:
    with written(database) as rows:
        draft = begun(
            rows, form={"project": {"title": "Garage"}}, facts={"site": {"slope": 3}}, title="Garage"
        )
        key = start(rows.connection, draft)
        with rows.session() as session:
            file = session.get_one(PermitApplication, key)
            (visit,) = session.scalars(select(Visit))
            assert session.scalars(select(CourtSpell)).all() == [], "no time counts before the submission"
    assert (file.workflow, file.state, file.party, file.number) == ("small", "draft", "applicant", None)
    assert (file.form, file.facts, file.title) == (
        {"project": {"title": "Garage"}},
        {"site": {"slope": 3}},
        "Garage",
    )
    assert (file.version, file.event_seq, file.created_at, file.submitted_at) == (1, 1, MONDAY, None)
    assert (visit.step, visit.why, visit.opened_at, visit.closed_at) == ("draft", "started", MONDAY, None)


def test_the_first_event_stands_at_the_head_of_the_chain(database: Database) -> None:
    with written(database) as rows:
        draft = begun(rows)
        key = start(rows.connection, draft)
        with rows.session() as session:
            (event,) = session.scalars(select(Event))
            assert session.get_one(PermitApplication, key).event_hash == event.hash
    body = json.loads(event.body)
    assert (event.seq, event.prev_hash, event.action) == (1, GENESIS, "start")
    assert (body["actor"], body["role"], body["to"]) == (draft.created_by, "applicant", "draft")


def test_nothing_begins_under_an_unknown_definition(database: Database) -> None:
    with written(database) as rows:
        draft = begun(rows)
        with pytest.raises(LookupError, match="no workflow definition"):
            start(
                rows.connection, Start(draft.jurisdiction_id, draft.company_id, draft.created_by, "0" * 64, 1)
            )
