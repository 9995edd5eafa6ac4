"""The pages of the office."""

import pytest
from flask import Flask
from sqlalchemy import select

from permitflow.instants import DAY, SECOND
from permitflow.models import Mail
from permitflow.services import anomalies, outbox
from tests import factories
from tests.browsing import database_of, hidden, signed_in
from tests.browsing import words as words_of
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


def test_the_page_of_a_mail_is_shown_as_text_only(manager: StrictClient, city: City, mail_id: str) -> None:
    assert "The same as HTML" not in manager.get(f"/admin/outbox/{mail_id}").text
    with city.database.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.html, mail.application_id = "<h1>Report</h1><script>alert(1)</script>", None
    page = manager.get(f"/admin/outbox/{mail_id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<dt>Application</dt>" not in page


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


@pytest.mark.parametrize("page", ["outbox", "workflows", "calendars", "clock-watch"])
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
        assert "Every clock" in drawn
        assert "pf-clock-mark" in drawn


def test_the_clocks_of_a_workflow_are_told_in_words(app: Flask) -> None:
    city = factories.city(database_of(app))
    client = signed_in(app, city.staff["administrator"])
    page = client.get("/admin/workflows").text
    paths = {part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/admin/workflows/")}
    told = next(text for text in (client.get(path).text for path in paths) if "Use permit" in text)
    for words in (
        "5 or 10 business days",
        "deemed complete",
        "Gov. Code 65850.71(b)",
        "not verified, only warns",
        "Accept as complete, Send the notice of missing information",
    ):
        assert words in told


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


def test_the_watch_over_the_clock_is_empty_at_first(manager: StrictClient) -> None:
    assert "/admin/clock-watch" in manager.get("/admin/outbox").text
    assert "The clock has run evenly" in manager.get("/admin/clock-watch").text


def test_the_watch_tells_of_each_leap_newest_first(app: Flask, manager: StrictClient, city: City) -> None:
    application = city.draft("us-ca-commercial-ab970", MONDAY + DAY)
    city.act(application, "submit", "applicant", MONDAY)
    with city.database.connection() as connection:
        anomalies.note_drift(connection, -90 * SECOND, MONDAY + 2 * DAY, "sweeper")
        anomalies.note_drift(connection, 600 * SECOND, MONDAY + 3 * DAY, "sweeper")
    shown = words_of(manager.get("/admin/clock-watch"))
    told = ["leapt ahead by 600.000 seconds", "went back by 90.000 seconds", "Something was done 86,4"]
    places = [shown.index(one) for one in told]
    assert places == sorted(places)
    number = city.file(application).number
    assert number is not None
    assert number in shown
    other = factories.city(database_of(app), slug="other-town", pack="us-generic")
    elsewhere = words_of(signed_in(app, other.staff["manager"]).get("/admin/clock-watch"))
    assert "went back by 90.000 seconds" in elsewhere
    assert number not in elsewhere
