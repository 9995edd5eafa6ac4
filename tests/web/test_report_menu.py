"""The menu of the report and its usual periods: links that keep the scope, and nothing that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel

from permitflow.instants import from_datetime
from permitflow.reports.pages import PAGES
from permitflow.reports.scope import City, Scope
from permitflow.web import report_menu
from permitflow.web.navigation import Link
from permitflow.web.report_menu import ENDPOINTS, FIGURE_PAGE, GROUPS, Group, page_address, quick_periods

CITY = City("c1", "rio-verde", "Rio Verde", "America/Los_Angeles")


@pytest.fixture
def pages() -> Flask:
    """An installation that has every page of figures and the help, and none of the others."""
    app = Flask("menu")
    Babel(app)
    app.add_url_rule("/reports/<page>", FIGURE_PAGE, lambda page: page)
    app.add_url_rule("/reports/help", ENDPOINTS["help"], lambda: "")
    return app


@pytest.fixture(autouse=True)
def _page(pages: Flask) -> Iterator[None]:
    with pages.test_request_context():
        yield


def test_every_page_is_in_the_menu_once_with_the_scope() -> None:
    groups = report_menu.report_menu({"from": "2026-01-01", "pathway": "full"}, "map")
    links = [link for group in groups for link in group.links]
    assert len({link.path for link in links}) == len(links) == len(PAGES) + 1
    assert {link.path.partition("?")[2] for link in links} == {"from=2026-01-01&pathway=full"}
    assert len({link.label for link in links}) == len(links)
    assert [link.label for link in links if link.current] == ["Map"]
    assert [group.label for group in groups if group.current] == ["Lost time"]


def test_a_page_that_does_not_exist_here_is_left_out_and_a_group_without_pages_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_menu, "GROUPS", (("Kept", ("help", "what-if")), ("Empty", ("what-if",))))
    monkeypatch.setattr(report_menu, "PAGES", {})
    assert report_menu.report_menu({}) == [
        Group("Kept", (Link("What the figures mean", "/reports/help", False),))
    ]


def test_a_page_that_no_group_names_is_found_under_more(monkeypatch: pytest.MonkeyPatch) -> None:
    page = replace(PAGES["overview"], id="new-page")
    monkeypatch.setattr(report_menu, "PAGES", {**PAGES, "new-page": page})
    more = report_menu.report_menu({})[-1]
    title = PAGES["overview"].title.say(str)
    assert more == Group("More", (Link(title, "/reports/new-page", False),))


def test_only_pages_that_exist_have_an_address() -> None:
    assert page_address("map", {"heat": "risk"}) == "/reports/map?heat=risk"
    assert page_address("help", {}) == "/reports/help"
    assert (page_address("what-if", {}), page_address("nothing", {})) == ("", "")


def test_no_page_is_named_twice_and_every_name_is_short() -> None:
    named = [id_ for _label, ids in GROUPS for id_ in ids]
    assert len(set(named)) == len(named)
    assert set(named) <= {*PAGES, *ENDPOINTS}
    assert all(len(str(label)) <= 24 for label in report_menu.LABELS.values())


def periods(today: date, from_on: date, to_on: date) -> dict[str, tuple[str, str, bool]]:
    """The usual periods on a day: label -> (first day, last day, whether it is the one shown)."""
    late = from_datetime(datetime.combine(today, time(23), ZoneInfo(CITY.zone)))
    scope = Scope(CITY, from_on, to_on, "", late)
    found = {}
    for link in quick_periods(scope, {"heat": "lost", "from": "1999-01-01"}):
        query = parse_qs(link.path.removeprefix("?"))
        assert query["heat"] == ["lost"], "the other words of the address are kept"
        found[link.label] = (query["from"][0], query["to"][0], link.current)
    return found


def test_usual_periods_end_today_and_hold_their_days() -> None:
    assert periods(date(2026, 3, 1), date(2026, 1, 1), date(2026, 3, 1)) == {
        "last 30 days": ("2026-01-31", "2026-03-01", False),
        "last 90 days": ("2025-12-02", "2026-03-01", False),
        "last 365 days": ("2025-03-02", "2026-03-01", False),
        "this year": ("2026-01-01", "2026-03-01", True),
        "last year": ("2025-01-01", "2025-12-31", False),
    }


def test_after_a_leap_year_and_on_its_first_day_the_periods_hold() -> None:
    shown = periods(date(2025, 1, 1), date(2024, 1, 1), date(2024, 6, 30))
    assert shown["last 365 days"] == ("2024-01-03", "2025-01-01", False)
    assert shown["this year"] == ("2025-01-01", "2025-01-01", False)
    assert shown["last year"] == ("2024-01-01", "2024-12-31", False), "half of it is no year"
