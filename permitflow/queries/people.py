"""Who a session belongs to, and what that person may do, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import BindParameter, Connection, Date, String, bindparam, cast, null, select, union_all
from sqlalchemy.orm import Session

from permitflow.instants import local_date
from permitflow.models import CompanyMember, Delegation, Jurisdiction, RoleGrant, User, WebSession
from permitflow.prepared import Channel, Prepared, as_date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, with the roles and companies of this very moment."""

    user_id: str
    name: str
    email: str
    locale: str
    grants: Mapping[str, frozenset[str]]
    """Jurisdiction id -> roles granted there, and those that a colleague has lent for today."""
    company_ids: frozenset[str]
    session_hash: str
    cities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Jurisdiction id -> name, for the jurisdictions of `grants`."""
    lent: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Jurisdiction id -> role -> whoever lent it, for roles that this person has only so."""

    @property
    def is_staff(self) -> bool:
        return bool(self.grants)

    def lent_in(self, jurisdiction_id: str) -> Mapping[str, str]:
        """Return role -> whoever lent it, in one city."""
        return self.lent.get(jurisdiction_id, MappingProxyType({}))

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
    lender: str | None
    """With zone and days: null for a role of the person's own."""
    zone: str
    from_on: object
    until_on: object


_TOKEN: BindParameter[str] = bindparam("token_hash")
_NO_TEXT, _NO_DAY = cast(null(), String(32)), cast(null(), Date)
_LIVE = (WebSession.token_hash == _TOKEN) & WebSession.revoked_at.is_(None) & User.active.is_(True)
# A loan lasts no longer than the lender has the role.
_LENDER_HAS_IT = (
    (RoleGrant.user_id == Delegation.from_user)
    & (RoleGrant.jurisdiction_id == Delegation.jurisdiction_id)
    & (RoleGrant.role == Delegation.role)
    & RoleGrant.revoked_at.is_(None)
)
_LENT = (
    select(
        WebSession.seen_at,
        WebSession.expires_at,
        User.id,
        User.name,
        User.email,
        User.locale,
        Delegation.jurisdiction_id,
        Delegation.role,
        Jurisdiction.name,
        _NO_TEXT,
        Delegation.from_user,
        Jurisdiction.zone,
        Delegation.from_on,
        Delegation.until_on,
    )
    .join(User, User.id == WebSession.user_id)
    .join(Delegation, (Delegation.to_user == User.id) & Delegation.ended_at.is_(None))
    .join(RoleGrant, _LENDER_HAS_IT)
    .join(Jurisdiction, Jurisdiction.id == Delegation.jurisdiction_id)
    .where(_LIVE)
)
_HELD = (
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
        _NO_TEXT.label("lender"),
        cast(null(), String(64)).label("zone"),
        _NO_DAY.label("from_on"),
        _NO_DAY.label("until_on"),
    )
    .join(User, User.id == WebSession.user_id)
    .outerjoin(RoleGrant, (RoleGrant.user_id == User.id) & RoleGrant.revoked_at.is_(None))
    .outerjoin(Jurisdiction, Jurisdiction.id == RoleGrant.jurisdiction_id)
    .outerjoin(CompanyMember, (CompanyMember.user_id == User.id) & CompanyMember.left_at.is_(None))
    .where(_LIVE)
)
_SESSION = Prepared(union_all(_HELD, _LENT))


def find_session(connection: Connection, token_hash: str, at: int) -> SessionFound | None:
    """Return the person of a session that is neither revoked nor of a disabled user; ages are the caller's to judge.

    `at` is this instant in microseconds: a role that is lent counts on the days it is lent for, in its city.
    """
    (found,) = Channel(connection).read((_SESSION, {"token_hash": token_hash}))
    rows = [row for row in (_SessionRow(*one) for one in found) if row.lender is None or _is_lent(row, at)]
    if not rows:
        return None
    return SessionFound(_person(rows, token_hash), rows[0].seen_at, rows[0].expires_at)


def _is_lent(row: _SessionRow, at: int) -> bool:
    from_on, until_on = as_date(row.from_on), as_date(row.until_on)
    return from_on is not None and until_on is not None and from_on <= local_date(at, row.zone) <= until_on


def _person(rows: Sequence[_SessionRow], token_hash: str) -> Person:
    grants: dict[str, set[str]] = {}
    lent: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: row.lender is not None):
        if row.role is None:
            continue
        held = grants.setdefault(row.jurisdiction_id, set())
        if row.lender is not None and row.role not in held:
            lent.setdefault(row.jurisdiction_id, {})[row.role] = row.lender
        held.add(row.role)
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
        lent=MappingProxyType(lent),
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
