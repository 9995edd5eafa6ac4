"""Sign-in and sessions: a row for each signed-in browser, found by the SHA-256 of a random token.

A session ends after its idle time, after its absolute time, at sign-out, and when its person is disabled. `seen_at`
is not business data: it is written at most once a minute, in a transaction of its own, and a request never fails
because it could not be written.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.orm import Session

from config import Settings
from permitflow.instants import SECOND
from permitflow.models import User, WebSession
from permitflow.queries.people import SessionFound

FREE_TRIES = 5
SHORTEST_WAIT = 15 * SECOND
LONGEST_WAIT = 15 * 60 * SECOND
TOUCH_EVERY = 60 * SECOND
_MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions live, in microseconds."""

    staff_idle: int
    applicant_idle: int
    absolute: int

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that the settings name."""
        return cls(
            staff_idle=settings.session_idle_minutes_staff * _MINUTE,
            applicant_idle=settings.session_idle_minutes_applicant * _MINUTE,
            absolute=settings.session_absolute_hours * 60 * _MINUTE,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted try to sign in; without a hash the answer is no, whatever the password."""

    user_id: str | None
    password_hash: str | None


NOBODY = Attempt(None, None)


def hash_token(token: str) -> str:
    """Return what the row keeps of a session token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def count_attempt(session: Session, email: str, at: int) -> Attempt:
    """Count a try to sign in before its password is looked at, so that parallel guesses all count.

    After five tries each further one must wait: 15 s, 30 s, 1 min and so on up to 15 min, never for ever
    (OWASP Authentication Cheat Sheet, account lockout). A try during the wait is refused and does not prolong it.
    `at` is the instant in microseconds.
    """
    user = session.scalars(select(User).where(User.email == email.strip().lower()).with_for_update()).first()
    if user is None or not user.active or (user.blocked_until_at or 0) > at:
        return NOBODY
    user.failed_sign_ins += 1
    if user.failed_sign_ins >= FREE_TRIES:
        doublings = min(user.failed_sign_ins - FREE_TRIES, 10)
        user.blocked_until_at = at + min(SHORTEST_WAIT << doublings, LONGEST_WAIT)
    return Attempt(user.id, user.password_hash)


def open_session(session: Session, user_id: str, at: int, limits: Limits) -> str:
    """Begin a session after a right password and return its token, 256 random bits known to the browser alone."""
    session.execute(update(User).where(User.id == user_id).values(failed_sign_ins=0, blocked_until_at=None))
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_hash=hash_token(token),
            user_id=user_id,
            created_at=at,
            seen_at=at,
            expires_at=at + limits.absolute,
            revoked_at=None,
        )
    )
    return token


def is_live(found: SessionFound, at: int, limits: Limits) -> bool:
    """Say whether a session is within its idle and its absolute time at the instant `at`."""
    idle = limits.staff_idle if found.person.is_staff else limits.applicant_idle
    return at < found.expires_at and at - found.seen_at < idle


def touch(connection: Connection, token_hash: str, at: int) -> None:
    """Note that a session was used at the instant `at`; never turns back."""
    connection.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash, WebSession.seen_at < at)
        .values(seen_at=at)
    )


def revoke(session: Session, token_hash: str, at: int) -> None:
    """End one session."""
    session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash, WebSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke_all(session: Session, user_id: str, at: int, keep: str | None = None) -> None:
    """End every session of a person, except the one whose token hash is `keep`."""
    session.execute(
        update(WebSession)
        .where(WebSession.user_id == user_id, WebSession.revoked_at.is_(None))
        .where(WebSession.token_hash != (keep or ""))
        .values(revoked_at=at)
    )


def forget_ended(session: Session, at: int, limits: Limits) -> int:
    """Delete sessions that nobody can use any more and return how many there were."""
    longest_idle = max(limits.staff_idle, limits.applicant_idle)
    gone = session.execute(
        delete(WebSession)
        .where(
            or_(
                WebSession.expires_at <= at,
                WebSession.seen_at <= at - longest_idle,
                WebSession.revoked_at.is_not(None),
            )
        )
        .returning(WebSession.token_hash)
    )
    return len(gone.all())
