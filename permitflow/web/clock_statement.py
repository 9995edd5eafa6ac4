"""The clock statement of one application, as a page and as a PDF: for its company and for the staff of its city."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from permitflow.engine.calendars import WEEKDAYS
from permitflow.interchange import clock_statement_pdf
from permitflow.queries import applications
from permitflow.queries.clock_statement import ClockStatement, Statement, Stretch, statement
from permitflow.queries.workspace import find_application
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, now, person

blueprint = Blueprint("clock_statement", __name__, url_prefix="/applications")


@blueprint.get("/<application_id>/clocks")
@access(signed_in=True)
def page(application_id: str) -> ResponseReturnValue:
    """Every legal clock of the application, day by day."""
    shown = _statement(application_id)
    return render_template(
        "clocks/statement.html",
        shown=shown,
        mine=shown.application.company_id in person().company_ids,
        told=told,
        reason=reason,
        used=used,
    )


@blueprint.get("/<application_id>/clocks.pdf")
@access(signed_in=True)
def pdf(application_id: str) -> ResponseReturnValue:
    """The same as a PDF, with every day in its appendix."""
    shown = _statement(application_id)
    answer = Response(clock_statement_pdf.render(shown, now()), mimetype="application/pdf")
    name = f"{shown.application.number or 'draft'}-clocks.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def used(clock: ClockStatement) -> str:
    """Return how much of a clock is used: '12 of 20 business days used'."""
    numbers = {"used": clock.consumed, "length": clock.length}
    if clock.unit == "business_day":
        return _("%(used)d of %(length)d business days used", **numbers)
    return _("%(used)d of %(length)d calendar days used", **numbers)


def told(stretch: Stretch) -> str:
    """Return what happened to the days of a stretch: '9 counted, 4 weekend days not counted'."""
    if stretch.why:
        return reason(stretch.why)
    words = []
    if stretch.counted:
        words.append(ngettext("%(num)d day counted", "%(num)d days counted", stretch.counted))
    if stretch.resting:
        words.append(
            ngettext(
                "%(num)d weekly closed day not counted",
                "%(num)d weekly closed days not counted",
                stretch.resting,
            )
        )
    return ", ".join(words)


def reason(why: str) -> str:
    """Return the reason of one day in the reader's language; names of closures stay as the city wrote them."""
    if why.startswith("stopped: "):
        return _("stopped: %(reason)s", reason=_(why.removeprefix("stopped: ")))
    return _("%(weekday)s, closed every week", weekday=_(why)) if why in WEEKDAYS else _(why)


def _statement(application_id: str) -> Statement:
    me = person()
    with database().reading() as session:
        found = applications.find(session, application_id, me.company_ids)
        found = found or find_application(session, me, application_id)
        if found is None:
            raise NotFound
        return statement(session, found, now())
