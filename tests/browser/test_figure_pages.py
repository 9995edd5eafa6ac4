"""The pages made of figures in a real browser: drawn within the policy, read by everybody, printed whole."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from permitflow.instants import DAY, now_us
from permitflow.reports.pages import PAGES
from permitflow.services import sessions
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, PageCheck
from tests.browser.people import follow
from tests.browsing import database_of

pytestmark = pytest.mark.browser
COMMERCIAL = "us-ca-commercial-ab970"
SLUG = "rio-verde"
PAPER = 660
"""How wide a chart is on paper, in the pixels of a page."""


@pytest.fixture
def manager(app: Flask, page: Page, served: str) -> Page:
    """The page of a manager whose city has some files on their way and one that was given up."""
    city = factories.city(database_of(app))
    at = now_us() - 20 * DAY
    for number in range(4):
        file = city.draft(COMMERCIAL, at)
        city.act(file, "submit", "applicant", at + number * DAY)
        if number > 1:
            city.act(file, "accept", "permit_technician", at + 5 * DAY)
    city.act(file, "withdraw", "applicant", at + 9 * DAY, inputs={"reason": "Sold"})
    limits = sessions.Limits.of(app.extensions["permitflow"].settings)
    with city.database.transaction() as session:
        token = sessions.open_session(session, city.staff["manager"], now_us(), limits)
    page.context.add_cookies([{"name": "session", "value": token, "url": served}])
    return page


def test_every_page_is_for_everybody_and_fits_a_phone(manager: Page, check_page: PageCheck) -> None:
    for id_ in PAGES:
        manager.goto(f"/reports/{id_}")
        check_page(manager, f"figures-{id_}")


def test_help_and_the_public_page_are_too(page: Page, manager: Page, check_page: PageCheck) -> None:
    manager.context.clear_cookies()
    for path in ("/reports/help", "/performance", f"/performance/{SLUG}"):
        page.goto(path)
        check_page(page, path.strip("/").replace("/", "-"))


def test_a_chart_says_what_its_table_says(manager: Page) -> None:
    manager.goto("/reports/ageing")
    drawn = manager.locator("[data-figure=points-table]")
    drawn.locator("svg text").first.wait_for()
    assert drawn.get_attribute("role") == "img"
    assert drawn.get_attribute("aria-label") == drawn.get_attribute("data-label")
    steps = manager.locator("#points-table tbody tr td:nth-child(2)").all_text_contents()
    assert set(steps) & set(drawn.locator("svg text").all_text_contents())


def test_the_menu_opens_without_script_one_group_at_a_time(manager: Page) -> None:
    manager.goto("/reports/overview")
    groups = manager.locator(".pf-report-menu details")
    groups.nth(0).locator("summary").click()
    expect(groups.nth(0).locator("a").first).to_be_visible()
    groups.nth(1).locator("summary").click()
    expect(groups.nth(0).locator("a").first).to_be_hidden()
    menu = manager.locator(".pf-report-menu > ul").bounding_box()
    assert menu
    assert menu["height"] < 50, "the menu takes more than one line"
    follow(groups.nth(1).locator("a").first)
    expect(manager.locator('.pf-report-menu [aria-current="page"]')).to_have_count(1)


def test_the_open_menu_stays_on_a_phone(manager: Page) -> None:
    manager.set_viewport_size(PHONE)
    manager.goto("/reports/overview")
    groups = manager.locator(".pf-report-menu details")
    for number in range(groups.count()):
        groups.nth(number).locator("summary").click()
        width = manager.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        expect(groups.nth(number).locator("a").last).to_be_visible()
    manager.set_viewport_size(DESKTOP)


def test_folded_tables_are_open_on_paper(manager: Page) -> None:
    manager.goto("/reports/overview")
    folded = manager.locator("details.pf-long")
    assert folded.count()
    assert folded.first.get_attribute("open") is None
    manager.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded.first.get_attribute("open") is not None
    manager.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert folded.first.get_attribute("open") is None


def test_a_chart_is_as_wide_as_the_paper(manager: Page) -> None:
    manager.goto("/reports/ageing")
    chart = manager.locator("[data-figure=points-table] svg")
    chart.wait_for()
    assert chart.bounding_box()["width"] > PAPER  # type: ignore[index]  # It is on the screen.
    manager.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert int(chart.get_attribute("width") or 0) == PAPER


@pytest.mark.parametrize("path", ["overview", "bottlenecks", "ageing", "map"])
def test_on_paper_stand_figures_with_their_meaning_and_nothing_to_press(manager: Page, path: str) -> None:
    manager.goto(f"/reports/{path}")
    manager.emulate_media(media="print")
    for unused in (
        ".pf-report-menu",
        ".pf-filter",
        ".pf-periods",
        ".pf-download",
        ".pf-long > summary",
        ".pf-nav",
    ):
        assert not any(one.is_visible() for one in manager.locator(unused).all()), unused
    for read in (".pf-meaning p", ".pf-meaning li", ".pf-long td"):
        assert all(one.bounding_box() for one in manager.locator(read).all()), read
    assert manager.locator(".pf-meaning p").count()
    cut = "all => all.filter((one) => getComputedStyle(one).overflowX !== 'visible').length"
    assert manager.locator(".pf-figure-table, .pf-figures").evaluate_all(cut) == 0
    manager.emulate_media(media="screen")


def test_a_sign_keeps_its_colour_when_those_before_it_are_missing(manager: Page) -> None:
    manager.goto("/reports/ageing")
    chart = manager.locator("[data-figure=points-table]")
    chart.locator("svg text").first.wait_for()
    told = set(manager.locator("#points-table tbody td:nth-child(4)").all_text_contents())
    order = json.loads(chart.get_attribute("data-options") or "{}")["order"]
    assert told == {"no limit known"} == {order[5]}
    assert chart.locator("svg path[fill='#1f7a8c']").count()
    assert not chart.locator("svg path[fill='#005ea2']").count()


def test_every_step_is_named_at_its_place(manager: Page) -> None:
    manager.goto("/reports/ageing")
    chart = manager.locator("[data-figure=points-table]")
    chart.locator("svg text").first.wait_for()
    steps = set(manager.locator("#points-table tbody td:nth-child(2)").all_text_contents())
    assert len(steps) > 4
    assert steps <= set(chart.locator("svg text").all_text_contents())
    box = chart.bounding_box()
    assert box
    for name in chart.locator("svg text").all():
        place = name.bounding_box()
        assert place
        assert box["x"] - 1 <= place["x"], name.text_content()
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1, name.text_content()


def test_the_map_scrolls_in_its_own_box(manager: Page) -> None:
    manager.set_viewport_size(PHONE)
    manager.goto("/reports/map")
    box = manager.locator(".pf-scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert manager.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    manager.set_viewport_size(DESKTOP)
