"""Who has a file and who else could: open stays as they are now, and the colleagues of their roles with their load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.models import CompanyMember, PermitApplication, RoleGrant, User, Visit


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a file at a step of the city, as it is now; `holder` is empty when nobody has taken it."""

    visit_id: str
    application_id: str
    jurisdiction_id: str
    company_id: str
    number: str
    title: str
    definition_hash: str
    step: str
    role: str
    holder: str
    holder_name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who holds a role, with the files they have now."""

    user_id: str
    name: str
    load: int


@dataclass(frozen=True, slots=True)
class Team:
    """The colleagues of each role in one city, by name, and who of them belongs to which company."""

    by_role: Mapping[str, tuple[Colleague, ...]]
    companies: Mapping[str, frozenset[str]]

    def who_can_take(self, stay: Stay) -> tuple[Colleague, ...]:
        """Return the colleagues of a stay's role who do not have it and do not belong to the company that applied."""
        conflicting = self.companies.get(stay.company_id, frozenset())
        return tuple(
            one
            for one in self.by_role.get(stay.role, ())
            if one.user_id not in conflicting and one.user_id != stay.holder
        )


def stays(session: Session, cities: Collection[str], visit_ids: Collection[str]) -> list[Stay]:
    """Return the stays of some ids in some cities, in the order of the ids, by one statement."""
    rows = session.execute(
        select(
            Visit.id,
            Visit.application_id,
            Visit.jurisdiction_id,
            Visit.company_id,
            func.coalesce(PermitApplication.number, ""),
            PermitApplication.title,
            PermitApplication.definition_hash,
            Visit.step,
            func.coalesce(Visit.role, ""),
            func.coalesce(Visit.claimed_by, ""),
            func.coalesce(User.name, ""),
            Visit.closed_at.is_(None),
        )
        .join(PermitApplication, PermitApplication.id == Visit.application_id)
        .outerjoin(User, User.id == Visit.claimed_by)
        .where(Visit.id.in_(visit_ids), Visit.jurisdiction_id.in_(cities))
    )
    found = {row[0]: Stay(*tuple(row)) for row in rows}
    return [found[visit_id] for visit_id in dict.fromkeys(visit_ids) if visit_id in found]


def team(session: Session, city: str, roles: Collection[str]) -> Team:
    """Return the active holders of some roles in a city, with their loads and companies, by three statements."""
    people = session.execute(
        select(RoleGrant.role, User.id, User.name)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.jurisdiction_id == city, RoleGrant.role.in_(roles))
        .where(RoleGrant.revoked_at.is_(None), User.active)
        .order_by(User.name, User.id)
    ).all()
    ids = {row.id for row in people}
    counted = session.execute(
        select(Visit.claimed_by, func.count())
        .where(Visit.claimed_by.in_(ids), Visit.jurisdiction_id == city, Visit.closed_at.is_(None))
        .group_by(Visit.claimed_by)
    )
    loads = {row[0]: row[1] for row in counted}
    by_role: defaultdict[str, list[Colleague]] = defaultdict(list)
    for row in people:
        by_role[row.role].append(Colleague(row.id, row.name, loads.get(row.id, 0)))
    return Team({role: tuple(own) for role, own in by_role.items()}, _companies(session, ids))


def _companies(session: Session, ids: Collection[str]) -> dict[str, frozenset[str]]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    rows = session.execute(
        select(CompanyMember.company_id, CompanyMember.user_id).where(
            CompanyMember.user_id.in_(ids), CompanyMember.left_at.is_(None)
        )
    )
    for company_id, user_id in rows:
        members[company_id].add(user_id)
    return {company_id: frozenset(users) for company_id, users in members.items()}
