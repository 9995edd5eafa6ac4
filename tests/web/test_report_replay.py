"""The page on which a file is played again, on both databases."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City
from tests.strict_client import StrictClient

COMMERCIAL = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


@pytest.fixture
def file(city: City) -> str:
    start = now_us() - 20 * DAY
    file = city.draft(COMMERCIAL, start)
    city.act(file, "submit", "applicant", start + DAY)
    city.act(file, "accept", "permit_technician", start + 3 * DAY)
    city.act(file, "approve", "electrical_examiner", start + 4 * DAY, lane="electrical")
    return file


def test_a_file_is_played_event_by_event(manager: StrictClient, file: str) -> None:
    address = f"/reports/files/{file}/replay"
    last = html.unescape(manager.get(address).text)
    assert "event 4 of 4" in last
    assert "verified: the chain of all events holds" in last
    assert 'rel="next"' not in last
    first = html.unescape(manager.get(f"{address}?at=1").text)
    assert "Then the file stood at: Draft" in first
    assert "It was not submitted yet." in first
    assert f'rel="next" href="{address}?at=2"' in first
    assert 'rel="prev"' not in first
    third = manager.get(f"{address}?at=3").text
    assert third.count("pf-box--here") == 1
    assert third.count('class="pf-here">●') == 1 + third.count("pf-lane--here")
    assert third.count("pf-lane--here") > last.count("pf-lane--here") > 0


def test_bad_numbers_show_the_last_event(manager: StrictClient, file: str) -> None:
    for asked in ("x", "-1", "9" * 30, "²"):
        assert "event 4 of 4" in manager.get(f"/reports/files/{file}/replay?at={asked}").text


def test_the_page_of_its_time_leads_there(manager: StrictClient, file: str) -> None:
    page = manager.get(f"/reports/files/{file}").text
    assert f"/reports/files/{file}/replay?at=1" in page
    assert manager.get(f"/reports/files/{'0' * 32}/replay").status_code == 404


def test_reviewers_do_not_see_it(app: Flask, city: City, file: str) -> None:
    reviewer = signed_in(app, city.staff["planner"])
    assert reviewer.get(f"/reports/files/{file}/replay").status_code == 403
