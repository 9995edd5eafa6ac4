"""Drafting correction items: what a reviewer finds stays a draft until the whole round goes out as one notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from permitflow.db import new_id
from permitflow.engine.machine import Actor
from permitflow.models import CorrectionItem, PermitApplication
from permitflow.services import one_notice
from permitflow.services.errors import Stale
from permitflow.services.one_notice import DANGER, Basis
from permitflow.services.open_reviews import OpenReview, lock_review, refuse_claimed

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct: what is wrong, the code section it breaks, and what would fix it.

    An item without one of the three texts cannot be answered; an advisory item binds nobody.
    `place` names the sheet, document or field, `basis` what the item rests on once a notice was sent.
    """

    text: str
    code_section: str
    fix: str
    place: str = ""
    severity: Literal["required", "advisory"] = "required"
    basis: Basis | None = None


def draft_item(connection: Connection, visit_id: str, finding: Finding, actor: Actor, at: int) -> str:
    """Add a correction item to the notice being prepared at instant `at`; return its id.

    Raises NotFound, WrongRole, ConflictOfInterest, Stale when the review is closed or somebody else's, and
    BasisRefused when a notice was sent and the workflow allows no such item after it.
    """
    names_danger = finding.basis is not None and finding.basis.kind == DANGER
    review = _working(connection, visit_id, actor, as_official=names_danger)
    basis = one_notice.checked(connection, review, finding.basis, actor)
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
            "basis": basis.kind if basis else None,
            "basis_ref": basis.ref or None if basis else None,
            "basis_reason": basis.reason or None if basis else None,
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
    own_danger = connection.scalar(
        select(CorrectionItem.id).where(
            CorrectionItem.id == item_id,
            CorrectionItem.basis == DANGER,
            CorrectionItem.created_by == actor.id,
        )
    )
    review = _working(connection, visit_id, actor, as_official=own_danger is not None)
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


def _working(connection: Connection, visit_id: str, actor: Actor, *, as_official: bool) -> OpenReview:
    """Lock a review to write its items; an official who names a danger does so beside whoever has taken it."""
    reviewer = one_notice.as_official(connection, visit_id, actor) if as_official else actor
    review = lock_review(connection, visit_id, "request_corrections", reviewer)
    if reviewer is actor:
        refuse_claimed(review, actor)
    return review


def _count(connection: Connection, review: OpenReview, more: int) -> None:
    connection.execute(
        update(PermitApplication)
        .where(PermitApplication.id == review.application_id)
        .values(draft_items=PermitApplication.draft_items + more)
    )
