"""Projects of several applications, and the wake-ups of those that wait for another one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import ApplicationRef, Instant, JurisdictionCopy, Key, Ref, UserRef

_WAITING = text("woken_at IS NULL")


class Project(Base):
    """One undertaking of one company; its applications may lie in several cities."""

    __tablename__ = "projects"
    __table_args__ = (Index("ix_projects_company", "company_id", "created_at"),)

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(String(200))
    company_id: Mapped[str] = mapped_column(String(32), ForeignKey("companies.id"))
    created_at: Mapped[Instant]
    created_by: Mapped[UserRef]


class GateWake(Base):
    """A file to be looked at again because another of its project was decided; written in the same transaction."""

    __tablename__ = "gate_wakes"
    __table_args__ = (
        Index("ix_gate_wakes_waiting", "created_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[ApplicationRef]
    predecessor_id: Mapped[Ref]
    """The application that was decided."""
    legal_on: Mapped[date] = mapped_column(Date)
    """The legal date of that decision."""
    created_at: Mapped[Instant]
    woken_at: Mapped[Instant | None]
