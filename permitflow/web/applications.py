"""An installer's applications: the list, one application, what can be done with it, and the permit."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from permitflow.engine.inputs import inputs_of
from permitflow.engine.machine import Choice
from permitflow.interchange import permit_pdf
from permitflow.queries import applications
from permitflow.queries.application_page import ApplicationPage, application_page
from permitflow.services import drafts
from permitflow.services.errors import NotFound
from permitflow.services.transitions import Act
from permitflow.web import corrections, pay, tokens
from permitflow.web import drafts as draft_pages
from permitflow.web.access import access
from permitflow.web.context import database, now, person, settings
from permitflow.web.filing import applicant, own_application, place_url, spoken
from permitflow.web.forms.applications import INPUT, action_form
from permitflow.web.forms.shown import problems

BAD_INPUT = 422
blueprint = Blueprint("applications", __name__, url_prefix="/applications")
for pages in (draft_pages, corrections, pay):
    blueprint.register_blueprint(pages.blueprint)


@blueprint.get("/", endpoint="list")
@access(signed_in=True)
def list_() -> ResponseReturnValue:
    """My companies' applications, those that need somebody of us first."""
    with database().reading() as session:
        found = applications.listed(session, person().company_ids, now(), request.args.get("after"))
    return render_template("applications/list.html", found=found, spoken=spoken)


@blueprint.get("/<application_id>")
@access(signed_in=True)
def page(application_id: str) -> ResponseReturnValue:
    """One application."""
    shown = _page(application_id)
    return render_template(
        "applications/page.html",
        page=shown,
        next_step=_next_step(shown),
        spoken=spoken,
        place=lambda where: place_url(shown, where),
    )


@blueprint.get("/<application_id>/receipt")
@access(signed_in=True)
def receipt(application_id: str) -> ResponseReturnValue:
    """The receipt: number, when, what next, by when."""
    shown = _page(application_id)
    if shown.application.submitted_at is None:
        raise NotFound
    return render_template("applications/receipt.html", page=shown, spoken=spoken)


@blueprint.get("/<application_id>/do/<action>")
@access(signed_in=True)
def confirm(application_id: str, action: str) -> ResponseReturnValue:
    """What an action does, and the texts it asks for."""
    shown = _page(application_id)
    choice = _choice(shown, action)
    return render_template(
        "applications/confirm.html",
        page=shown,
        choice=choice,
        form=action_form(choice.spec, shown.today),
        problems=[],
        place=lambda where: place_url(shown, where),
    )


@blueprint.post("/<application_id>/do/<action>")
@access(signed_in=True)
def act(application_id: str, action: str) -> ResponseReturnValue:
    """Take an action of the applicant."""
    version = request.form.get("version", type=int)
    token = tokens.check(request.form.get("token", ""), application_id, version, action)
    shown = _page(application_id)
    spec = shown.definition.actions.get(action)
    form = action_form(spec, shown.today) if spec else None
    if spec and form and not form.validate():
        return render_template(
            "applications/confirm.html",
            page=shown,
            choice=_choice(shown, action),
            form=form,
            problems=problems(form),
            place=lambda where: place_url(shown, where),
        ), BAD_INPUT
    texts = {name: form[INPUT + name].data for name in inputs_of(spec)} if spec and form else {}
    with database().transaction() as session:
        actor = applicant(own_application(session, application_id))
        taken = Act(application_id, action, actor, now(), texts, token=token, version=version)
        drafts.take(session, taken)
    flash(_("Done: %(entry)s.", entry=_(spec.entry) if spec else action))
    return redirect(url_for(".page", application_id=application_id))


@blueprint.get("/<application_id>/permit.pdf")
@access(signed_in=True)
def permit(application_id: str) -> ResponseReturnValue:
    """The permit as PDF, as it stands now."""
    shown = _page(application_id)
    if shown.permit is None:
        raise NotFound
    answer = Response(permit_pdf.render(_sheet(shown)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{shown.permit.number}.pdf"'
    return answer


def _page(application_id: str) -> ApplicationPage:
    with database().reading() as session:
        application = own_application(session, application_id)
        return application_page(session, application, person().user_id, now())


def _choice(shown: ApplicationPage, action: str) -> Choice:
    found = next((choice for choice in shown.choices if choice.action == action), None)
    if found is None:
        raise NotFound
    return found


def _next_step(shown: ApplicationPage) -> tuple[str, str] | None:
    """Return the page where the applicant's work is now, as its words and its address."""
    application_id = shown.application.id
    if shown.phase.initial:
        url = url_for(".drafts.step", application_id=application_id, step=draft_pages.ORDER[0])
        return _("Go on with the application"), url
    if shown.open_notice:
        url = url_for(".corrections.notice", application_id=application_id)
        return _("Answer the corrections"), url
    if shown.phase.party == "payment" and shown.money.balance_cents > 0:
        return _("Pay the fees"), url_for(".pay.form", application_id=application_id)
    return None


def _sheet(shown: ApplicationPage) -> permit_pdf.PermitSheet:
    issued, application, definition = shown.permit, shown.application, shown.definition
    assert issued is not None
    equipment = application.form.get("equipment")
    return permit_pdf.PermitSheet(
        number=issued.number,
        title=issued.title,
        status=issued.status,
        city=shown.city.name,
        address=f"{issued.address}, {issued.city}".strip(", "),
        holder=issued.holder,
        description=issued.description,
        issued_on=issued.issued_on,
        issued_at=issued.issued_at or application.updated_at,
        expires_on=issued.expires_on,
        application_number=application.number or "",
        equipment=equipment if isinstance(equipment, list) else [],
        conditions=issued.conditions,
        inspections=definition.permit.inspections if definition.permit else (),
        check_url=f"{settings().base_url}/p/{issued.check_code}",
        record=f"event {application.event_seq}, {application.event_hash}",
    )
