"""Plans of moves for lists and pages, with the people who wrote and approved them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from permitflow.models import Move, PermitApplication, StoredMovePlan, User


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan and its people; `approved_by` is empty until somebody approved it."""

    row: StoredMovePlan
    created_by: str
    approved_by: str

    @property
    def standing(self) -> str:
        """Return how the plan stands: stored, approved, running, stopped or finished."""
        row = self.row
        if row.finished_at is not None:
            return "finished"
        if row.stopped_at is not None:
            return "stopped"
        if row.started_at is not None:
            return "running"
        return "approved" if row.approved_at is not None else "stored"


@dataclass(frozen=True, slots=True)
class MovedFile:
    """One file that a plan looked at."""

    application_id: str
    number: str
    title: str
    result: str
    reasons: tuple[str, ...]
    can_go_back: bool


def plans_of(session: Session, cities: Collection[str], limit: int = 50) -> list[PlanLine]:
    """Return the newest plans of some cities."""
    query = _plans().where(StoredMovePlan.jurisdiction_id.in_(cities))
    rows = session.execute(query.order_by(StoredMovePlan.created_at.desc()).limit(limit))
    return [PlanLine(row, author, approver or "") for row, author, approver in rows]


def plan(session: Session, plan_id: str, cities: Collection[str]) -> PlanLine | None:
    """Return one plan of some cities."""
    found = session.execute(
        _plans().where(StoredMovePlan.id == plan_id, StoredMovePlan.jurisdiction_id.in_(cities))
    ).first()
    return PlanLine(found[0], found[1], found[2] or "") if found else None


def _plans() -> Select[StoredMovePlan, str, str]:
    author, approver = aliased(User), aliased(User)
    return (
        select(StoredMovePlan, author.name, approver.name)
        .join(author, author.id == StoredMovePlan.created_by)
        .outerjoin(approver, approver.id == StoredMovePlan.approved_by)
    )


def moved_files(session: Session, plan_id: str, limit: int = 200) -> list[MovedFile]:
    """Return files that a plan looked at, those that stayed first; one moved may go back until its next event."""
    rows = session.execute(
        select(
            Move.application_id,
            PermitApplication.number,
            PermitApplication.title,
            Move.result,
            Move.reasons,
            Move.seq,
            PermitApplication.event_seq,
        )
        .join(PermitApplication, PermitApplication.id == Move.application_id)
        .where(Move.plan_id == plan_id)
        .order_by((Move.result == "moved"), PermitApplication.number)
        .limit(limit)
    )
    return [
        MovedFile(id_, number or "", title, result, tuple(reasons), result == "moved" and seq == last)
        for id_, number, title, result, reasons, seq, last in rows
    ]
