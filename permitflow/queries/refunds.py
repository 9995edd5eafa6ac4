"""Refunds that the cashiers of a city have to pay out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.models import Jurisdiction, PermitApplication, Refund

MOST = 100


@dataclass(frozen=True, slots=True)
class RefundOwed:
    """A refund that waits: the application it belongs to, the amount in cents, since when (microseconds)."""

    application_id: str
    number: str | None
    title: str
    city: str
    zone: str
    created_at: int
    amount_cents: int


def refunds_owed(session: Session, jurisdiction_ids: Collection[str]) -> tuple[RefundOwed, ...]:
    """Return the refunds that some cities still owe, the oldest first; at most 100."""
    rows = session.execute(
        select(
            PermitApplication.id,
            PermitApplication.number,
            PermitApplication.title,
            Jurisdiction.name,
            Jurisdiction.zone,
            Refund.created_at,
            Refund.amount_cents,
        )
        .join(PermitApplication, PermitApplication.id == Refund.application_id)
        .join(Jurisdiction, Jurisdiction.id == Refund.jurisdiction_id)
        .where(Refund.jurisdiction_id.in_(jurisdiction_ids), Refund.settled_at.is_(None))
        .order_by(Refund.created_at, Refund.id)
        .limit(MOST)
    )
    return tuple(RefundOwed(*row) for row in rows)
