"""Fees and what was paid."""

from __future__ import annotations

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import ApplicationRef, Cents, Code, Instant, JurisdictionRef, Key, UserRef


class Fee(Base):
    """A fee line as it was assessed."""

    __tablename__ = "fees"
    __table_args__ = (UniqueConstraint("application_id", "fee"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    fee: Mapped[Code]
    title: Mapped[str] = mapped_column(String(200))
    citation: Mapped[str] = mapped_column(String(2000))
    amount_cents: Mapped[Cents]
    assessed_at: Mapped[Instant]


class Payment(Base):
    """Money received; never changed, a refund is a negative row."""

    __tablename__ = "payments"
    __table_args__ = (
        Index("ix_payments_application", "application_id"),
        UniqueConstraint("jurisdiction_id", "provider", "reference"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    amount_cents: Mapped[Cents]
    provider: Mapped[str] = mapped_column(String(32), comment="offline, or a payment provider's name")
    reference: Mapped[str] = mapped_column(String(128), comment="receipt or check number")
    received_at: Mapped[Instant]
    recorded_by: Mapped[UserRef]
