"""Answering a correction notice, item by item, and sending the application back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from permitflow.engine.errors import MissingInput
from permitflow.models import CorrectionItem
from permitflow.queries.application_page import ApplicationPage, Notice, application_page
from permitflow.services import answers, documents
from permitflow.services.answers import Answer, seen_reply
from permitflow.services.documents import Attachment
from permitflow.services.errors import NotFound, Stale
from permitflow.services.uploads import UploadRefused
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filing import applicant, keep_upload, own_application, place_url, spoken
from permitflow.web.forms.applications import AnswerForm, answer_form
from permitflow.web.forms.shown import problems

BAD_INPUT = 422
CONFLICT = 409
blueprint = Blueprint("corrections", __name__)


@blueprint.get("/<application_id>/corrections")
@access(signed_in=True)
def notice(application_id: str) -> ResponseReturnValue:
    """The notice with every item and its answer."""
    return _notice_page(application_id)


@blueprint.post("/<application_id>/corrections/<item_id>")
@access(signed_in=True)
def answer(application_id: str, item_id: str) -> ResponseReturnValue:
    """Save the answer to one item."""
    with database().reading() as session:
        page = _page(application_id)
        actor = applicant(own_application(session, application_id))
    form = answer_form(item_id, page.papers)
    if not form.validate():
        return _notice_page(application_id, item_id, form), BAD_INPUT
    try:
        stored = keep_upload(form.file.data) if form.file.data else None
    except UploadRefused as refused:
        form.file.errors = [_(str(refused))]
        return _notice_page(application_id, item_id, form), BAD_INPUT
    seen = request.form.get("seen", "")
    try:
        with database().transaction() as session:
            document_id = None
            if stored is not None:
                attachment = Attachment(application_id, form.kind.data, stored, actor, now())
                document_id = documents.attach(session, attachment)
            reply = Answer(application_id, item_id, form.reply.data or "", document_id, seen, actor, now())
            answers.answer_item(session, reply)
    except (Stale, MissingInput) as refused:
        form.form_errors.append(_(str(refused)))
        return _notice_page(application_id, item_id, form), CONFLICT
    flash(_("Answer saved."))
    return redirect(f"{url_for('.notice', application_id=application_id)}#item-{item_id}")


def _page(application_id: str) -> ApplicationPage:
    with database().reading() as session:
        application = own_application(session, application_id)
        return application_page(session, application, person().user_id, now())


def _notice_page(application_id: str, item_id: str = "", form: AnswerForm | None = None) -> str:
    page = _page(application_id)
    shown = page.open_notice or next(iter(page.notices), None)
    if shown is None:
        raise NotFound
    forms = {item.id: _form(page, item) for item in shown.items}
    if form is not None:
        forms[item_id] = form
    return render_template(
        "applications/corrections.html",
        page=page,
        shown=shown,
        forms=forms,
        seen={item.id: seen_reply(item.reply, item.reply_document_id) for item in shown.items},
        proofs=_proofs(page, shown),
        problems=problems(form) if form else [],
        spoken=spoken,
        place=lambda where: None if where == "corrections" else place_url(page, where),
    )


def _form(page: ApplicationPage, item: CorrectionItem) -> AnswerForm:
    kind = item.place if item.place in page.definition.documents else None
    return answer_form(item.id, page.papers, formdata=None, data={"reply": item.reply, "kind": kind})


def _proofs(page: ApplicationPage, shown: Notice) -> dict[str, str]:
    """Return, per item, the file name of the document that was given with its answer."""
    names = {one.id: f"{one.filename} (v{one.version})" for paper in page.papers for one in paper.versions}
    return {item.id: names.get(item.reply_document_id or "", "") for item in shown.items}
