"""Drafting correction items: what a reviewer finds stays a draft until the whole round goes out as one notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, update

from permitflow.db import new_id
from permitflow.engine.machine import Actor
from permitflow.models import CorrectionItem, PermitApplication
from permitflow.services.errors import Stale
from permitflow.services.open_reviews import OpenReview, lock_review, refuse_claimed

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct: what is wrong, the code section it breaks, and what would fix it.

    An item without one of the three texts cannot be answered; an advisory item binds nobody.
    `place` names the sheet, document or field.
    """

    text: str
    code_section: str
    fix: str
    place: str = ""
    severity: Literal["required", "advisory"] = "required"


def draft_item(connection: Connection, visit_id: str, finding: Finding, actor: Actor, at: int) -> str:
    """Add a correction item to the notice being prepared at instant `at`; return its id.

    Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the review is closed or somebody else's.
    """
    review = _working(connection, visit_id, "request_corrections", actor)
    item_id = new_id()
    connection.execute(
        insert(CorrectionItem),
        {
            "id": item_id,
            "jurisdiction_id": review.jurisdiction_id,
            "application_id": review.application_id,
            "lane": review.lane,
            "round": review.round,
            "severity": finding.severity,
            "text": finding.text,
            "code_section": finding.code_section,
            "fix": finding.fix,
            "place": finding.place,
            "status": DRAFT,
            "created_by": actor.id,
            "created_at": at,
        },
    )
    _count(connection, review, 1)
    return item_id


def remove_item(connection: Connection, visit_id: str, item_id: str, actor: Actor) -> None:
    """Take a draft item of this review back; an item that was sent, or is another review's, is not touched.

    Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the review is closed or the item is gone.
    """
    review = _working(connection, visit_id, "request_corrections", actor)
    removed = connection.execute(
        delete(CorrectionItem).where(
            CorrectionItem.id == item_id,
            CorrectionItem.application_id == review.application_id,
            CorrectionItem.lane.is_not_distinct_from(review.lane),
            CorrectionItem.notice_id.is_(None),
        )
    )
    if not removed.rowcount:
        raise Stale(review.application_id, None, "This item was already removed or sent.")
    _count(connection, review, -1)


def _working(connection: Connection, visit_id: str, action: str, actor: Actor) -> OpenReview:
    review = lock_review(connection, visit_id, action, actor)
    refuse_claimed(review, actor)
    return review


def _count(connection: Connection, review: OpenReview, more: int) -> None:
    connection.execute(
        update(PermitApplication)
        .where(PermitApplication.id == review.application_id)
        .values(draft_items=PermitApplication.draft_items + more)
    )
