"""Fees are paid by the applicant or recorded by the cashier of the city; nothing counts twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.instants import DAY
from permitflow.models import Payment
from tests import factories
from tests.browsing import database_of, filled, forms, hidden, send, signed_in, words
from tests.factories import MONDAY
from tests.scene import Scene, scene
from tests.services.clock_lab import Lab, lab, workflow
from tests.services.test_remedies import WASHINGTON, paid
from tests.strict_client import StrictClient
from tests.web.test_applications import submitted


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


def cashier(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.staff["cashier"])


def recorded(app: Flask) -> list[tuple[str, int]]:
    with database_of(app).reading() as session:
        return [(row.reference, row.amount_cents) for row in session.scalars(select(Payment))]


def test_the_cashier_records_what_came_in(app: Flask, city: Scene, tmp_path: Path) -> None:
    application_id = submitted(app, city, tmp_path)
    desk = cashier(app, city)
    assert "1250 Mission Rd" in words(desk.get("/payments/"))
    part = send(desk, f"/payments/{application_id}", amount="100", reference="cash 1")
    assert part.location == f"/payments/{application_id}"
    assert "Still to pay$150.00" in words(desk.get(part.location))
    send(desk, f"/payments/{application_id}", reference="cash 2")
    assert "Nothing is due now." in words(desk.get("/payments/"))
    assert recorded(app) == [("CASH 1", 10_000), ("CASH 2", 15_000)]


def test_only_cashiers_of_the_city_record(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = submitted(app, city, tmp_path)
    path = f"/payments/{application_id}"
    for person in (city.olga, city.sam, city.staff["building_official"]):
        assert signed_in(app, person).get(path).status_code == 403
    with database_of(app).transaction() as session:
        neighbour = Scene(session, "nextville")
    other = cashier(app, neighbour)
    assert other.get(path).status_code == 404
    assert "Nothing is due now." in words(other.get("/payments/"))
    token = filled(forms(other.get("/companies/new"))[0])["csrf_token"]
    assert other.post(path, data={"csrf_token": token}).status_code == 404
    assert recorded(app) == []


def test_a_cashier_takes_no_money_from_the_own_company(app: Flask, city: Scene, tmp_path: Path) -> None:
    application_id = submitted(app, city, tmp_path)
    with database_of(app).transaction() as session:
        city.grant(session, city.carl, "cashier")
    refused = send(signed_in(app, city.carl), f"/payments/{application_id}", reference="own pocket")
    assert refused.status_code == 403
    assert recorded(app) == []


def owing(app: Flask) -> tuple[Lab, str]:
    """A file whose city decided late and owes $400."""
    here = lab(database_of(app), workflow(decision=WASHINGTON))
    application_id = paid(here)
    here.official(application_id, "approve", MONDAY + 204 * DAY)
    return here, application_id


def refund_form(desk: StrictClient, application_id: str) -> tuple[str, dict[str, Any]]:
    """Where the form that pays the refund out is sent, and what it holds."""
    shown = forms(desk.get(f"/payments/{application_id}"))
    form = next(one for one in shown if "/refunds/" in one.get("action", ""))
    return form.get("action", ""), filled(form)


def test_the_cashier_pays_a_refund_out_once(app: Flask) -> None:
    here, application_id = owing(app)
    desk = signed_in(app, here.city.staff["cashier"])
    assert "Refunds to pay out" in words(desk.get("/payments/"))
    assert "Refund owed$400.00" in words(desk.get(f"/payments/{application_id}"))
    path, values = refund_form(desk, application_id)
    empty = desk.post(path, data=values)
    assert empty.status_code == 422
    assert "Enter the number of the check or transfer." in words(empty)
    answer = desk.post(path, data={**values, "paper": "check 12"})
    assert answer.location == f"/payments/{application_id}"
    shown = words(desk.get(answer.location))
    assert "Refund paid out" in shown
    assert "Refund owed" not in shown
    assert "Refunds to pay out" not in words(desk.get("/payments/"))
    assert desk.post(path, data={**values, "paper": "check 13"}).status_code == 409


def test_only_cashiers_of_the_city_pay_out(app: Flask) -> None:
    here, application_id = owing(app)
    desk = signed_in(app, here.city.staff["cashier"])
    path, values = refund_form(desk, application_id)
    installer = signed_in(app, here.city.installer_id)
    assert "/refunds/" not in installer.get(f"/applications/{application_id}/pay").text
    neighbour = factories.city(database_of(app), slug="next-town", pack="us-generic")
    for who, status in (
        (here.city.installer_id, 403),
        (here.city.staff["manager"], 403),
        (neighbour.staff["cashier"], 404),
    ):
        client = signed_in(app, who)
        token = hidden(client.get("/permits/check"), "csrf_token")
        answer = client.post(path, data={**values, "csrf_token": token, "paper": "x"})
        assert answer.status_code == status
    assert here.events(application_id, "pay_out_refund") == []
