"""People, their roles and companies, and the sessions they are signed in with."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from permitflow.db import Base
from permitflow.models.columns import Code, Instant, Key, OptionalUserRef, UserRef


class User(Base):
    """Somebody who can sign in; name and address are personal data and may be erased."""

    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True, comment="lower case")
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200), comment="argon2id")
    locale: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    blocked_until_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    created_by: Mapped[OptionalUserRef]


class RoleGrant(Base):
    """A staff role of a person in one jurisdiction; ends by `revoked_at`, never by deletion."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_live",
            "user_id",
            "jurisdiction_id",
            "role",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    user_id: Mapped[UserRef]
    jurisdiction_id: Mapped[str] = mapped_column(String(32), ForeignKey("jurisdictions.id"))
    role: Mapped[Code]
    granted_at: Mapped[Instant]
    granted_by: Mapped[OptionalUserRef]
    revoked_at: Mapped[Instant | None]
    revoked_by: Mapped[OptionalUserRef]


class Company(Base):
    """An installer's firm."""

    __tablename__ = "companies"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    licence_number: Mapped[str] = mapped_column(String(64), default="")
    licence_class: Mapped[str] = mapped_column(String(64), default="")
    licence_expires_on: Mapped[date | None] = mapped_column(Date)
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class CompanyMember(Base):
    """A person of a company; `left_at` ends it."""

    __tablename__ = "company_members"

    company_id: Mapped[str] = mapped_column(String(32), ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), ForeignKey("users.id"), primary_key=True, index=True)
    is_admin: Mapped[bool] = mapped_column(Boolean, default=False)
    joined_at: Mapped[Instant]
    left_at: Mapped[Instant | None]


class WebSession(Base):
    """A signed-in browser; the cookie holds a random token, the row its SHA-256."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), ForeignKey("users.id"), index=True)
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
