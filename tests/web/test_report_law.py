"""The pages of clocks, pathways, overrides and red flags, on both databases."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City
from tests.strict_client import StrictClient

PAGES = {
    "clocks": ("on_time", "clocks", "side=city&clock=completeness&standing=met"),
    "pathways": ("by_month", "decided", "way=auto"),
    "overrides": ("kinds", "acts", "kind=waived"),
    "red-flags": ("flags", "flag", "flag=outside"),
}


@pytest.fixture
def city(app: Flask) -> City:
    city = factories.city(database_of(app))
    start = now_us() - 40 * DAY
    for number in range(2):
        file = city.draft("us-ca-commercial-ab970", start + number * DAY)
        city.act(file, "submit", "applicant", start + (1 + number) * DAY)
        city.act(file, "accept", "permit_technician", start + (2 + number) * DAY)
    return city


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


@pytest.mark.parametrize("page", PAGES)
def test_it_opens_with_its_files(manager: StrictClient, page: str) -> None:
    figure, listing, words = PAGES[page]
    shown = manager.get(f"/reports/{page}")
    assert shown.status_code == 200
    assert f'id="{figure}"' in shown.text
    table = manager.get(f"/reports/{page}/{figure}.csv")
    assert table.mimetype == "text/csv"
    told = manager.get(f"/reports/{page}.json").get_json()
    assert figure in [one["figure"] for one in told["figures"]]
    assert manager.get(f"/reports/{page}/files/{listing}?{words}").status_code == 200
    assert (
        manager.get(
            f"/reports/{page}/files/{listing}?{'x' * 90}=1&flag=none&kind=?&way='&group=%00"
        ).status_code
        == 200
    )


def test_the_clocks_of_the_files_are_counted(manager: StrictClient) -> None:
    page = html.unescape(manager.get("/reports/clocks").text)
    assert "Clocks whose last day lay in the period: 2. Stopped in time: 2." in page
    listed = manager.get("/reports/clocks/files/clocks?side=city&clock=completeness&standing=due").text
    assert "2 files" in listed
