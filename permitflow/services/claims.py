"""Claims: who works on a waiting file. A claim never decides anything; it keeps two people from the same work.

Working time is what passes between a claim and its release or the decision. A claim ends with the role: whoever
ends a role calls `release_all`, so that no file waits for somebody who can no longer decide it.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, func, select, update

from permitflow.engine.errors import Refusal, WrongRole
from permitflow.engine.machine import Actor
from permitflow.models import Visit
from permitflow.services.actors import SYSTEM
from permitflow.services.errors import Stale
from permitflow.services.open_reviews import OpenReview, claimed, lock_review
from permitflow.services.transitions import Applied, Note, note

MANAGER = "manager"
_ENTRIES = {
    "claimed": "Review taken",
    "released": "Review released",
    "reassigned": "Review given to a colleague",
}


def claim(connection: Connection, visit_id: str, actor: Actor, at: int) -> Applied:
    """Take a waiting file at instant `at` (microseconds); of several people at once exactly one gets it.

    Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the review is closed or somebody has it.
    """
    review = lock_review(connection, visit_id, "claim", actor)
    taken = connection.execute(
        update(Visit)
        .where(Visit.id == visit_id, Visit.closed_at.is_(None), Visit.claimed_by.is_(None))
        .values(
            claimed_by=actor.id, claimed_at=at, first_claimed_at=func.coalesce(Visit.first_claimed_at, at)
        )
    )
    if not taken.rowcount:
        raise claimed(review)
    return _record(connection, review, "claimed", actor, at)


def release(connection: Connection, visit_id: str, actor: Actor, at: int) -> Applied:
    """Give a claimed file back to the queue; the time since the claim counts as worked.

    Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the review is closed or not claimed by the actor.
    """
    review = lock_review(connection, visit_id, "release", actor)
    if review.claimed_by != actor.id:
        raise claimed(review) if review.claimed_by else _free(review)
    _end_claim(connection, visit_id, at)
    return _record(connection, review, "released", actor, at)


def reassign(connection: Connection, visit_id: str, to: Actor, manager: Actor, at: int) -> Applied:
    """Give a waiting or claimed file to another reviewer, on a manager's word.

    Raises NotFound, Stale when the review is closed, WrongRole when `manager` is none or `to` lacks the review's
    role, ConflictOfInterest when `to` belongs to the company that applied.
    """
    if MANAGER not in manager.roles:
        refusal = Refusal(
            "wrong_role", "Only a manager can give a file to somebody else.", who_can_fix=MANAGER
        )
        raise WrongRole("reassign", [refusal])
    review = lock_review(connection, visit_id, "reassign", to)
    _end_claim(connection, visit_id, at)
    connection.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(claimed_by=to.id, claimed_at=at, first_claimed_at=func.coalesce(Visit.first_claimed_at, at))
    )
    return _record(connection, review, "reassigned", manager, at, to.id)


def release_all(connection: Connection, user_id: str, jurisdiction_id: str, role: str, at: int) -> int:
    """Return to the queue every file that a person claimed in a role that has ended; return how many."""
    claims = select(Visit.id).where(
        Visit.claimed_by == user_id,
        Visit.jurisdiction_id == jurisdiction_id,
        Visit.role == role,
        Visit.closed_at.is_(None),
    )
    system = Actor(SYSTEM.id, SYSTEM.roles | {role})
    released = 0
    for visit_id in connection.scalars(claims.order_by(Visit.application_id)).all():
        # A decision that came first has closed the visit, and nothing is left to give back.
        with suppress(Stale):
            review = lock_review(connection, visit_id, "release", system)
            _end_claim(connection, visit_id, at)
            _record(connection, review, "released", system, at)
            released += 1
    return released


def _end_claim(connection: Connection, visit_id: str, at: int) -> None:
    connection.execute(
        update(Visit)
        .where(Visit.id == visit_id, Visit.claimed_at.is_not(None))
        .values(claimed_by=None, claimed_at=None, worked_us=Visit.worked_us + at - Visit.claimed_at)
    )


def _free(review: OpenReview) -> Stale:
    return Stale(review.application_id, None, "Nobody has taken this file, so there is nothing to release.")


def _record(
    connection: Connection, review: OpenReview, action: str, actor: Actor, at: int, to: str = ""
) -> Applied:
    data = {"visit": review.visit_id, "step": review.step} | ({"to": to} if to else {})
    role = MANAGER if to else review.role or ""
    noted = Note(
        review.application_id, action, _ENTRIES[action], actor.id, role, at, lane=review.lane or "", data=data
    )
    return note(connection, noted)
