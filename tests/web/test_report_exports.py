"""The record of a city as files, from the manager's page."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City


@pytest.fixture
def city(app: Flask) -> City:
    """A city with one submitted file."""
    city = factories.city(database_of(app))
    file = city.draft("us-ca-commercial-ab970", now_us() - 5 * DAY)
    city.act(file, "submit", "applicant", now_us() - 4 * DAY)
    return city


@pytest.mark.parametrize(
    ("form", "start"),
    [("xes", b"<?xml"), ("csv", b"case:concept:name"), ("ocel", b"{"), ("parquet", b"PAR1")],
)
def test_a_manager_takes_the_record_along(app: Flask, city: City, form: str, start: bytes) -> None:
    client = signed_in(app, city.staff["manager"])
    page = client.get("/reports/exports").get_data(as_text=True)
    assert f"/reports/exports/{form}?city={city.slug}" in page
    answer = client.get(f"/reports/exports/{form}?city={city.slug}")
    assert answer.status_code == 200
    assert answer.data.startswith(start)
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{city.slug}-')


def test_the_period_and_the_city_are_those_of_the_address(app: Flask, city: City) -> None:
    client = signed_in(app, city.staff["manager"])
    log = json.loads(client.get("/reports/exports/ocel?pathway=auto").data)
    assert log["events"] == []
    assert client.get("/reports/exports/xes?city=elsewhere").status_code == 404
    for path in ("exports", "exports/xes"):
        assert client.get(f"/reports/{path}?from=2026-02-01&to=2026-01-01").status_code == 422
