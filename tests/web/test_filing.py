"""Every reason that an applicant can fix leads to the page where it is fixed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from permitflow.instants import now_us
from permitflow.models import PermitApplication
from permitflow.queries.application_page import ApplicationPage, application_page
from permitflow.web.filing import place_url
from tests.browsing import database_of
from tests.scene import Scene, scene


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


def page_of(session: Session, city: Scene, application_id: str) -> ApplicationPage:
    row = session.get_one(PermitApplication, application_id, populate_existing=True)
    return application_page(session, row, city.olga, now_us())


def places(app: Flask, city: Scene, folder: Path | None) -> tuple[str, dict[str, str | None]]:
    """Where each kind of reason leads, for a draft or, with a folder for its document, for a file that was sent."""
    with database_of(app).transaction() as session:
        application_id = city.draft(session)
        if folder:
            city.attach(session, folder, application_id, "cut_sheet")
            city.submit(session, application_id)
        page = page_of(session, city, application_id)
    with app.test_request_context():
        return application_id, {where: place_url(page, where) for where in WHERE}


WHERE = ("corrections", "fees", "reviews", "documents", "sign", "site", "people", "elsewhere", "")


def test_a_draft_is_fixed_in_its_steps(app: Flask, city: Scene) -> None:
    application_id, found = places(app, city, None)
    here = f"/applications/{application_id}"
    assert found == {
        "corrections": f"{here}/corrections",
        "fees": f"{here}/pay",
        "reviews": f"{here}#reviews",
        "documents": f"{here}/edit/documents",
        "sign": f"{here}/edit/review",
        "site": f"{here}/edit/site",
        "people": f"{here}/edit/people",
        "elsewhere": None,
        "": None,
    }


def test_what_was_sent_can_only_be_fixed_elsewhere(app: Flask, city: Scene, tmp_path: Path) -> None:
    application_id, found = places(app, city, tmp_path)
    assert found["people"] == f"/companies/{city.company_id}", "the licence can still be renewed"
    assert found["fees"] == f"/applications/{application_id}/pay"
    assert [found[where] for where in ("documents", "sign", "site")] == [None] * 3
