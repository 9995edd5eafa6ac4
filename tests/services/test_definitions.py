"""Definitions are kept for ever under their hash; a city runs the one it published last."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.engine.loader import load_text
from permitflow.models import StoredDefinition
from permitflow.services import definitions
from tests import factories
from tests.factories import MONDAY, ROOT

FILE = ROOT / "workflows" / "us-ca" / "residential-instant.yaml"
WORKFLOW = "us-ca-residential-instant"


def test_an_open_file_keeps_the_definition_it_began_with(database: Database) -> None:
    city = factories.city(database)
    application = city.draft(WORKFLOW)
    before = city.file(application).definition_hash
    changed = load_text(
        FILE.read_text().replace("Home charger, permit at once", "Home charger at once"), "x.yaml"
    )
    with database.transaction() as session:
        definitions.publish(session, city.id, changed, MONDAY)
    with database.reading() as session:
        assert definitions.active_hash(session.connection(), city.id, WORKFLOW) == changed.hash
        assert definitions.definition_for(session.connection(), before).title.startswith(
            "Home charger, permit"
        )
    assert city.file(application).definition_hash == before != changed.hash


def test_the_same_bytes_are_stored_once(database: Database) -> None:
    factories.city(database)
    factories.city(database, slug="alto-verde")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredDefinition)) == 2


def test_unknown_hashes_and_workflows_are_named(database: Database) -> None:
    city = factories.city(database)
    with database.reading() as session:
        with pytest.raises(LookupError, match="no workflow definition"):
            definitions.machine_for(session.connection(), "f" * 64)
        with pytest.raises(LookupError, match="does not take"):
            definitions.active_hash(session.connection(), city.id, "house-boats")
