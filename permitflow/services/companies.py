"""Companies of installers: founded, described, joined and left."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.models import Company, CompanyMember, User
from permitflow.services.errors import NotFound, Stale


class CompanyRefused(Exception):
    """A change of a company that cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class CompanyDetails:
    """What a company says of itself; the licence is what cities check."""

    name: str
    licence_number: str = ""
    licence_class: str = ""
    licence_expires_on: date | None = None
    address: str = ""
    phone: str = ""


def found(session: Session, details: CompanyDetails, founder_id: str, at: int) -> str:
    """Create a company whose first member and administrator is the founder; return its id. `at` in microseconds."""
    company = Company(id=new_id(), created_at=at, **asdict(details))
    session.add(company)
    session.flush()
    session.add(CompanyMember(company_id=company.id, user_id=founder_id, is_admin=True, joined_at=at))
    session.flush()
    return company.id


def describe(session: Session, company_id: str, details: CompanyDetails, version: int, by: str) -> None:
    """Change what a company says of itself; `version` is the one the administrator `by` saw.

    Raises:
        NotFound: no such company, or `by` is not its administrator.
        Stale: a colleague changed it meanwhile.
    """
    company = _administered(session, company_id, by)
    if company.version != version:
        raise Stale(company_id, version, "A colleague changed the company while you were typing.")
    for name, value in asdict(details).items():
        setattr(company, name, value)
    company.version += 1
    session.flush()


def add_member(session: Session, company_id: str, email: str, by: str, at: int) -> None:
    """Let the user with this e-mail address act for the company. `at` in microseconds.

    Raises:
        NotFound: no such company, or `by` is not its administrator.
        CompanyRefused: nobody has that address, or the person is a member already.
    """
    _administered(session, company_id, by)
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
    if user is None:
        raise CompanyRefused(
            "Nobody has an account with this e-mail address. Check the spelling, or ask your colleague to get an "
            "account first."
        )
    member = session.get(CompanyMember, (company_id, user.id))
    if member is None:
        session.add(CompanyMember(company_id=company_id, user_id=user.id, joined_at=at))
    elif member.left_at is None:
        raise CompanyRefused("This person is a member of the company already.")
    else:
        member.left_at, member.joined_at, member.is_admin = None, at, False
    session.flush()


def appoint(session: Session, company_id: str, user_id: str, by: str) -> None:
    """Make a member an administrator of the company as well.

    Raises:
        NotFound: no such company or member, or `by` is not its administrator.
    """
    _administered(session, company_id, by)
    _member(session, company_id, user_id).is_admin = True
    session.flush()


def end_membership(session: Session, company_id: str, user_id: str, by: str, at: int) -> None:
    """End what a person may do for the company; it acts on the person's next request. `at` in microseconds.

    Raises:
        NotFound: no such company or member, or `by` is not its administrator.
        CompanyRefused: the company would be left without an administrator.
    """
    _administered(session, company_id, by)
    member = _member(session, company_id, user_id)
    if member.is_admin and _administrators(session, company_id) == 1:
        raise CompanyRefused("A company needs at least one administrator. Make a colleague one first.")
    member.left_at = at
    session.flush()


def licence_valid(number: str, expires_on: date | None, today: date) -> bool | None:
    """Return whether a licence is in force on a day; None while its number or expiry is not known."""
    if not number or expires_on is None:
        return None
    return expires_on >= today


def _administered(session: Session, company_id: str, by: str) -> Company:
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or not _member(session, company_id, by).is_admin:
        raise NotFound
    return company


def _member(session: Session, company_id: str, user_id: str) -> CompanyMember:
    member = session.get(CompanyMember, (company_id, user_id))
    if member is None or member.left_at is not None:
        raise NotFound
    return member


def _administrators(session: Session, company_id: str) -> int:
    live = select(func.count()).where(
        CompanyMember.company_id == company_id, CompanyMember.is_admin, CompanyMember.left_at.is_(None)
    )
    return session.scalar(live) or 0
