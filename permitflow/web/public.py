"""Pages for everybody: home, permit check, register, status of an application, health."""

from __future__ import annotations

import logging

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from permitflow.queries import register as records
from permitflow.queries.register import Filters
from permitflow.web.access import access
from permitflow.web.context import database, now

LONGEST_QUESTION = 100
FIRST_YEAR, LAST_YEAR = 1900, 2200
log = logging.getLogger(__name__)
blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@access(public=True)
def home() -> ResponseReturnValue:
    """What can be done here."""
    return render_template("public/home.html")


@blueprint.get("/permits/check")
@access(public=True)
def check_permit() -> ResponseReturnValue:
    """Whether the permit with a number or check code is valid."""
    code = _asked("code")
    with database().reading() as session:
        found = records.find_permits(session, code, now())
    return render_template(
        "public/check_permit.html", code=code, found=found
    ), 404 if code and not found else 200


@blueprint.get("/p/<code>")
@access(public=True)
def scanned_permit(code: str) -> ResponseReturnValue:
    """The permit whose QR code was scanned."""
    with database().reading() as session:
        found = records.permit_by_code(session, code, now())
    if found is None:
        raise NotFound
    return render_template("public/permit.html", found=found)


@blueprint.get("/permits")
@access(public=True)
def register() -> ResponseReturnValue:
    """The register of issued permits."""
    filters = Filters(_asked("city"), _year(), _asked("text"), _asked("after"))
    with database().reading() as session:
        cities = records.cities(session)
        page = records.register(session, filters, now())
    return render_template("public/register.html", filters=filters, cities=cities, page=page)


@blueprint.get("/status")
@access(public=True)
def status() -> ResponseReturnValue:
    """Where the application with a receipt number stands."""
    number = _asked("number")
    with database().reading() as session:
        found = records.find_status(session, number, now())
    return render_template(
        "public/status.html", number=number, found=found
    ), 404 if number and not found else 200


@blueprint.get("/healthz")
@access(public=True)
def health() -> ResponseReturnValue:
    """Whether this process can reach its database, for whoever watches it."""
    try:
        with database().reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("The health check could not read the database.")
        return jsonify(ok=False), 503
    return jsonify(ok=True)


def _asked(name: str) -> str:
    return "".join(filter(str.isprintable, request.args.get(name, "")))[:LONGEST_QUESTION].strip()


def _year() -> int | None:
    year = _asked("year")
    known = year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR
    return int(year) if known else None
