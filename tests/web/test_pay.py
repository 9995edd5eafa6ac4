"""The applicant pays the fees of the own application: what is due, what is refused, and what counts once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.browsing import database_of, filled, forms, send, send_from, signed_in, words
from tests.scene import Scene, scene
from tests.strict_client import StrictClient
from tests.web.test_applications import submitted
from tests.web.test_payments import recorded


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


def test_the_applicant_pays_and_gets_the_permit(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = submitted(app, city, tmp_path)
    path = f"/applications/{application_id}/pay"
    page = olga.get(path)
    assert filled(forms(page)[0])["amount"] == "250.00"
    paid = send_from(olga, page, path, reference="wire 77")
    assert paid.location == f"/applications/{application_id}"
    assert "Download the permit" in words(olga.get(paid.location))
    assert recorded(app) == [("WIRE 77", 25_000)]
    assert send_from(olga, page, path, reference="wire 78").status_code == 409
    assert "Still to pay$0.00" in words(olga.get(path))
    assert recorded(app) == [("WIRE 77", 25_000)]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"amount": "0", "reference": "a"}, "Enter the amount, such as 250.00."),
        ({"amount": "251", "reference": "a"}, "Only $250.00 is due."),
    ],
)
def test_bad_amounts_and_references(
    typed: dict[str, str], shown: str, app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = submitted(app, city, tmp_path)
    refused = send(olga, f"/applications/{application_id}/pay", **typed)
    assert refused.status_code == 422
    assert words(refused).count(shown) == 2
    assert filled(forms(refused)[0])["amount"] == typed["amount"], "what was typed stays"
    assert recorded(app) == []


def test_a_reference_counts_once(app: Flask, city: Scene, olga: StrictClient, tmp_path: Path) -> None:
    first, second = submitted(app, city, tmp_path), submitted(app, city, tmp_path)
    send(olga, f"/applications/{first}/pay", reference="check 5")
    refused = send(olga, f"/applications/{second}/pay", reference="CHECK  5")
    assert refused.status_code == 422
    assert "recorded already" in words(refused)


def test_somebody_of_another_company_sees_and_pays_nothing(app: Flask, city: Scene, tmp_path: Path) -> None:
    path = f"/applications/{submitted(app, city, tmp_path)}/pay"
    sam = signed_in(app, city.sam)
    assert sam.get(path).status_code == 404
    token = filled(forms(sam.get("/companies/new"))[0])["csrf_token"]
    sent = {"csrf_token": token, "amount": "250", "reference": "wire 1"}
    assert sam.post(path, data=sent).status_code == 404
    assert recorded(app) == []
