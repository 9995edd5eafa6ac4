"""The application for a permit: its state, lanes, visits, courts and documents."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
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
    Ref,
    Sha256,
    UserRef,
)

_OPEN = text("closed_at IS NULL")
_SUBMITTED = text("submitted_at IS NOT NULL")
_CLAIMED = text("claimed_by IS NOT NULL AND closed_at IS NULL")


class PermitApplication(Base):
    """One application for one permit. Only services/transitions.py writes `state`."""

    __tablename__ = "permit_applications"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "number"),
        Index("ix_permit_applications_company", "company_id"),
        Index("ix_permit_applications_state", "jurisdiction_id", "state", "submitted_at"),
        Index("ix_permit_applications_decided", "jurisdiction_id", "decided_at"),
        Index("ix_permit_applications_project", "project_id", "workflow", "outcome"),
        Index(
            "ix_permit_applications_changed",
            "jurisdiction_id",
            "updated_at",
            "version",
            "submitted_at",
            sqlite_where=_SUBMITTED,
            postgresql_where=_SUBMITTED,
        ),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="outcome_is_dated"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    number: Mapped[str | None] = mapped_column(String(32), comment="receipt number, given at submission")
    company_id: Mapped[str] = mapped_column(String(32), ForeignKey("companies.id"))
    project_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("projects.id"))
    created_by: Mapped[UserRef]
    workflow: Mapped[Code]
    definition_hash: Mapped[str] = mapped_column(String(64), ForeignKey("definitions.hash"))
    state: Mapped[Code] = mapped_column(comment="phase id of the definition")
    party: Mapped[str] = mapped_column(
        String(16), comment="whose court: applicant, agency, payment, external, none"
    )
    party_since_at: Mapped[Instant]
    round: Mapped[int] = mapped_column(Integer, default=1)
    version: Mapped[int] = mapped_column(Integer, default=1, comment="rises with every change of the file")
    title: Mapped[str] = mapped_column(String(200), default="", comment="what and where, for lists")
    form: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, comment="what the applicant entered, by step"
    )
    facts: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, comment="what clauses read: the form with derived values, without nulls"
    )
    people: Mapped[dict[str, object]] = mapped_column(JSON, default=dict, comment="personal data; erasable")
    station_count: Mapped[int | None] = mapped_column(Integer)
    fees_due_cents: Mapped[Cents] = mapped_column(default=0)
    fees_paid_cents: Mapped[Cents] = mapped_column(default=0)
    draft_items: Mapped[int] = mapped_column(Integer, default=0, comment="correction items not yet sent")
    open_items: Mapped[int] = mapped_column(Integer, default=0, comment="sent items not resolved")
    unanswered_items: Mapped[int] = mapped_column(Integer, default=0)
    document_kinds: Mapped[dict[str, int]] = mapped_column(
        JSON, default=dict, comment="kind -> newest version"
    )
    document_set_hash: Mapped[Sha256] = mapped_column(default="")
    due_on: Mapped[date | None] = mapped_column(Date, comment="earliest due date of a running legal clock")
    event_seq: Mapped[int] = mapped_column(Integer, default=0)
    event_hash: Mapped[Sha256]
    submitted_at: Mapped[Instant | None]
    decided_at: Mapped[Instant | None]
    """Of the first decision."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    """The last decision; it stands until the next one, also while the file is reopened."""
    reopened_at: Mapped[Instant | None]
    """Since when a decided file is decided anew."""
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Lane(Base):
    """One discipline's review of one application."""

    __tablename__ = "lanes"
    __table_args__ = (UniqueConstraint("application_id", "lane"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[ApplicationRef]
    lane: Mapped[Code]
    role: Mapped[Code]
    required: Mapped[bool] = mapped_column(Boolean)
    informational: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(32))
    round: Mapped[int] = mapped_column(Integer)
    conditions: Mapped[list[str]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[OptionalUserRef]
    decided_at: Mapped[Instant | None]


class Visit(Base):
    """One stay of an application at one step: a queue entry while open, a measurement once closed."""

    __tablename__ = "visits"
    __table_args__ = (
        Index(
            "ix_visits_queue",
            "jurisdiction_id",
            "role",
            "due_on",
            "opened_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_visits_claimed",
            "claimed_by",
            "jurisdiction_id",
            sqlite_where=_CLAIMED,
            postgresql_where=_CLAIMED,
        ),
        Index("ix_visits_application", "application_id"),
        Index("ix_visits_step", "jurisdiction_id", "step", "closed_at", "opened_at"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[ApplicationRef]
    company_id: Mapped[Ref]
    step: Mapped[Code] = mapped_column(comment="phase id, or lane id when the visit is a lane's")
    lane: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[str | None] = mapped_column(String(64), comment="the staff role whose queue holds it")
    party: Mapped[str] = mapped_column(String(16))
    round: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(32), comment="first_review, resubmission, returned, deemed, ...")
    due_on: Mapped[date] = mapped_column(Date, comment="legal due date; 9999-12-31 when there is none")
    opened_at: Mapped[Instant]
    first_claimed_at: Mapped[Instant | None]
    claimed_at: Mapped[Instant | None]
    claimed_by: Mapped[OptionalUserRef]
    worked_us: Mapped[Instant] = mapped_column(default=0, comment="claimed time so far, in microseconds")
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[OptionalUserRef]
    closing_action: Mapped[str | None] = mapped_column(String(64))


class CourtSpell(Base):
    """A span in which the file was in one party's court; spells of a file neither overlap nor leave a gap."""

    __tablename__ = "court_spells"
    __table_args__ = (
        Index("ix_court_spells_application", "application_id", "started_at"),
        Index("ix_court_spells_jurisdiction", "jurisdiction_id", "started_at"),
        Index(
            "uq_court_spells_open",
            "application_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[ApplicationRef]
    party: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class Document(Base):
    """One version of one document; the bytes lie under their SHA-256 in the upload folder."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("application_id", "kind", "version"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    kind: Mapped[Code]
    version: Mapped[int] = mapped_column(Integer)
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[Cents]
    sha256: Mapped[Sha256]
    uploaded_by: Mapped[UserRef]
    uploaded_at: Mapped[Instant]
