"""The frame of the report's pages: menu, filter, figures, files behind numbers, help; on both databases."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from permitflow.analytics.metrics import METRICS
from permitflow.instants import DAY, now_us
from permitflow.reports.pages import PAGES
from permitflow.web import report_menu
from tests import factories
from tests.browsing import database_of, signed_in, tree, words
from tests.factories import City
from tests.statements import statements
from tests.strict_client import StrictClient

COMMERCIAL = "us-ca-commercial-ab970"
MENU = re.compile(r'<nav class="pf-report-menu".*?</nav>', re.DOTALL)
LINK = re.compile(r'href="([^"]*)"')


def add_files(city: City, count: int) -> None:
    """Files of the last weeks, each further than the one before it."""
    start = now_us() - 40 * DAY
    for number in range(count):
        at = start + number * DAY // 2
        file = city.draft(COMMERCIAL, at)
        city.act(file, "submit", "applicant", at + DAY)
        if number % 3:
            city.act(file, "accept", "permit_technician", at + 3 * DAY)
        if number % 3 == 1:
            city.act(file, "withdraw", "applicant", at + 9 * DAY, inputs={"reason": "Sold"})


@pytest.fixture
def city(app: Flask) -> City:
    city = factories.city(database_of(app))
    add_files(city, 4)
    return city


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def menu_links(page: str) -> list[str]:
    found = MENU.search(page)
    assert found
    return [link.replace("&amp;", "&") for link in LINK.findall(found[0])]


def test_the_report_begins_with_the_overview(manager: StrictClient) -> None:
    response = manager.get("/reports/?workflow=x&page=2&_external=1")
    assert response.status_code == 302
    assert response.location == "/reports/overview?workflow=x"


def test_every_page_is_in_the_menu_once_and_its_link_keeps_the_scope(manager: StrictClient) -> None:
    asked = "/reports/overview?city=rio-verde&from=2026-01-01&to=2026-03-31&pathway=full"
    links = menu_links(manager.get(asked).text)
    paths = [urlsplit(link).path for link in links]
    assert len(set(paths)) == len(paths)
    assert {f"/reports/{id_}" for id_ in PAGES} <= set(paths)
    grouped = [id_ for _label, ids in report_menu.GROUPS for id_ in ids]
    assert set(PAGES) <= set(grouped)
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert query["from"] == ["2026-01-01"], link
        assert query["pathway"] == ["full"], link


def test_every_link_of_the_menu_opens(manager: StrictClient) -> None:
    for link in menu_links(manager.get("/reports/overview").text):
        assert manager.get(link, follow_redirects=True).status_code == 200, link


def test_the_open_page_is_marked(manager: StrictClient) -> None:
    for id_ in PAGES:
        menu = MENU.search(manager.get(f"/reports/{id_}").text)
        assert menu, id_
        assert menu[0].count('aria-current="page"') == 1, id_


def test_a_page_its_files_and_its_json_agree(manager: StrictClient) -> None:
    for id_ in PAGES:
        told = manager.get(f"/reports/{id_}.json").get_json()
        page = manager.get(f"/reports/{id_}").text
        for figure in told["figures"]:
            assert f'aria-labelledby="{figure["figure"]}"' in page, id_
            assert {"unit", "formula", "n", "definition"} <= set(figure)
        first = told["figures"][0]
        rows = list(csv.DictReader(io.StringIO(manager.get(f"/reports/{id_}/{first['figure']}.csv").text)))
        assert len(rows) == len(first["rows"]), id_
        assert all(row["definition"] == first["definition"] for row in rows), id_
        assert manager.get(f"/reports/{id_}/nothing.csv").status_code == 404
        assert manager.get(f"/reports/{id_}/files/nothing").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_files(manager: StrictClient, city: City) -> None:
    few = sent(manager, city)
    add_files(city, 9)
    many = sent(manager, city)
    assert {id_: count for id_, count in many.items() if count > few[id_]} == {}


def sent(manager: StrictClient, city: City) -> dict[str, int]:
    """How many statements each page sends when it is opened for the second time."""
    counts = {}
    for id_ in PAGES:
        manager.get(f"/reports/{id_}")
        with statements(city.database) as seen:
            manager.get(f"/reports/{id_}")
        counts[id_] = len(seen)
    return counts


def test_bad_input_keeps_its_values_and_says_so(manager: StrictClient) -> None:
    page = manager.get("/reports/overview?from=2026-05-01&to=2026-04-01&class=level%3DX")
    assert page.status_code == 422
    assert 'value="2026-05-01"' in page.text
    assert 'value="2026-04-01"' in page.text
    assert "exchange the two" in page.text
    assert re.search(r'<details class="pf-filter"\s+open', page.text)


def test_a_table_of_one_line_says_so(manager: StrictClient) -> None:
    page = manager.get("/reports/overview?from=2026-05-01&to=2026-05-01").text
    assert "The numbers as a table (1 line)" in page


def test_only_classes_of_the_city_are_offered(manager: StrictClient) -> None:
    page = manager.get("/reports/overview")
    select = next(field for field in tree(page).iter("select") if field.get("name") == "class")
    values = [option.get("value") for option in select.iter("option")]
    assert values[0] == ""
    assert "level=L1" not in values
    assert 1 < len(values) < 10
    chosen = manager.get("/reports/overview?class=level%3DL1")
    select = next(field for field in tree(chosen).iter("select") if field.get("name") == "class")
    assert "level=L1" in [option.get("value") for option in select.iter("option")]


def test_usual_periods_are_a_click_away(manager: StrictClient) -> None:
    page = manager.get("/reports/map?heat=risk").text
    assert re.search(r'heat=risk[^"]*" aria-current="true"', page)
    assert 'aria-current="true">last 365 days</a>' in page
    found = re.search(r'<a href="(\?[^"]*)">last 30 days</a>', page)
    assert found
    query = parse_qs(found[1].replace("&amp;", "&")[1:])
    assert query["heat"] == ["risk"]
    assert "last 30 days</a>" in manager.get("/reports/map" + found[1].replace("&amp;", "&")).text


def test_a_number_leads_to_its_files_and_back(manager: StrictClient) -> None:
    page = manager.get("/reports/overview").text
    found = re.search(r'href="(/reports/overview/files/submitted\?[^"]*)">(\d+)</a>', page)
    assert found
    listing = manager.get(found[1].replace("&amp;", "&"))
    assert len(list(tree(listing).iter("tr"))) == int(found[2]) + 1
    assert "Back to the report" in words(listing)


def test_the_choice_of_a_page_is_kept_by_its_links(manager: StrictClient) -> None:
    page = manager.get("/reports/map?heat=lost").text
    assert '<input type="hidden" name="heat" value="lost">' in page
    assert re.search(r'href="/reports/map/steps\.csv\?[^"]*heat=lost', page)


def test_the_map_is_drawn_with_its_numbers(manager: StrictClient) -> None:
    page = manager.get("/reports/map")
    title, about = (
        re.search(rf"<{part}[^>]*>([^<]*)</{part}>", page.text[page.text.index("<svg") :])
        for part in ("title", "desc")
    )
    assert title
    assert "Files there now" in title[1]
    assert about
    assert re.search(r"Completeness check: \d+\.", about[1])
    assert manager.get("/reports/map?heat=wait").status_code == 200


def test_charts_are_loaded_only_where_there_is_one(manager: StrictClient) -> None:
    assert "echarts" in manager.get("/reports/ageing").text
    assert "echarts" not in manager.get("/reports/map").text


def test_long_tables_are_folded(manager: StrictClient, city: City) -> None:
    assert '<details class="pf-long">' in manager.get("/reports/overview").text
    assert '<details class="pf-long">' not in manager.get("/reports/map").text


def test_help_tells_every_metric_to_everybody(app: Flask, manager: StrictClient) -> None:
    stranger = app.test_client()
    page = stranger.get("/reports/help").text
    assert MENU.search(page) is None
    assert MENU.search(manager.get("/reports/help").text)
    told = stranger.get("/reports/help.json").get_json()["metrics"]
    assert [one["metric"] for one in told] == [metric.id for metric in METRICS]
    for one in told:
        assert f'id="{one["metric"]}"' in page
        assert one["definition"]
        assert one["formula"]
        assert one["unit"]


def test_a_figure_says_what_it_means_and_leads_to_its_definition(manager: StrictClient) -> None:
    page = manager.get("/reports/map").text
    assert 'href="/reports/help#step_times"' in page
    for told in ("Counted from:", "Unit: days", "Formula: sojourn", "Shown from 20 files on"):
        assert told in page


def test_a_manager_of_another_city_sees_nothing_of_this_one(app: Flask, city: City) -> None:
    elsewhere = factories.city(city.database, slug="monte-alto")
    other = signed_in(app, elsewhere.staff["manager"])
    assert other.get(f"/reports/overview?city={city.slug}").status_code == 404
    told = other.get("/reports/overview.json").get_json()
    assert told["city"] == "monte-alto"
    assert {row["files"] for row in told["figures"][0]["rows"]} == {0, None}
