"""What has to be told, written with the change it tells of, and the mails made from it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Code, Instant, JurisdictionCopy, JurisdictionRef, Key

_UNTOLD = text("expanded_at IS NULL")
_WAITING = text("sent_at IS NULL AND gave_up_at IS NULL")


class OutboxMessage(Base):
    """One thing to tell one group of people; expanded into mails after the commit."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_untold", "created_at", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionCopy]
    application_id: Mapped[str] = mapped_column(String(32), ForeignKey("permit_applications.id"))
    seq: Mapped[int] = mapped_column(Integer, comment="the event it tells of")
    kind: Mapped[Code] = mapped_column(comment="the action; folder under templates/emails/ or 'transition'")
    receiver: Mapped[str] = mapped_column(String(16), comment="applicant, reviewers, managers")
    created_at: Mapped[Instant]
    expanded_at: Mapped[Instant | None]


class Mail(Base):
    """One mail to one person: news of a file, or a report, which belongs to no file."""

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("outbox_id", "user_id"),
        Index("ix_mails_waiting", "next_try_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_mails_jurisdiction", "jurisdiction_id", "created_at"),
    )

    id: Mapped[Key]
    jurisdiction_id: Mapped[JurisdictionRef]
    outbox_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("outbox.id"))
    application_id: Mapped[str | None] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(String(32), ForeignKey("users.id"))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text, comment="the same as a page; none for mails of text alone")
    created_at: Mapped[Instant]
    next_try_at: Mapped[Instant]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[Instant | None]
    gave_up_at: Mapped[Instant | None]
