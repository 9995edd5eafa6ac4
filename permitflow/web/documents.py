"""Downloading a document: for the people of the applying company and the staff of the city."""

from __future__ import annotations

from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from permitflow.models import Document, PermitApplication
from permitflow.services.errors import NotFound
from permitflow.services.uploads import path_of
from permitflow.web.access import access
from permitflow.web.context import database, person, settings

# A document is somebody else's file: the browser may save it, never run it beside our pages.
SANDBOX = "default-src 'none'; sandbox"
blueprint = Blueprint("documents", __name__, url_prefix="/documents")


@blueprint.get("/<document_id>")
@access(signed_in=True)
def download(document_id: str) -> ResponseReturnValue:
    """Send one version of a document as a file to save."""
    document = _visible(document_id)
    path = path_of(settings().upload_dir, document.sha256)
    if not path.is_file():
        raise NotFound
    answer: Response = send_file(
        path,
        mimetype=document.media_type,
        as_attachment=True,
        download_name=document.filename,
        etag=document.sha256,
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _visible(document_id: str) -> Document:
    """Return a document of an application that the person may see; a draft is its company's alone."""
    who = person()
    with database().reading() as session:
        document = session.get(Document, document_id)
        application = session.get(PermitApplication, document.application_id) if document else None
    if document is None or application is None:
        raise NotFound
    of_city = application.jurisdiction_id in who.grants and application.submitted_at is not None
    if application.company_id not in who.company_ids and not of_city:
        raise NotFound
    return document
