"""What every page may ask for: the installation of its process, and who is signed in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, g
from flask_login import LoginManager
from werkzeug.exceptions import Unauthorized

import config
from permitflow.db import Database
from permitflow.queries.people import Person
from permitflow.web import context
from permitflow.web.context import Installation, SignedInUser, Visitor

ANA = Person("ana", "Ana", "ana@example.test", "en", {}, frozenset(), "0" * 64)


@pytest.fixture
def bare(sqlite_url: str) -> Flask:
    """A process with its installation and nothing else; it is five microseconds past the beginning."""
    settings = config.load({"DATABASE_URL": sqlite_url, "SECRET_KEY": "a key for tests that guards nothing"})
    app = Flask("bare")
    app.extensions["permitflow"] = Installation(settings, Database(sqlite_url), lambda: 5)
    manager = LoginManager(app)
    manager.anonymous_user = Visitor
    manager.request_loader(lambda request: SignedInUser(ANA) if request.args.get("is") == "ana" else None)
    return app


def test_a_page_works_with_the_installation_of_its_process(bare: Flask) -> None:
    installed = bare.extensions["permitflow"]
    with bare.test_request_context():
        assert context.installation() is installed
        assert context.database() is installed.database
        assert context.settings() is installed.settings
        assert context.now() == 5


def test_somebody_who_is_not_signed_in_is_nobody(bare: Flask) -> None:
    with bare.test_request_context():
        assert context.visitor() is None
        with pytest.raises(Unauthorized):
            context.person()


def test_who_is_signed_in_stays_the_same_for_the_whole_page(bare: Flask) -> None:
    with bare.test_request_context("/?is=ana"):
        assert context.person() is context.visitor() is ANA
        g.person = another = replace(ANA, user_id="bob")
        assert context.person() is another, "who was found once is not looked for again"


def test_a_person_is_known_to_flask_login_by_their_id() -> None:
    user = SignedInUser(ANA)
    assert (user.get_id(), user.is_authenticated) == ("ana", True)
    assert (Visitor().is_authenticated, Visitor.person) == (False, None)
