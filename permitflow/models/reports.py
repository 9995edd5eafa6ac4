"""Reports that a manager keeps: saved addresses with their schedule and receivers, and work too long for a request."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Code, Instant, JurisdictionRef, Key, UserRef

_WAITING = text("finished_at IS NULL")
_SCHEDULED = text("next_at IS NOT NULL")
_DIGEST = text("page = 'digest'")


class SavedReport(Base):
    """The address of a report page under a name; the weekly digest is one whose page is 'digest'."""

    __tablename__ = "saved_reports"
    __table_args__ = (
        Index("ix_saved_reports_city", "jurisdiction_id", "owner_id"),
        Index("ix_saved_reports_due", "next_at", sqlite_where=_SCHEDULED, postgresql_where=_SCHEDULED),
        Index(
            "uq_saved_reports_digest",
            "jurisdiction_id",
            "owner_id",
            unique=True,
            sqlite_where=_DIGEST,
            postgresql_where=_DIGEST,
        ),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    owner_id: Mapped[UserRef]
    name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    page: Mapped[Code]
    query: Mapped[dict[str, str]] = mapped_column(JSON, comment="the words of the address, without the city")
    last_days: Mapped[int | None] = mapped_column(
        Integer, comment="a period that moves along; none keeps the dates of the query"
    )
    shared: Mapped[bool] = mapped_column(Boolean, comment="seen by every manager of the city")
    rhythm: Mapped[str] = mapped_column(String(8), default="", comment="weekly, monthly; empty for never")
    day: Mapped[int | None] = mapped_column(Integer, comment="weekly 0 (Monday) to 6, monthly 1 to 31")
    hour: Mapped[int | None] = mapped_column(Integer, comment="0 to 23, on the city's clock")
    next_at: Mapped[Instant | None]
    created_at: Mapped[Instant]


class ReportReceiver(Base):
    """Somebody to whom a saved report is mailed, for as long as they manage its city."""

    __tablename__ = "report_receivers"

    saved_report_id: Mapped[str] = mapped_column(String(32), ForeignKey("saved_reports.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), ForeignKey("users.id"), primary_key=True)


class ReportRun(Base):
    """Work that takes longer than a request; a worker holds it until its lease runs out."""

    __tablename__ = "report_runs"
    __table_args__ = (
        Index("ix_report_runs_waiting", "asked_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_report_runs_city", "jurisdiction_id", "asked_at"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    kind: Mapped[Code]
    question: Mapped[dict[str, Any]] = mapped_column(JSON)
    same: Mapped[str | None] = mapped_column(
        String(64),
        unique=True,
        comment="SHA-256 of the question and the state of the record; none when it failed",
    )
    asked_by: Mapped[UserRef]
    asked_at: Mapped[Instant]
    started_at: Mapped[Instant | None]
    worker: Mapped[str | None] = mapped_column(String(32))
    lease_until_at: Mapped[Instant | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0, comment="0 while nobody knows")
    finished_at: Mapped[Instant | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    failure: Mapped[str] = mapped_column(Text, default="", comment="why there is no result; 'cancelled'")
