"""Who acts: a person's roles in one city, those a colleague has lent them, and the companies they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.machine import Actor
from permitflow.models import CompanyMember, Delegation, RoleGrant

APPLICANT = "applicant"
SYSTEM = Actor("system", frozenset({"system"}), frozenset())
NOTHING_LENT: Mapping[str, str] = MappingProxyType({})


def actor_for(
    session: Session, user_id: str, jurisdiction_id: str, company_id: str | None, on: date | None = None
) -> Actor:
    """Return a person as the engine sees them for one application.

    They act as applicant when they belong to `company_id`; staff roles are those granted in the city now, and
    those lent to them on the local date `on`. Without a date nothing lent counts.
    """
    roles = session.scalars(
        select(RoleGrant.role)
        .where(RoleGrant.user_id == user_id)
        .where(RoleGrant.jurisdiction_id == jurisdiction_id)
        .where(RoleGrant.revoked_at.is_(None))
    )
    companies = session.scalars(
        select(CompanyMember.company_id)
        .where(CompanyMember.user_id == user_id)
        .where(CompanyMember.left_at.is_(None))
    )
    granted = frozenset(roles)
    lent = lent_to(session, user_id, jurisdiction_id, on) if on is not None else NOTHING_LENT
    only_lent = {role: lender for role, lender in lent.items() if role not in granted}
    return acting(user_id, granted, frozenset(companies), company_id, only_lent)


def lent_to(session: Session, user_id: str, jurisdiction_id: str, on: date) -> Mapping[str, str]:
    """Return role -> whoever lent it, for the roles lent to a person in a city on a local date.

    A loan lasts no longer than the lender has the role. Of several lenders of one role the first counts.
    """
    rows = session.execute(
        select(Delegation.role, Delegation.from_user)
        .join(
            RoleGrant,
            (RoleGrant.user_id == Delegation.from_user)
            & (RoleGrant.jurisdiction_id == Delegation.jurisdiction_id)
            & (RoleGrant.role == Delegation.role)
            & RoleGrant.revoked_at.is_(None),
        )
        .where(Delegation.to_user == user_id, Delegation.jurisdiction_id == jurisdiction_id)
        .where(Delegation.ended_at.is_(None), Delegation.from_on <= on, Delegation.until_on >= on)
        .order_by(Delegation.created_at.desc(), Delegation.id.desc())
    )
    return {row.role: row.from_user for row in rows}


def acting(
    user_id: str,
    granted: frozenset[str],
    company_ids: frozenset[str],
    company_id: str | None,
    lent: Mapping[str, str] = NOTHING_LENT,
) -> Actor:
    """Return the actor for roles and companies that are known already.

    `lent` is role -> whoever lent it, for roles that the person has only so.
    """
    held = granted | lent.keys()
    roles = held | {APPLICANT} if company_id in company_ids else held - {APPLICANT}
    return Actor(user_id, roles, company_ids, lent)
