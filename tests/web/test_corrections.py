"""A correction notice is answered on one page, item by item, and sent back as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.models import CorrectionItem, Document, PermitApplication
from tests.browsing import database_of, filled, forms, send, send_from, signed_in, upload, words
from tests.scene import PDF, Scene, scene
from tests.services.test_answers import draft, with_corrections
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


@pytest.fixture
def noticed(app: Flask, city: Scene, tmp_path: Path) -> str:
    """A file with a notice of two items, and a third that a reviewer only drafts."""
    with database_of(app).transaction() as session:
        application_id, _items = with_corrections(city, session, tmp_path)
        draft(session, city, application_id, "A thought nobody has sent.")
    return application_id


def test_every_item_is_answered_then_all_goes_back(noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/corrections"
    page = olga.get(path)
    assert "0 of 2 answered" in words(page)
    assert "Answer every item of the correction notice" in words(page), "the button says why it waits"
    assert "A thought nobody has sent." not in words(page)
    item = filled(forms(page)[0])
    reply = next(name for name in item if name.endswith("-reply"))
    assert send_from(olga, page, path, **{reply: "See sheet E2."}).status_code == 302
    page = olga.get(path)
    assert "1 of 2 answered" in words(page)
    second = next(name for name in filled(forms(page)[1]) if name.endswith("-reply"))
    send_from(olga, page, path, 1, **{second: "6 AWG."})
    page = olga.get(path)
    assert "2 of 2 answered" in words(page)
    done = send_from(olga, page, path, 2)
    assert done.location == f"/applications/{noticed}"
    after = words(olga.get(path))
    assert "See sheet E2." in after
    assert "Save this answer" not in after


def test_an_answer_brings_its_document(app: Flask, noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/corrections"
    page = olga.get(path)
    form = forms(page)[0]
    values = filled(form)
    names = {name.rsplit("-", 1)[-1]: name for name in values}
    item_id = names["reply"].removesuffix("-reply")
    new = PDF + b"% a later sheet\n%%EOF"
    typed = {
        names["reply"]: "New plan.",
        names["kind"]: "service_plan",
        f"{item_id}-file": (new, "plan two.pdf"),
    }
    assert upload(olga, form.get("action") or "", values | typed).status_code == 302
    assert "plan two.pdf (v2)" in words(olga.get(path))
    with database_of(app).reading() as session:
        item = session.get_one(CorrectionItem, item_id)
        document = session.scalars(
            select(Document).where(Document.kind == "service_plan", Document.version == 2)
        ).one()
        assert item.reply_document_id == document.id
    bad = {**values, **typed, f"{item_id}-file": (b"words", "plan.pdf")}
    refused = upload(olga, form.get("action") or "", bad)
    assert refused.status_code == 422
    assert words(refused).count("not a PDF, PNG or JPEG") == 2
    assert "New plan." in words(refused), "what was typed stays"


def test_an_empty_answer_is_none(noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/corrections"
    refused = send(olga, path)
    assert refused.status_code == 422
    assert words(refused).count("Write what you changed, or why nothing has to change.") == 2


def test_a_colleague_answered_first(app: Flask, city: Scene, noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/corrections"
    page = olga.get(path)
    reply = next(name for name in filled(forms(page)[0]) if name.endswith("-reply"))
    send(signed_in(app, city.carl), path, **{reply: "Carl was here."})
    late = send_from(olga, page, path, **{reply: "Olga too."})
    assert late.status_code == 409
    assert "Somebody of your company answered this item meanwhile." in words(late)
    assert "Olga too." in words(late)


def test_the_form_can_be_corrected_too(app: Flask, noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/edit/electrical"
    done = send(olga, path, breaker_amps="70")
    assert done.location == f"/applications/{noticed}/corrections"


def test_without_a_notice_there_is_no_page(app: Flask, city: Scene, olga: StrictClient) -> None:
    with database_of(app).transaction() as session:
        application_id = city.draft(session)
    assert olga.get(f"/applications/{application_id}/corrections").status_code == 404


def test_others_see_and_answer_nothing(app: Flask, city: Scene, noticed: str, olga: StrictClient) -> None:
    path = f"/applications/{noticed}/corrections"
    target = forms(olga.get(path))[0].get("action") or ""
    for stranger in (city.sam, city.staff["electrical_examiner"]):
        client = signed_in(app, stranger)
        assert client.get(path).status_code == 404
        assert send_from(client, client.get("/companies/new"), "", name="x").status_code in (302, 404)
        token = filled(forms(client.get("/companies/new"))[0])["csrf_token"]
        assert client.post(target, data={"csrf_token": token}).status_code == 404


def test_an_inspection_s_notice_is_answered_but_the_form_stays(
    app: Flask, noticed: str, olga: StrictClient
) -> None:
    with database_of(app).transaction() as session:
        session.get_one(PermitApplication, noticed).state = "issued"
    path = f"/applications/{noticed}/corrections"
    assert f'href="{path}"' in olga.get(f"/applications/{noticed}").text
    page = olga.get(path)
    assert "change the form" not in words(page)
    assert "When everything is put right" in words(page)
    reply = next(name for name in filled(forms(page)[0]) if name.endswith("-reply"))
    assert send_from(olga, page, path, **{reply: "The box is covered now."}).status_code == 302
    assert "1 of 2 answered" in words(olga.get(path))
    papers = olga.get(f"/applications/{noticed}/edit/documents")
    assert "Step 5 of" not in words(papers)
    site = f"/applications/{noticed}/edit/site"
    assert send(olga, site, street="1 Other Rd").status_code == 409
