"""The manager's report in a real browser: charts are drawn from the tables, within the policy and for everybody."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from permitflow.instants import DAY, now_us
from permitflow.services import sessions
from tests import factories
from tests.browser.conftest import PageCheck
from tests.browser.people import follow
from tests.browsing import database_of

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(app: Flask, page: Page, served: str) -> Page:
    """The page of a manager whose city has two files."""
    city = factories.city(database_of(app))
    at = now_us() - 20 * DAY
    for _number in range(2):
        city.act(city.draft("us-ca-commercial-ab970", at), "submit", "applicant", at)
    limits = sessions.Limits.of(app.extensions["permitflow"].settings)
    with city.database.transaction() as session:
        token = sessions.open_session(session, city.staff["manager"], now_us(), limits)
    page.context.add_cookies([{"name": "session", "value": token, "url": served}])
    return page


def test_charts_say_what_the_tables_say(manager: Page, check_page: PageCheck) -> None:
    manager.goto("/reports/bottlenecks?step=intake")
    chart = manager.locator("[data-chart=weeks-table] svg")
    chart.locator("text").first.wait_for()
    assert {"Arrived", "Left"} <= set(chart.locator("text").all_text_contents())
    assert manager.locator("#weeks-table tbody tr").count() == 12
    check_page(manager, "bottlenecks")


def test_a_number_leads_to_its_files_and_their_time(manager: Page, check_page: PageCheck) -> None:
    manager.goto("/reports/bottlenecks")
    step = manager.get_by_role("row", name="Completeness check")
    follow(step.get_by_role("link", name="2", exact=True).first)
    assert manager.locator("tbody tr").count() == 2
    check_page(manager, "report-files")
    follow(manager.locator("tbody a").first)
    assert "Where the time of" in manager.locator("h1").inner_text()
    check_page(manager, "report-file")
