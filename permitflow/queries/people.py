"""Who a session belongs to, and what that person may do, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from permitflow.models import CompanyMember, Jurisdiction, RoleGrant, User, WebSession
from permitflow.prepared import Channel, Prepared


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, with the roles and companies of this very moment."""

    user_id: str
    name: str
    email: str
    locale: str
    grants: Mapping[str, frozenset[str]]
    """Jurisdiction id -> roles granted there."""
    company_ids: frozenset[str]
    session_hash: str
    cities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Jurisdiction id -> name, for the jurisdictions of `grants`."""

    @property
    def is_staff(self) -> bool:
        return bool(self.grants)

    @property
    def roles(self) -> frozenset[str]:
        """Every role this person has anywhere."""
        return frozenset().union(*self.grants.values())

    def cities_with(self, *roles: str) -> frozenset[str]:
        """The jurisdictions in which this person has one of the roles."""
        wanted = frozenset(roles)
        return frozenset(city for city, granted in self.grants.items() if granted & wanted)


@dataclass(frozen=True, slots=True)
class SessionFound:
    """A live session row with its person; instants in microseconds."""

    person: Person
    seen_at: int
    expires_at: int


class _SessionRow(NamedTuple):
    seen_at: int
    expires_at: int
    id: str
    name: str
    email: str
    locale: str
    jurisdiction_id: str
    """With role and city: null for somebody without a role."""
    role: str | None
    city: str
    company_id: str | None


_SESSION = Prepared(
    select(
        WebSession.seen_at,
        WebSession.expires_at,
        User.id,
        User.name,
        User.email,
        User.locale,
        RoleGrant.jurisdiction_id,
        RoleGrant.role,
        Jurisdiction.name.label("city"),
        CompanyMember.company_id,
    )
    .join(User, User.id == WebSession.user_id)
    .outerjoin(RoleGrant, (RoleGrant.user_id == User.id) & RoleGrant.revoked_at.is_(None))
    .outerjoin(Jurisdiction, Jurisdiction.id == RoleGrant.jurisdiction_id)
    .outerjoin(CompanyMember, (CompanyMember.user_id == User.id) & CompanyMember.left_at.is_(None))
    .where(WebSession.token_hash == bindparam("token_hash"))
    .where(WebSession.revoked_at.is_(None))
    .where(User.active.is_(True))
)


def find_session(connection: Connection, token_hash: str) -> SessionFound | None:
    """Return the person of a session that is neither revoked nor of a disabled user; ages are the caller's to judge."""
    (found,) = Channel(connection).read((_SESSION, {"token_hash": token_hash}))
    rows = [_SessionRow(*row) for row in found]
    if not rows:
        return None
    return SessionFound(_person(rows, token_hash), rows[0].seen_at, rows[0].expires_at)


def _person(rows: Sequence[_SessionRow], token_hash: str) -> Person:
    grants: dict[str, set[str]] = {}
    for row in rows:
        if row.role is not None:
            grants.setdefault(row.jurisdiction_id, set()).add(row.role)
    first = rows[0]
    return Person(
        user_id=first.id,
        name=first.name,
        email=first.email,
        locale=first.locale,
        grants=MappingProxyType({city: frozenset(roles) for city, roles in grants.items()}),
        company_ids=frozenset(row.company_id for row in rows if row.company_id is not None),
        session_hash=token_hash,
        cities=MappingProxyType({row.jurisdiction_id: row.city for row in rows if row.role is not None}),
    )


@dataclass(frozen=True, slots=True)
class Account:
    """An account in a list, with its roles as (city, role)."""

    email: str
    name: str
    active: bool
    roles: tuple[tuple[str, str], ...]


def accounts(session: Session) -> list[Account]:
    """Return every account by address, with the roles held now, by one statement."""
    rows = session.execute(
        select(User.email, User.name, User.active, Jurisdiction.slug, RoleGrant.role)
        .outerjoin(RoleGrant, (RoleGrant.user_id == User.id) & RoleGrant.revoked_at.is_(None))
        .outerjoin(Jurisdiction, Jurisdiction.id == RoleGrant.jurisdiction_id)
        .order_by(User.email, Jurisdiction.slug, RoleGrant.role)
    )
    return [
        Account(*key, tuple((row.slug, row.role) for row in group if row.role is not None))
        for key, group in groupby(rows, key=lambda row: (row.email, row.name, row.active))
    ]
