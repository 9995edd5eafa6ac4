"""Event logs of other systems, kept for their reports."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Instant, Key, Sha256


class ImportedLog(Base):
    """One imported log under its name."""

    __tablename__ = "imported_logs"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    file_sha256: Mapped[Sha256]
    events: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    imported_at: Mapped[Instant]


class ImportedCase(Base):
    """The attributes of one case of an imported log; cases without any have no row."""

    __tablename__ = "imported_cases"

    log_id: Mapped[str] = mapped_column(String(32), ForeignKey("imported_logs.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class ImportedEvent(Base):
    """One event of an imported log, in file order."""

    __tablename__ = "imported_events"

    log_id: Mapped[str] = mapped_column(String(32), ForeignKey("imported_logs.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_id: Mapped[str] = mapped_column(String(255))
    activity: Mapped[str] = mapped_column(String(255))
    at: Mapped[Instant]
    resource: Mapped[str | None] = mapped_column(String(255))
    lifecycle: Mapped[str | None] = mapped_column(String(64))
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    day_only: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
