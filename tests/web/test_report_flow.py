"""The pages of flow, finished files and step times as a manager opens them."""

from __future__ import annotations

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City

PAGES = {
    "finished": ("gross", "decided"),
    "flow": ("steps", "came"),
    "step-times": ("stay", "ended"),
}


@pytest.fixture
def city(app: Flask) -> City:
    """A city with one submitted file."""
    city = factories.city(database_of(app))
    file = city.draft("us-ca-commercial-ab970", now_us() - 5 * DAY)
    city.act(file, "submit", "applicant", now_us() - 4 * DAY)
    return city


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_its_files_and_lists(app: Flask, city: City, page: str) -> None:
    client = signed_in(app, city.staff["manager"])
    figure, listing = PAGES[page]
    assert client.get(f"/reports/{page}?city={city.slug}").status_code == 200
    table = client.get(f"/reports/{page}/{figure}.csv?city={city.slug}")
    assert table.get_data(as_text=True).splitlines()[0].endswith("definition")
    told = client.get(f"/reports/{page}.json?city={city.slug}").get_json()
    assert figure in [one["figure"] for one in told["figures"]]
    answer = client.get(f"/reports/{page}/files/{listing}?city={city.slug}&step=intake&since=x&before=-1")
    assert answer.status_code == 200


def test_flow_counts_the_file_that_came_and_leads_to_it(app: Flask, city: City) -> None:
    client = signed_in(app, city.staff["manager"])
    told = client.get(f"/reports/flow.json?city={city.slug}").get_json()
    steps = next(one for one in told["figures"] if one["figure"] == "steps")
    assert (steps["rows"][0]["came"], steps["rows"][0]["left"], steps["rows"][0]["present"]) == (1, 0, 1)
    page = client.get(f"/reports/flow?city={city.slug}").get_data(as_text=True)
    assert f"/reports/flow/files/came?city={city.slug}" in page
    chosen = client.get(f"/reports/flow?city={city.slug}&step=intake").get_data(as_text=True)
    assert '<option value="intake" selected>' in chosen
