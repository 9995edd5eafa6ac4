"""The two cookies: what they are called, what they carry, and that a form's secret ends with its session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask import session as note

from config import Settings
from permitflow.app import create_app
from permitflow.web.cookies import FORM_FIELD, note_name, token_name, use_secret_of
from tests.browsing import database_of, hidden, new_user, send, signed_in
from tests.strict_client import StrictClient


@pytest.fixture
def secure_app(settings: Settings) -> Iterator[Flask]:
    """The application as it runs behind https."""
    app = create_app(replace(settings, session_cookie_secure=True))
    app.test_client_class = StrictClient
    yield app
    database_of(app).dispose()


def test_behind_https_a_browser_takes_the_cookies_from_this_host_alone() -> None:
    assert (token_name(secure=True), note_name(secure=True)) == ("__Host-session", "__Host-note")
    assert (token_name(secure=False), note_name(secure=False)) == ("session", "note")


def test_the_secret_of_a_form_is_derived_from_the_session_and_tells_nothing_of_it(app: Flask) -> None:
    secrets = []
    for token in ("first", "first", "second"):
        with app.test_request_context(headers={"Cookie": f"session={token}"}):
            secrets.append(note[FORM_FIELD])
            assert not note.modified, "nothing has to be sent"
    assert secrets[0] == secrets[1] != secrets[2]
    assert "first" not in secrets[0]
    with app.test_request_context():
        assert FORM_FIELD not in note, "a visitor's secret is made when a form needs it"


def test_a_page_that_begins_a_session_has_forms_of_that_session(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "session=new"}):
        wanted = note[FORM_FIELD]
    with app.test_request_context(headers={"Cookie": "session=old"}):
        use_secret_of("new")
        assert note[FORM_FIELD] == wanted


def test_signing_out_takes_both_cookies_away(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    token = hidden(client.get("/auth/account"), "csrf_token")
    answer = client.post("/auth/sign-out", data={"csrf_token": token})
    (gone,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("session=")]
    assert "Max-Age=0" in gone
    assert "HttpOnly" in gone
    assert client.get_cookie("session") is None


def test_the_form_secret_ends_with_the_session(app: Flask) -> None:
    user_id = new_user(app)
    first, second = signed_in(app, user_id), signed_in(app, user_id)
    token = hidden(first.get("/auth/account"), "csrf_token")
    assert second.post("/auth/account", data={"csrf_token": token}).status_code == 400
    assert first.post("/auth/account", data={"csrf_token": token}).status_code == 422


def test_a_visitors_form_secret_is_not_taken_into_the_session(app: Flask, client: StrictClient) -> None:
    new_user(app)
    token = hidden(client.get("/auth/sign-in"), "csrf_token")
    send(client, "/auth/sign-in", email="ines@example.test", password="a kettle on the moon")
    assert client.post("/auth/account", data={"csrf_token": token}).status_code == 400
    assert client.get_cookie("note") is None


def test_a_secure_installation_uses_host_cookies(secure_app: Flask) -> None:
    app = secure_app
    new_user(app)
    client = app.test_client()
    page = client.get("/auth/sign-in", base_url="https://localhost")
    assert page.headers["Set-Cookie"].startswith("__Host-note=")
    fields = {"email": "ines@example.test", "password": "a kettle on the moon"}
    answer = client.post(
        "/auth/sign-in",
        data=fields | {"csrf_token": hidden(page, "csrf_token")},
        base_url="https://localhost",
    )
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-session="))
    assert "; Secure" in cookie
    assert "Domain" not in cookie
    assert client.get("/auth/account", base_url="https://localhost").status_code == 200
