"""Roles lent to colleagues for some days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Code, Instant, Key, OptionalUserRef, UserRef

_LIVE = text("ended_at IS NULL")


class Delegation(Base):
    """A role that somebody lends to a colleague from one day to another, both local to the city and included."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="days_in_order"),
        CheckConstraint("from_user <> to_user", name="to_somebody_else"),
        Index(
            "uq_delegations_live",
            "to_user",
            "jurisdiction_id",
            "role",
            "from_user",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_delegations_city", "jurisdiction_id", "created_at"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[str] = mapped_column(String(32), ForeignKey("jurisdictions.id"))
    from_user: Mapped[UserRef]
    """Whose role it is."""
    to_user: Mapped[UserRef]
    """Who acts for them."""
    role: Mapped[Code]
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[Instant]
    created_by: Mapped[UserRef]
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[OptionalUserRef]
