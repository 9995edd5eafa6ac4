"""Each kind of failure has its page, its status code, and saves nothing by half."""

import errno
import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from permitflow.db import TurnTimeout
from permitflow.engine.errors import ConflictOfInterest, Refusal, UnmetClauses, WrongPhase, WrongRole
from permitflow.services.errors import NotFound, Stale
from permitflow.web.access import access
from permitflow.web.tokens import BadToken
from tests import factories
from tests.browsing import database_of, signed_in
from tests.strict_client import StrictClient

REFUSALS = [
    Refusal("no_fee", "The fee of {sum} is not paid.", {"sum": "$250.00"}, "applicant", "fees", "CBC 109"),
    Refusal("no_plan", "The site plan is missing.", who_can_fix="applicant"),
]


def failing(app: Flask, error: BaseException) -> StrictClient:
    """A browser for an app with one page that always fails."""

    @access(public=True)
    def fail() -> str:
        raise error

    app.add_url_rule("/fail", "fail", fail)
    client: StrictClient = app.test_client()
    return client


@pytest.mark.parametrize(
    ("kind", "status"), [(WrongRole, 403), (ConflictOfInterest, 403), (WrongPhase, 409), (UnmetClauses, 409)]
)
def test_a_refusal_lists_every_reason(app: Flask, kind: type, status: int) -> None:
    answer = failing(app, kind("issue", REFUSALS)).get("/fail")
    assert answer.status_code == status
    for words in (
        "The fee of $250.00 is not paid.",
        "The site plan is missing.",
        "CBC 109",
        "Who can fix it",
    ):
        assert words in answer.text


def test_a_stale_form_shows_what_changed(app: Flask) -> None:
    city = factories.city(database_of(app))
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    answer = failing(app, Stale(application_id, 1, "The file changed.")).get("/fail")
    assert answer.status_code == 409
    assert "The file changed." in answer.text
    assert "event 2" in answer.text
    assert "event 1<" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound(), 404, "This page is not here"),
        (BadToken(), 400, "This form could not be accepted"),
        (RequestEntityTooLarge(), 413, "at most 25 megabytes"),
        (TurnTimeout("busy"), 503, "Nothing was saved"),
        (
            OperationalError("x", {}, sqlite3.OperationalError("database is locked")),
            503,
            "The system is busy",
        ),
        (
            OperationalError("x", {}, sqlite3.OperationalError("database or disk is full")),
            507,
            "disk is full",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "disk is full"),
        (OSError(errno.EIO, "Input/output error"), 500, "Something went wrong on our side"),
    ],
)
def test_a_failure_has_its_page(app: Flask, error: Exception, status: int, words: str) -> None:
    answer = failing(app, error).get("/fail")
    assert answer.status_code == status
    assert words in answer.text
    assert (answer.headers.get("Retry-After") == "5") == (status >= 500)


def test_a_bug_is_logged_and_shows_no_trace(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.testing = False
    answer = failing(app, ZeroDivisionError("secret detail")).get("/fail")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


def test_the_page_of_a_failed_database_asks_the_database_for_nothing(app: Flask) -> None:
    city = factories.city(database_of(app))
    signed = signed_in(app, city.staff["planner"])
    client = failing(app, TurnTimeout("busy"))
    cookie = signed.get_cookie("session")
    assert cookie is not None
    client.set_cookie("session", cookie.value)
    database_of(app).reading = no_reading  # type: ignore[method-assign]  # A database that is gone.
    answer = client.get("/fail")
    assert answer.status_code == 503
    assert "Sign in" in answer.text


def no_reading() -> None:
    raise AssertionError("the page asked the database")


def test_an_address_of_nobody_is_not_found(client: StrictClient) -> None:
    assert client.get("/nothing/here").status_code == 404


def test_the_wrong_method_names_the_right_one(client: StrictClient) -> None:
    answer = client.get("/auth/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_role_that_was_lost_is_explained(app: Flask) -> None:
    city = factories.city(database_of(app))
    answer = signed_in(app, city.staff["planner"]).get("/admin/outbox")
    assert answer.status_code == 403
    assert "This page is for other roles than yours" in answer.text
