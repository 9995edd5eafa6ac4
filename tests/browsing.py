"""What a test does like a person at a browser: sign in, read a hidden field, send a form."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.services import accounts, passwords, sessions
from permitflow.services.accounts import NewUser
from tests.strict_client import StrictClient

PASSWORD = "a kettle on the moon"


def database_of(app: Flask) -> Database:
    """The database that an app works with."""
    found: Database = app.extensions["permitflow"].database
    return found


def signed_in(app: Flask, user_id: str) -> StrictClient:
    """A browser in which somebody is signed in."""
    installation = app.extensions["permitflow"]
    with installation.database.transaction() as session:
        token = sessions.open_session(session, user_id, now_us(), sessions.Limits.of(installation.settings))
    client: StrictClient = app.test_client()
    client.set_cookie("session", token)
    return client


def new_user(app: Flask, email: str = "ines@example.test", password: str = PASSWORD) -> str:
    """Somebody with a password; return the id."""
    with database_of(app).transaction() as session:
        hashed = passwords.hash_password(password, "low")
        return accounts.create_user(session, NewUser(email, "Ines Installer", hashed), now_us())


def hidden(response: TestResponse, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', response.get_data(as_text=True))
    assert found, f"no hidden field {name}"
    return found[1]


def send(client: StrictClient, page: str, path: str | None = None, **fields: Any) -> TestResponse:
    """Open a page and send its form, with the protection that the page gave it."""
    opened = client.get(page)
    return client.post(path or page, data={"csrf_token": hidden(opened, "csrf_token"), **fields})
