"""New versions of a workflow: who proposed and approved them, and how open files move to them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import (
    ApplicationRef,
    Code,
    Instant,
    JurisdictionCopy,
    JurisdictionRef,
    Key,
    OptionalUserRef,
    Sha256,
    UserRef,
)


class PublicationProposal(Base):
    """Somebody proposes that a city takes another version. The database refuses UPDATE and DELETE."""

    __tablename__ = "publication_proposals"
    __table_args__ = (Index("ix_publication_proposals_city", "jurisdiction_id", "workflow", "proposed_at"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    workflow: Mapped[Code]
    definition_hash: Mapped[str] = mapped_column(String(64), ForeignKey("definitions.hash"))
    previous_hash: Mapped[str | None] = mapped_column(String(64), ForeignKey("definitions.hash"))
    version: Mapped[str] = mapped_column(String(32), comment="computed from the differences, never typed")
    change_class: Mapped[str] = mapped_column(
        String(16), comment="cosmetic, compatible, mapped, breaking, first, same"
    )
    effective_on: Mapped[date] = mapped_column(Date, comment="local date from which new files run under it")
    note: Mapped[str] = mapped_column(Text)
    lint_ok: Mapped[bool] = mapped_column(Boolean)
    scenarios_ok: Mapped[bool] = mapped_column(Boolean)
    impact: Mapped[dict[str, object]] = mapped_column(JSON, comment="what open files would meet, as proposed")
    proposed_by: Mapped[UserRef]
    proposed_at: Mapped[Instant]


class PublicationAnswer(Base):
    """What was said to a proposal: approved by another person, or withdrawn. Append-only."""

    __tablename__ = "publication_answers"
    __table_args__ = (UniqueConstraint("proposal_id", "answer"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    proposal_id: Mapped[str] = mapped_column(String(32), ForeignKey("publication_proposals.id"))
    answer: Mapped[str] = mapped_column(String(16), comment="approved or withdrawn")
    note: Mapped[str] = mapped_column(Text)
    lint_ok: Mapped[bool] = mapped_column(Boolean)
    scenarios_ok: Mapped[bool] = mapped_column(Boolean)
    given_by: Mapped[UserRef]
    given_at: Mapped[Instant]


class StoredMovePlan(Base):
    """How the open files of one version become files of another; what it says never changes once it is stored."""

    __tablename__ = "move_plans"
    __table_args__ = (Index("ix_move_plans_city", "jurisdiction_id", "workflow", "created_at"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    workflow: Mapped[Code]
    hash: Mapped[Sha256] = mapped_column(comment="sha256 of body")
    body: Mapped[str] = mapped_column(Text, comment="canonical JSON of the plan")
    from_hash: Mapped[str] = mapped_column(String(64), ForeignKey("definitions.hash"))
    to_hash: Mapped[str] = mapped_column(String(64), ForeignKey("definitions.hash"))
    created_by: Mapped[UserRef]
    created_at: Mapped[Instant]
    approved_by: Mapped[OptionalUserRef]
    approved_at: Mapped[Instant | None]
    started_at: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    stopped_at: Mapped[Instant | None]
    stopped_why: Mapped[str] = mapped_column(Text, default="")


class Move(Base):
    """What a plan did to one file: moved it, left it with reasons, or failed; once for each plan and file."""

    __tablename__ = "moves"

    plan_id: Mapped[str] = mapped_column(String(32), ForeignKey("move_plans.id"), primary_key=True)
    application_id: Mapped[ApplicationRef] = mapped_column(primary_key=True)
    jurisdiction_id: Mapped[JurisdictionCopy]
    result: Mapped[str] = mapped_column(String(16), comment="moved, unmoved, failed, undone")
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    seq: Mapped[int | None] = mapped_column(Integer, comment="the event that tells of it")
    before: Mapped[dict[str, object] | None] = mapped_column(
        JSON, comment="the rows as they were, to undo it"
    )
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
    undone_by: Mapped[OptionalUserRef]


class StepAlias(Base):
    """A step that has another name now: reports show both as one series."""

    __tablename__ = "step_aliases"

    jurisdiction_id: Mapped[str] = mapped_column(String(32), ForeignKey("jurisdictions.id"), primary_key=True)
    workflow: Mapped[Code] = mapped_column(primary_key=True)
    old_step: Mapped[Code] = mapped_column(primary_key=True)
    new_step: Mapped[Code]
    created_at: Mapped[Instant]
