"""Corrections: numbered notices with numbered items, and the reviewers' checklists."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import ApplicationRef, Code, Instant, JurisdictionRef, Key, UserRef


class CorrectionNotice(Base):
    """One consolidated notice to the applicant."""

    __tablename__ = "correction_notices"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    number: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[Instant]
    issued_by: Mapped[str] = mapped_column(String(32), comment="a user, or 'system' at the join")
    due_on: Mapped[date | None] = mapped_column(Date)
    material: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="fingerprints of the answers that the notice was about; none on old notices"
    )


class CorrectionItem(Base):
    """One thing to correct: a draft until its notice goes out."""

    __tablename__ = "correction_items"
    __table_args__ = (Index("ix_correction_items_application", "application_id", "notice_id"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    application_id: Mapped[ApplicationRef]
    notice_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("correction_notices.id"))
    number: Mapped[int | None] = mapped_column(Integer, comment="given when the notice goes out")
    lane: Mapped[str | None] = mapped_column(String(64), comment="none for the completeness check")
    round: Mapped[int] = mapped_column(Integer)
    severity: Mapped[str] = mapped_column(String(16), comment="required or advisory")
    text: Mapped[str] = mapped_column(Text)
    code_section: Mapped[str] = mapped_column(String(200))
    fix: Mapped[str] = mapped_column(Text, comment="what would fix it")
    place: Mapped[str] = mapped_column(String(200), default="", comment="sheet, document or field")
    status: Mapped[str] = mapped_column(String(16), comment="draft, open, answered, resolved, waived")
    reply: Mapped[str] = mapped_column(Text, default="")
    reply_document_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("documents.id"))
    answered_at: Mapped[Instant | None]
    basis: Mapped[str | None] = mapped_column(
        String(24), comment="why after a notice: changed_material, earlier_item, health_and_safety"
    )
    basis_ref: Mapped[str | None] = mapped_column(
        String(130), comment="the document kind, form field or item that the basis names"
    )
    basis_reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[UserRef]
    created_at: Mapped[Instant]


class ChecklistAnswer(Base):
    """A reviewer's answer to one checklist line in one round."""

    __tablename__ = "checklist_answers"

    application_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("permit_applications.id"), primary_key=True
    )
    step: Mapped[Code] = mapped_column(primary_key=True)
    item: Mapped[Code] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    jurisdiction_id: Mapped[JurisdictionRef]
    answer: Mapped[str] = mapped_column(String(16), comment="pass, fail, not_applicable, needs_info")
    note: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UserRef]
    answered_at: Mapped[Instant]
