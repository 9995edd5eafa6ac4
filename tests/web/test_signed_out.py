"""A form that arrives after its session ended is kept, shown after signing in, and sent again by the person."""

import html
import io
import re

import pytest
from flask import Flask

from permitflow.web.signed_out import Carried, local_path, pack, unpack
from tests.browsing import PASSWORD, hidden, new_user, signed_in
from tests.strict_client import StrictClient

EMAIL = "ines@example.test"


def late_form(app: Flask, client: StrictClient, **fields: object):
    """Send a form whose session has just been ended elsewhere."""
    token = hidden(client.get("/auth/account"), "csrf_token")
    cookie = client.get_cookie("session")
    assert cookie is not None
    other = app.test_client()
    other.set_cookie("session", cookie.value)
    other.post("/auth/sign-out", data={"csrf_token": hidden(other.get("/auth/account"), "csrf_token")})
    return client.post("/auth/account", data={"csrf_token": token, **fields})


def sign_in_with(client: StrictClient, page, **more: str):
    carried = html.unescape(hidden(page, "carried"))
    fields = {
        "csrf_token": hidden(page, "csrf_token"),
        "carried": carried,
        "email": EMAIL,
        "password": PASSWORD,
    }
    return client.post("/auth/sign-in", data=fields | more)


def test_what_was_typed_comes_back_and_is_sent_to_the_same_place(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    page = late_form(
        app, client, reply='Moved the "gear" & the breaker', conditions=["one", "two"], version="7"
    )
    assert page.status_code == 403
    assert "What you typed is kept" in page.text
    again = sign_in_with(client, page)
    assert again.status_code == 200
    assert "Nothing is lost" in again.text
    assert re.search(r'<form method="post" action="/auth/account">', again.text)
    assert html.unescape(hidden(again, "reply")) == 'Moved the "gear" & the breaker'
    assert re.findall(r'name="conditions" value="(\w+)"', again.text) == ["one", "two"]
    assert hidden(again, "version") == "7"
    sent = client.post("/auth/account", data={"csrf_token": hidden(again, "csrf_token")})
    assert sent.status_code == 422, "the form reached its view, which asks for its fields"


def test_passwords_and_files_are_never_carried(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    page = late_form(
        app,
        client,
        current_password="secret words here",
        note="kept",
        plan=(io.BytesIO(b"%PDF-"), "plan.pdf"),
    )
    again = sign_in_with(client, page)
    assert "secret words here" not in again.text
    assert "csrf_token" in again.text
    assert hidden(again, "note") == "kept"
    assert "Only files cannot be kept" in again.text


def test_a_wrong_password_keeps_the_form(app: Flask) -> None:
    client = signed_in(app, new_user(app))
    page = late_form(app, client, note="kept")
    wrong = sign_in_with(client, page, password="not this one at all")
    assert wrong.status_code == 403
    assert hidden(sign_in_with(client, wrong), "note") == "kept"


def test_a_browser_that_lost_its_cookie_keeps_the_form_too(app: Flask, client: StrictClient) -> None:
    new_user(app)
    page = client.post("/auth/account", data={"note": "kept"})
    assert page.status_code == 400
    assert hidden(sign_in_with(client, page), "note") == "kept"


def test_a_carried_form_is_ours_or_nothing(app: Flask) -> None:
    with app.test_request_context():
        carried = Carried("/review/1", (("note", "kept"), ("token", "t")), files=False)
        packed = pack(carried)
        assert unpack(packed) == carried
        assert carried.shown() == [("note", "kept")]
        assert unpack(packed[:-1]) is None
        assert unpack("") is None
        assert unpack(None) is None


@pytest.mark.parametrize(
    "target", [None, "", "permits", "//x.test", "/\\x", "https://x.test", "/a\nb", "\t/a"]
)
def test_only_paths_of_this_site_are_local(target: str | None) -> None:
    assert local_path(target) is None


def test_a_path_with_its_question_is_local() -> None:
    assert local_path("/review/?role=planner&after=2026") == "/review/?role=planner&after=2026"
