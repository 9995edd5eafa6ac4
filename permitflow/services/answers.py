"""Answers to a correction notice, saved item by item."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from permitflow.engine.errors import MissingInput, Refusal
from permitflow.engine.machine import Actor
from permitflow.models import CorrectionItem, CorrectionNotice, Document
from permitflow.services import transitions
from permitflow.services.actors import APPLICANT
from permitflow.services.drafts import fingerprint, refuse_unless_may_answer
from permitflow.services.errors import NotFound, Stale
from permitflow.services.files import File
from permitflow.services.transitions import Applied, Note

OPEN, ANSWERED = "open", "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to one item, with the document that shows it; `seen` is the fingerprint of the reply seen before."""

    application_id: str
    item_id: str
    reply: str
    document_id: str | None
    seen: str
    actor: Actor
    at: int


def answer_item(session: Session, answer: Answer) -> Applied | None:
    """Save the reply to one correction item; None when it says what is saved already.

    A document given earlier stays when this reply names none.

    Raises:
        NotFound: the application has no such sent item.
        MissingInput: the reply is empty.
        Stale: a colleague answered the item meanwhile, or it is settled.
        WrongPhase: the application is not with the applicant, or it was decided and no notice waits.
    """
    item = session.get(CorrectionItem, answer.item_id, populate_existing=True)
    if item is None or item.application_id != answer.application_id or item.notice_id is None:
        raise NotFound
    if not answer.reply:
        message = "Write what you changed, or why nothing has to change."
        raise MissingInput("answer_item", [Refusal("missing_reply", message, where="corrections")])
    document_id = answer.document_id or item.reply_document_id
    _refuse_foreign(session, answer.application_id, document_id)
    if (item.reply, item.reply_document_id) == (answer.reply, document_id):
        return None
    notice = session.get_one(CorrectionNotice, item.notice_id)
    noted = Note(
        answer.application_id,
        "answer_item",
        "Correction answered",
        answer.actor.id,
        APPLICANT,
        answer.at,
        data={"notice": notice.number, "item": item.number or 0},
        words={"reply": answer.reply},
        change=lambda file: _write(file, answer, document_id),
    )
    return transitions.note(session.connection(), noted)


def seen_reply(reply: str, document_id: str | None) -> str:
    """Return the fingerprint of a reply as a form shows it."""
    return fingerprint([reply, document_id])


def _refuse_foreign(session: Session, application_id: str, document_id: str | None) -> None:
    if document_id is None:
        return
    document = session.get(Document, document_id)
    if document is None or document.application_id != application_id:
        raise NotFound


def _write(file: File, answer: Answer, document_id: str | None) -> None:
    refuse_unless_may_answer(file, "answer_item")
    connection = file.channel.connection
    item = connection.execute(
        select(CorrectionItem.status, CorrectionItem.reply, CorrectionItem.reply_document_id).where(
            CorrectionItem.id == answer.item_id
        )
    ).one()
    if item.status not in (OPEN, ANSWERED) or seen_reply(item.reply, item.reply_document_id) != answer.seen:
        raise Stale(answer.application_id, None, "Somebody of your company answered this item meanwhile.")
    values = {
        "reply": answer.reply,
        "reply_document_id": document_id,
        "status": ANSWERED,
        "answered_at": answer.at,
    }
    connection.execute(update(CorrectionItem).where(CorrectionItem.id == answer.item_id).values(**values))
    if item.status == OPEN:
        file.columns["unanswered_items"] -= 1
        file.changed()
