"""What a person does at a browser: sign in, read a page, fill in a form and press its button."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

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


def new_user(app: Flask, email: str = "ines@example.test", password: str = PASSWORD) -> str:
    """Somebody with a password; return the id."""
    with database_of(app).transaction() as session:
        hashed = passwords.hash_password(password, "low")
        return accounts.create_user(session, NewUser(email, "Ines Installer", hashed), now_us())


def signed_in(app: Flask, user_id: str) -> StrictClient:
    """A browser in which somebody is signed in."""
    installation = app.extensions["permitflow"]
    with installation.database.transaction() as session:
        token = sessions.open_session(session, user_id, now_us(), sessions.Limits.of(installation.settings))
    client: StrictClient = app.test_client()
    client.set_cookie("session", token)
    return client


def tree(page: TestResponse) -> Element:
    """The page as elements."""
    return html5lib.parse(page.get_data(as_text=True), namespaceHTMLElements=False)


def words(page: TestResponse) -> str:
    """What a person reads on the page, blanks folded."""
    body = tree(page).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page.get_data(as_text=True))
    assert found, f"no hidden field {name}"
    return found[1]


def forms(page: TestResponse) -> list[Element]:
    """The forms of the page's main part, in order."""
    main = next(part for part in tree(page).iter("main"))
    return list(main.iter("form"))


def buttons(page: TestResponse) -> dict[str, Element]:
    """Where each live button of the page leads, with its form."""
    found = {}
    for form in tree(page).iter("form"):
        for button in form.iter("button"):
            if button.get("disabled") is None:
                found[(button.get("formaction") or form.get("action") or "").split("#")[0]] = form
    return found


def filled(form: Element) -> dict[str, Any]:
    """The fields of a form as they stand on the page and as a browser would send them, files aside."""
    values = {}
    for field in form.iter():
        name = field.get("name")
        if name and field.get("disabled") is None:
            value = _value(field)
            if value is not None:
                values[name] = value
    return values


def _value(field: Element) -> str | None:
    """What one field says; None for what a browser would not send."""
    if field.tag == "textarea":
        return "".join(field.itertext()).removeprefix("\n")
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return chosen[0].get("value", "") if chosen else ""
    kind = field.get("type")
    left_out = kind == "file" or (kind in ("radio", "checkbox") and field.get("checked") is None)
    return field.get("value", "") if field.tag == "input" and not left_out else None


def press(client: StrictClient, page: TestResponse, action: str, **typed: Any) -> TestResponse:
    """Send the form whose button leads to an address that ends with `action`, with what was typed into it."""
    matching = [(path, form) for path, form in buttons(page).items() if path.endswith(action)]
    assert len(matching) == 1, (action, sorted(buttons(page)))
    path, form = matching[0]
    return client.post(path, data=filled(form) | typed)


def send(client: StrictClient, path: str, number: int = 0, **typed: Any) -> TestResponse:
    """Open a page and send one of its forms, with what was typed; a value of None leaves the field out."""
    return send_from(client, client.get(path), path, number, **typed)


def send_from(
    client: StrictClient, page: TestResponse, path: str, number: int = 0, **typed: Any
) -> TestResponse:
    """Send one of the forms of a page that is open already."""
    form = forms(page)[number]
    values = {name: value for name, value in {**filled(form), **typed}.items() if value is not None}
    return client.post(form.get("action") or path, data=values)


def upload(client: StrictClient, path: str, values: dict[str, Any]) -> TestResponse:
    """Send fields and files as a browser does; a file is given as (bytes, name)."""
    files = {
        name: FileStorage(BytesIO(value[0]), value[1])
        for name, value in values.items()
        if type(value) is tuple
    }
    boundary, body = encode_multipart(values | files)
    return client.post(path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
