"""Signing in and out: cookies, throttling, what a session may see, and nothing lost when it ends."""

from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from config import Settings
from permitflow.app import create_app
from permitflow.db import TurnTimeout
from permitflow.instants import now_us, to_datetime
from permitflow.models import User, WebSession
from permitflow.services import accounts, sessions
from tests import factories
from tests.browsing import PASSWORD, database_of, hidden, new_user, press, send, signed_in
from tests.factories import City
from tests.strict_client import StrictClient

SIGN_IN = "/auth/sign-in"
EMAIL = "ines@example.test"


@pytest.fixture
def user_id(app: Flask) -> str:
    return new_user(app)


@pytest.fixture
def city(app: Flask) -> City:
    return factories.city(database_of(app))


def sign_in(client: StrictClient, password: str = PASSWORD, email: str = EMAIL, **more: str):
    return send(client, SIGN_IN, email=email, password=password, **more)


def test_a_person_signs_in_and_out(client: StrictClient, user_id: str) -> None:
    assert sign_in(client).location == "/applications/"
    page = client.get("/auth/account")
    assert "Ines Installer" in page.text
    out = client.post("/auth/sign-out", data={"csrf_token": hidden(page, "csrf_token")})
    assert out.location == "/"
    assert client.get("/auth/account").location == "/auth/sign-in?next=/auth/account"


def test_a_token_captured_before_sign_out_opens_nothing_after_it(
    app: Flask, client: StrictClient, user_id: str
) -> None:
    sign_in(client)
    stolen = client.get_cookie("session")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/auth/account").status_code == 200
    press(client, client.get("/auth/account"), "/auth/sign-out")
    assert thief.get("/auth/account").status_code == 302


def test_each_sign_in_gives_a_new_token_and_ends_the_old_one(
    app: Flask, client: StrictClient, user_id: str
) -> None:
    client.set_cookie("session", "a token somebody else chose")
    sign_in(client)
    first = client.get_cookie("session")
    assert first is not None
    assert first.value != "a token somebody else chose"
    old = app.test_client()
    old.set_cookie("session", first.value)
    again = app.test_client()
    again.set_cookie("session", first.value)
    token = hidden(again.get("/auth/account"), "csrf_token")
    again.post(SIGN_IN, data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})
    assert old.get("/auth/account").status_code == 302
    assert again.get("/auth/account").status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: StrictClient, user_id: str) -> None:
    header = next(
        line for line in sign_in(client).headers.getlist("Set-Cookie") if line.startswith("session=")
    )
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Max-Age" not in header


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@example.test", PASSWORD), (EMAIL, PASSWORD + " ")]
)
def test_a_wrong_try_says_the_same_whoever_it_was(
    client: StrictClient, user_id: str, email: str, password: str
) -> None:
    answer = sign_in(client, password, email)
    assert answer.status_code == 403
    assert "The e-mail address or the password is not right" in answer.text
    assert client.get_cookie("session") is None


def test_too_many_tries_say_the_same_and_pass_after_the_wait(client: StrictClient, user_id: str) -> None:
    with time_machine.travel(to_datetime(now_us()), tick=False) as clock:
        for _ in range(5):
            assert sign_in(client, "wrong").status_code == 403
        blocked = sign_in(client)
        assert blocked.status_code == 403
        assert "The e-mail address or the password is not right" in blocked.text
        clock.shift(15)
        assert sign_in(client).status_code == 302


def test_empty_fields_are_named(client: StrictClient, user_id: str) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 422
    assert "Enter your e-mail address." in answer.text
    assert 'href="#password"' in answer.text


@pytest.mark.parametrize(
    ("target", "landing"),
    [
        ("/permits?year=2026", "/permits?year=2026"),
        ("https://elsewhere.test/", "/applications/"),
        ("//elsewhere.test/", "/applications/"),
        ("/\\elsewhere.test", "/applications/"),
        ("/\r\nX-Evil: 1", "/applications/"),
        ("javascript:alert(1)", "/applications/"),
    ],
)
def test_after_signing_in_the_way_leads_to_this_site_only(
    client: StrictClient, user_id: str, target: str, landing: str
) -> None:
    assert sign_in(client, next=target).location == landing


def test_somebody_who_is_signed_in_goes_on(app: Flask, user_id: str) -> None:
    client = signed_in(app, user_id)
    assert client.get(f"{SIGN_IN}?next=/permits").location == "/permits"


def test_staff_start_where_their_work_is(app: Flask, city: City) -> None:
    for role, start in [
        ("planner", "/review/"),
        ("manager", "/reports/overview"),
        ("administrator", "/admin/outbox"),
    ]:
        client = signed_in(app, city.staff[role])
        assert client.get(SIGN_IN).location == start


def test_a_lost_role_acts_on_the_next_request(app: Flask, city: City) -> None:
    client = signed_in(app, city.staff["manager"])
    assert client.get("/admin/outbox").status_code == 200
    with database_of(app).transaction() as session:
        email = session.get_one(User, city.staff["manager"]).email
        user, place = accounts.find_user(session, email), accounts.find_city(session, city.slug)
        accounts.revoke_role(session, user, place, "manager", now_us())
    assert client.get("/admin/outbox").status_code == 403


def test_a_disabled_person_is_out_at_once(app: Flask, user_id: str) -> None:
    client = signed_in(app, user_id)
    assert client.get("/auth/account").status_code == 200
    with database_of(app).transaction() as session:
        accounts.disable_user(session, EMAIL, now_us())
    assert client.get("/auth/account").status_code == 302


def test_an_idle_session_ends_and_a_used_one_goes_on(app: Flask, city: City) -> None:
    with time_machine.travel(to_datetime(now_us()), tick=False) as clock:
        client, idle = signed_in(app, city.staff["planner"]), signed_in(app, city.staff["planner"])
        for _ in range(3):
            clock.shift(20 * 60)
            assert client.get("/auth/account").status_code == 200
        assert idle.get("/auth/account").status_code == 302


def test_reading_pages_notes_the_use_at_most_once_a_minute(app: Flask, user_id: str) -> None:
    def seen_at() -> int:
        with database_of(app).reading() as session:
            return session.scalars(select(WebSession.seen_at)).one()

    with time_machine.travel(to_datetime(now_us()), tick=False) as clock:
        client = signed_in(app, user_id)
        first = seen_at()
        clock.shift(59)
        client.get("/auth/account")
        assert seen_at() == first
        clock.shift(1)
        client.get("/auth/account")
        assert seen_at() == first + 60_000_000


def test_a_page_is_answered_even_when_its_use_cannot_be_noted(
    app: Flask, user_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(to_datetime(now_us()), tick=False) as clock:
        client = signed_in(app, user_id)
        clock.shift(61)
        database_of(app).connection = busy  # A database whose turn never comes.
        assert client.get("/auth/account").status_code == 200
    assert "could not be written" in caplog.text


def busy() -> None:
    raise TurnTimeout


def test_a_password_is_changed_by_who_knows_the_old_one(
    app: Flask, client: StrictClient, user_id: str
) -> None:
    other = signed_in(app, user_id)
    sign_in(client)
    new = "seven boats at noon"
    fields = {"current_password": PASSWORD, "new_password": new, "new_password_again": new}
    assert send(client, "/auth/account", **fields | {"current_password": "wrong"}).status_code == 422
    assert send(client, "/auth/account", **fields | {"new_password_again": "other"}).status_code == 422
    weak = send(client, "/auth/account", **fields | {"new_password": "short", "new_password_again": "short"})
    assert "at least 15 characters" in weak.text
    assert send(client, "/auth/account", **fields).status_code == 302
    assert client.get("/auth/account").status_code == 200
    assert other.get("/auth/account").status_code == 302
    assert sign_in(app.test_client(), new).status_code == 302


def test_the_demo_logins_are_listed_in_demo_mode_only(app: Flask, settings: Settings) -> None:
    assert "Demo logins" not in app.test_client().get(SIGN_IN).text
    new_user(app, "volt@installer.example")
    assert "volt@installer.example" in app.test_client().get(SIGN_IN).text
    elsewhere = create_app(replace(settings, env="development"))
    page = elsewhere.test_client().get(SIGN_IN).text
    database_of(elsewhere).dispose()
    assert "volt@installer.example" not in page
    assert "Demonstration" not in page


def test_the_session_hash_is_what_the_person_carries(app: Flask, user_id: str) -> None:
    with database_of(app).reading() as session:
        assert session.scalars(select(WebSession.token_hash)).all() == []
    client = signed_in(app, user_id)
    cookie = client.get_cookie("session")
    assert cookie is not None
    with database_of(app).reading() as session:
        assert session.scalars(select(WebSession.token_hash)).one() == sessions.hash_token(cookie.value)
