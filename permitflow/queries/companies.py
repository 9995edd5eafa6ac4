"""Companies as their members see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.models import Company, CompanyMember, User


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for a company."""

    user_id: str
    name: str
    email: str
    is_admin: bool
    joined_at: int


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """A company with its live members; `may_edit` says whether the reader administers it."""

    company: Company
    members: tuple[Member, ...]
    may_edit: bool


def company_page(session: Session, company_id: str, user_id: str) -> CompanyPage | None:
    """Return a company that the user is a live member of, else None."""
    rows = session.execute(
        select(User.id, User.name, User.email, CompanyMember.is_admin, CompanyMember.joined_at)
        .join(CompanyMember, CompanyMember.user_id == User.id)
        .where(CompanyMember.company_id == company_id, CompanyMember.left_at.is_(None))
        .order_by(User.name, User.id)
    )
    members = tuple(Member(*row) for row in rows)
    me = next((member for member in members if member.user_id == user_id), None)
    company = session.get(Company, company_id)
    if me is None or company is None:
        return None
    return CompanyPage(company, members, me.is_admin)


def companies_of(session: Session, company_ids: Collection[str]) -> tuple[Company, ...]:
    """Return companies by name."""
    query = select(Company).where(Company.id.in_(company_ids)).order_by(func.lower(Company.name), Company.id)
    return tuple(session.scalars(query))
