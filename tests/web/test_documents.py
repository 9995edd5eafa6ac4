"""Documents are sent as files to save, to the people of the company and of the city alone."""

from __future__ import annotations

import pytest
from flask import Flask

from permitflow.db import new_id
from permitflow.services.uploads import path_of
from tests.browsing import database_of, signed_in
from tests.scene import PDF, Scene, scene


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


def uploaded(app: Flask, city: Scene, *, send: bool) -> str:
    folder = app.extensions["permitflow"].settings.upload_dir
    with database_of(app).transaction() as session:
        application_id = city.draft(session)
        document_id = city.attach(session, folder, application_id, "cut_sheet")
        if send:
            city.submit(session, application_id)
    return document_id


def test_a_document_is_saved_never_run(app: Flask, city: Scene) -> None:
    document_id = uploaded(app, city, send=False)
    answer = signed_in(app, city.carl).get(f"/documents/{document_id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=cut_sheet.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()


def test_who_may_have_it(app: Flask, city: Scene) -> None:
    draft, sent = uploaded(app, city, send=False), uploaded(app, city, send=True)
    with database_of(app).transaction() as session:
        neighbour = Scene(session, "nextville")
    examiner = city.staff["electrical_examiner"]
    expected = {
        (city.olga, draft): 200,
        (city.olga, sent): 200,
        (examiner, draft): 404,
        (examiner, sent): 200,
        (city.sam, sent): 404,
        (neighbour.staff["building_official"], sent): 404,
    }
    for (person, document_id), status in expected.items():
        answer = signed_in(app, person).get(f"/documents/{document_id}")
        assert answer.status_code == status
        answer.close()
    assert app.test_client().get(f"/documents/{sent}").status_code == 302
    assert signed_in(app, city.olga).get(f"/documents/{new_id()}").status_code == 404


def test_lost_bytes_are_not_found(app: Flask, city: Scene) -> None:
    document_id = uploaded(app, city, send=False)
    folder = app.extensions["permitflow"].settings.upload_dir
    for path in folder.rglob("*"):
        if path.is_file():
            assert path == path_of(folder, path.name)
            path.unlink()
    assert signed_in(app, city.olga).get(f"/documents/{document_id}").status_code == 404
