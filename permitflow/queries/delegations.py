"""Roles that are lent, and who could lend which to whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from permitflow.instants import local_date
from permitflow.models import Delegation, Jurisdiction, RoleGrant, User


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """One loan of a role; `standing` is planned, running, over or ended."""

    id: str
    city: str
    role: str
    lender: str
    deputy: str
    from_on: date
    until_on: date
    reason: str
    standing: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role of their own in a city."""

    jurisdiction_id: str
    city: str
    user_id: str
    name: str
    role: str


def delegations(session: Session, user_id: str, office: Collection[str], now: int) -> list[DelegationLine]:
    """Return the loans of some cities, and those from or to a person, newest first, at instant `now`."""
    lender, deputy = aliased(User), aliased(User)
    rows = session.execute(
        select(Delegation, Jurisdiction.name, Jurisdiction.zone, lender.name, deputy.name)
        .join(Jurisdiction, Jurisdiction.id == Delegation.jurisdiction_id)
        .join(lender, lender.id == Delegation.from_user)
        .join(deputy, deputy.id == Delegation.to_user)
        .where(
            or_(
                Delegation.jurisdiction_id.in_(office),
                Delegation.from_user == user_id,
                Delegation.to_user == user_id,
            )
        )
        .order_by(Delegation.created_at.desc(), Delegation.id)
        .limit(200)
    )
    return [
        DelegationLine(
            one.id,
            city,
            one.role,
            from_name,
            to_name,
            one.from_on,
            one.until_on,
            one.reason,
            _standing(one, local_date(now, zone)),
        )
        for one, city, zone, from_name, to_name in rows
    ]


def holders(session: Session, cities: Collection[str]) -> list[Holder]:
    """Return who holds which role in some cities, by name; one line for each role."""
    rows = session.execute(
        select(RoleGrant.jurisdiction_id, Jurisdiction.name, User.id, User.name, RoleGrant.role)
        .join(Jurisdiction, Jurisdiction.id == RoleGrant.jurisdiction_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.jurisdiction_id.in_(cities), RoleGrant.revoked_at.is_(None), User.active)
        .order_by(Jurisdiction.name, User.name, User.id, RoleGrant.role)
    )
    return [Holder(*tuple(row)) for row in rows]


def _standing(one: Delegation, today: date) -> str:
    if one.ended_at is not None:
        return "ended"
    if today < one.from_on:
        return "planned"
    return "running" if today <= one.until_on else "over"
