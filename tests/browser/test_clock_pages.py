"""Calendars and clock statements in a real browser: readable for everybody, on a phone too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import insert, select, update

from permitflow.db import new_id
from permitflow.instants import DAY, local_date, now_us
from permitflow.models import Clock, ClockPause, CorrectionItem, PermitApplication, Visit
from permitflow.services import notices, sessions
from permitflow.services.notices import Finding
from tests import factories
from tests.browser.conftest import PageCheck
from tests.browser.people import follow
from tests.browsing import database_of
from tests.factories import City

pytestmark = pytest.mark.browser
WORKFLOW = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


def sign_in(app: Flask, page: Page, served: str, user_id: str) -> None:
    limits = sessions.Limits.of(app.extensions["permitflow"].settings)
    with database_of(app).transaction() as session:
        token = sessions.open_session(session, user_id, now_us(), limits)
    page.context.add_cookies([{"name": "session", "value": token, "url": served}])


def submitted(city: City, at: int) -> str:
    application_id = city.draft(WORKFLOW, at)
    city.act(application_id, "submit", "applicant", at)
    return application_id


def test_a_day_is_closed_and_published(
    app: Flask, city: City, page: Page, served: str, check_page: PageCheck
) -> None:
    submitted(city, now_us())
    with city.database.reading() as session:
        due = session.scalars(select(Clock.due_on).where(Clock.clock == "completeness")).one()
    sign_in(app, page, served, city.staff["administrator"])
    page.goto("/admin/calendars")
    check_page(page, "calendars")
    follow(page.get_by_role("link", name="Show and change the days of Rio Verde"))
    page.get_by_text("Close a day", exact=True).click()
    page.locator("#close-day").fill(due.isoformat() if due else "")
    page.locator("#close-name").fill("Flood")
    page.locator("#close-reason").fill("The river rose")
    follow(page.locator("form", has=page.locator("#close-day")).get_by_role("button"))
    page.get_by_role("heading", name="Draft of version 2").wait_for()
    check_page(page, "calendar-draft")
    follow(page.get_by_role("link", name="See the effect and publish"))
    check_page(page, "calendar-publish")
    page.get_by_label("Reason for the new version").fill("Flood")
    follow(page.get_by_role("button", name="Publish version 2"))
    page.get_by_text("0 of 1 files counted anew").wait_for()
    check_page(page, "calendar-published")


def test_a_statement_of_many_days_is_read(
    app: Flask, city: City, page: Page, served: str, check_page: PageCheck
) -> None:
    at = now_us() - 40 * DAY
    application_id = submitted(city, at)
    first: date = local_date(at, "America/Los_Angeles")
    with city.database.transaction() as session:
        clock = session.scalars(select(Clock).where(Clock.clock == "completeness")).one()
        row = {
            "id": new_id(),
            "jurisdiction_id": city.id,
            "clock_id": clock.id,
            "reason": "Clocks held: flood",
        }
        until = first + timedelta(days=20)
        session.execute(insert(ClockPause), row | {"paused_on": first, "resumed_on": until})
        clock.due_on = until + timedelta(days=7)
    sign_in(app, page, served, city.installer_id)
    page.goto(f"/applications/{application_id}")
    follow(page.get_by_role("link", name="Clock statement: every day counted"))
    page.locator("summary").first.click()
    check_page(page, "clock-statement")


def test_a_reviewer_says_what_a_late_item_rests_on(
    app: Flask, city: City, page: Page, served: str, check_page: PageCheck
) -> None:
    application_id = submitted(city, now_us())
    city.act(application_id, "accept", "permit_technician", now_us())
    found = Finding("The breaker is too small.", "CEC 625.41", "Use a 60 A breaker.")
    with city.database.transaction() as session:
        visits = {
            visit.lane: (visit.id, visit.role) for visit in session.scalars(select(Visit)) if visit.lane
        }
        actor = city.actor("electrical_examiner")
        notices.draft_item(session.connection(), visits["electrical"][0], found, actor, now_us())
    for lane in ("electrical", "building", "fire", "accessibility"):
        action = "request_corrections" if lane == "electrical" else "approve"
        visit_id, role = visits[lane]
        city.act(application_id, action, role or "", now_us(), lane=lane, visit_id=visit_id)
    with city.database.transaction() as session:
        session.execute(update(CorrectionItem).values(status="answered", reply="Done."))
        session.get_one(PermitApplication, application_id).unanswered_items = 0
    city.act(application_id, "resubmit", "applicant", now_us())
    sign_in(app, page, served, city.staff["electrical_examiner"])
    page.goto(f"/review/{application_id}")
    page.get_by_text("Add a correction", exact=True).click()
    page.get_by_text("What this item rests on").wait_for()
    check_page(page, "late-correction")
