"""The record: what happened, in an order nobody can change, and what may be erased beside it."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import ApplicationRef, Code, Instant, JurisdictionCopy, Sha256


class Event(Base):
    """One entry of the record. The database refuses UPDATE and DELETE; `body` is what was hashed."""

    __tablename__ = "events"

    application_id: Mapped[ApplicationRef] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, comment="1, 2, 3 ... within the application")
    jurisdiction_id: Mapped[JurisdictionCopy]
    at: Mapped[Instant]
    action: Mapped[Code]
    body: Mapped[str] = mapped_column(Text, comment="canonical JSON")
    prev_hash: Mapped[Sha256]
    hash: Mapped[Sha256]


class EventPayload(Base):
    """Words that may hold personal data, outside the hashed bytes: erasing a row keeps the chain whole."""

    __tablename__ = "event_payloads"
    __table_args__ = (
        ForeignKeyConstraint(["application_id", "seq"], ["events.application_id", "events.seq"]),
    )

    application_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[Code] = mapped_column(primary_key=True)
    jurisdiction_id: Mapped[JurisdictionCopy]
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class UsedToken(Base):
    """A single-use form token that has had its one effect."""

    __tablename__ = "used_tokens"
    # Looked up by its token alone: on SQLite one tree instead of three.
    __table_args__ = ({"sqlite_with_rowid": False},)

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[ApplicationRef]
    jurisdiction_id: Mapped[JurisdictionCopy]
    action: Mapped[Code]
    seq: Mapped[int] = mapped_column(Integer, comment="the event it caused")
    used_at: Mapped[Instant]
