"""The public page: the same figures, without names, files or links to them."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from permitflow.instants import DAY, now_us
from permitflow.reports import performance as performance_module
from permitflow.reports.asking import asking
from permitflow.reports.figures import Linked
from permitflow.reports.performance import performance
from permitflow.reports.scope import find_city, last_days
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City
from tests.strict_client import StrictClient

COMMERCIAL = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    city = factories.city(database_of(app))
    start = now_us() - 30 * DAY
    for number in range(3):
        file = city.draft(COMMERCIAL, start)
        city.act(file, "submit", "applicant", start + DAY)
        if number:
            city.act(file, "accept", "permit_technician", start + 3 * DAY)
    return city


def test_everybody_finds_the_page_of_a_city(client: StrictClient, city: City) -> None:
    assert 'href="/performance"' in client.get("/").text
    assert f'href="/performance/{city.slug}"' in client.get("/performance").text
    page = client.get(f"/performance/{city.slug}")
    assert "How Rio Verde performs" in page.text
    assert "Record as of" in page.text
    assert client.get("/performance/nowhere").status_code == 404


def test_a_second_look_is_the_same_and_built_once(
    client: StrictClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    building = performance_module.overview
    monkeypatch.setattr(performance_module, "overview", lambda ask: built.append(ask) or building(ask))
    first, second = (client.get(f"/performance/{city.slug}").text for _look in range(2))
    assert first == second
    told = client.get(f"/performance/{city.slug}.json").get_json()
    assert len(built) == 1
    assert told["figures"][0]["rows"][0]["files"] == 3


def test_it_tells_nothing_of_files_and_people(client: StrictClient, city: City) -> None:
    page = client.get(f"/performance/{city.slug}").text
    main = page[page.index("<main") : page.index("</main>")]
    linked = {link.split("#")[0] for link in re.findall(r'href="([^"]*)"', main)}
    own = f"/performance/{city.slug}"
    assert all(link.startswith((own, "/performance")) or link == "/reports/help" for link in linked), linked
    with city.database.reading() as session:
        found = find_city(session, city.slug)
        assert found is not None
        with asking(session, last_days(found, now_us())) as ask:
            shown = performance(ask).figures
            ids = [id_ for (id_,) in ask.snapshot.rows("SELECT id FROM files")]
    assert all(figure.public for figure in shown)
    assert not any(isinstance(cell, Linked) for figure in shown for row in figure.rows for cell in row)
    assert not any(id_ in page for id_ in ids)


def test_csv_and_json_say_the_same(client: StrictClient, city: City) -> None:
    told = client.get(f"/performance/{city.slug}.json").get_json()
    ids = [figure["figure"] for figure in told["figures"]]
    assert ids == ["cards", "on-time", "times", "courts", "trend"]
    for figure in told["figures"]:
        lines = client.get(f"/performance/{city.slug}/{figure['figure']}.csv").text.splitlines()
        assert len(lines) == len(figure["rows"]) + 1
    assert client.get(f"/performance/{city.slug}/people.csv").status_code == 404
    submitted = next(row for row in told["figures"][0]["rows"] if row["measure"] == "Submitted")
    assert submitted["files"] == 3


def test_others_may_keep_a_strangers_answer_and_nobody_elses(
    app: Flask, client: StrictClient, city: City
) -> None:
    for path in (f"/performance/{city.slug}", f"/performance/{city.slug}.json"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert "Cookie" in answer.headers["Vary"]
        mine = signed_in(app, city.staff["manager"]).get(path)
        assert mine.headers["Cache-Control"] == "no-store"


def test_few_files_are_counted_and_not_timed(client: StrictClient, city: City) -> None:
    figures = client.get(f"/performance/{city.slug}.json").get_json()["figures"]
    for figure in figures:
        for row in figure["rows"]:
            assert all(
                row[name] is None for name in row if name.endswith("_s") or name.startswith("percent")
            ), row


def test_an_installation_without_cities_says_so(client: StrictClient) -> None:
    assert "No city is set up yet." in client.get("/performance").text
