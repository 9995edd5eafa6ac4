"""The pages for everybody."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from permitflow.db import Database, new_id
from permitflow.models import Permit
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import MONDAY, City
from tests.statements import statements
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


def permit(city: City, number: str = "RIO-P-1", **more: object) -> None:
    values = {
        "status": "valid",
        "title": "Permit for charging stations",
        "address": "1250 Mission Rd",
        "city": "Rio Verde",
        "holder": "Volt & Sons",
        "station_count": 12,
        "conditions": ["Keep <script> free of the breaker"],
        "issued_on": date(2026, 3, 2),
        "expires_on": date(2999, 3, 2),
        "check_code": number.lower(),
    }
    with city.database.transaction() as session:
        session.add(Permit(id=new_id(), jurisdiction_id=city.id, number=number, **(values | more)))


def test_home_leads_everywhere(client: StrictClient) -> None:
    page = client.get("/").text
    for path in ("/permits/check", "/permits", "/status", "/auth/sign-in"):
        assert f'href="{path}"' in page


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "Valid"),
        ({"expires_on": date(2026, 3, 3)}, "Expired"),
        ({"status": "revoked"}, "Revoked"),
        ({"status": "finaled"}, "Completed"),
        ({"status": "cancelled"}, "Cancelled"),
    ],
)
def test_a_permit_says_what_it_is_worth(client: StrictClient, city: City, more: dict, word: str) -> None:
    permit(city, **more)
    for page in ("/permits/check?code=RIO-P-1", "/p/rio-p-1", "/permits"):
        assert f"</span> {word}</span>" in client.get(page).text


def test_a_permit_page_shows_what_it_allows_and_escapes_it(client: StrictClient, city: City) -> None:
    permit(city)
    page = client.get("/p/rio-p-1").text
    for words in ("Permit RIO-P-1", "12 charging stations", "Keep &lt;script&gt; free", "Mon 2 Mar 2026"):
        assert words in page


def test_an_unknown_permit_is_said_to_be_unknown(client: StrictClient) -> None:
    assert client.get("/permits/check").status_code == 200
    answer = client.get('/permits/check?code="><script>')
    assert answer.status_code == 404
    assert "No permit has this number" in answer.text
    assert client.get("/p/nothing").status_code == 404


def test_the_register_keeps_its_filters_on_the_next_page(client: StrictClient, city: City) -> None:
    for number in range(51):
        permit(city, f"RIO-P-{number:03}")
    page = client.get("/permits?city=rio-verde&year=2026&text=permit").text
    assert "after=2026-03-02_" in page
    assert "city=rio-verde&amp;year=2026&amp;text=permit&amp;after=" in page
    assert "No permit matches" in client.get("/permits?year=1999").text
    assert client.get("/permits?year=99999999999&city=%00&after=x").status_code == 200


def test_the_register_holds_no_names(client: StrictClient, city: City) -> None:
    permit(city)
    assert "Volt" not in client.get("/permits").text


@pytest.mark.parametrize("page", ["/permits", "/permits/check?code=RIO-P-1", "/status?number=RIO-1", "/"])
def test_a_public_page_takes_few_statements(app: Flask, client: StrictClient, city: City, page: str) -> None:
    counts = []
    for batch in ("a", "b"):
        for number in range(1 if batch == "a" else 60):
            permit(city, f"{batch}-{number}")
        with statements(database_of(app)) as seen:
            client.get(page)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 2


def test_the_status_page_tells_the_sentence(client: StrictClient, city: City) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant", MONDAY)
    number = city.file(application_id).number
    page = client.get(f"/status?number={number}").text
    assert "With the city since Mon 2 Mar 2026" in page
    assert "Volt" not in page
    missing = client.get("/status?number=RIO-0")
    assert missing.status_code == 404
    assert "No application has this number" in missing.text


def test_health_says_whether_the_database_can_be_read(app: Flask, client: StrictClient) -> None:
    assert client.get("/healthz").get_json() == {"ok": True}
    installation = app.extensions["permitflow"]
    broken = Database("sqlite:////nowhere/at/all.sqlite3")
    app.extensions["permitflow"] = replace(installation, database=broken)
    answer = client.get("/healthz")
    app.extensions["permitflow"] = installation
    broken.dispose()
    assert (answer.status_code, answer.get_json()) == (503, {"ok": False})


def test_the_pages_are_the_same_for_somebody_signed_in(app: Flask, city: City) -> None:
    client = signed_in(app, city.staff["planner"])
    page = client.get("/")
    assert "Rio Verde" in page.text
    assert "My queue" in page.text
    assert page.headers["Cache-Control"] == "no-store"
