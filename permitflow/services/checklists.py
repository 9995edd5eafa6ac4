"""Checklists: a reviewer's answer to each line of a step, kept per round with who answered and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert

from permitflow.engine.machine import Actor
from permitflow.models import ChecklistAnswer
from permitflow.services.open_reviews import lock_review, refuse_claimed

Verdict = Literal["pass", "fail", "not_applicable", "needs_info"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict on one line, with a note for colleagues."""

    verdict: Verdict
    note: str = ""


def save_checklist(
    connection: Connection, visit_id: str, answers: Mapping[str, Answer], actor: Actor, at: int
) -> int:
    """Replace the answers of this review's round by those given at instant `at`; return how many were kept.

    `answers` maps ids of checklist lines to answers; a line left out is unanswered, a line that the workflow does
    not have is dropped. Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the review is closed or
    somebody else's.
    """
    review = lock_review(connection, visit_id, "answer_checklist", actor)
    refuse_claimed(review, actor)
    key = {"application_id": review.application_id, "step": review.step, "round": review.round}
    connection.execute(delete(ChecklistAnswer).filter_by(**key))
    known = {line.id for line in review.checklist}
    rows = [
        key
        | {
            "item": item,
            "jurisdiction_id": review.jurisdiction_id,
            "answer": answer.verdict,
            "note": answer.note,
            "answered_by": actor.id,
            "answered_at": at,
        }
        for item, answer in answers.items()
        if item in known
    ]
    if rows:
        connection.execute(insert(ChecklistAnswer), rows)
    return len(rows)
