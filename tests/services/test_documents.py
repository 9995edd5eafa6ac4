"""Documents are versioned per kind, change the hash of the set, and belong to the applicant's time only."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from permitflow.db import Database, new_id
from permitflow.engine.errors import WrongPhase
from permitflow.models import Document, Event, PermitApplication
from permitflow.services import documents, uploads
from permitflow.services.documents import Attachment, set_hash
from permitflow.services.errors import NotFound, Stale
from tests.scene import AT, PDF, scene, version


def test_versions_count_up_and_the_set_hash_follows(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        city.attach(session, tmp_path, application_id, "cut_sheet")
        city.attach(session, tmp_path, application_id, "load_calculation", PDF + b"%2%%EOF")
        first = session.get_one(PermitApplication, application_id, populate_existing=True).document_set_hash
        city.attach(session, tmp_path, application_id, "cut_sheet", PDF + b"%3%%EOF")
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
        versions = session.query(Document).filter_by(application_id=application_id).all()
    current = {
        (item.kind, item.version, item.sha256)
        for item in versions
        if (item.kind, item.version) != ("cut_sheet", 1)
    }
    assert row.document_kinds == {"cut_sheet": 2, "load_calculation": 1}
    assert row.document_set_hash == set_hash(current) != first
    assert len(versions) == 3, "an older version stays readable"


def test_the_event_names_the_bytes_and_hides_the_name(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        document_id = city.attach(session, tmp_path, application_id, "cut_sheet")
        document = session.get_one(Document, document_id)
        event = session.query(Event).filter_by(application_id=application_id, action="add_document").one()
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
    body = json.loads(event.body)
    assert body["data"] == {"kind": "cut_sheet", "version": 1, "sha256": document.sha256, "size": len(PDF)}
    assert body["document_set_hash"] == row.document_set_hash
    assert "cut_sheet.pdf" not in event.body


def test_the_same_file_twice_is_one_version(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        first = city.attach(session, tmp_path, application_id, "cut_sheet")
        before = version(session, application_id)
        assert city.attach(session, tmp_path, application_id, "cut_sheet") == first
        assert version(session, application_id) == before


def test_what_is_refused(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    stored = uploads.store(io.BytesIO(PDF), "a.pdf", tmp_path, uploads.Limits(10**6, 0))
    with database.transaction() as session:
        application_id = city.draft(session)
        olga = city.actor(session, city.olga)
        attachment = Attachment(application_id, "cut_sheet", stored, olga, AT, token="t" * 32)
        with pytest.raises(NotFound):
            documents.attach(session, replace(attachment, kind="love_letter"))
        with pytest.raises(NotFound):
            documents.attach(session, replace(attachment, application_id=new_id()))
        documents.attach(session, attachment)
    other = uploads.store(io.BytesIO(PDF + b"%%EOF"), "a.pdf", tmp_path, uploads.Limits(10**6, 0))
    with pytest.raises(Stale), database.transaction() as session:
        documents.attach(session, replace(attachment, stored=other))
    with database.transaction() as session:
        city.submit(session, application_id)
        with pytest.raises(WrongPhase):
            documents.attach(session, replace(attachment, stored=other, token=None))


def test_the_set_hash_does_not_depend_on_order() -> None:
    one, two = ("a", 1, "0" * 64), ("b", 2, "1" * 64)
    assert set_hash([one, two]) == set_hash([two, one]) != set_hash([one])
