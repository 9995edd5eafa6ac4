"""Issued permits: our own and those of earlier years."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Cents, Instant, JurisdictionRef, Key, Sha256


class Permit(Base):
    """A permit as the public may see it; holds no personal data beyond the permit holder's firm."""

    __tablename__ = "permits"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "number"),
        Index("ix_permits_register", "jurisdiction_id", "issued_on", "id"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("permit_applications.id"), unique=True, comment="none for an imported permit"
    )
    number: Mapped[str] = mapped_column(String(64))
    check_code: Mapped[str | None] = mapped_column(
        String(32), unique=True, comment="in the QR code; not guessable"
    )
    status: Mapped[str] = mapped_column(String(16), comment="valid, expired, revoked, finaled, cancelled")
    """Or suspended."""
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    title: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(300))
    city: Mapped[str] = mapped_column(String(100))
    holder: Mapped[str] = mapped_column(String(200), default="")
    station_count: Mapped[int | None] = mapped_column(Integer)
    description: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[list[str]] = mapped_column(JSON, default=list)
    valuation_cents: Mapped[Cents | None]
    latitude: Mapped[str | None] = mapped_column(String(20))
    longitude: Mapped[str | None] = mapped_column(String(20))
    issued_on: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[Instant | None]
    expires_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(
        String(64), default="permitflow", comment="or the imported file's name"
    )
    document_sha256: Mapped[Sha256 | None] = mapped_column(comment="of the permit PDF")
