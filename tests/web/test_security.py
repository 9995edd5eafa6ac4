"""Headers of every answer, and requests that are refused before anything reads them."""

from dataclasses import replace

import pytest
from flask import Flask

from config import Settings
from permitflow.app import create_app
from tests.browsing import database_of, hidden, new_user, signed_in
from tests.strict_client import StrictClient


@pytest.mark.parametrize("page", ["/", "/auth/sign-in", "/nothing", "/static/app.css", "/healthz"])
def test_every_answer_carries_the_headers(client: StrictClient, page: str) -> None:
    with client.get(page) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_https_is_remembered_where_it_is_used(client: StrictClient) -> None:
    assert "max-age=" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


@pytest.mark.parametrize(("page", "kept"), [("/", "no-cache"), ("/auth/sign-in", "no-store")])
def test_pages_of_a_visitor_are_kept_unless_they_hold_a_form_secret(
    client: StrictClient, page: str, kept: str
) -> None:
    assert client.get(page).headers["Cache-Control"] == kept


def test_pages_of_a_person_are_never_kept(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    assert client.get("/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_and_not_carried(
    app: Flask, client: StrictClient, headers: dict[str, str]
) -> None:
    signed = signed_in(app, new_user(app))
    token = hidden(signed.get("/auth/account"), "csrf_token")
    for browser in (signed, client):
        answer = browser.post("/auth/account", data={"csrf_token": token, "note": "typed"}, headers=headers)
        assert answer.status_code == 400
        assert "carried" not in answer.text


def test_a_form_from_this_site_passes(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    token = hidden(client.get("/auth/account"), "csrf_token")
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/auth/account", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 422


@pytest.fixture
def served(settings: Settings):
    """Builds apps with other settings and closes them afterwards."""
    built: list[Flask] = []

    def build(**changes: object) -> Flask:
        app = create_app(replace(settings, **changes))
        app.test_client_class = StrictClient
        built.append(app)
        return app

    yield build
    for app in built:
        database_of(app).dispose()


def test_only_trusted_hosts_are_answered(served) -> None:
    client = served(trusted_hosts=("permits.test",)).test_client()
    assert client.get("/", base_url="http://permits.test").status_code == 200
    assert client.get("/", base_url="http://evil.test").status_code == 400


def test_a_proxy_is_believed_only_when_the_settings_name_it(served) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    alone, behind = served().test_client(), served(proxy_hops=1).test_client()
    assert "Strict-Transport-Security" not in alone.get("/", headers=forwarded).headers
    assert "Strict-Transport-Security" in behind.get("/", headers=forwarded).headers


def test_a_body_over_the_limit_is_refused(served) -> None:
    client = served(max_upload_mb=1).test_client()
    answer = client.post("/auth/sign-in", data={"email": "x", "file": (b"0" * 2_100_000, "big")})
    assert answer.status_code in (400, 413)
