"""Reports that managers keep under a name, send to each other by a schedule, and stop again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.instants import from_datetime, local_date
from permitflow.models import Jurisdiction, ReportReceiver, RoleGrant, SavedReport, User

ROLES = ("manager", "administrator")
"""Who may look at reports, and so be mailed one."""
DIGEST = "digest"
STOP_PATH = "/saved-reports/stop/"
Rhythm = Literal["", "weekly", "monthly"]
MONDAY, SEVEN = 0, 7
A_WEEK, TWO_MONTHS = range(8), range(63)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a report is mailed on the city's clock: weekly on `day` 0 (Monday) to 6, or monthly on day 1 to 31."""

    rhythm: Rhythm = ""
    day: int = 0
    hour: int = SEVEN


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as its owner wants it: page and words of its address, period, and to whom it goes when.

    `last_days` makes the period move along; without it the words keep their dates.
    """

    city_id: str
    name: str
    page: str
    note: str = ""
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    last_days: int | None = None
    shared: bool = False
    schedule: Schedule = Schedule()
    receivers: frozenset[str] = frozenset()


def next_time(schedule: Schedule, zone: str, after: int) -> int | None:
    """Return the first instant after another (microseconds) that a schedule names in a zone; None for never.

    A month without the day has its last day instead; an hour that the clocks skip is the one after, and of an hour
    that they repeat it is the first.
    """
    if not schedule.rhythm:
        return None
    first = local_date(after, zone)
    days = (
        first + timedelta(days=ahead) for ahead in (A_WEEK if schedule.rhythm == "weekly" else TWO_MONTHS)
    )
    instants = (
        from_datetime(datetime.combine(on, time(schedule.hour), ZoneInfo(zone)))
        for on in days
        if _falls_on(schedule, on)
    )
    return next((at for at in instants if at > after), None)


def _falls_on(schedule: Schedule, on: date) -> bool:
    if schedule.rhythm == "weekly":
        return on.weekday() == schedule.day
    last = (on + timedelta(days=1)).month != on.month
    return on.day == schedule.day or (last and on.day < schedule.day)


def save(session: Session, draft: Draft, owner_id: str, at: int) -> str:
    """Keep a report and return its id; receivers who do not manage the city are left out."""
    report = SavedReport(id=new_id(), owner_id=owner_id, created_at=at)
    _fill(session, report, draft, at)
    session.add(report)
    session.flush()
    _address_to(session, report, draft.receivers)
    return report.id


def change(session: Session, report_id: str, draft: Draft, owner_id: str, at: int) -> bool:
    """Give a report of one's own other values; False when there is none. Its city stays."""
    report = _own(session, report_id, owner_id)
    if report is None or report.jurisdiction_id != draft.city_id:
        return False
    _fill(session, report, draft, at)
    _address_to(session, report, draft.receivers)
    return True


def remove(session: Session, report_id: str, owner_id: str) -> bool:
    """Delete a report of one's own; False when there is none."""
    report = _own(session, report_id, owner_id)
    if report is None:
        return False
    session.execute(delete(ReportReceiver).where(ReportReceiver.saved_report_id == report_id))
    session.delete(report)
    return True


def take_digest(session: Session, city_id: str, user_id: str, at: int) -> str:
    """Order the weekly digest of a city for oneself and return its id; a second order changes nothing."""
    own = (SavedReport.jurisdiction_id == city_id, SavedReport.owner_id == user_id)
    found = session.scalar(select(SavedReport.id).where(*own, SavedReport.page == DIGEST))
    if found is not None:
        session.merge(ReportReceiver(saved_report_id=found, user_id=user_id))
        return found
    schedule = Schedule("weekly", MONDAY, SEVEN)
    draft = Draft(city_id, "Weekly digest", DIGEST, schedule=schedule, receivers=frozenset({user_id}))
    return save(session, draft, user_id, at)


def stop(session: Session, report_id: str, user_id: str) -> bool:
    """Stop mailing a report to somebody; False when it was not mailed to them."""
    gone = session.execute(
        delete(ReportReceiver)
        .where(ReportReceiver.saved_report_id == report_id, ReportReceiver.user_id == user_id)
        .returning(ReportReceiver.user_id)
    )
    return gone.first() is not None


def due(session: Session, at: int, most: int) -> list[SavedReport]:
    """Return reports whose time has come, the longest due first."""
    query = select(SavedReport).where(SavedReport.next_at <= at).order_by(SavedReport.next_at).limit(most)
    return list(session.scalars(query))


def receivers_of(session: Session, report: SavedReport) -> Sequence[User]:
    """Return who is to have a report now: receivers who still manage its city."""
    query = select(User).join(ReportReceiver, ReportReceiver.user_id == User.id)
    wanted = query.where(
        ReportReceiver.saved_report_id == report.id, User.id.in_(managers_of(report.jurisdiction_id))
    )
    return session.scalars(wanted.where(User.active.is_(True)).order_by(User.id)).all()


def take(session: Session, report: SavedReport, at: int) -> Sequence[User]:
    """Set a due report to its next time and return who is to have it now; nobody when another process was first.

    What was missed while nothing ran is mailed once. Write the mails in the same transaction.
    """
    zone = session.get_one(Jurisdiction, report.jurisdiction_id).zone
    moved = _move(session, report, next_time(schedule_of(report), zone, at))
    return receivers_of(session, report) if moved else []


def postpone(session: Session, report: SavedReport, until: int) -> bool:
    """Try a due report again at an instant, because it could not be written; False when another process was first."""
    return _move(session, report, until)


def _move(session: Session, report: SavedReport, next_at: int | None) -> bool:
    """Set the next time of a report, unless somebody else has set it since it was read."""
    moved = session.execute(
        update(SavedReport)
        .where(SavedReport.id == report.id, SavedReport.next_at == report.next_at)
        .values(next_at=next_at)
        .returning(SavedReport.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def schedule_of(report: SavedReport) -> Schedule:
    """Return when a report is mailed."""
    if report.rhythm not in ("weekly", "monthly"):
        return Schedule()
    hour = SEVEN if report.hour is None else report.hour
    return Schedule("weekly" if report.rhythm == "weekly" else "monthly", report.day or 0, hour)


def managers_of(city_id: str) -> Select[str]:
    """Return the subquery of the people who may look at a city's reports today."""
    return select(RoleGrant.user_id).where(
        RoleGrant.jurisdiction_id == city_id, RoleGrant.role.in_(ROLES), RoleGrant.revoked_at.is_(None)
    )


def stop_link(base_url: str, secret: str, report_id: str, user_id: str) -> str:
    """Return the address by which a receiver stops a report; a mail of a report ends with it."""
    return f"{base_url}{STOP_PATH}{stop_token(secret, report_id, user_id)}"


def read_stop_link(secret: str, text: str) -> str | None:
    """Return the address with which the text of a mail ends, if it is one that stops a report."""
    link = text.rstrip().rpartition(" ")[2]
    _, found, token = link.partition(STOP_PATH)
    return link if found and read_stop_token(secret, token) else None


def stop_token(secret: str, report_id: str, user_id: str) -> str:
    """Return the word of a link by which a receiver stops a report without signing in."""
    return f"{report_id}.{user_id}.{_sign(secret, report_id, user_id)}"


def read_stop_token(secret: str, token: str) -> tuple[str, str] | None:
    """Return report and receiver of such a word; None when it was not made with this secret."""
    report_id, _, rest = token.partition(".")
    user_id, _, signature = rest.partition(".")
    right = hmac.compare_digest(signature.encode(), _sign(secret, report_id, user_id).encode())
    return (report_id, user_id) if right else None


def _sign(secret: str, report_id: str, user_id: str) -> str:
    words = f"stop-report\n{report_id}\n{user_id}".encode()
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()


def _own(session: Session, report_id: str, owner_id: str) -> SavedReport | None:
    query = select(SavedReport).where(SavedReport.id == report_id, SavedReport.owner_id == owner_id)
    return session.scalars(query).first()


def _fill(session: Session, report: SavedReport, draft: Draft, at: int) -> None:
    schedule = draft.schedule
    report.jurisdiction_id, report.page, report.query = draft.city_id, draft.page, dict(draft.query)
    report.name, report.note, report.shared = draft.name, draft.note, draft.shared
    report.last_days, report.rhythm = draft.last_days, schedule.rhythm
    report.day, report.hour = (schedule.day, schedule.hour) if schedule.rhythm else (None, None)
    report.next_at = next_time(schedule, session.get_one(Jurisdiction, draft.city_id).zone, at)


def _address_to(session: Session, report: SavedReport, receivers: frozenset[str]) -> None:
    session.execute(delete(ReportReceiver).where(ReportReceiver.saved_report_id == report.id))
    allowed = session.scalars(
        select(User.id).where(User.id.in_(receivers), User.id.in_(managers_of(report.jurisdiction_id)))
    )
    session.add_all(ReportReceiver(saved_report_id=report.id, user_id=user_id) for user_id in allowed)
