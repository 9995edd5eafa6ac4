"""The mails of a city's outbox, as its managers and administrators read them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from permitflow.models import Jurisdiction, Mail, PermitApplication

PAGE_SIZE = 50
State = Literal["waiting", "failed", "sent"]
STATES: dict[str, ColumnElement[bool]] = {
    "waiting": and_(Mail.sent_at.is_(None), Mail.gave_up_at.is_(None)),
    "failed": Mail.gave_up_at.is_not(None),
    "sent": Mail.sent_at.is_not(None),
}
_CURSOR = re.compile(r"(\d{1,18})_([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail: `state` is waiting, failed or sent; instants in microseconds, to be shown in `zone`.

    `number` is empty for a mail about no file, and `html` for one that is text alone.
    """

    id: str
    recipient: str
    subject: str
    body: str
    html: str
    number: str
    created_at: int
    sent_at: int | None
    next_try_at: int
    tries: int
    last_error: str
    state: State
    zone: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """A page of the outbox, newest first; `next` is the cursor of the page after it."""

    mails: tuple[MailLine, ...]
    next: str | None


def mails(session: Session, cities: Collection[str], state: str = "", after: str = "") -> MailPage:
    """Return one page of the mails of some cities by one statement; an unknown state means every state."""
    conditions: list[ColumnElement[bool]] = [Mail.jurisdiction_id.in_(cities)]
    if state in STATES:
        conditions.append(STATES[state])
    cursor = _CURSOR.fullmatch(after)
    if cursor:
        at, mail_id = int(cursor[1]), cursor[2]
        conditions.append(or_(Mail.created_at < at, and_(Mail.created_at == at, Mail.id < mail_id)))
    found = _read(session, conditions, PAGE_SIZE + 1)
    if len(found) <= PAGE_SIZE:
        return MailPage(tuple(found), None)
    last = found[PAGE_SIZE - 1]
    return MailPage(tuple(found[:PAGE_SIZE]), f"{last.created_at}_{last.id}")


def mail(session: Session, mail_id: str, cities: Collection[str]) -> MailLine | None:
    """Return one mail of some cities, or None."""
    found = _read(session, [Mail.id == mail_id, Mail.jurisdiction_id.in_(cities)], 1)
    return found[0] if found else None


def _read(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> list[MailLine]:
    rows = session.execute(
        select(Mail, Jurisdiction.zone, PermitApplication.number)
        .join(Jurisdiction, Jurisdiction.id == Mail.jurisdiction_id)
        .outerjoin(PermitApplication, PermitApplication.id == Mail.application_id)
        .where(*conditions)
        .order_by(Mail.created_at.desc(), Mail.id.desc())
        .limit(limit)
    )
    return [_line(mail, zone, number) for mail, zone, number in rows]


def _line(mail: Mail, zone: str, number: str | None) -> MailLine:
    state: State = (
        "sent" if mail.sent_at is not None else "failed" if mail.gave_up_at is not None else "waiting"
    )
    return MailLine(
        mail.id,
        mail.recipient,
        mail.subject,
        mail.body,
        mail.html or "",
        number or "",
        mail.created_at,
        mail.sent_at,
        mail.next_try_at,
        mail.tries,
        mail.last_error,
        state,
        zone,
    )
