"""The installer's list and the page of one application: what to do now, what hinders it, and the permit."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from sqlalchemy import event, select

from permitflow.instants import now_us
from permitflow.models import Company, Event, PermitApplication, RoleGrant
from permitflow.services import payments
from permitflow.services.payments import PaymentRecord
from tests.browsing import database_of, send, send_from, signed_in, words
from tests.scene import AT, HOME, MINUTE, Scene, scene, version
from tests.services.test_answers import with_corrections
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


def a_draft(app: Flask, city: Scene, form: Any = HOME) -> str:
    with database_of(app).transaction() as session:
        return city.draft(session, form)


def submitted(app: Flask, city: Scene, folder: Path, form: Any = HOME) -> str:
    with database_of(app).transaction() as session:
        application_id = city.draft(session, form)
        for kind in ("cut_sheet", "service_plan"):
            city.attach(session, folder, application_id, kind)
        city.submit(session, application_id)
        return application_id


def issued(app: Flask, city: Scene, folder: Path) -> str:
    application_id = submitted(app, city, folder)
    with database_of(app).transaction() as session:
        olga = city.actor(session, city.olga)
        seen = version(session, application_id)
        record = PaymentRecord(application_id, 25_000, "check 1", olga, "applicant", AT + 4 * MINUTE, seen)
        assert payments.record_payment(session, record).state == "issued"
    return application_id


def test_the_list_says_what_needs_me_first(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    assert "Apply for the first permit now." in words(olga.get("/applications/"))
    submitted(app, city, tmp_path)
    waiting = {**HOME, "electrical": {**HOME["electrical"], "service_upgrade": True}}
    submitted(app, city, tmp_path, {**waiting, "site": {**HOME["site"], "street": "9 Elm St"}})
    text = words(olga.get("/applications/"))
    assert text.index("Fees to pay") < text.index("Examiner's look"), "the older one needs me, so it is first"
    assert "Waiting for payment since" in text
    assert "With the city since" in text


def test_the_list_has_pages_of_the_same_cost(app: Flask, city: Scene, olga: StrictClient) -> None:
    def statements() -> int:
        counted: list[str] = []
        engine = database_of(app)._reader
        listener = lambda *args: counted.append(args[2])  # noqa: E731  # A listener is removed by its name.
        event.listen(engine, "before_cursor_execute", listener)
        assert olga.get("/applications/").status_code == 200
        event.remove(engine, "before_cursor_execute", listener)
        return len(counted)

    a_draft(app, city, {"project": {"type": "residential"}})
    statements()
    few = statements()
    for _ in range(30):
        a_draft(app, city, {"project": {"type": "residential"}})
    assert statements() == few <= 4
    page = olga.get("/applications/")
    following = re.search(r'href="(/applications/\?after=[^"]+)"', page.get_data(as_text=True))
    assert following
    rest = olga.get(following[1].replace("&amp;", "&"))
    first_ids = set(re.findall(r'/applications/([0-9a-f]{32})"', page.get_data(as_text=True)))
    rest_ids = set(re.findall(r'/applications/([0-9a-f]{32})"', rest.get_data(as_text=True)))
    assert (len(first_ids), len(rest_ids)) == (25, 6)
    assert not first_ids & rest_ids
    assert olga.get("/applications/?after=nonsense").status_code == 200


def test_a_draft_leads_on(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    page = olga.get(f"/applications/{application_id}")
    assert "Go on with the application" in words(page)
    assert "event 6 of 6 · ✓ verified" in words(page)


def test_the_page_tells_what_hinders_an_action(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = submitted(app, city, tmp_path)
    text = words(olga.get(f"/applications/{application_id}"))
    assert "Pay the fees" in text
    assert "The fees are not fully paid yet." in text
    assert "Still to pay$250.00" in text
    assert "0 of 180 calendar days used" not in text, "months have passed since"
    assert "calendar days used" in text
    assert "due Tue 2 Feb 2027" in text, "the date by which the applicant has to pay"
    assert "Tue 2 Feb 2027" in words(olga.get("/applications/"))


def test_a_licence_renewed_today_counts_today(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = submitted(app, city, tmp_path)
    with database_of(app).transaction() as session:
        session.get_one(Company, city.company_id).licence_expires_on = date(2020, 1, 1)
    assert "The contractor licence is missing or has expired." in words(
        olga.get(f"/applications/{application_id}")
    )
    with database_of(app).transaction() as session:
        session.get_one(Company, city.company_id).licence_expires_on = date(2099, 1, 1)
    assert "The contractor licence is missing or has expired." not in words(
        olga.get(f"/applications/{application_id}")
    )


def test_withdrawing_asks_first_and_works_once(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    path = f"/applications/{application_id}/do/withdraw"
    page = olga.get(path)
    assert "This cannot be undone." in words(page)
    done = send_from(olga, page, path, **{"input-reason": "Sold the house"})
    assert done.location == f"/applications/{application_id}"
    text = words(olga.get(done.location))
    assert "Withdrawn" in text
    assert "Sold the house" in text
    again = send_from(olga, page, path, **{"input-reason": "Sold the house"})
    assert again.status_code == 409
    assert "Withdrawn" in words(again)
    assert olga.get(path).status_code == 404, "nothing can be done any more"


def test_an_action_needs_its_words(app: Flask, city: Scene, olga: StrictClient, tmp_path: Path) -> None:
    application_id = issued(app, city, tmp_path)
    path = f"/applications/{application_id}/do/request_inspection"
    refused = send(olga, path)
    assert refused.status_code == 422
    assert "Fill in “Which inspection, and when somebody is at home”." in words(refused)
    assert send(olga, path, **{"input-inspection": "Final, mornings"}).status_code == 302
    assert "Inspection asked for" in words(olga.get(f"/applications/{application_id}"))


def test_a_refused_action_shows_why(app: Flask, city: Scene, olga: StrictClient, tmp_path: Path) -> None:
    application_id = submitted(app, city, tmp_path)
    text = words(olga.get(f"/applications/{application_id}/do/pay"))
    assert "This cannot be done now." in text
    assert "The fees are not fully paid yet." in text


def test_the_staffs_actions_are_not_the_applicants(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = issued(app, city, tmp_path)
    assert olga.get(f"/applications/{application_id}/do/revoke").status_code == 404
    page = olga.get(f"/applications/{application_id}")
    assert "Revoke" not in words(page)
    wanted = {"input-inspection": "x"}
    form = send(olga, f"/applications/{application_id}/do/request_inspection", **wanted)
    assert form.status_code == 302


def test_the_receipt_is_for_what_was_sent(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    application_id = a_draft(app, city)
    assert olga.get(f"/applications/{application_id}/receipt").status_code == 404
    sent = submitted(app, city, tmp_path)
    text = words(olga.get(f"/applications/{sent}/receipt"))
    assert "TV-A-2026-00001" in text
    assert "Thu 6 Aug 2026" in text


def test_the_permit_can_be_downloaded_once_it_exists(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    waiting = submitted(app, city, tmp_path)
    assert olga.get(f"/applications/{waiting}/permit.pdf").status_code == 404
    application_id = issued(app, city, tmp_path)
    answer = olga.get(f"/applications/{application_id}/permit.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="TV-P-2026-00001.pdf"'
    text = pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    for expected in ("TV-P-2026-00001", "1250 Mission Rd, Testville", "Ohm W48", "http://localhost/p/"):
        assert expected in text


def test_reviews_are_shown_with_who_and_since_when(
    app: Flask, city: Scene, olga: StrictClient, tmp_path: Path
) -> None:
    work = {**HOME, "project": {"type": "workplace"}}
    with database_of(app).transaction() as session:
        application_id = city.draft(session, work)
        for kind in (
            "site_plan",
            "single_line_diagram",
            "load_calculation",
            "cut_sheet",
            "structural_details",
        ):
            city.attach(session, tmp_path, application_id, kind)
        city.attach(session, tmp_path, application_id, "storage_safety")
        city.submit(session, application_id)
        city.act(session, application_id, "accept", city.staff["permit_technician"])
    text = words(olga.get(f"/applications/{application_id}"))
    assert "Electrical … waiting Electrical plans examiner · since Thu 6 Aug 2026" in text
    assert "of 20 business days used" in text
    assert "Accepted as complete" in text


def test_corrections_lead_to_their_page(app: Flask, city: Scene, olga: StrictClient, tmp_path: Path) -> None:
    with database_of(app).transaction() as session:
        application_id, _items = with_corrections(city, session, tmp_path)
    page = olga.get(f"/applications/{application_id}")
    assert "Answer the corrections" in words(page)
    assert f'href="/applications/{application_id}/corrections"' in page.get_data(as_text=True)
    assert "0 of 2 answered" in words(page)


def test_changed_history_is_seen(app: Flask, city: Scene, olga: StrictClient) -> None:
    application_id = a_draft(app, city)
    with database_of(app).transaction() as session:
        session.get_one(PermitApplication, application_id).event_hash = "0" * 64
    text = words(olga.get(f"/applications/{application_id}"))
    assert "the record was changed" in text
    assert "✓ verified" not in text


PATHS = ("", "/receipt", "/permit.pdf", "/do/withdraw", "/corrections", "/pay")


@pytest.mark.parametrize("path", PATHS)
def test_another_companys_application_is_not_there(
    path: str, app: Flask, city: Scene, tmp_path: Path
) -> None:
    application_id = issued(app, city, tmp_path)
    with database_of(app).transaction() as session:
        neighbour = Scene(session, "nextville")
        session.add(
            RoleGrant(
                user_id=city.sam, jurisdiction_id=neighbour.city_id, role="cashier", granted_at=now_us()
            )
        )
    for stranger in (city.sam, neighbour.olga, neighbour.staff["building_official"]):
        assert signed_in(app, stranger).get(f"/applications/{application_id}{path}").status_code == 404
    if path in ("", "/receipt", "/permit.pdf", "/pay"):
        assert signed_in(app, city.carl).get(f"/applications/{application_id}{path}").status_code == 200


def test_a_stranger_moves_nothing(app: Flask, city: Scene) -> None:
    application_id = a_draft(app, city)
    sam = signed_in(app, city.sam)
    page = sam.get("/companies/new")
    refused = send_from(sam, page, f"/applications/{application_id}/do/withdraw", version="6", token="a.b")
    assert refused.status_code in (400, 404)
    with database_of(app).reading() as session:
        actions = session.scalars(select(Event.action).where(Event.application_id == application_id))
        assert "withdraw" not in set(actions)
