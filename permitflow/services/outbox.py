"""The outbox: news written with a change becomes one mail for each receiver, and each mail is sent or given up.

A sender first claims mails for a while, then sends, then notes the result of each in its own transaction. A process
that dies in between leaves the claim to run out: the mail is sent late, at worst twice, never lost.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import TemplateError
from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.definition import Definition
from permitflow.instants import DAY, SECOND, local_date
from permitflow.models import (
    Clock,
    ClockWarning,
    CompanyMember,
    Delegation,
    Event,
    Jurisdiction,
    Mail,
    OutboxMessage,
    PermitApplication,
    RoleGrant,
    User,
    Visit,
)
from permitflow.queries.sentence import in_english, sentence
from permitflow.services import ladder, letters
from permitflow.services.definitions import definition_for

MINUTE = 60 * SECOND
# After the n-th failure wait the n-th time here, then a day each; the tenth failure is the last.
WAITS = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE)
MOST_TRIES = 10
CLAIMED_FOR = 10 * MINUTE
BATCH = 50
LONGEST_ERROR = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that its sender has claimed."""

    id: str
    recipient: str
    subject: str
    body: str
    tries: int
    html: str = ""


def expand(session: Session, base_url: str, at: int, limit: int = BATCH) -> int:
    """Turn the oldest news that nobody has told yet into mails; return how many news that were.

    `base_url` begins the links and `at` is the instant in microseconds. Several processes may do this at once.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.expanded_at.is_(None))
        .order_by(OutboxMessage.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_told(session, row, base_url, at) for row in rows)


def _told(session: Session, row: OutboxMessage, base_url: str, at: int) -> bool:
    """Expand one row; one that cannot be told stays for later and must not hold up the others."""
    try:
        with session.begin_nested():
            _expand(session, row, base_url, at)
            row.expanded_at = at
    except (LookupError, TypeError, ValueError, TemplateError, SQLAlchemyError):
        log.exception("The news %s could not be told.", row.id)
        return False
    return True


def _expand(session: Session, row: OutboxMessage, base_url: str, at: int) -> None:
    file = session.get_one(PermitApplication, row.application_id)
    if row.kind == ladder.KIND and _is_over(session, row):
        return
    receivers, queues = _receivers(session, row, file, at)
    if not receivers:
        return
    news = _news(session, row, file, queues, base_url, at)
    for user in receivers:
        subject, body = letters.write(news, user.name)
        session.add(
            Mail(
                id=new_id(),
                jurisdiction_id=row.jurisdiction_id,
                outbox_id=row.id,
                application_id=file.id,
                user_id=user.id,
                recipient=user.email,
                subject=subject,
                body=body,
                created_at=row.created_at,
                next_try_at=at,
                tries=0,
                last_error="",
                sent_at=None,
                gave_up_at=None,
            )
        )


def _news(
    session: Session,
    row: OutboxMessage,
    file: PermitApplication,
    queues: Sequence[str],
    base_url: str,
    at: int,
) -> letters.News:
    city = session.get_one(Jurisdiction, row.jurisdiction_id)
    definition = definition_for(session.connection(), file.definition_hash)
    place = "applications" if row.receiver == "applicant" else "review"
    told = sentence(file, definition, city.zone, today=local_date(at, city.zone))
    phase = definition.phases[file.state]
    return letters.News(
        kind=row.kind,
        receiver=row.receiver,
        number=file.number or "",
        title=file.title,
        city=city.name,
        entry=_entry(session, row, definition),
        standing=in_english(told[:-1] if phase.next else told),
        next=phase.next,
        in_your_court=file.party in ("applicant", "payment"),
        queues=tuple(definition.roles[role].title for role in queues),
        link=f"{base_url}/{place}/{file.id}",
    )


def _entry(session: Session, row: OutboxMessage, definition: Definition) -> str:
    """Return what there is to tell: the event's entry, or the deadline that a warning is about."""
    if row.kind != ladder.KIND:
        body = json.loads(session.get_one(Event, (row.application_id, row.seq)).body)
        return str(body["entry"])
    clock = _warned_of(session, row)
    title = definition.clocks[clock.clock].title
    return f"Deadline ahead: “{title}” ends on {clock.due_on}"


def _is_over(session: Session, row: OutboxMessage) -> bool:
    """Say whether the clock of a warning stopped or stands still meanwhile, so that the warning would mislead."""
    clock = _warned_of(session, row)
    return clock.stopped_at is not None or clock.due_on is None


def _warned_of(session: Session, row: OutboxMessage) -> Clock:
    warned = select(ClockWarning.clock_id).where(ClockWarning.outbox_id == row.id).scalar_subquery()
    return session.scalars(select(Clock).where(Clock.id == warned)).one()


def _receivers(
    session: Session, row: OutboxMessage, file: PermitApplication, at: int
) -> tuple[Sequence[User], list[str]]:
    """Return who is told and, for reviewers, the roles in whose queues the file waits now.

    Whoever holds a role is told, and whoever stands in for them on the city's date.
    """
    members = select(CompanyMember.user_id).where(
        CompanyMember.company_id == file.company_id, CompanyMember.left_at.is_(None)
    )
    if row.receiver == "applicant":
        return _active(session, User.id.in_(members)), []
    roles = ["manager"] if row.receiver == "managers" else _waiting_roles(session, file)
    holders = select(RoleGrant.user_id).where(
        RoleGrant.jurisdiction_id == row.jurisdiction_id,
        RoleGrant.role.in_(roles),
        RoleGrant.revoked_at.is_(None),
        # Nobody reviews for their own company, so nobody is asked to.
        RoleGrant.user_id.not_in(members),
    )
    on = local_date(at, session.get_one(Jurisdiction, row.jurisdiction_id).zone)
    deputies = _deputies(row.jurisdiction_id, roles, on).where(Delegation.to_user.not_in(members))
    told = or_(User.id.in_(holders), User.id.in_(deputies))
    return _active(session, told), [] if row.receiver == "managers" else roles


def _deputies(jurisdiction_id: str, roles: Sequence[str], on: date) -> Select[str]:
    """Select who stands in for the roles on a local date: a loan lasts no longer than its lender has the role."""
    lenders = (
        (RoleGrant.user_id == Delegation.from_user)
        & (RoleGrant.jurisdiction_id == Delegation.jurisdiction_id)
        & (RoleGrant.role == Delegation.role)
        & RoleGrant.revoked_at.is_(None)
    )
    return (
        select(Delegation.to_user)
        .join(RoleGrant, lenders)
        .where(Delegation.jurisdiction_id == jurisdiction_id, Delegation.role.in_(roles))
        .where(Delegation.ended_at.is_(None), Delegation.from_on <= on, Delegation.until_on >= on)
    )


def _active(session: Session, condition: ColumnElement[bool]) -> Sequence[User]:
    return session.scalars(select(User).where(condition, User.active.is_(True)).order_by(User.id)).all()


def _waiting_roles(session: Session, file: PermitApplication) -> list[str]:
    rows = session.scalars(
        select(Visit.role)
        .where(Visit.application_id == file.id, Visit.closed_at.is_(None), Visit.role.is_not(None))
        .distinct()
    )
    return sorted(role for role in rows if role)


def claim(session: Session, at: int, limit: int = BATCH) -> list[Letter]:
    """Take mails that are due, so that no other process sends them meanwhile, and count the try."""
    rows = session.scalars(
        select(Mail)
        .where(Mail.sent_at.is_(None), Mail.gave_up_at.is_(None), Mail.next_try_at <= at)
        .order_by(Mail.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for mail in rows:
        mail.next_try_at = at + CLAIMED_FOR
        mail.tries += 1
    return [
        Letter(mail.id, mail.recipient, mail.subject, mail.body, mail.tries, mail.html or "") for mail in rows
    ]


def mark_sent(session: Session, mail_id: str, at: int) -> None:
    """Note that the mail server took a mail."""
    session.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=at, last_error=""))


def mark_failed(session: Session, letter: Letter, error: str, at: int, *, final: bool = False) -> None:
    """Note why a mail was not taken: tried again later, or given up after ten tries or a `final` refusal."""
    given_up = final or letter.tries >= MOST_TRIES
    wait = WAITS[letter.tries - 1] if letter.tries <= len(WAITS) else DAY
    session.execute(
        update(Mail)
        .where(Mail.id == letter.id)
        .values(
            last_error=error[:LONGEST_ERROR],
            next_try_at=at + wait,
            gave_up_at=at if given_up else None,
        )
    )


def retry(session: Session, mail_id: str, cities: frozenset[str], at: int) -> bool:
    """Let a mail of one of the `cities` that waits or was given up be tried again now; False when there is none."""
    found = session.execute(
        update(Mail)
        .where(Mail.id == mail_id, Mail.jurisdiction_id.in_(cities), Mail.sent_at.is_(None))
        .values(next_try_at=at, tries=0, gave_up_at=None)
        .returning(Mail.id)
    )
    return found.first() is not None
