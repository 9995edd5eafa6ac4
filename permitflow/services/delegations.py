"""Delegations: a role lent to a colleague for some days, so that work goes on while somebody is away."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.instants import local_date
from permitflow.models import Delegation, Jurisdiction, RoleGrant, User
from permitflow.services.claims import MANAGER, release_all
from permitflow.services.errors import NotFound

ADMINISTRATOR = "administrator"
LONGEST_REASON = 500
_LOG = logging.getLogger(__name__)


class DelegationProblem(ValueError):
    """Why a role cannot be lent, in one sentence."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A role to be lent: whose, to whom, where, from which day to which (both included, local to the city), and why."""

    jurisdiction_id: str
    from_user: str
    to_user: str
    role: str
    from_on: date
    until_on: date
    reason: str


def lend(session: Session, loan: Loan, by: str, at: int) -> str:
    """Lend a role to a colleague at instant `at`; `by` is whoever does it. Return the delegation's id.

    Nobody lends a role they do not hold; an administrator may lend somebody else's. A role that is only lent cannot
    be lent on, and the administrator's role cannot be lent at all.

    Raises:
        DelegationProblem: with the reason.
    """
    city = session.get_one(Jurisdiction, loan.jurisdiction_id)
    problem = _problem(session, loan, by, local_date(at, city.zone))
    if problem:
        raise DelegationProblem(problem)
    delegation = Delegation(
        id=new_id(),
        jurisdiction_id=loan.jurisdiction_id,
        from_user=loan.from_user,
        to_user=loan.to_user,
        role=loan.role,
        from_on=loan.from_on,
        until_on=loan.until_on,
        reason=loan.reason.strip()[:LONGEST_REASON],
        created_at=at,
        created_by=by,
    )
    session.add(delegation)
    try:
        session.flush()
    except IntegrityError as error:
        raise DelegationProblem("This role is lent to this colleague already. End that first.") from error
    _LOG.info("role_lent %s in %s: %s for %s by %s", loan.role, city.slug, loan.to_user, loan.from_user, by)
    return delegation.id


def end(session: Session, delegation_id: str, by: str, at: int) -> bool:
    """End a delegation at instant `at`; its open claims go back to the queue. False when it had ended already.

    Whoever lent the role, whoever has it, a manager and an administrator of the city may end it.

    Raises:
        NotFound: no such delegation that this person may end.
    """
    query = select(Delegation).where(Delegation.id == delegation_id).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    office = roles_held(session, by, found.jurisdiction_id) & {MANAGER, ADMINISTRATOR}
    if by not in (found.from_user, found.to_user) and not office:
        raise NotFound
    if found.ended_at is not None:
        return False
    found.ended_at, found.ended_by = at, by
    session.flush()
    if found.role not in roles_held(session, found.to_user, found.jurisdiction_id):
        release_all(session.connection(), found.to_user, found.jurisdiction_id, found.role, at)
    return True


def roles_held(session: Session, user_id: str, jurisdiction_id: str) -> frozenset[str]:
    """Return the roles of a person's own in a city: what is lent to them is not among them."""
    rows = session.scalars(
        select(RoleGrant.role)
        .where(RoleGrant.user_id == user_id, RoleGrant.jurisdiction_id == jurisdiction_id)
        .where(RoleGrant.revoked_at.is_(None))
    )
    return frozenset(rows)


def _problem(session: Session, loan: Loan, by: str, today: date) -> str:
    """Return why a role cannot be lent so; empty when it can."""
    actor_roles = roles_held(session, by, loan.jurisdiction_id)
    colleague = session.get(User, loan.to_user)
    colleague_roles = roles_held(session, loan.to_user, loan.jurisdiction_id)
    checks = (
        (loan.role == ADMINISTRATOR, "The administrator's role cannot be lent."),
        (by != loan.from_user and ADMINISTRATOR not in actor_roles, "You can lend only your own roles."),
        (
            loan.role not in roles_held(session, loan.from_user, loan.jurisdiction_id),
            "Nobody can lend a role they do not hold.",
        ),
        (loan.from_user == loan.to_user, "A role is lent to somebody else."),
        (colleague is None or not colleague.active, "There is no such colleague."),
        (not colleague_roles, "A role can be lent only to a colleague who works for the same city."),
        (loan.role in colleague_roles, "This colleague has the role already."),
        (loan.until_on < loan.from_on, "The last day comes before the first."),
        (loan.until_on < today, "The last day is over."),
        (not loan.reason.strip(), "Say why the role is lent."),
    )
    return next((sentence for failed, sentence in checks if failed), "")
