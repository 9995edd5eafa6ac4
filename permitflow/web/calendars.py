"""Pages of the calendars: each city's working days day by day, the draft of the next version, and its effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from permitflow.instants import local_date, to_datetime
from permitflow.models import CalendarEdit, CalendarVersion, Jurisdiction
from permitflow.queries import calendars, cities
from permitflow.queries.cities import find_city
from permitflow.services import calendar_edits
from permitflow.services.calendar_drafts import Draft, draft_of, working_days
from permitflow.services.calendar_edits import CalendarChanged, CalendarRefused, Editor
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filters import local_day
from permitflow.web.forms.calendars import FORMS, WEEKDAYS, EditForm, PublishForm
from permitflow.web.forms.shown import problems

OFFICE = ("administrator", "manager")
BAD_INPUT, CONFLICT = 422, 409
FIRST_YEAR, LAST_YEAR = 1970, 2200
Problems = Sequence[tuple[str, str]]
blueprint = Blueprint("calendars", __name__, url_prefix="/admin/calendars")


@blueprint.get("", endpoint="list")
@access(roles=OFFICE)
def list_() -> ResponseReturnValue:
    """The working days and closures of my cities."""
    with database().reading() as session:
        found = cities.calendars(session, person().cities_with(*OFFICE))
    this_year = to_datetime(now()).year
    return render_template("admin/calendars.html", calendars=found, this_year=this_year)


@blueprint.get("/<slug>")
@access(roles=OFFICE)
def page(slug: str) -> ResponseReturnValue:
    """One city's calendar as a year of months, with its draft, its versions, and the forms to edit it."""
    return _page(slug)


@blueprint.post("/<slug>/edits/<any(close, open, weekdays, hours, seed):kind>")
@access(roles=OFFICE)
def edit(slug: str, kind: str) -> ResponseReturnValue:
    """Add an edit to the draft of the next version."""
    with database().reading() as session:
        city = _city(session, slug)
    form = FORMS[kind](prefix=f"{kind}-")
    if not form.validate():
        return _page(slug, form, problems(form)), BAD_INPUT
    try:
        with database().transaction() as session:
            row = calendar_edits.edit(session, city.id, form.change(), _editor())
    except CalendarRefused as refused:
        return _page(slug, form, [("", _(str(refused)))]), BAD_INPUT
    except CalendarChanged as changed:
        return _page(slug, form, _changes(changed)), CONFLICT
    flash(_("Added to the draft. Nothing counts differently until you publish it."))
    return redirect(url_for(".page", slug=slug, year=row.day.year if row.day else None))


@blueprint.post("/<slug>/edits/<edit_id>/remove")
@access(roles=OFFICE)
def take_back(slug: str, edit_id: str) -> ResponseReturnValue:
    """Take an edit out of the draft."""
    with database().reading() as session:
        city = _city(session, slug)
    try:
        with database().transaction() as session:
            calendar_edits.take_back(session, city.id, edit_id, _editor())
    except CalendarChanged as changed:
        return _page(slug, None, _changes(changed)), CONFLICT
    flash(_("Taken out of the draft."))
    return redirect(url_for(".page", slug=slug))


@blueprint.get("/<slug>/publish")
@access(roles=OFFICE)
def preview(slug: str) -> ResponseReturnValue:
    """What publishing the draft would do."""
    return _preview(slug)


@blueprint.post("/<slug>/publish")
@access(roles=OFFICE)
def publish(slug: str) -> ResponseReturnValue:
    """Publish the draft as the city's next version."""
    with database().reading() as session:
        city = _city(session, slug)
    form = PublishForm()
    if not form.validate():
        return _preview(slug, form, problems(form)), BAD_INPUT
    try:
        with database().transaction() as session:
            version = calendar_edits.publish(session, city.id, form.reason.data or "", _editor())
    except CalendarRefused as refused:
        return _preview(slug, form, [("", _(str(refused)))]), BAD_INPUT
    except CalendarChanged as changed:
        return _preview(slug, form, _changes(changed)), CONFLICT
    flash(_("Version %(number)d is published. Open files are counted anew.", number=version.version))
    return redirect(url_for(".page", slug=slug))


def _page(slug: str, form: EditForm | None = None, found: Problems = ()) -> str:
    with database().reading() as session:
        city = _city(session, slug)
        draft = draft_of(session, city.id)
        old = _old_version(session, draft)
        days = working_days(session, old) if old else draft.result
        today = local_date(now(), city.zone)
        year = _year(today.year)
        return render_template(
            "admin/calendar.html",
            edit_words=edit_words,
            city=city,
            draft=draft,
            old=old,
            days=days,
            year=year,
            months=calendars.months(days, days if old else draft.base, year),
            closed=calendars.closed_days(session, days, year),
            edits=calendars.edit_lines(session, draft.edits),
            versions=calendars.versions(session, city.id),
            reach=calendars.reach(session, draft.place, draft.result, today),
            forms=_forms(draft, form),
            problems=found,
        )


def _preview(slug: str, form: PublishForm | None = None, found: Problems = ()) -> str:
    with database().reading() as session:
        city = _city(session, slug)
        draft = draft_of(session, city.id)
        today = local_date(now(), city.zone)
        return render_template(
            "admin/calendar_publish.html",
            edit_words=edit_words,
            city=city,
            draft=draft,
            edits=calendars.edit_lines(session, draft.edits),
            impact=calendars.impact(session, draft, today),
            today=today,
            form=form or PublishForm(formdata=None),
            problems=found,
        )


def _city(session: Session, slug: str) -> Jurisdiction:
    found = find_city(session, slug, person().cities_with(*OFFICE))
    if found is None:
        raise NotFound
    return found


def _editor() -> Editor:
    return Editor(person().user_id, now(), request.form.get("seen", ""))


def _year(this_year: int) -> int:
    year = request.args.get("year", this_year, type=int)
    return year if FIRST_YEAR <= year <= LAST_YEAR else this_year


def _old_version(session: Session, draft: Draft) -> CalendarVersion | None:
    """The older version that the address asks for; None when it is the newest, or there is none."""
    number = request.args.get("version", type=int)
    if number is None or number == draft.version.version:
        return None
    found = calendars.version_of(session, draft.place.id, number)
    if found is None:
        raise NotFound
    return found


def _forms(draft: Draft, given: EditForm | None) -> dict[str, EditForm]:
    """The forms of the page: the one that comes back as it was typed, the others as the draft stands."""
    days = draft.result
    values: dict[str, dict[str, Any]] = {
        "weekdays": {"days": list(days.weekdays)},
        "hours": {"opens": days.opens, "closes": days.closes},
    }
    return {
        kind: given
        if given is not None and type(given) is form
        else form(formdata=None, prefix=f"{kind}-", data=values.get(kind))
        for kind, form in FORMS.items()
    }


def _changes(changed: CalendarChanged) -> list[tuple[str, str]]:
    """What somebody else did meanwhile, as sentences."""
    words = [_(str(changed))]
    words += [_("Version %(number)d was published.", number=number) for number in changed.published]
    words += [_("Added to the draft: %(edit)s", edit=edit_words(row)) for row in changed.added]
    if changed.gone and not changed.published:
        words.append(_("Edits that you saw were taken back."))
    return [("", sentence) for sentence in words]


def edit_words(row: CalendarEdit) -> str:
    """Return an edit in words."""
    if row.kind == "close":
        return _("%(day)s closed: %(name)s", day=local_day(row.day), name=row.value)
    if row.kind == "open":
        return _("%(day)s open", day=local_day(row.day))
    if row.kind == "weekdays":
        names = [str(label) for digit, label in WEEKDAYS if digit in row.value]
        return _("Open on %(days)s", days=", ".join(names))
    if row.kind == "hours":
        return _("Office hours %(hours)s", hours=row.value.replace("-", "–"))
    return _("Public holidays of %(year)s", year=row.value.partition(" ")[0])
