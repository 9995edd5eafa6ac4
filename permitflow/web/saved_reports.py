"""Saved reports: kept, opened, changed, mailed by a schedule, and stopped."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from permitflow.queries import saved_reports as found
from permitflow.queries.saved_reports import SavedLine
from permitflow.reports.pages import PAGES
from permitflow.reports.saved import NotAReport, path_of, read_address, scope_of
from permitflow.reports.scope import City, cities_of
from permitflow.services import saved_reports as verbs
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, now, person, settings
from permitflow.web.forms.saved_reports import (
    LONGEST_ADDRESS,
    RHYTHMS,
    WEEKDAYS,
    SavedReportForm,
    edit_form,
    new_form,
)
from permitflow.web.reports import BAD_INPUT, ROLES

NOT_FOUND = 404
blueprint = Blueprint("saved_reports", __name__, url_prefix="/saved-reports")


@dataclass(frozen=True, slots=True)
class Editing:
    """A report of one's own with its city and the form that changes it."""

    line: SavedLine
    city: City
    form: SavedReportForm


@blueprint.get("/")
@access(roles=ROLES)
def index() -> ResponseReturnValue:
    """My reports, those of the office, and the weekly digest of each of my cities."""
    with database().reading() as session:
        mine = _my_cities(session)
        lines = found.saved_reports(session, person().user_id, [city.id for city in mine])
    digests = {line.report.jurisdiction_id for line in lines if line.is_digest and _is_mailed(line)}
    return render_template(
        "saved_reports/list.html",
        cities=mine,
        lines=[line for line in lines if not line.is_digest],
        digests=digests,
        titles={page.id: page.title for page in PAGES.values()},
        rhythms=dict(RHYTHMS),
        weekdays=dict(WEEKDAYS),
        me=person().user_id,
    )


@blueprint.get("/new")
@access(roles=ROLES)
def new() -> ResponseReturnValue:
    """The form for the report whose address is given."""
    address = request.args.get("address", "")[:LONGEST_ADDRESS]
    with database().reading() as session:
        city = _city(session, _city_of(address))
        form = new_form(found.managers(session, city.id), address, person().user_id)
    return render_template("saved_reports/form.html", form=form, city=city, action=_create(city))


@blueprint.post("/")
@access(roles=ROLES)
def create() -> ResponseReturnValue:
    """Keep a report."""
    with database().reading() as session:
        city = _city(session, request.args.get("city", ""))
        form = new_form(found.managers(session, city.id), "", person().user_id)
    if not _fits(form, city):
        return render_template(
            "saved_reports/form.html", form=form, city=city, action=_create(city)
        ), BAD_INPUT
    with database().transaction() as session:
        verbs.save(session, form.draft(city), person().user_id, now())
    flash(_("The report is saved."))
    return redirect(url_for(".index"))


@blueprint.get("/<report_id>")
@access(roles=ROLES)
def open_(report_id: str) -> ResponseReturnValue:
    """The page of a report, with its period as of today."""
    with database().reading() as session:
        line = _line(session, report_id)
        city = _by_id(session, line.report.jurisdiction_id)
    report = line.report
    if report.page not in PAGES:
        return redirect(url_for("reports.figure_page", page="overview", city=city.slug))
    return redirect(path_of(report.page, scope_of(city, report.query, report.last_days, now()), report.query))


@blueprint.get("/<report_id>/edit")
@access(roles=ROLES)
def edit(report_id: str) -> ResponseReturnValue:
    """The form of one of my reports."""
    asked = _editing(report_id)
    action = url_for(".change", report_id=report_id)
    return render_template("saved_reports/form.html", form=asked.form, city=asked.city, action=action)


@blueprint.post("/<report_id>/edit")
@access(roles=ROLES)
def change(report_id: str) -> ResponseReturnValue:
    """Change one of my reports."""
    asked = _editing(report_id)
    if not _fits(asked.form, asked.city):
        action = url_for(".change", report_id=report_id)
        page = render_template("saved_reports/form.html", form=asked.form, city=asked.city, action=action)
        return page, BAD_INPUT
    with database().transaction() as session:
        if not verbs.change(session, report_id, asked.form.draft(asked.city), person().user_id, now()):
            raise NotFound
    flash(_("The report is saved."))
    return redirect(url_for(".index"))


@blueprint.post("/<report_id>/remove")
@access(roles=ROLES)
def remove(report_id: str) -> ResponseReturnValue:
    """Delete one of my reports."""
    with database().transaction() as session:
        if not verbs.remove(session, report_id, person().user_id):
            raise NotFound
    flash(_("The report is deleted."))
    return redirect(url_for(".index"))


@blueprint.post("/<report_id>/stop")
@access(roles=ROLES)
def stop(report_id: str) -> ResponseReturnValue:
    """Stop the mails of a report to me."""
    with database().transaction() as session:
        stopped = verbs.stop(session, report_id, person().user_id)
    flash(_("You get no more mails of this report.") if stopped else _("That had ended already."))
    return redirect(url_for(".index"))


@blueprint.post("/digest")
@access(roles=ROLES)
def digest() -> ResponseReturnValue:
    """Order the weekly digest of one of my cities, or stop it."""
    with database().reading() as session:
        city = _city(session, request.form.get("city", ""))
        lines = found.saved_reports(session, person().user_id, [city.id])
    running = next((line for line in lines if line.is_digest and _is_mailed(line)), None)
    with database().transaction() as session:
        if running is None:
            verbs.take_digest(session, city.id, person().user_id, now())
        else:
            verbs.stop(session, running.report.id, person().user_id)
    flash(_("The digest comes on Mondays.") if running is None else _("The digest is stopped."))
    return redirect(url_for(".index"))


@blueprint.get("/stop/<token>")
@access(public=True)
def ask_to_stop(token: str) -> ResponseReturnValue:
    """The button behind the link of a mail: a mail program that follows links stops nothing."""
    if verbs.read_stop_token(settings().secret_key, token) is None:
        return _no_such_mail()
    return render_template("saved_reports/stop.html", token=token, standing="asked")


@blueprint.post("/stop/<token>")
@access(public=True)
def stop_by_link(token: str) -> ResponseReturnValue:
    """Stop the mails of a report to whom the link was mailed; a mail program posts here itself (RFC 8058)."""
    known = verbs.read_stop_token(settings().secret_key, token)
    if known is None:
        return _no_such_mail()
    with database().transaction() as session:
        verbs.stop(session, *known)
    return render_template("saved_reports/stop.html", token=token, standing="stopped")


def _no_such_mail() -> ResponseReturnValue:
    return render_template("saved_reports/stop.html", token="", standing="unknown"), NOT_FOUND


def _create(city: City) -> str:
    return url_for(".create", city=city.slug)


def _fits(form: SavedReportForm, city: City) -> bool:
    """Whether the form is right and its address is of the city that its receivers manage."""
    if not form.validate():
        return False
    named = read_address(form.address.data or "").city
    if named not in ("", city.slug):
        form.address.errors = [_("This is a page of another city.")]
    return named in ("", city.slug)


def _city_of(address: str) -> str:
    try:
        return read_address(address).city
    except NotAReport:
        return ""


def _my_cities(session: Session) -> list[City]:
    return cities_of(session, person().cities_with(*ROLES))


def _city(session: Session, slug: str) -> City:
    """The city of a short name, or the first; one that the person does not manage is not there for them."""
    known = next((city for city in _my_cities(session) if slug in ("", city.slug)), None)
    if known is None:
        raise NotFound
    return known


def _by_id(session: Session, city_id: str) -> City:
    (city,) = cities_of(session, frozenset({city_id}))
    return city


def _line(session: Session, report_id: str) -> SavedLine:
    line = found.saved_report(session, report_id, person().user_id, person().cities_with(*ROLES))
    if line is None:
        raise NotFound
    return line


def _is_mailed(line: SavedLine) -> bool:
    return person().user_id in line.receivers


def _editing(report_id: str) -> Editing:
    with database().reading() as session:
        line = _line(session, report_id)
        if line.report.owner_id != person().user_id or line.is_digest:
            raise NotFound
        city = _by_id(session, line.report.jurisdiction_id)
        form = edit_form(line.report, city, line.receivers, found.managers(session, city.id), now())
    return Editing(line, city, form)
