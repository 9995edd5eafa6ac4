"""The record of a city as files for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from permitflow.db import Database
from permitflow.reports.asking import asking
from permitflow.reports.log_exports import FORMS, city_export
from permitflow.reports.scope import Scope
from permitflow.web.access import access
from permitflow.web.context import database
from permitflow.web.reports import BAD_INPUT, ROLES, blueprint, question

NAMES = ", ".join(FORMS)


@blueprint.get("/exports")
@access(roles=ROLES)
def exports() -> ResponseReturnValue:
    """What can be taken away, and in which form."""
    with database().reading() as session:
        asked = question(session)
    page = render_template("reports/exports.html", question=asked, scope=asked.scope)
    return page, 200 if asked.understood else BAD_INPUT


@blueprint.get(f"/exports/<any({NAMES}):form>")
@access(roles=ROLES)
def export(form: str) -> ResponseReturnValue:
    """The record of a scope in one form, sent while it is written."""
    with database().reading() as session:
        asked = question(session)
    if not asked.understood:
        return exports()
    scope, wanted = asked.scope, FORMS[form]
    name = f"{scope.city.slug}-{scope.from_on}-{scope.to_on}{wanted.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    portions = _portions(database(), scope, form)
    # What can go wrong goes wrong before the first byte, when it can still be said on a page.
    first = next(portions)
    return Response(chain([first], portions), mimetype=wanted.media_type, headers=headers)


def _portions(opened: Database, scope: Scope, form: str) -> Iterator[bytes]:
    with opened.reading() as session, asking(session, scope) as ask:
        yield from city_export(ask, form)
