"""Legal clocks of an application, and when they stood still."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import ApplicationRef, Code, Instant, JurisdictionCopy, Key

_RUNNING = text("state = 'running'")


class Clock(Base):
    """One run of one clock; a restart is a new row."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_application", "application_id", "started_at"),
        Index("ix_clocks_due", "due_on", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[ApplicationRef]
    clock: Mapped[Code]
    round: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), comment="running, paused, stopped, expired")
    unit: Mapped[str] = mapped_column(String(16))
    length: Mapped[int] = mapped_column(Integer)
    started_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date, comment="unknown while paused")
    calendar_version_id: Mapped[str] = mapped_column(String(32), ForeignKey("calendar_versions.id"))
    verified: Mapped[bool] = mapped_column(Boolean)
    holder: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[Instant]
    stopped_at: Mapped[Instant | None]
    stopped_on: Mapped[date | None] = mapped_column(Date)


class ClockPause(Base):
    """A span in which a clock stood still."""

    __tablename__ = "clock_pauses"
    __table_args__ = (Index("ix_clock_pauses_clock", "clock_id"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    clock_id: Mapped[str] = mapped_column(String(32), ForeignKey("clocks.id"))
    paused_on: Mapped[date] = mapped_column(Date)
    resumed_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
