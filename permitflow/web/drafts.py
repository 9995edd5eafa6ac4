"""Filling in an application, step by step; each step is saved as it is sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from permitflow.engine.errors import UnmetClauses
from permitflow.engine.machine import Choice
from permitflow.queries import applications
from permitflow.queries.application_page import ApplicationPage, application_page, choices, licence_today
from permitflow.queries.companies import companies_of
from permitflow.queries.projects import choices as project_choices
from permitflow.rules import station_facts
from permitflow.services import documents, drafts, projects
from permitflow.services.actors import acting
from permitflow.services.documents import Attachment
from permitflow.services.drafts import NewDraft, Signature, StepSave
from permitflow.services.errors import NotFound, Stale
from permitflow.services.transitions import Act
from permitflow.services.uploads import UploadRefused
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filing import applicant, keep_upload, own_application, place_url, spoken
from permitflow.web.filters import why
from permitflow.web.forms.applications import NEW_PROJECT, SignForm, UploadForm, new_application_form
from permitflow.web.forms.form import later as _l
from permitflow.web.forms.shown import problems, sections
from permitflow.web.forms.steps import FORMS, MOST_ROWS, EquipmentStep, StepForm, form_for

BAD_INPUT = 422
CONFLICT = 409
TITLES = {
    "project": _l("What is built"),
    "site": _l("Where it is built"),
    "equipment": _l("Which chargers"),
    "electrical": _l("What feeds the chargers"),
    "people": _l("Who is who"),
    "documents": _l("Documents"),
    "review": _l("Review and sign"),
}
ORDER = ("project", "site", "equipment", "electrical", "documents", "people", "review")
SIGNED = {"attestations": {"signed": True} | dict.fromkeys(drafts.DECLARATIONS, True)}
blueprint = Blueprint("drafts", __name__)


@blueprint.get("/new")
@access(signed_in=True)
def new() -> ResponseReturnValue:
    """Choose company, city and kind of project."""
    return _new_page(), 200


@blueprint.post("/new")
@access(signed_in=True)
def begin() -> ResponseReturnValue:
    """Begin a draft."""
    with database().reading() as session:
        companies = companies_of(session, person().company_ids)
        known = project_choices(session, person().company_ids)
        form = new_application_form(companies, applications.offers(session), known)
    if not form.validate():
        return _new_page(form), BAD_INPUT
    jurisdiction_id, _colon, project_type = form.project.data.partition(":")
    who = person()
    actor = acting(who.user_id, frozenset(), who.company_ids, form.company.data)
    with database().transaction() as session:
        new_draft = NewDraft(jurisdiction_id, form.company.data, project_type, actor, now())
        application_id = drafts.start_draft(session, new_draft)
        project_id = form.part_of.data
        if project_id == NEW_PROJECT:
            project_id = projects.create(
                session, form.project_title.data or "", form.company.data, actor, now()
            )
        if project_id:
            projects.attach(session, application_id, project_id, actor, now())
    return redirect(url_for(".step", application_id=application_id, step=ORDER[0]))


def _new_page(form: Any = None) -> str:
    with database().reading() as session:
        companies = companies_of(session, person().company_ids)
        offers = applications.offers(session)
        known = project_choices(session, person().company_ids)
    form = form or new_application_form(companies, offers, known)
    return render_template(
        "applications/new.html", form=form, companies=companies, offers=offers, problems=problems(form)
    )


@blueprint.get("/<application_id>/edit/<any(project, site, equipment, electrical, people):step>")
@access(signed_in=True)
def step(application_id: str, step: str) -> ResponseReturnValue:
    """One step with the answers given so far."""
    with database().reading() as session:
        page = _page(session, application_id)
        answers = drafts.stored_answers(session, application_id).get(step, {})
    form = form_for(step, answers)
    return _step_page(page, step, form, drafts.fingerprint(answers))


@blueprint.post("/<application_id>/edit/<any(project, site, equipment, electrical, people):step>")
@access(signed_in=True)
def save(application_id: str, step: str) -> ResponseReturnValue:
    """Save one step and go on to the next."""
    form = FORMS[step]()
    with database().reading() as session:
        page = _page(session, application_id)
        stored = drafts.stored_answers(session, application_id).get(step, {})
    seen = request.form.get("seen", "")
    if "more" in request.form:
        return _with_another_row(page, form, seen)
    if not form.validate():
        return _step_page(page, step, form, seen), BAD_INPUT
    try:
        with database().transaction() as session:
            actor = applicant(own_application(session, application_id))
            drafts.save_step(session, StepSave(application_id, step, form.answers(), seen, actor, now()))
    except Stale as stale:
        form.form_errors.append(_(str(stale)))
        fresh = drafts.fingerprint(stored)
        return _step_page(page, step, form, fresh, meanwhile=sections(step, stored)), CONFLICT
    return _onward(page, step)


def _with_another_row(page: ApplicationPage, form: StepForm, seen: str) -> str:
    if not isinstance(form, EquipmentStep):
        raise BadRequest
    if len(form.chargers) < MOST_ROWS:
        form.chargers.append_entry()
    return _step_page(page, "equipment", form, seen)


def _onward(page: ApplicationPage, step: str) -> ResponseReturnValue:
    """Go to the next step, back to the corrections, or to the application when the person leaves."""
    application_id = page.application.id
    if request.form.get("then") == "leave":
        flash(_("Saved. You can go on at any time."))
        return redirect(url_for("applications.page", application_id=application_id))
    if not page.phase.initial:
        flash(_("Saved."))
        return redirect(url_for("applications.corrections.notice", application_id=application_id))
    return redirect(_step_url(application_id, ORDER[ORDER.index(step) + 1]))


def _step_url(application_id: str, step: str) -> str:
    if step in ("documents", "review"):
        return url_for(f"applications.drafts.{step}", application_id=application_id)
    return url_for("applications.drafts.step", application_id=application_id, step=step)


def _page(session: Session, application_id: str) -> ApplicationPage:
    return application_page(session, own_application(session, application_id), person().user_id, now())


def _frame(page: ApplicationPage, step: str) -> dict[str, Any]:
    """What every step's template needs: the indicator and the way on."""
    order = ORDER if page.phase.initial else ORDER[:-1]
    links = [(name, TITLES[name], _step_url(page.application.id, name)) for name in order]
    return {
        "page": page,
        "step": step,
        "title": TITLES[step],
        "steps": links,
        "number": order.index(step) + 1,
    }


def _step_page(page: ApplicationPage, step: str, form: StepForm, seen: str, meanwhile: object = None) -> str:
    return render_template(
        f"applications/step_{step}.html",
        form=form,
        seen=seen,
        meanwhile=meanwhile,
        problems=problems(form),
        **_frame(page, step),
    )


@blueprint.get("/<application_id>/edit/documents", endpoint="documents")
@access(signed_in=True)
def documents_step(application_id: str) -> ResponseReturnValue:
    """The documents that are asked for, and those that are there."""
    return _documents_page(application_id)


@blueprint.post("/<application_id>/edit/documents")
@access(signed_in=True)
def upload(application_id: str) -> ResponseReturnValue:
    """Take in one document."""
    kind = request.form.get("kind", "")
    token = tokens.check(request.form.get("token", ""), application_id, kind, "add_document")
    form = UploadForm(prefix=f"{kind}-")
    with database().reading() as session:
        actor = applicant(own_application(session, application_id))
    if not form.validate():
        return _documents_page(application_id, kind, form), BAD_INPUT
    try:
        stored = keep_upload(form.file.data)
    except UploadRefused as refused:
        form.file.errors = [_(str(refused))]
        return _documents_page(application_id, kind, form), BAD_INPUT
    with database().transaction() as session:
        documents.attach(session, Attachment(application_id, kind, stored, actor, now(), token))
    flash(_("“%(name)s” is in the file.", name=stored.filename))
    return redirect(f"{url_for('.documents', application_id=application_id)}#{kind}")


def _documents_page(application_id: str, kind: str = "", form: UploadForm | None = None) -> str:
    with database().reading() as session:
        page = _page(session, application_id)
    forms = {paper.kind: UploadForm(formdata=None, prefix=f"{paper.kind}-") for paper in page.papers}
    if form is not None:
        forms[kind] = form
    return render_template(
        "applications/step_documents.html",
        forms=forms,
        problems=problems(form) if form else [],
        **_frame(page, "documents"),
    )


@blueprint.get("/<application_id>/edit/review")
@access(signed_in=True)
def review(application_id: str) -> ResponseReturnValue:
    """Everything on one page, what the checks say, and the signature."""
    return _review_page(application_id, SignForm(formdata=None))


@blueprint.post("/<application_id>/edit/review")
@access(signed_in=True)
def send(application_id: str) -> ResponseReturnValue:
    """Sign and send the application."""
    action = request.form.get("action", "")
    version = request.form.get("version", type=int)
    token = tokens.check(request.form.get("token", ""), application_id, version, action)
    form = SignForm()
    with database().reading() as session:
        actor = applicant(own_application(session, application_id))
    if not form.validate():
        return _review_page(application_id, form), BAD_INPUT
    signature = Signature(
        application_id, form.signed_name.data or "", form.declared(), version or 0, actor, now()
    )
    try:
        with database().transaction() as session:
            signed = drafts.sign(session, signature)
            act = Act(application_id, action, actor, now(), token=token, version=signed.version)
            drafts.take(session, act)
    except UnmetClauses as unmet:
        form.form_errors.extend(why(refusal) for refusal in unmet.refusals)
        return _review_page(application_id, form), CONFLICT
    return redirect(url_for("applications.receipt", application_id=application_id))


def _review_page(application_id: str, form: SignForm) -> str:
    with database().reading() as session:
        page = _page(session, application_id)
        if not page.phase.initial:
            raise NotFound
        known = {**licence_today(page.company, page.today), **SIGNED}
        sending = _sending(choices(page.file, person().user_id, known))
        answers = drafts.stored_answers(session, application_id)
    return render_template(
        "applications/step_review.html",
        form=form,
        sending=sending,
        checks=station_facts.results(page.application.form),
        answered=[(name, TITLES[name], sections(name, answers.get(name, {}))) for name in FORMS],
        problems=problems(form),
        place=lambda where: place_url(page, where),
        spoken=spoken,
        **_frame(page, "review"),
    )


def _sending(found: tuple[Choice, ...]) -> Choice:
    """Return the action that sends a draft: the workflow's first step forward."""
    return next((choice for choice in found if choice.spec.tone == "primary"), found[0])
