"""Accounts of people and the staff roles they hold: created, granted, revoked, disabled, each with who and when."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.definition import Definition
from permitflow.models import Jurisdiction, JurisdictionWorkflow, RoleGrant, User
from permitflow.services import sessions
from permitflow.services.claims import release_all
from permitflow.services.definitions import definition_for

# These two exist in every city, whatever its workflows say.
OFFICE_ROLES = {"manager": "Manager", "administrator": "Administrator"}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+|[^@\s]+@localhost")
LONGEST_ADDRESS = 254
# Who did what to whose account; the command line has no signed-in person and is named as such.
log = logging.getLogger(__name__)


class AccountProblem(ValueError):
    """Something about an account that cannot be done, in one sentence."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody to be given an account; the password comes already hashed."""

    email: str
    name: str
    password_hash: str
    locale: str = "en"


def create_user(session: Session, new: NewUser, at: int, by: str | None = None) -> str:
    """Create an account at instant `at` and return its id; `by` is whoever creates it, None at the command line.

    Raises:
        AccountProblem: the address is not one, is taken, or the name is missing.
    """
    email = new.email.strip().lower()
    if len(email) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
        raise AccountProblem(f"{new.email!r} is not an e-mail address.")
    if not new.name.strip():
        raise AccountProblem("The name is missing.")
    if session.scalar(select(func.count()).select_from(User).where(User.email == email)):
        raise AccountProblem(f"There is already an account for {email}.")
    user = User(
        id=new_id(),
        email=email,
        name=new.name.strip(),
        password_hash=new.password_hash,
        locale=new.locale,
        active=True,
        failed_sign_ins=0,
        blocked_until_at=None,
        created_at=at,
        created_by=by,
    )
    session.add(user)
    session.flush()
    _say("user_created", user.id, at, by)
    return user.id


def set_password(
    session: Session, user_id: str, password_hash: str, at: int, *, keep: str | None = None
) -> None:
    """Give a person a new password and end their sessions, except the one whose token hash is `keep`."""
    session.execute(
        update(User)
        .where(User.id == user_id)
        .values(password_hash=password_hash, failed_sign_ins=0, blocked_until_at=None)
    )
    sessions.revoke_all(session, user_id, at, keep=keep)
    _say("password_set", user_id, at, user_id)


def disable_user(session: Session, email: str, at: int, by: str | None = None) -> None:
    """Close an account: it cannot sign in, every session of it ends now, and what it had taken is free again.

    Raises:
        AccountProblem: there is no such account.
    """
    user = find_user(session, email)
    user.active = False
    sessions.revoke_all(session, user.id, at)
    session.flush()
    held = select(RoleGrant.jurisdiction_id, RoleGrant.role).where(
        RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)
    )
    for jurisdiction_id, role in session.execute(held).all():
        release_all(session.connection(), user.id, jurisdiction_id, role, at)
    _say("user_disabled", user.id, at, by)


def find_user(session: Session, email: str) -> User:
    """Return the account with an address; raises AccountProblem when there is none."""
    user = session.scalars(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise AccountProblem(f"There is no account for {email}.")
    return user


def find_city(session: Session, slug: str) -> Jurisdiction:
    """Return the jurisdiction with a slug; raises AccountProblem that names the known ones."""
    city = session.scalars(select(Jurisdiction).where(Jurisdiction.slug == slug)).first()
    if city is None:
        known = ", ".join(session.scalars(select(Jurisdiction.slug).order_by(Jurisdiction.slug))) or "none"
        raise AccountProblem(f"There is no city {slug!r}; known are: {known}.")
    return city


def staff_roles(session: Session, jurisdiction_id: str) -> dict[str, str]:
    """Return the staff roles a city's active workflows know, with their titles, and the two office roles."""
    hashes = session.scalars(
        select(JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id)
        .where(JurisdictionWorkflow.active.is_(True))
    ).all()
    roles: dict[str, str] = {}
    for definition_hash in hashes:
        roles |= _staff_of(definition_for(session.connection(), definition_hash))
    return roles | OFFICE_ROLES


def _staff_of(definition: Definition) -> dict[str, str]:
    return {name: role.title for name, role in definition.roles.items() if role.kind == "staff"}


def grant_role(
    session: Session, user: User, city: Jurisdiction, role: str, at: int, by: str | None = None
) -> None:
    """Give a person a role in a city; granting it twice changes nothing.

    Raises:
        AccountProblem: the city knows no such role.
    """
    known = staff_roles(session, city.id)
    if role not in known:
        raise AccountProblem(f"{city.name} has no role {role!r}; known are: {', '.join(sorted(known))}.")
    if _live_grant(session, user, city, role) is not None:
        return
    session.add(
        RoleGrant(
            id=new_id(),
            user_id=user.id,
            jurisdiction_id=city.id,
            role=role,
            granted_at=at,
            granted_by=by,
            revoked_at=None,
            revoked_by=None,
        )
    )
    session.flush()
    _say(f"role_granted {role} {city.slug}", user.id, at, by)


def revoke_role(
    session: Session, user: User, city: Jurisdiction, role: str, at: int, by: str | None = None
) -> None:
    """Take a role in a city from a person; it ends with their next request, and their files go back to the queue.

    Raises:
        AccountProblem: the person does not hold it.
    """
    grant = _live_grant(session, user, city, role)
    if grant is None:
        raise AccountProblem(f"{user.email} does not hold the role {role!r} in {city.name}.")
    grant.revoked_at, grant.revoked_by = at, by
    session.flush()
    release_all(session.connection(), user.id, city.id, role, at)
    _say(f"role_revoked {role} {city.slug}", user.id, at, by)


def _live_grant(session: Session, user: User, city: Jurisdiction, role: str) -> RoleGrant | None:
    return session.scalars(
        select(RoleGrant)
        .where(RoleGrant.user_id == user.id, RoleGrant.jurisdiction_id == city.id, RoleGrant.role == role)
        .where(RoleGrant.revoked_at.is_(None))
    ).first()


def _say(what: str, user_id: str, at: int, by: str | None) -> None:
    log.info("account %s user=%s at=%d by=%s", what, user_id, at, by or "command-line")
