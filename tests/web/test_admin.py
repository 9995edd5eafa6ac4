"""The pages of the office."""

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.models import Mail
from permitflow.services import outbox
from tests import factories
from tests.browsing import database_of, hidden, signed_in
from tests.factories import MONDAY, City
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


@pytest.fixture
def manager(app: Flask, city: City) -> StrictClient:
    return signed_in(app, city.staff["manager"])


@pytest.fixture
def mail_id(city: City) -> str:
    """A mail about a new application."""
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    with city.database.transaction() as session:
        outbox.expand(session, "http://localhost", MONDAY)
        return session.scalars(select(Mail.id)).first() or ""


def give_up(city: City, mail_id: str) -> None:
    with city.database.transaction() as session:
        letter = next(letter for letter in outbox.claim(session, MONDAY) if letter.id == mail_id)
        outbox.mark_failed(session, letter, "550 no such mailbox", MONDAY, final=True)


def test_the_outbox_shows_each_mail(manager: StrictClient, mail_id: str) -> None:
    page = manager.get("/admin/outbox").text
    assert "No mail server is set up" in page
    assert f"/admin/outbox/{mail_id}" in page
    letter = manager.get(f"/admin/outbox/{mail_id}").text
    assert "Hello " in letter
    assert "Try again now" not in letter


def test_the_outbox_can_be_narrowed(manager: StrictClient, city: City, mail_id: str) -> None:
    assert "There are no such mails" in manager.get("/admin/outbox?state=failed").text
    give_up(city, mail_id)
    assert mail_id in manager.get("/admin/outbox?state=failed").text
    assert mail_id not in manager.get("/admin/outbox?state=waiting").text
    assert "550 no such mailbox" in manager.get(f"/admin/outbox/{mail_id}").text


def test_a_given_up_mail_is_tried_again_on_request(manager: StrictClient, city: City, mail_id: str) -> None:
    give_up(city, mail_id)
    token = hidden(manager.get("/admin/outbox"), "csrf_token")
    answer = manager.post(f"/admin/outbox/{mail_id}/retry", data={"csrf_token": token})
    assert answer.location == f"/admin/outbox/{mail_id}"
    assert "will be tried again" in manager.get(answer.location).text
    with city.database.reading() as session:
        mail = session.get_one(Mail, mail_id)
    assert (mail.gave_up_at, mail.tries) == (None, 0)


def test_another_citys_mail_is_not_there(app: Flask, mail_id: str) -> None:
    other = factories.city(database_of(app), slug="other-town", pack="us-generic")
    client = signed_in(app, other.staff["administrator"])
    assert mail_id not in client.get("/admin/outbox").text
    assert client.get(f"/admin/outbox/{mail_id}").status_code == 404
    token = hidden(client.get("/admin/outbox"), "csrf_token")
    assert client.post(f"/admin/outbox/{mail_id}/retry", data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("page", ["outbox", "workflows", "calendars"])
def test_the_office_is_for_the_office(app: Flask, city: City, page: str) -> None:
    for role, status in (("administrator", 200), ("manager", 200), ("planner", 403), ("cashier", 403)):
        assert signed_in(app, city.staff[role]).get(f"/admin/{page}").status_code == status
    assert signed_in(app, city.installer_id).get(f"/admin/{page}").status_code == 403
    assert app.test_client().get(f"/admin/{page}").status_code == 302


@pytest.mark.parametrize("pack", ["us-ca", "us-generic"])
def test_every_workflow_is_drawn_with_its_table(app: Flask, pack: str) -> None:
    city = factories.city(database_of(app), pack=pack)
    client = signed_in(app, city.staff["administrator"])
    page = client.get("/admin/workflows").text
    paths = {part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/admin/workflows/")}
    assert len(paths) >= 2
    for path in paths:
        drawn = client.get(path).text
        assert "<svg" in drawn
        assert drawn.count("<rect") >= 5
        assert "Every way from phase to phase" in drawn


def test_a_workflow_of_another_city_is_not_there(app: Flask, city: City, manager: StrictClient) -> None:
    other = factories.city(database_of(app), slug="other-town", pack="us-generic")
    theirs = signed_in(app, other.staff["manager"]).get("/admin/workflows").text
    path = next(part.split('"')[0] for part in theirs.split('href="') if part.startswith("/admin/workflows/"))
    assert manager.get(path).status_code == 404
    assert manager.get("/admin/workflows/unknown").status_code == 404


def test_the_calendar_lists_the_closed_days(manager: StrictClient) -> None:
    page = manager.get("/admin/calendars").text
    assert "Memorial Day" in page
    assert "Mon 25 May 2026" in page
    assert "Monday, Tuesday, Wednesday, Thursday, Friday" in page


def test_an_empty_outbox_says_what_will_appear(manager: StrictClient) -> None:
    assert "One appears for each person" in manager.get("/admin/outbox").text
