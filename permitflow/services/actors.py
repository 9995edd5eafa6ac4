"""Who acts: a person's roles in one city and the companies they belong to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.machine import Actor
from permitflow.models import CompanyMember, RoleGrant

APPLICANT = "applicant"
SYSTEM = Actor("system", frozenset({"system"}), frozenset())


def actor_for(session: Session, user_id: str, jurisdiction_id: str, company_id: str | None) -> Actor:
    """Return a person as the engine sees them for one application.

    They act as applicant when they belong to `company_id`; staff roles are those granted in the city now.
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
    return acting(user_id, frozenset(roles), frozenset(companies), company_id)


def acting(
    user_id: str, granted: frozenset[str], company_ids: frozenset[str], company_id: str | None
) -> Actor:
    """Return the actor for roles and companies that are known already."""
    roles = granted | {APPLICANT} if company_id in company_ids else granted - {APPLICANT}
    return Actor(user_id, roles, company_ids)
