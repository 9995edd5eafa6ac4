"""Pressing buttons as a person does: a form of the page that was opened, with its hidden fields, sent back."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

from permitflow.instants import now_us
from permitflow.services import sessions
from tests.strict_client import StrictClient


def sign_in(app: Flask, user_id: str) -> StrictClient:
    """A browser in which somebody is signed in."""
    installation = app.extensions["permitflow"]
    limits = sessions.Limits.of(installation.settings)
    with installation.database.transaction() as session:
        token = sessions.open_session(session, user_id, now_us(), limits)
    client = app.test_client()
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


def buttons(page: TestResponse) -> dict[str, Element]:
    """Where each live button of the page leads, with its form."""
    found = {}
    for form in tree(page).iter("form"):
        for button in form.iter("button"):
            if button.get("disabled") is None:
                found[(button.get("formaction") or form.get("action") or "").split("#")[0]] = form
    return found


def press(client: StrictClient, page: TestResponse, action: str, **typed: Any) -> TestResponse:
    """Send the form whose address ends with `action`, with what was typed into it."""
    matching = [(path, form) for path, form in buttons(page).items() if path.endswith(action)]
    assert len(matching) == 1, (action, sorted(buttons(page)))
    path, form = matching[0]
    return client.post(path, data=_filled(form) | typed)


def _filled(form: Element) -> dict[str, str]:
    """The fields of a form as they stand on the page."""
    values = {}
    for field in form.iter("input"):
        chosen = field.get("type") not in ("radio", "checkbox") or field.get("checked") is not None
        if field.get("name") and chosen and field.get("disabled") is None:
            values[field.get("name", "")] = field.get("value", "")
    for area in form.iter("textarea"):
        values[area.get("name", "")] = "".join(area.itertext())
    return values
