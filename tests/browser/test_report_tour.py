"""The pages beside the figures in a real browser: exports, saved reports, what if, replay, giving files away."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from permitflow.instants import DAY, now_us
from permitflow.jobs.report_runs import ReportRuns
from permitflow.models import PermitApplication
from permitflow.services import sessions
from tests import factories
from tests.browser.conftest import PageCheck
from tests.browser.people import Person
from tests.browsing import database_of
from tests.factories import City
from tests.reports.history import day
from tests.reports.test_what_if import office
from tests.web.test_what_if import Moved

pytestmark = pytest.mark.browser
COMMERCIAL = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    """A city with files at several steps, the oldest long past its legal date."""
    found = factories.city(database_of(app))
    at = now_us() - 60 * DAY
    for number in range(3):
        file = found.draft(COMMERCIAL, at)
        found.act(file, "submit", "applicant", at + number * DAY)
        if number:
            found.act(file, "accept", "permit_technician", at + 5 * DAY)
    return found


@pytest.fixture
def manager(app: Flask, city: City, page: Page, served: str) -> Person:
    """The manager of the city at a browser."""
    limits = sessions.Limits.of(app.extensions["permitflow"].settings)
    with city.database.transaction() as session:
        token = sessions.open_session(session, city.staff["manager"], now_us(), limits)
    page.context.add_cookies([{"name": "session", "value": token, "url": served}])
    return Person(page)


def test_a_report_is_saved_from_its_page(manager: Person, check_page: PageCheck) -> None:
    manager.page.goto("/reports/ageing")
    manager.press("Save this report")
    check_page(manager.page, "saved-reports-new")
    manager.fill({"name": "Age of the files"})
    manager.press("Save")
    assert "Age of the files" in manager.reads()
    check_page(manager.page, "saved-reports")
    manager.press("Age of the files")
    assert manager.h1() == "How old the open files are"


def test_the_record_is_taken_along(manager: Person, check_page: PageCheck) -> None:
    manager.page.goto("/reports/overview")
    manager.press("Take this record along")
    assert "OCEL" in manager.reads()
    check_page(manager.page, "exports")


def test_a_file_is_played_again(manager: Person, city: City, check_page: PageCheck) -> None:
    with city.database.reading() as session:
        file = session.scalars(select(PermitApplication.id)).first()
    manager.page.goto(f"/reports/files/{file}/replay?at=1")
    check_page(manager.page, "replay")


def test_files_are_given_to_colleagues(manager: Person, check_page: PageCheck) -> None:
    manager.page.goto("/reports/worst")
    check_page(manager.page, "worst")
    mark = manager.page.locator("main input[type=checkbox]").first
    manager.page.locator(f"label[for={mark.get_attribute('id')}]").click()
    manager.press("Give the marked files")
    assert "Nothing has been changed yet" in manager.reads()
    check_page(manager.page, "reassign")


@pytest.fixture
def steady(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city after a hundred days of steady work."""
    monkeypatch.setattr("tests.reports.history.NOON", 1_780_000_000_000_000 + now_us() - day(100))
    with city.database.transaction() as session:
        office(Moved(session, city))
    return city


def test_a_change_is_tried_out(manager: Person, steady: City, check_page: PageCheck) -> None:
    manager.page.goto("/what-if/")
    check_page(manager.page, "what-if")
    manager.press("Simulate")
    ReportRuns(steady.database, now_us).work_off()
    manager.page.reload()
    assert "How far it can be trusted" in manager.reads()
    check_page(manager.page, "what-if-run")
