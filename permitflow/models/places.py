"""Jurisdictions, their calendars, and the definitions they run."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from permitflow.db import Base
from permitflow.models.columns import Code, Instant, JurisdictionRef, Key, OptionalUserRef, Sha256


class Jurisdiction(Base):
    """A city or county that issues permits."""

    __tablename__ = "jurisdictions"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str] = mapped_column(String(64), comment="IANA time zone; legal dates are local dates here")
    pack: Mapped[str] = mapped_column(String(64), comment="folder under workflows/")
    number_prefix: Mapped[str] = mapped_column(String(8))
    contact: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[Instant]


class CalendarVersion(Base):
    """One published version of a city's working days; open clocks name the version they use."""

    __tablename__ = "calendar_versions"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "version"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    version: Mapped[int] = mapped_column(Integer)
    weekdays: Mapped[str] = mapped_column(String(7), comment="open days as digits, 0 = Monday")
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(
        String(5), comment="a submission after this is received next open day"
    )
    reason: Mapped[str] = mapped_column(Text)
    published_at: Mapped[Instant]
    published_by: Mapped[OptionalUserRef]
    seeded_to: Mapped[int | None] = mapped_column(
        Integer, comment="the last year whose public holidays are in; on old versions the last closure's"
    )
    closures: Mapped[list[CalendarClosure]] = relationship(order_by="CalendarClosure.closed_on")


class CalendarClosure(Base):
    """A day on which city hall is closed."""

    __tablename__ = "calendar_closures"

    calendar_version_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("calendar_versions.id"), primary_key=True
    )
    closed_on: Mapped[date] = mapped_column(Date, primary_key=True)
    jurisdiction_id: Mapped[JurisdictionRef]
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(Text, comment="why a person closed the day; none when seeded")
    closed_by: Mapped[str | None] = mapped_column(String(32), comment="a user; none when seeded")


class CalendarEdit(Base):
    """One change of a city's working days: a draft until it is published with a version."""

    __tablename__ = "calendar_edits"
    __table_args__ = (Index("ix_calendar_edits_city", "jurisdiction_id", "published_in"),)

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    based_on: Mapped[str] = mapped_column(String(32), ForeignKey("calendar_versions.id"))
    kind: Mapped[str] = mapped_column(String(16), comment="close, open, weekdays, hours, seed")
    day: Mapped[date | None] = mapped_column(Date)
    value: Mapped[str] = mapped_column(
        String(200), comment="a closure's name, weekdays as digits, hours as 08:00-17:00, or a year"
    )
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[OptionalUserRef]
    made_at: Mapped[Instant]
    published_in: Mapped[str | None] = mapped_column(String(32), ForeignKey("calendar_versions.id"))


class CalendarPublication(Base):
    """How far the open files of a city have been counted anew after a calendar version was published."""

    __tablename__ = "calendar_publications"
    __table_args__ = (Index("ix_calendar_publications_open", "finished_at", "calendar_version_id"),)

    calendar_version_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("calendar_versions.id"), primary_key=True
    )
    jurisdiction_id: Mapped[JurisdictionRef]
    files: Mapped[int] = mapped_column(Integer, comment="open files when the version was published")
    done: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(
        Integer, comment="files that could not be counted; they keep their dates"
    )
    reached: Mapped[str] = mapped_column(String(32), comment="the last file that was counted")
    started_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]


class StoredDefinition(Base):
    """The canonical bytes of a workflow definition, kept for ever under their hash."""

    __tablename__ = "definitions"

    hash: Mapped[Sha256] = mapped_column(primary_key=True)
    workflow: Mapped[Code]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, comment="canonical JSON; sha256(body) = hash")
    stored_at: Mapped[Instant]


class JurisdictionWorkflow(Base):
    """Which definition a city uses for new applications of a workflow."""

    __tablename__ = "jurisdiction_workflows"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "workflow", "published_at"),
        Index("uq_jurisdiction_workflows_publication", "publication_id", unique=True),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    workflow: Mapped[Code]
    definition_hash: Mapped[str] = mapped_column(String(64), ForeignKey("definitions.hash"))
    active: Mapped[bool] = mapped_column(Boolean)
    published_at: Mapped[Instant]
    published_by: Mapped[OptionalUserRef]
    version: Mapped[str | None] = mapped_column(String(32), comment="for people; the hash is the identity")
    publication_id: Mapped[str | None] = mapped_column(String(32), comment="the proposal that brought it")


class NumberSeries(Base):
    """The last number given in one series of one city and year."""

    __tablename__ = "number_series"

    jurisdiction_id: Mapped[str] = mapped_column(String(32), ForeignKey("jurisdictions.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(16), primary_key=True, comment="application or permit")
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
