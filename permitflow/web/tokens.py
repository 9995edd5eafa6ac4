"""Single-use tokens of action forms: one form, one effect."""

from __future__ import annotations

import secrets

from flask import current_app
from itsdangerous import Signer
from werkzeug.exceptions import BadRequest

from permitflow.web.context import person

NONCE_BYTES = 16


class BadToken(BadRequest):
    """The form was not made by us for this person, this file and this action."""


def new_token(application_id: str, seen: int | str | None, action: str) -> str:
    """Return a fresh token for one form.

    `seen` is what the form shows: the file's version, or the visit of a lane. The same value must come back.
    """
    nonce = secrets.token_hex(NONCE_BYTES)
    return f"{nonce}.{_signature(nonce, application_id, seen, action)}"


def check(token: str, application_id: str, seen: int | str | None, action: str) -> str:
    """Return the single-use part of a token, to be spent with the action; raise BadToken when it is not ours."""
    nonce, _dot, signature = token.partition(".")
    expected = _signature(nonce, application_id, seen, action)
    if not secrets.compare_digest(signature.encode(), expected.encode()):
        raise BadToken
    return nonce


def _signature(nonce: str, application_id: str, seen: int | str | None, action: str) -> str:
    bound = [person().user_id, application_id, "" if seen is None else str(seen), action, nonce]
    return Signer(_secret(), salt="action-form").get_signature("\n".join(bound)).decode()


def _secret() -> str | bytes:
    if not current_app.secret_key:
        raise RuntimeError("the application has no secret key")
    return current_app.secret_key
