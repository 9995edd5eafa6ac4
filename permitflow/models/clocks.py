"""Legal clocks of an application: when they stood still, what lengthened them, who was warned, what a miss cost."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import (
    ApplicationRef,
    Cents,
    Code,
    Instant,
    JurisdictionCopy,
    JurisdictionRef,
    Key,
    OptionalUserRef,
)

_UNANSWERED = text("stopped_at IS NULL AND lapsed_at IS NULL")
_TO_WARN = text("next_warning_on IS NOT NULL")
_HELD = text("hold_id IS NOT NULL")
_LASTING = text("finished_at IS NULL")
_CLOCK = "clocks.id"


class Clock(Base):
    """One run of one clock; a restart is a new row."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_application", "application_id", "started_at"),
        Index("ix_clocks_due", "due_on", "id", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
        Index("ix_clocks_warning", "next_warning_on", "id", sqlite_where=_TO_WARN, postgresql_where=_TO_WARN),
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
    lapsed_at: Mapped[Instant | None] = mapped_column(
        comment="when its running out was dealt with, whatever came of it"
    )
    next_warning_on: Mapped[date | None] = mapped_column(
        Date, comment="none while paused or when all are given"
    )


class ClockPause(Base):
    """A span in which a clock stood still."""

    __tablename__ = "clock_pauses"
    __table_args__ = (
        Index("ix_clock_pauses_clock", "clock_id"),
        Index(
            "ix_clock_pauses_hold",
            "hold_id",
            "clock_id",
            unique=True,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    clock_id: Mapped[str] = mapped_column(String(32), ForeignKey(_CLOCK))
    paused_on: Mapped[date] = mapped_column(Date)
    resumed_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    hold_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("holds.id"))


class ClockExtension(Base):
    """More time for one run of a clock, in the clock's own unit."""

    __tablename__ = "clock_extensions"
    __table_args__ = (Index("ix_clock_extensions_clock", "clock_id"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    clock_id: Mapped[str] = mapped_column(String(32), ForeignKey(_CLOCK))
    extended_on: Mapped[date] = mapped_column(Date)
    length: Mapped[int] = mapped_column(Integer)
    event: Mapped[str] = mapped_column(String(128), comment="the action, or lane.verb")


class ClockWarning(Base):
    """A warning before a deadline that was given; each rung of the ladder once per run of the clock."""

    __tablename__ = "clock_warnings"
    __table_args__ = (
        UniqueConstraint("clock_id", "rung"),
        Index("ix_clock_warnings_outbox", "outbox_id"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    clock_id: Mapped[str] = mapped_column(String(32), ForeignKey(_CLOCK))
    rung: Mapped[str] = mapped_column(String(64), comment="e.g. percent:85:managers")
    warned_on: Mapped[date] = mapped_column(Date)
    warned_at: Mapped[Instant]
    outbox_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("outbox.id"), comment="none when a later rung came with it"
    )


class Hold(Base):
    """A declared stop of legal clocks: of every open file of a city, or of one file."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_holds_lasting", "jurisdiction_id", sqlite_where=_LASTING, postgresql_where=_LASTING),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("permit_applications.id"))
    reason: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    declared_at: Mapped[Instant]
    declared_by: Mapped[OptionalUserRef]
    released_on: Mapped[date | None] = mapped_column(Date)
    released_at: Mapped[Instant | None]
    released_by: Mapped[OptionalUserRef]
    finished_at: Mapped[Instant | None] = mapped_column(comment="when every clock that it held ran again")


class Refund(Base):
    """Money that a missed deadline owes to the applicant."""

    __tablename__ = "refunds"
    __table_args__ = (UniqueConstraint("clock_id"), Index("ix_refunds_application", "application_id"))

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    clock_id: Mapped[str] = mapped_column(String(32), ForeignKey(_CLOCK))
    clock: Mapped[Code]
    amount_cents: Mapped[Cents]
    basis: Mapped[str] = mapped_column(Text, comment="the arithmetic in words, with the citation")
    created_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]


class ClockAnomaly(Base):
    """The machine's own time went back, or leapt ahead."""

    __tablename__ = "clock_anomalies"
    __table_args__ = (Index("ix_clock_anomalies_noticed", "noticed_at"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(16), comment="regression, jump")
    noticed_at: Mapped[Instant]
    drift_us: Mapped[int] = mapped_column(BigInteger, comment="negative when the time went back")
    seen_by: Mapped[str] = mapped_column(String(64))
    jurisdiction_id: Mapped[str | None] = mapped_column(String(32))
    application_id: Mapped[str | None] = mapped_column(String(32))
