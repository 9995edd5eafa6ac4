"""An application is filled in step by step; nothing typed is lost, and sending it tells all that is missing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.models import Document, Event, PermitApplication
from tests.browsing import database_of, filled, forms, send, send_from, signed_in, upload, words
from tests.scene import HOME, PDF, Scene, scene
from tests.strict_client import StrictClient
from tests.web.test_applications import a_draft


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


def stored(app: Flask, application_id: str) -> PermitApplication:
    with database_of(app).reading() as session:
        return session.get_one(PermitApplication, application_id)


def add(client: StrictClient, application_id: str, kind: str, data: bytes, name: str = "plan.pdf") -> Any:
    path = f"/applications/{application_id}/edit/documents"
    page = client.get(path)
    form = next(form for form in forms(page) if filled(form)["kind"] == kind)
    values = {**filled(form), f"{kind}-file": (data, name)}
    return upload(client, path, values)


def test_from_the_first_click_to_the_receipt(app: Flask, city: Scene, olga: StrictClient) -> None:
    begun = send(olga, "/applications/new", company=city.company_id, project=f"{city.city_id}:residential")
    path = begun.location
    application_id = path.split("/")[2]
    assert path == f"/applications/{application_id}/edit/project"
    path = send(olga, path, title="Home charger", valuation_cents="2,500.00").location
    site = {name: value for name, value in HOME["site"].items() if not isinstance(value, bool)}
    answered_no = {name: "no" for name, value in HOME["site"].items() if value is False}
    path = send(olga, path, **site, **answered_no).location
    charger = {f"chargers-0-{name}": str(value) for name, value in HOME["equipment"][0].items()}
    path = send(olga, path, **{**charger, "chargers-0-outdoor": "no"}).location
    electrical = {
        **{k: str(v) for k, v in HOME["electrical"].items()},
        "service_upgrade": "no",
        "has_ems": "no",
    }
    path = send(olga, path, **electrical).location
    assert path.endswith("/edit/documents")
    assert add(olga, application_id, "cut_sheet", PDF).status_code == 302
    path = send(olga, f"/applications/{application_id}/edit/people", **{"applicant-name": "Olga"}).location
    page = olga.get(path)
    assert "A 60 A breaker is large enough for a 48 A charger." in words(page)
    assert "$2,500.00" in words(page)
    sent = send_from(olga, page, path, owner_consent="y", signed_name="Olga Owner")
    assert sent.location == f"/applications/{application_id}/receipt"
    receipt = words(olga.get(sent.location))
    assert "TV-A-" in receipt
    assert "Fees to pay" in receipt
    row = stored(app, application_id)
    assert {**row.form, "attestations": None, "contractor": None} == {
        **{name: HOME[name] for name in ("project", "site", "equipment", "electrical")},
        "attestations": None,
        "contractor": None,
    }


def test_an_open_question_stays_open(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/site"
    send(olga, path, flood_zone="", occupancy="", existing_stalls="")
    site = stored(app, application_id).form["site"]
    assert isinstance(site, dict)
    assert "flood_zone" not in site
    assert "occupancy" not in site
    assert site["historic_district"] is False


@pytest.mark.parametrize(
    ("step", "typed", "words_shown"),
    [
        ("site", {"street": ""}, "Enter the street and number of the site"),
        (
            "project",
            {"valuation_cents": "12.5"},
            "Enter an amount in dollars, such as 250.00. You entered “12.5”.",
        ),
        ("electrical", {"service_amps": "two hundred"}, "Enter a whole number, such as 48."),
        ("electrical", {"breaker_amps": "0"}, "Enter a whole number from 1 to 10000."),
        ("equipment", {"chargers-0-quantity": "-3"}, "Enter a whole number, such as 48."),
        ("people", {"owner-email": "nobody"}, "Enter an e-mail address, such as name@example.com."),
    ],
)
def test_what_is_wrong_stands_on_top_and_beside_the_field(
    step: str, typed: dict[str, str], words_shown: str, app: Flask, city: Scene, olga: StrictClient
) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/{step}"
    page = send(olga, path, **typed)
    assert page.status_code == 422
    assert words(page).count(words_shown) == 2, "in the summary and beside the field"
    (name, value), *_rest = typed.items()
    assert filled(forms(page)[0])[name] == value, "what was typed stays"
    assert stored(app, application_id).form == stored_form(app, application_id)


def stored_form(app: Flask, application_id: str) -> dict[str, Any]:
    """The form as the scene filled it in."""
    steps = {name: HOME[name] for name in ("project", "site", "equipment", "electrical")}
    return {**steps, "contractor": {"licence_valid": True}}


def test_chargers_come_and_go(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/equipment"
    more = send(olga, path, more="1", **{"chargers-0-model": "W49"})
    assert "Charger type 2" in words(more)
    assert filled(forms(more)[0])["chargers-0-model"] == "W49", "nothing typed is lost"
    send_from(olga, more, path, **{"chargers-1-quantity": "2", "chargers-1-level": "DC"})
    rows = stored(app, application_id).form["equipment"]
    assert isinstance(rows, list)
    assert [row["quantity"] for row in rows] == [1, 2]
    send(olga, path, **{"chargers-0-remove": "y"})
    rows = stored(app, application_id).form["equipment"]
    assert rows == [{"quantity": 2, "level": "DC"}]
    assert olga.post(f"/applications/{application_id}/edit/site", data={}).status_code == 400


def test_only_equipment_has_rows_to_add(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    assert send(olga, f"/applications/{application_id}/edit/site", more="1").status_code == 400


def test_a_colleague_was_faster(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/site"
    old = olga.get(path)
    send(signed_in(app, city.carl), path, unit="Carl's corner")
    late = send_from(olga, old, path, unit="Olga's office")
    assert late.status_code == 409
    assert "Somebody of your company changed this step" in words(late)
    assert "Carl's corner" in words(late), "the page says what is saved now"
    assert filled(forms(late)[0])["unit"] == "Olga's office", "what was typed stays"
    assert send_from(olga, late, path).status_code == 302
    site = stored(app, application_id).form["site"]
    assert isinstance(site, dict)
    assert site["unit"] == "Olga's office"


def test_saving_and_leaving(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    left = send(olga, f"/applications/{application_id}/edit/site", then="leave", unit="7")
    assert left.location == f"/applications/{application_id}"
    assert "Saved. You can go on at any time." in words(olga.get(left.location))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "The file is empty."),
        (b"just words", "not a PDF, PNG or JPEG"),
        (PDF[:-9], "cut off or damaged"),
    ],
)
def test_bad_files_are_refused_beside_the_field(
    data: bytes, shown: str, app: Flask, city: Scene, olga: StrictClient
) -> None:
    application_id = a_draft(app, city)
    page = add(olga, application_id, "cut_sheet", data)
    assert page.status_code == 422
    assert words(page).count(shown) == 2
    with database_of(app).reading() as session:
        assert session.scalars(select(Document)).all() == []


def test_no_file_at_all(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    page = send(olga, f"/applications/{application_id}/edit/documents")
    assert page.status_code == 422
    assert words(page).count("Choose a file.") == 2


def test_a_file_over_the_limit_gets_the_page_that_says_so(
    app: Flask, city: Scene, olga: StrictClient
) -> None:
    application_id = a_draft(app, city)
    assert add(olga, application_id, "cut_sheet", b"x" * 27_000_000).status_code == 413
    assert add(olga, application_id, "cut_sheet", b"x" * 25_500_000).status_code == 413


def test_a_path_in_the_name_is_no_path(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    add(olga, application_id, "cut_sheet", PDF, "../../secret\u202e/plan<1>.exe")
    with database_of(app).reading() as session:
        assert session.scalars(select(Document)).one().filename == "plan1.exe.pdf"


def test_the_same_upload_form_twice_has_one_effect(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/documents"
    form = next(form for form in forms(olga.get(path)) if filled(form)["kind"] == "cut_sheet")
    answers = []
    for content in (PDF, PDF, PDF + b"%%EOF"):
        values = {**filled(form), "cut_sheet-file": (content, "plan.pdf")}
        answers.append(upload(olga, path, values).status_code)
    assert answers == [302, 302, 409]
    with database_of(app).reading() as session:
        assert len(session.scalars(select(Document)).all()) == 1


def test_a_forged_token_is_refused(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    assert (
        send(olga, f"/applications/{application_id}/edit/documents", kind="load_calculation").status_code
        == 400
    )
    path = f"/applications/{application_id}/edit/review"
    assert send(olga, path, action="withdraw", signed_name="Olga").status_code == 400


def test_sending_says_everything_that_is_missing(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city, {"project": {"type": "residential"}})
    page = olga.get(f"/applications/{application_id}/edit/review")
    text = words(page)
    assert "Enter the charger with its model, current and voltage." in text
    assert "Required documents are missing." in text
    assert f"/applications/{application_id}/edit/equipment" in page.get_data(as_text=True)
    assert "Sign the application." not in text, "the signature is asked for on this very page"


def test_a_signature_needs_a_name_and_the_owner(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    add(olga, application_id, "cut_sheet", PDF)
    path = f"/applications/{application_id}/edit/review"
    nameless = send(olga, path, owner_consent="y", signed_name=" ")
    assert nameless.status_code == 422
    assert words(nameless).count("Type your full name to sign.") == 2
    alone = send(olga, path, signed_name="Olga Owner")
    assert alone.status_code == 409
    assert "Confirm that the property owner agrees to the work." in words(alone)
    assert filled(forms(alone)[0])["signed_name"] == "Olga Owner"
    with database_of(app).reading() as session:
        assert session.scalars(select(Event).where(Event.action == "sign")).all() == [], "refused as a whole"


def test_sending_twice_has_one_effect(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    add(olga, application_id, "cut_sheet", PDF)
    path = f"/applications/{application_id}/edit/review"
    page = olga.get(path)
    assert send_from(olga, page, path, owner_consent="y", signed_name="Olga").status_code == 302
    again = send_from(olga, page, path, owner_consent="y", signed_name="Olga")
    assert again.status_code == 409
    assert "Submitted" in words(again), "the page says what happened meanwhile"
    assert olga.get(path).status_code == 404, "there is nothing left to sign"


@pytest.mark.parametrize(
    "step", ["project", "site", "equipment", "electrical", "documents", "people", "review"]
)
def test_steps_belong_to_the_company_alone(step: str, app: Flask, city: Scene) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/edit/{step}"
    assert signed_in(app, city.carl).get(path).status_code == 200
    for stranger in (city.sam, city.staff["permit_technician"]):
        client = signed_in(app, stranger)
        assert client.get(path).status_code == 404
        token = filled(forms(client.get("/companies/new"))[0])["csrf_token"]
        given = {"csrf_token": token, "street": "1 Elm", "title": "x", "signed_name": "Sam"}
        assert client.post(path, data=given).status_code in (400, 404)
    assert stored(app, application_id).form == stored_form(app, application_id)


def test_beginning_needs_a_company_and_a_choice(app: Flask, city: Scene, olga: StrictClient) -> None:
    refused = send(olga, "/applications/new")
    assert refused.status_code == 422
    assert words(refused).count("Choose the city and what you want to build.") == 2
    other = {"company": city.other_company_id, "project": f"{city.city_id}:residential"}
    assert send(olga, "/applications/new", **other).status_code == 422
    page = signed_in(app, city.staff["cashier"]).get("/applications/new")
    assert "Create a company" in words(page)
