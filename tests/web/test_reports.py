"""The manager's pages, on both databases."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date

import pytest
from flask import Flask

from permitflow.db import new_id
from permitflow.instants import DAY, local_date, now_us
from permitflow.models import CourtSpell, Permit, PermitApplication, RoleGrant, Visit
from permitflow.reports import definitions
from tests import factories
from tests.browsing import database_of, signed_in
from tests.factories import City
from tests.strict_client import StrictClient

COMMERCIAL = "us-ca-commercial-ab970"
NUMBER = re.compile(r'<a href="(/reports/(?:files|permits)\?[^"]*)">(\d+)</a>')


@pytest.fixture
def city(app: Flask) -> City:
    """A city with files at several points of their way, all of the last weeks."""
    city = factories.city(database_of(app))
    start = now_us() - 40 * DAY
    for number in range(3):
        at = start + number * DAY
        file = city.draft(COMMERCIAL, at)
        city.act(file, "submit", "applicant", at + DAY)
        if number < 2:
            city.act(file, "accept", "permit_technician", at + 3 * DAY)
        if number == 0:
            city.act(file, "withdraw", "applicant", at + 9 * DAY, inputs={"reason": "Sold"})
    city.draft(COMMERCIAL, start)
    return city


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


def permit(city: City, number: str, on: date, source: str = "permitflow") -> None:
    values = {"status": "valid", "title": "Permit", "address": "1 Main St", "city": "Rio Verde"}
    with city.database.transaction() as session:
        session.add(
            Permit(
                id=new_id(),
                jurisdiction_id=city.id,
                number=number,
                issued_on=on,
                station_count=2,
                source=source,
                conditions=[],
                **values,
            )
        )


def test_the_page_says_where_time_goes_and_names_its_terms(manager: StrictClient) -> None:
    page = manager.get("/reports/bottlenecks").text
    assert "<h1>Where files wait in Rio Verde</h1>" in page
    for words in (
        "Where the time goes.",
        "City 100.0 %",
        "What is overdue.",
        "Completeness check",
        "Electrical",
    ):
        assert words in page
    for meaning in (definitions.COURTS, definitions.STEPS, definitions.CLOCKS, definitions.STUCK):
        assert meaning.say() in html.unescape(page)
    assert "Draft" not in page


def test_every_number_leads_to_exactly_so_many_lines(manager: StrictClient, city: City) -> None:
    permit(city, "B-1", local_date(now_us() - 40 * DAY, "UTC"), "old.csv")
    pages = [manager.get("/reports/bottlenecks").text, manager.get("/reports/bottlenecks?step=intake").text]
    links = {(html.unescape(path), int(count)) for page in pages for path, count in NUMBER.findall(page)}
    shown = {re.search(r"show=(\w+)", path)[1] for path, _count in links if "show=" in path}  # type: ignore[index]
    assert shown >= {
        "held",
        "held_now",
        "open",
        "closed",
        "arrived",
        "left",
        "given_up",
        "undecided",
        "overdue",
        "stuck",
    }
    assert any(path.startswith("/reports/permits") for path, _count in links)
    for path, count in links:
        listed = manager.get(path)
        assert listed.status_code == 200, path
        assert listed.text.count("<tr>") - 1 == count, path


def test_the_weeks_of_a_step_are_chosen_by_a_link(manager: StrictClient) -> None:
    page = manager.get("/reports/bottlenecks?step=intake").text
    assert "Arrivals and departures each week: Completeness check" in page
    assert "all files" in manager.get("/reports/bottlenecks?step=nonsense").text


def test_a_list_names_files_and_leads_to_their_time(manager: StrictClient, city: City) -> None:
    page = manager.get("/reports/files?show=open&step=intake").text
    assert "<h1>Completeness check: open now</h1>" in page
    (path,) = re.findall(r'<a href="(/reports/files/[0-9a-f]{32})">RIO-A-', page)
    file = manager.get(path).text
    assert "Where the time of RIO-A-" in file
    assert "In all: City" in file
    (review,) = re.findall(r'href="(/review/[0-9a-f]{32})"', file)
    assert manager.get(review).status_code == 200


def test_a_long_list_has_pages(app: Flask) -> None:
    city = factories.city(database_of(app))
    for _number in range(51):
        at = now_us() - 5 * DAY
        city.act(city.draft(COMMERCIAL, at), "submit", "applicant", at)
    manager = signed_in(app, city.staff["manager"])
    first = manager.get("/reports/files?show=open&step=intake")
    assert "51 files" in first.text
    (path,) = re.findall(r'<a href="([^"]*)" rel="next"', first.text)
    second = manager.get(html.unescape(path)).text
    assert second.count("<tr>") - 1 == 1
    assert "First page" in second
    assert "There is no such file now" in manager.get("/reports/files?show=open&step=intake&page=9").text


@pytest.mark.parametrize("name", definitions.ALL)
def test_each_table_is_a_csv_file(manager: StrictClient, name: str) -> None:
    answer = manager.get(f"/reports/bottlenecks/{name}.csv?from=2026-01-01&to=2026-12-31")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{name}-rio-verde-2026-01-01-2026-12-31.csv"'
    )
    header = next(csv.reader(io.StringIO(answer.text)))
    assert header[-1] == "definition"


def test_what_does_not_exist_is_not_found(manager: StrictClient, city: City) -> None:
    draft = city.draft(COMMERCIAL)
    for path in (
        "/reports/bottlenecks/nonsense.csv",
        "/reports/files?show=nonsense",
        f"/reports/files/{draft}",
        f"/reports/files/{'0' * 32}",
        "/reports/permits?period=nonsense",
        "/reports/permits?period=20-2-01",
        "/reports/bottlenecks?city=atlantis",
    ):
        assert manager.get(path).status_code == 404, path


def test_a_city_that_one_does_not_manage_is_not_there(app: Flask, manager: StrictClient, city: City) -> None:
    other = factories.city(city.database, slug="monte-alto")
    at = now_us() - DAY
    file = other.draft(COMMERCIAL, at)
    other.act(file, "submit", "applicant", at)
    grant(other, city.staff["manager"], "inspector")
    for path in ("/reports/bottlenecks", "/reports/bottlenecks/steps.csv", "/reports/permits"):
        assert manager.get(f"{path}?city=monte-alto&period=2026").status_code == 404
    assert manager.get("/reports/files?city=monte-alto&show=held").status_code == 404
    assert manager.get(f"/reports/files/{file}").status_code == 404
    grant(other, city.staff["manager"], "administrator")
    page = manager.get("/reports/bottlenecks?city=monte-alto").text
    assert "Where files wait in Monte Alto" in page
    assert '<select class="usa-select" id="city"' in page


def grant(city: City, user_id: str, role: str) -> None:
    with city.database.transaction() as session:
        values = {"user_id": user_id, "jurisdiction_id": city.id, "role": role, "granted_at": 0}
        session.add(RoleGrant(id=new_id(), **values))


@pytest.mark.parametrize(
    "role", ["electrical_examiner", "permit_technician", "building_official", "applicant"]
)
def test_other_roles_are_refused(app: Flask, city: City, role: str) -> None:
    somebody = signed_in(app, city.installer_id if role == "applicant" else city.staff[role])
    for path in ("/reports/bottlenecks", "/reports/bottlenecks/steps.csv", "/reports/files?show=held"):
        assert somebody.get(path).status_code == 403
    assert signed_in(app, city.staff["administrator"]).get("/reports/bottlenecks").status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-05-01&to=2026-04-01", "The last day lies before the first"),
        ("from=yesterday", "Not a valid date value"),
        ("to=9999-12-31", "Choose a day between 1970 and 2200"),
        ("workflow=nonsense", "Not a valid choice"),
    ],
)
def test_a_period_that_cannot_be_is_said(manager: StrictClient, query: str, words: str) -> None:
    answer = manager.get(f"/reports/bottlenecks?{query}")
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is something to correct" in answer.text


def test_one_end_of_the_period_is_enough(manager: StrictClient) -> None:
    for query, dates in (
        ("to=2026-02-28", ("2025-03-01", "2026-02-28")),
        ("from=2030-01-01", ("2030-01-01", "2030-01-01")),
    ):
        page = manager.get(f"/reports/bottlenecks?{query}").text
        for day in dates:
            assert f'value="{day}"' in page


def test_an_empty_city_says_what_will_be_here(app: Flask) -> None:
    city = factories.city(database_of(app))
    page = signed_in(app, city.staff["manager"]).get("/reports/bottlenecks").text
    for words in (
        "Once a step has had 20 visits",
        "No file was open in this period",
        "No application is open or ended",
        "No permit was issued",
    ):
        assert words in page


def test_the_page_begins_with_what_holds_files_up(app: Flask) -> None:
    city = factories.city(database_of(app))
    came = [now_us() - (60 - number) * DAY for number in range(30)]
    files = [city.draft(COMMERCIAL, at) for at in came]
    with city.database.transaction() as session:
        for at, file in zip(came, files, strict=True):
            application = session.get_one(PermitApplication, file)
            application.submitted_at, application.decided_at = at, at + 13 * DAY
            application.outcome = "issued"
            session.add(visit_at_fire(city, file, at))
    manager = signed_in(app, city.staff["manager"])
    page = html.unescape(manager.get("/reports/bottlenecks").text)
    (sentences,) = re.findall(r"<li>(Fire .*?)</li>", page)
    assert sentences.startswith("Fire holds files up: 30 files lost 360 days there")
    assert page.index(sentences) < page.index("What is overdue.")
    assert sentences.endswith(
        " If Fire were 3 days faster each time, the decision would come 3.0 days earlier (on average of 30 files)."
    )
    (path,) = re.findall(r'data-label="Ended \(n\)" class="pf-number"><a href="([^"]*)">30</a>', page)
    assert manager.get(path).text.count("<tr>") - 1 == 30
    (row,) = csv.DictReader(io.StringIO(manager.get("/reports/bottlenecks/causes.csv").text))
    assert (row["step"], row["files"]) == ("fire", "30")
    assert sentences.startswith(row["sentence"])
    assert len(re.findall(r"[.](?: |$)", row["sentence"])) == 3


def visit_at_fire(city: City, file: str, at: int) -> Visit:
    """A visit that waited twelve days and was then done in an hour."""
    begun = at + 12 * DAY
    return Visit(
        id=new_id(),
        jurisdiction_id=city.id,
        application_id=file,
        company_id=city.company_id,
        step="fire",
        lane="fire",
        role="fire_reviewer",
        party="agency",
        round=1,
        why="first_review",
        due_on=date(9999, 12, 31),
        opened_at=at,
        first_claimed_at=begun,
        claimed_at=begun,
        worked_us=DAY // 24,
        closed_at=begun + DAY // 24,
        closed_by=city.staff["fire_reviewer"],
    )


def test_a_file_without_a_whole_record_is_told_apart(manager: StrictClient, city: City) -> None:
    with city.database.transaction() as session:
        session.query(CourtSpell).delete()
    page = manager.get("/reports/bottlenecks").text
    assert "Files left out, because their record of courts has a gap" in page
    listed = manager.get("/reports/files?show=unexplained").text
    (path, *_more) = re.findall(r'<a href="(/reports/files/[0-9a-f]{32})">', listed)
    assert "no split is shown" in manager.get(path).text


def test_permits_behind_a_month(manager: StrictClient, city: City) -> None:
    permit(city, "B-1", date(2020, 3, 1), "old.csv")
    page = manager.get("/reports/bottlenecks?from=2020-01-01&to=2020-12-31").text
    assert '<tr data-category="2020-03" data-series="old.csv">' in page
    listed = manager.get("/reports/permits?from=2020-01-01&to=2020-12-31&period=2020-03&source=old.csv").text
    assert "B-1" in listed
    assert "1 permit" in listed
    nothing = manager.get("/reports/permits?period=2020-03&source=permitflow").text
    assert "No permit of this source" in nothing
