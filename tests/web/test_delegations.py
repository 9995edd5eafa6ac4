"""Lending a role on its page: who sees what, who may, and what the deputy can then do."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.models import Delegation, Visit
from tests import factories
from tests.browsing import press, signed_in, words
from tests.factories import City
from tests.strict_client import StrictClient

DAYS = {"from_on": "2020-01-01", "until_on": "2099-12-31", "reason": "On leave"}


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(app.extensions["permitflow"].database)


def entered(city: City, lender: str, role: str, deputy: str, **more: str) -> dict[str, str]:
    what = f"{city.id}:{city.staff[lender]}:{role}"
    return {"what": what, "to_user": city.staff[deputy], **DAYS, **more}


def lend(browser: StrictClient, fields: dict[str, str]) -> TestResponse:
    return press(browser, browser.get("/delegations/"), "/delegations/", **fields)


def loans(city: City) -> list[Delegation]:
    with city.database.reading() as session:
        return list(session.scalars(select(Delegation)))


def test_a_reviewer_lends_the_own_role_and_the_deputy_decides(app: Flask, city: City) -> None:
    examiner = "electrical_examiner"
    answer = lend(signed_in(app, city.staff[examiner]), entered(city, examiner, examiner, "planner"))
    assert answer.status_code == 302
    application = city.draft("us-ca-commercial-ab970")
    city.act(application, "submit", "applicant", now_us())
    city.act(application, "accept", "permit_technician", now_us())
    deputy = signed_in(app, city.staff["planner"])
    with city.database.reading() as session:
        query = select(Visit.id).where(Visit.lane == "electrical", Visit.application_id == application)
        visit = session.scalars(query).one()
    page = deputy.get(f"/review/{application}?visit={visit}")
    press(deputy, page, f"/review/{application}/lanes/electrical/approve")
    shown = words(deputy.get(f"/review/{application}"))
    assert "rio-verde planner for rio-verde electrical_examiner" in shown


def test_nobody_is_offered_the_role_of_somebody_else(app: Flask, city: City) -> None:
    browser = signed_in(app, city.staff["planner"])
    page = browser.get("/delegations/")
    assert "Planner – rio-verde planner" in words(page)
    assert "Electrical examiner –" not in words(page)
    answer = press(
        browser,
        page,
        "/delegations/",
        **entered(city, "electrical_examiner", "electrical_examiner", "planner"),
    )
    assert answer.status_code == 422
    assert loans(city) == []


def test_what_does_not_fit_comes_back_with_the_reason(app: Flask, city: City) -> None:
    fields = entered(city, "planner", "planner", "cashier", until_on="2019-12-31")
    answer = lend(signed_in(app, city.staff["planner"]), fields)
    assert answer.status_code == 422
    assert "The last day comes before the first." in words(answer)
    assert "On leave" in answer.text


def test_the_administrator_lends_for_others_and_ends_it(app: Flask, city: City) -> None:
    browser = signed_in(app, city.staff["administrator"])
    assert lend(browser, entered(city, "planner", "planner", "cashier")).status_code == 302
    (loan,) = loans(city)
    page = browser.get("/delegations/")
    assert "running" in words(page)
    press(browser, page, f"/delegations/{loan.id}/end")
    assert loans(city)[0].ended_at is not None
    assert "ended" in words(browser.get("/delegations/"))


def test_the_page_is_for_staff(app: Flask, city: City) -> None:
    browser = signed_in(app, city.installer_id)
    assert browser.get("/delegations/").status_code == 403
    assert "Lend a role" not in words(browser.get("/auth/account"))
    assert "Lend a role" in words(signed_in(app, city.staff["planner"]).get("/auth/account"))
