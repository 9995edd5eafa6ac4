"""Documents of an application: each kind has numbered versions, and the current set has one hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.machine import Actor
from permitflow.ledger.canonical import canonical_bytes
from permitflow.models import Document
from permitflow.services import transitions
from permitflow.services.actors import APPLICANT
from permitflow.services.drafts import refuse_unless_may_answer
from permitflow.services.errors import NotFound
from permitflow.services.files import File
from permitflow.services.transitions import Note
from permitflow.services.uploads import Stored


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file to be taken into an application as the newest version of one kind; `at` in microseconds."""

    application_id: str
    kind: str
    stored: Stored
    actor: Actor
    at: int
    token: str | None = None


def attach(session: Session, attachment: Attachment) -> str:
    """Add a document version to an application with its event; return the document's id.

    The same bytes again as the newest version of the same kind change nothing: a form sent twice has one effect.

    Raises:
        NotFound: no such application, or the workflow knows no such kind of document.
        WrongPhase: the application is not with the applicant, or it was decided and no notice waits.
        Stale: the form was used already.
    """
    newest = _newest(session, attachment.application_id, attachment.kind)
    if newest is not None and newest.sha256 == attachment.stored.sha256:
        return newest.id
    document_id = new_id()
    version = newest.version + 1 if newest else 1
    stored = attachment.stored
    noted = Note(
        attachment.application_id,
        "add_document",
        "Document added",
        attachment.actor.id,
        APPLICANT,
        attachment.at,
        token=attachment.token,
        data={
            "kind": attachment.kind,
            "version": version,
            "sha256": stored.sha256,
            "size": stored.size_bytes,
        },
        words={"filename": stored.filename},
        change=lambda file: _add(file, attachment, document_id, version),
    )
    transitions.note(session.connection(), noted)
    return document_id


def set_hash(versions: Iterable[tuple[str, int, str]]) -> str:
    """Return the SHA-256 (hex) of a set of documents, each given as kind, version and SHA-256."""
    return sha256(canonical_bytes([list(entry) for entry in sorted(versions)])).hexdigest()


def _newest(session: Session, application_id: str, kind: str) -> Document | None:
    return session.scalar(
        select(Document)
        .where(Document.application_id == application_id, Document.kind == kind)
        .order_by(Document.version.desc())
        .limit(1)
    )


def _add(file: File, attachment: Attachment, document_id: str, version: int) -> None:
    if attachment.kind not in file.machine.definition.documents:
        raise NotFound
    refuse_unless_may_answer(file, "add_document")
    stored = attachment.stored
    values: dict[str, Any] = {
        "id": document_id,
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
        "kind": attachment.kind,
        "version": version,
        "filename": stored.filename,
        "media_type": stored.media_type,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "uploaded_by": attachment.actor.id,
        "uploaded_at": attachment.at,
    }
    file.channel.connection.execute(insert(Document), values)
    current = _current(file)
    file.columns["document_kinds"] = {kind: number for kind, number, _sha256 in current}
    file.columns["document_set_hash"] = set_hash(current)
    file.changed()


def _current(file: File) -> list[tuple[str, int, str]]:
    newest = (
        select(Document.kind, func.max(Document.version).label("version"))
        .where(Document.application_id == file.id)
        .group_by(Document.kind)
        .subquery()
    )
    rows = file.channel.connection.execute(
        select(Document.kind, Document.version, Document.sha256)
        .join(newest, (Document.kind == newest.c.kind) & (Document.version == newest.c.version))
        .where(Document.application_id == file.id)
    )
    return [(row.kind, row.version, row.sha256) for row in rows]
