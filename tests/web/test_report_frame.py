"""What every page of the report shares: an empty city, one file, saving, long tables, and what it weighs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure
from permitflow.reports.page import Ask
from permitflow.reports.pages import PAGES
from permitflow.web import report_pages
from tests import factories
from tests.browsing import database_of, signed_in, tree, words
from tests.factories import City
from tests.strict_client import StrictClient

COMMERCIAL = "us-ca-commercial-ab970"
BESIDES = ("/reports/exports", "/saved-reports/", "/saved-reports/new", "/what-if/")
MENU = '<nav class="pf-report-menu"'
UNSEEN = re.compile(r"\b(None|nan)\b|\{\w+\}|%\(")


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


@pytest.fixture
def file(city: City) -> str:
    """One file that was submitted lately and is still open."""
    at = now_us() - 10 * DAY
    application_id = city.draft(COMMERCIAL, at)
    city.act(application_id, "submit", "applicant", at)
    return application_id


def check_pages(manager: StrictClient, *, chart: bool) -> None:
    """Every page has its heading, words that make sense, and loads what draws charts only where it may be needed."""
    for path in (*(f"/reports/{id_}" for id_ in PAGES), *BESIDES):
        page = manager.get(path)
        assert page.status_code == 200, path
        assert MENU in page.text, path
        assert len(list(tree(page).iter("h1"))) == 1, path
        assert not UNSEEN.search(words(page)), (path, UNSEEN.search(words(page)))
        assert chart or "echarts" not in page.text, path
        assert ("data-options=" in page.text or "data-chart=" in page.text) == ("echarts" in page.text), path


def test_a_city_without_files_opens_every_page(manager: StrictClient) -> None:
    check_pages(manager, chart=False)


def test_one_open_file_opens_every_page(manager: StrictClient, file: str) -> None:
    check_pages(manager, chart=True)


def test_pages_of_a_file_keep_the_menu_of_its_city(manager: StrictClient, file: str, city: City) -> None:
    for path in (f"/reports/files/{file}", f"/reports/files/{file}/replay", "/reports/files?show=open"):
        page = manager.get(path).text
        assert MENU in page, path
        assert f"/reports/overview?city={city.slug}" in page, path
    assert MENU in manager.get("/reports/permits?period=2026-01").text


def test_every_page_can_be_saved_with_its_scope(manager: StrictClient) -> None:
    for id_ in PAGES:
        page = manager.get(f"/reports/{id_}?from=2026-01-01&to=2026-03-31&pathway=full").text
        (link,) = re.findall(r'href="(/saved-reports/new\?[^"]*)"', page)
        (address,) = parse_qs(urlsplit(unescape(link)).query)["address"]
        assert urlsplit(address).path == f"/reports/{id_}"
        asked = parse_qs(urlsplit(address).query)
        assert (asked["from"], asked["to"], asked["pathway"]) == (["2026-01-01"], ["2026-03-31"], ["full"])
        form = manager.get(unescape(link)).text
        assert f"/reports/{id_}?" in form
        exports = re.findall(r'href="(/reports/exports\?[^"]*)"', page)
        assert any("pathway=full" in one for one in exports), id_


def test_periods_are_a_click_away_beside_the_figures_too(manager: StrictClient) -> None:
    for path in ("/reports/bottlenecks", "/reports/exports"):
        assert "last 30 days</a>" in manager.get(f"{path}?pathway=full").text, path
        assert re.search(
            r'href="\?[^"]*pathway=full[^"]*">last 30 days', manager.get(f"{path}?pathway=full").text
        )


def long_figure(count: int) -> Figure:
    columns = (Column("file", Phrase("File")), Column("n", Phrase("Number"), "count"))
    rows = [(f"File {number}", number) for number in range(count)]
    chart = Chart("bars", "file", ("n",), Phrase("Numbers"))
    return Figure("long", Phrase("Long"), "lead_time", columns, rows, chart=chart)


@pytest.mark.parametrize(
    ("count", "folded", "shown"), [(40, 0, 40), (41, 1, 41), (400, 1, 400), (401, 1, 400)]
)
def test_a_long_table_is_folded_and_a_very_long_one_is_cut(
    manager: StrictClient, monkeypatch: pytest.MonkeyPatch, count: int, folded: int, shown: int
) -> None:
    def figures(_ask: Ask) -> list[Figure]:
        return [long_figure(count)]

    monkeypatch.setattr(
        report_pages, "PAGES", PAGES | {"finished": replace(PAGES["finished"], figures=figures)}
    )
    page = manager.get("/reports/finished")
    assert page.text.count('<details class="pf-long">') == folded
    assert len(list(tree(page).iter("tr"))) == 1 + shown
    more = re.search(r'data-more="([^"]*)"', page.text)
    left = json.loads(unescape(more[1])) if more else []
    assert left == [
        [[f"File {number}", f"File {number}"], [str(number), ""]] for number in range(shown, count)
    ]
    assert ("the CSV has all" in page.text) == (shown < count)
    csv = manager.get("/reports/finished/long.csv").text
    assert csv.count("\n") == 1 + count
