"""The one place that turns refusals and failures into pages and status codes."""

from __future__ import annotations

import errno
import logging

from flask import Flask, Response, g, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError, Unauthorized

from permitflow.analytics.snapshot import DamagedSnapshot
from permitflow.db import TurnTimeout
from permitflow.engine.errors import ConflictOfInterest, NotAllowed, WrongRole
from permitflow.queries.record import changes_since
from permitflow.reports.beside import Counting
from permitflow.reports.snapshots.store import Gathering
from permitflow.services.errors import NotFound, Stale
from permitflow.web.access import wanted_access
from permitflow.web.context import database, settings, visitor
from permitflow.web.signed_out import ask_to_sign_in

RETRY_SECONDS = "5"
LOOK_AGAIN_SECONDS = "1"
FULL = ("database or disk is full", "no space left", "disk full")
log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Give every kind of failure its page."""
    app.register_error_handler(NotAllowed, show_refusal)
    app.register_error_handler(Stale, show_changes)
    app.register_error_handler(NotFound, lambda _error: _page("not_found", 404))
    app.register_error_handler(
        SecurityError, lambda _error: ("Unknown host.\n", 400, {"Content-Type": "text/plain"})
    )
    app.register_error_handler(Unauthorized, lambda _error: ask_to_sign_in())
    app.register_error_handler(CSRFError, show_bad_form)
    app.register_error_handler(RequestEntityTooLarge, show_too_large)
    app.register_error_handler(OperationalError, show_busy)
    app.register_error_handler(TurnTimeout, show_busy)
    app.register_error_handler(Gathering, show_gathering)
    app.register_error_handler(DamagedSnapshot, show_gathering)
    app.register_error_handler(Counting, show_counting)
    app.register_error_handler(OSError, show_disk)
    app.register_error_handler(HTTPException, show_http)


def show_refusal(error: NotAllowed) -> ResponseReturnValue:
    """403 when this person may not, 409 when nobody may now: each with every reason."""
    if isinstance(error, WrongRole | ConflictOfInterest):
        return _page("refused", 403, refusals=error.refusals)
    return _page("not_now", 409, refusals=error.refusals)


def show_changes(error: Stale) -> ResponseReturnValue:
    """409: what happened to the file since the form was made."""
    with database().reading() as session:
        changes = changes_since(session, error.application_id, error.version)
    return _page("stale", 409, message=str(error), changes=changes)


def show_bad_form(_error: CSRFError) -> ResponseReturnValue:
    """400; but a form whose session has ended keeps what was typed and asks to sign in."""
    rule = wanted_access()
    if rule is not None and not rule.public and visitor() is None:
        return ask_to_sign_in(400)
    return _page("bad_form", 400)


def show_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """413: the size that is accepted."""
    return _page("too_large", 413, max_upload_mb=settings().max_upload_mb)


def show_busy(error: OperationalError | TurnTimeout) -> ResponseReturnValue:
    """507 when the disk is full, else 503: nothing was saved, the person may try again."""
    log.error("The database could not be used.", exc_info=error)
    if any(words in str(error).lower() for words in FULL):
        return _bare_page("disk_full", 507)
    return _bare_page("busy", 503)


def show_gathering(error: Gathering | DamagedSnapshot) -> ResponseReturnValue:
    """503: the record of a large city is still being gathered into what reports read; how far that is."""
    done, total = (error.done, error.total) if isinstance(error, Gathering) else (0, 0)
    answer = make_response(render_template("reports/gathering.html", done=done, total=total), 503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def show_counting(error: Counting) -> ResponseReturnValue:
    """503: figures for a file or a list are being counted beside the requests that ask for them; how far that is."""
    answer = _page("counting", 503, waiting=error)
    answer.headers["Retry-After"] = RETRY_SECONDS
    answer.headers.extend(look_again(error))
    return answer


def look_again(error: Counting) -> dict[str, str]:
    """Return the header by which a browser looks again by itself, unless there is nothing to wait for."""
    return {} if error.failed else {"Refresh": LOOK_AGAIN_SECONDS}


def show_disk(error: OSError) -> ResponseReturnValue:
    """507 when the disk is full, else 500."""
    log.error("A file could not be used.", exc_info=error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _bare_page("disk_full", 507)
    return _bare_page("failed", 500)


def show_http(error: HTTPException) -> ResponseReturnValue:
    """Every other failure that has a status code; an unexpected one was logged by Flask."""
    if error.response is not None:
        return error
    code = error.code or 500
    if code >= 500:
        return _bare_page("failed", code)
    known = {400: "bad_form", 403: "refused", 404: "not_found"}
    answer = _page(known.get(code, "bad_request"), code, refusals=())
    answer.headers.extend({name: value for name, value in error.get_headers() if name == "Allow"})
    return answer


def _page(name: str, status: int, **values: object) -> Response:
    return make_response(render_template(f"errors/{name}.html", **values), status)


def _bare_page(name: str, status: int) -> Response:
    """A page that asks the database for nothing, since that may be what failed."""
    g.setdefault("person", None)
    answer = _page(name, status)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer
