"""The page on which a file is played again, event by event."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from permitflow.engine import diagram
from permitflow.engine.labels import labels, width_with
from permitflow.reports.file_replay import file_replay
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, person
from permitflow.web.report_words import court_words
from permitflow.web.reports import ROLES, blueprint

LONGEST_NUMBER = 6


@blueprint.get("/files/<application_id>/replay")
@access(roles=ROLES)
def replay(application_id: str) -> ResponseReturnValue:
    """A file as it stood after one of its events."""
    with database().reading() as session:
        found = file_replay(session, person().cities_with(*ROLES), application_id, _asked())
    if found is None:
        raise NotFound
    picture = diagram.layout(found.definition)
    words = labels(picture)
    return render_template(
        "reports/replay.html",
        found=found,
        picture=picture,
        labels=words,
        width=width_with(picture, words),
        court_words=court_words(),
    )


def _asked() -> int | None:
    """The number of the event in the address; None for anything else."""
    asked = request.args.get("at", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER else None
