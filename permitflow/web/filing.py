"""What the installer's pages share: the way to an application of theirs, uploads, and where a reason is fixed."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from permitflow.engine.machine import Actor
from permitflow.models import PermitApplication
from permitflow.queries import applications
from permitflow.queries.application_page import ApplicationPage
from permitflow.queries.sentence import SEPARATOR, Phrase
from permitflow.services import uploads
from permitflow.services.actors import acting
from permitflow.services.errors import NotFound
from permitflow.services.uploads import Limits, Stored, UploadTooLarge
from permitflow.web.context import person, settings
from permitflow.web.filters import local_day

MEGABYTE = 1_000_000


def own_application(session: Session, application_id: str) -> PermitApplication:
    """Return an application of one of the person's companies; raise NotFound for every other one."""
    found = applications.find(session, application_id, person().company_ids)
    if found is None:
        raise NotFound
    return found


def applicant(application: PermitApplication) -> Actor:
    """Return the person as the applicant of an application."""
    who = person()
    return acting(who.user_id, frozenset(), who.company_ids, application.company_id)


def keep_upload(file: FileStorage) -> Stored:
    """Put an uploaded file into the store; a file over the limit is answered as a request that is too large."""
    limits = Limits(settings().max_upload_mb * MEGABYTE, settings().min_free_disk_mb * MEGABYTE)
    try:
        return uploads.store(cast(BinaryIO, file.stream), file.filename or "", settings().upload_dir, limits)
    except UploadTooLarge as error:
        raise RequestEntityTooLarge from error


def spoken(phrases: tuple[Phrase, ...]) -> str:
    """Return the sentence of a file in the reader's language."""
    return SEPARATOR.join(phrase.say(_, local_day) for phrase in phrases)


def place_url(page: ApplicationPage, where: str) -> str | None:
    """Return the page on which a reason can be fixed, named as the workflow names it; None when there is none."""
    application_id, here = (
        page.application.id,
        url_for("applications.page", application_id=page.application.id),
    )
    if where == "corrections":
        return url_for("applications.corrections.notice", application_id=application_id)
    if where == "fees":
        return url_for("applications.pay.form", application_id=application_id)
    if where == "reviews":
        return f"{here}#reviews"
    if where == "documents" and page.may_answer:
        return url_for("applications.drafts.documents", application_id=application_id)
    if not page.may_change:
        return url_for("companies.page", company_id=page.company.id) if where == "people" else None
    if where == "sign":
        return url_for("applications.drafts.review", application_id=application_id)
    if where in ("project", "site", "equipment", "electrical", "people"):
        return url_for("applications.drafts.step", application_id=application_id, step=where)
    return None
