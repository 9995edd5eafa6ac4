"""The two cookies: the session's random token, and a signed note of flashed messages.

The token finds a row in the database (services/sessions.py). The note is Flask's own session: it carries messages to
the next page and, for visitors who are not signed in, the secret of their forms; nothing of a person who is. The form
secret of a signed-in person is derived from the token, so that it ends with the session.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, Request, Response, g, request
from flask import session as note
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from permitflow.web.context import settings

# Flask-WTF keeps its secret under the name of its field.
FORM_FIELD = "csrf_token"


def token_name(*, secure: bool) -> str:
    """The name of the session cookie; the prefix makes browsers refuse it from anywhere but this host over https."""
    return "__Host-session" if secure else "session"


def note_name(*, secure: bool) -> str:
    """The name of the cookie with messages and the visitor's form secret."""
    return "__Host-note" if secure else "note"


def sent_token() -> str | None:
    """The session token that the browser sent, if any."""
    return request.cookies.get(token_name(secure=settings().session_cookie_secure))


def give_token(response: Response, token: str) -> None:
    """Hand a new session to the browser and forget the visitor's form secret."""
    secure = settings().session_cookie_secure
    response.set_cookie(
        token_name(secure=secure), token, secure=secure, httponly=True, samesite="Lax", path="/"
    )
    note.pop(FORM_FIELD, None)


def take_token(response: Response) -> None:
    """Remove the session from the browser together with everything noted for it."""
    secure = settings().session_cookie_secure
    response.delete_cookie(token_name(secure=secure), secure=secure, httponly=True, samesite="Lax", path="/")
    note.clear()


def use_secret_of(token: str) -> None:
    """Make the forms of the page that is answered now belong to a session that has just begun."""
    g.pop(FORM_FIELD, None)
    _derive(note, token)


class Notes(SecureCookieSessionInterface):
    """Flask's signed cookie, with the form secret of signed-in people derived instead of stored."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        opened = super().open_session(app, request)
        token = request.cookies.get(token_name(secure=app.config["SESSION_COOKIE_SECURE"]))
        if opened is not None and token:
            _derive(opened, token)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if g.get("form_secret_derived"):
            unchanged = session.modified
            session.pop(FORM_FIELD, None)
            session.modified = unchanged
        super().save_session(app, session, response)


def _derive(session: SessionMixin, token: str) -> None:
    secret = hmac.new(b"form secret", token.encode(), hashlib.sha256).hexdigest()
    unchanged = session.modified
    session[FORM_FIELD] = secret
    session.modified = unchanged
    g.form_secret_derived = True
