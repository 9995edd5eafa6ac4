"""Pages of the office: the outbox, the watch over the clock, and the workflows as pictures."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from permitflow.engine import diagram, table
from permitflow.engine.labels import labels, width_with
from permitflow.queries import cities, clock_watch, outbox
from permitflow.services import outbox as outbox_verbs
from permitflow.services.definitions import definition_for
from permitflow.web.access import access
from permitflow.web.context import database, now, person, settings

OFFICE = ("administrator", "manager")
T = TypeVar("T")
blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/outbox")
@access(roles=OFFICE)
def mails() -> ResponseReturnValue:
    """Every mail of my cities, newest first."""
    state = request.args.get("state", "")
    with database().reading() as session:
        page = outbox.mails(session, _my_cities(), state, request.args.get("after", ""))
    return render_template("admin/outbox.html", page=page, state=state, sends=bool(settings().smtp_host))


@blueprint.get("/outbox/<mail_id>")
@access(roles=OFFICE)
def mail(mail_id: str) -> ResponseReturnValue:
    """One mail to read, with what the mail server said."""
    with database().reading() as session:
        found = _or_404(outbox.mail(session, mail_id, _my_cities()))
    return render_template("admin/mail.html", mail=found, sends=bool(settings().smtp_host))


@blueprint.post("/outbox/<mail_id>/retry")
@access(roles=OFFICE)
def retry(mail_id: str) -> ResponseReturnValue:
    """Let a mail be sent again at the next sweep."""
    with database().transaction() as session:
        if not outbox_verbs.retry(session, mail_id, _my_cities(), now()):
            raise NotFound
    flash(_("The mail will be tried again within a minute."))
    return redirect(url_for("admin.mail", mail_id=mail_id))


@blueprint.get("/clock-watch")
@access(roles=OFFICE)
def clock_watch_page() -> ResponseReturnValue:
    """When the machine's clock went back or leapt ahead."""
    with database().reading() as session:
        found = clock_watch.anomalies(session, _my_cities())
    return render_template("admin/clock_watch.html", anomalies=found)


@blueprint.get("/workflows")
@access(roles=OFFICE)
def workflows() -> ResponseReturnValue:
    """The workflows of my cities."""
    with database().reading() as session:
        found = cities.workflows(session, _my_cities())
    return render_template("admin/workflows.html", workflows=found)


@blueprint.get("/workflows/<definition_hash>")
@access(roles=OFFICE)
def workflow(definition_hash: str) -> ResponseReturnValue:
    """One workflow as a picture and as a table."""
    with database().reading() as session:
        known = {line.definition_hash for line in cities.workflows(session, _my_cities())}
        if definition_hash not in known:
            raise NotFound
        definition = definition_for(session.connection(), definition_hash)
    picture = diagram.layout(definition)
    words = labels(picture)
    return render_template(
        "admin/workflow.html",
        definition=definition,
        hash=definition_hash,
        picture=picture,
        labels=words,
        width=width_with(picture, words),
        rows=table.ways(definition),
        clocks=table.clocks(definition),
    )


def _my_cities() -> frozenset[str]:
    return person().cities_with(*OFFICE)


def _or_404(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found
