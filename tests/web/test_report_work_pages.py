"""The report pages of quality, people, classes, cities and the record itself, as a manager opens them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from permitflow.reports.pages import PAGES
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City

NAMES = ("quality", "handovers", "workload", "classes", "data-quality", "cities")
LINK = re.compile(r'href="(/reports/[a-z-]+/files/[^"]+)"')


@pytest.fixture
def city(app: Flask) -> City:
    """A city with one file in review."""
    city = factories.city(database_of(app))
    file = city.draft("us-ca-commercial-ab970", now_us() - 9 * DAY)
    city.act(file, "submit", "applicant", now_us() - 8 * DAY)
    city.act(file, "accept", "permit_technician", now_us() - 7 * DAY)
    return city


@pytest.mark.parametrize("name", NAMES)
def test_a_manager_opens_the_page_its_lists_and_its_tables(app: Flask, city: City, name: str) -> None:
    client = signed_in(app, city.staff["manager"])
    answer = client.get(f"/reports/{name}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert PAGES[name].title.say() in unescape(page)
    figures = client.get(f"/reports/{name}.json").get_json()["figures"]
    assert figures
    for figure in figures:
        table = client.get(f"/reports/{name}/{figure['figure']}.csv")
        assert table.status_code == 200
        assert len(table.get_data(as_text=True).splitlines()) == 1 + len(figure["rows"])
    for address in sorted(set(map(unescape, LINK.findall(page))))[:6]:
        assert client.get(address).status_code == 200, address


def test_the_page_of_workload_says_what_it_is_for(app: Flask, city: City) -> None:
    page = signed_in(app, city.staff["manager"]).get("/reports/workload").get_data(as_text=True)
    assert "judges nobody" in page


def test_the_comparison_shows_the_cities_of_the_reader_alone(app: Flask, city: City) -> None:
    other = factories.city(database_of(app), slug="monte-azul")
    page = signed_in(app, city.staff["manager"]).get("/reports/cities").get_data(as_text=True)
    assert city.slug != other.slug
    assert f"city={other.slug}" not in page
    record = signed_in(app, city.staff["manager"]).get("/reports/cities.json").get_json()
    assert len(record["figures"][0]["rows"]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_words_of_the_address_that_mean_nothing_choose_nothing(app: Flask, city: City, name: str) -> None:
    client = signed_in(app, city.staff["manager"])
    for listing in PAGES[name].listings:
        words = (
            "step=nowhere&kind=x&of=x&times=x&cycles=x&person=x&month=2020-13&firm=x&reason='&act=x&family=x"
        )
        assert client.get(f"/reports/{name}/files/{listing}?{words}").status_code == 200
