"""What the public may see: issued permits, one permit by its number or code, and where an application stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from permitflow.instants import local_date
from permitflow.models import Jurisdiction, Permit, PermitApplication
from permitflow.queries.deadlines import count_of, deadlines
from permitflow.queries.sentence import Phrase, sentence
from permitflow.services.definitions import definition_for

PAGE_SIZE = 50
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})_([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for in the register; empty means everything."""

    city: str = ""
    year: int | None = None
    text: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One issued permit in the register."""

    number: str
    title: str
    address: str
    city: str
    station_count: int | None
    issued_on: date
    status: str


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of the register, newest first; `next` is the cursor of the page after it."""

    lines: tuple[RegisterLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class PermitFound:
    """One permit, and what it is worth on the day it is looked at: valid, suspended, expired, revoked, finaled, cancelled."""

    permit: Permit
    city: str
    standing: str
    inspections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusFound:
    """Where one application stands, without names."""

    number: str
    city: str
    step: str
    sentence: tuple[Phrase, ...]
    submitted_at: int | None
    zone: str


def cities(session: Session) -> list[tuple[str, str]]:
    """Return slug and name of every city."""
    rows = session.execute(select(Jurisdiction.slug, Jurisdiction.name).order_by(Jurisdiction.name))
    return [(row.slug, row.name) for row in rows]


def register(session: Session, filters: Filters, now: int) -> RegisterPage:
    """Return one page of issued permits, newest first, by one statement."""
    query = (
        select(Permit, Jurisdiction.name.label("city_name"), Jurisdiction.zone)
        .join(Jurisdiction, Jurisdiction.id == Permit.jurisdiction_id)
        .where(*_conditions(filters))
        .order_by(Permit.issued_on.desc(), Permit.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    rows = session.execute(query).all()
    lines = tuple(_line(row, now) for row in rows[:PAGE_SIZE])
    if len(rows) <= PAGE_SIZE:
        return RegisterPage(lines, None)
    last: Permit = rows[PAGE_SIZE - 1].Permit
    return RegisterPage(lines, f"{last.issued_on.isoformat()}_{last.id}")


def _line(row: Row[Permit, str, str], now: int) -> RegisterLine:
    permit, city, zone = row
    return RegisterLine(
        permit.number,
        permit.title,
        permit.address,
        city,
        permit.station_count,
        permit.issued_on,
        _standing(permit, local_date(now, zone)),
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.city:
        found.append(Jurisdiction.slug == filters.city)
    if filters.year:
        first, last = date(filters.year, 1, 1), date(filters.year, 12, 31)
        found.append(Permit.issued_on.between(first, last))
    if filters.text:
        wanted = filters.text.lower()
        found.append(
            or_(
                func.lower(Permit.number).startswith(wanted, autoescape=True),
                func.lower(Permit.title).contains(wanted, autoescape=True),
                func.lower(Permit.address).contains(wanted, autoescape=True),
            )
        )
    cursor = _CURSOR.fullmatch(filters.after)
    if cursor:
        found.append(_later_than(cursor[1], cursor[2]))
    return found


def _later_than(issued_on: str, permit_id: str) -> ColumnElement[bool]:
    try:
        day = date.fromisoformat(issued_on)
    except ValueError:
        return Permit.id.is_not(None)
    return or_(Permit.issued_on < day, and_(Permit.issued_on == day, Permit.id < permit_id))


def _standing(permit: Permit, today: date) -> str:
    """A permit whose last day is over is expired, whether or not a clock has noted it yet."""
    if permit.status == "valid" and permit.expires_on is not None and permit.expires_on < today:
        return "expired"
    return permit.status


def find_permits(session: Session, code: str, now: int) -> list[PermitFound]:
    """Return the permits with a check code or, in any city, a number; capitals and blanks do not matter."""
    wanted = code.strip()
    if not wanted:
        return []
    by_number = Permit.number.in_({wanted, wanted.upper()})
    # Naming every city lets the index on city and number be used.
    in_any_city = Permit.jurisdiction_id.in_(select(Jurisdiction.id))
    return _found(session, or_(Permit.check_code == wanted, and_(in_any_city, by_number)), now)


def permit_by_code(session: Session, check_code: str, now: int) -> PermitFound | None:
    """Return the permit whose QR code was scanned."""
    found = _found(session, Permit.check_code == check_code, now)
    return found[0] if found else None


def _found(session: Session, condition: ColumnElement[bool], now: int) -> list[PermitFound]:
    query = (
        select(Permit, Jurisdiction.name, Jurisdiction.zone, PermitApplication.definition_hash)
        .join(Jurisdiction, Jurisdiction.id == Permit.jurisdiction_id)
        .outerjoin(PermitApplication, PermitApplication.id == Permit.application_id)
        .where(condition)
        .order_by(Permit.issued_on.desc(), Permit.id)
        .limit(PAGE_SIZE)
    )
    return [
        PermitFound(permit, city, _standing(permit, local_date(now, zone)), _inspections(session, definition))
        for permit, city, zone, definition in session.execute(query)
    ]


def _inspections(session: Session, definition_hash: str | None) -> tuple[str, ...]:
    if definition_hash is None:
        return ()
    permit = definition_for(session.connection(), definition_hash).permit
    return permit.inspections if permit else ()


def find_status(session: Session, number: str, now: int) -> list[StatusFound]:
    """Return where the applications with a receipt number stand, one for each city that gave it."""
    wanted = number.strip().upper()
    if not wanted:
        return []
    rows = session.execute(
        select(PermitApplication, Jurisdiction.name, Jurisdiction.zone)
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .where(PermitApplication.jurisdiction_id.in_(select(Jurisdiction.id)))
        .where(PermitApplication.number == wanted)
        .order_by(Jurisdiction.name)
        .limit(PAGE_SIZE)
    )
    return [_status(session, file, city, zone, now) for file, city, zone in rows]


def _status(session: Session, file: PermitApplication, city: str, zone: str, now: int) -> StatusFound:
    definition = definition_for(session.connection(), file.definition_hash)
    today = local_date(now, zone)
    count = count_of(deadlines(session, file.id, definition, today), file.due_on) if file.due_on else None
    told = sentence(file, definition, zone, today=today, count=count)
    step = definition.phases[file.state].title
    return StatusFound(file.number or "", city, step, told, file.submitted_at, zone)
