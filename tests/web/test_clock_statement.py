"""The clock statement as a page and as a PDF: what it says, and who may read it."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from pypdf import PdfReader

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in, words
from tests.factories import City
from tests.statements import statements
from tests.strict_client import StrictClient

WORKFLOW = "us-ca-commercial-ab970"


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def application_id(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant", now_us() - DAY)
    return application_id


@pytest.fixture
def applicant(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.installer_id)


def test_the_applicant_reads_every_day(applicant: StrictClient, application_id: str) -> None:
    text = words(applicant.get(f"/applications/{application_id}/clocks"))
    assert "5 business days used" in text
    assert "start day is not counted" in text
    assert "days one by one" in text
    assert "(Submitted, " in text
    assert "The application counts as complete." in text
    assert "version 1" in text


def test_the_staff_of_the_city_reads_it_too(app: Flask, city: City, application_id: str) -> None:
    for role in ("planner", "manager", "cashier"):
        page = signed_in(app, city.staff[role]).get(f"/applications/{application_id}/clocks")
        assert page.status_code == 200
        assert f'href="/review/{application_id}"' in page.text


def test_nobody_else_does(app: Flask, city: City, application_id: str) -> None:
    other = factories.city(database_of(app), slug="other-town")
    for path in (f"/applications/{application_id}/clocks", f"/applications/{application_id}/clocks.pdf"):
        for user_id in (other.installer_id, other.staff["manager"]):
            assert signed_in(app, user_id).get(path).status_code == 404
        assert app.test_client().get(path).status_code == 302


def test_a_draft_says_when_the_first_clock_starts(applicant: StrictClient, app: Flask, city: City) -> None:
    draft = city.draft(WORKFLOW)
    assert "No legal clock has started yet." in words(applicant.get(f"/applications/{draft}/clocks"))
    assert signed_in(app, city.staff["planner"]).get(f"/applications/{draft}/clocks").status_code == 404
    pdf = applicant.get(f"/applications/{draft}/clocks.pdf")
    assert "No legal clock has started yet." in text_of(pdf.data)


def test_the_pages_of_the_file_lead_to_it(
    app: Flask, applicant: StrictClient, city: City, application_id: str
) -> None:
    link = f'href="/applications/{application_id}/clocks"'
    assert link in applicant.get(f"/applications/{application_id}").text
    assert link in signed_in(app, city.staff["permit_technician"]).get(f"/review/{application_id}").text


def text_of(pdf: bytes) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_pdf_says_the_same(applicant: StrictClient, city: City, application_id: str) -> None:
    answer = applicant.get(f"/applications/{application_id}/clocks.pdf")
    assert answer.mimetype == "application/pdf"
    number = city.file(application_id).number
    assert f'filename="{number}-clocks.pdf"' in answer.headers["Content-Disposition"]
    text = text_of(answer.data)
    assert number in text
    assert "start day is not counted" in text
    assert "Appendix: every day" in text


def test_the_statement_costs_the_same_for_a_file_with_a_longer_way(
    applicant: StrictClient, city: City, application_id: str
) -> None:
    path = f"/applications/{application_id}/clocks"
    applicant.get(path)
    with statements(city.database) as few:
        applicant.get(path)
    city.act(application_id, "accept", "permit_technician", now_us())
    with statements(city.database) as many:
        applicant.get(path)
    assert len(many) == len(few)
