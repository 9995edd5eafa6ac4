"""Declared holds: a disaster or a written agreement stops the legal clocks of a whole city, or of one file.

A hold is one row; what it stopped is a pause of each clock that names it. Files are stopped and let go one by one,
each in a transaction of its own: whoever was killed half-way is followed by the next sweep, and nothing happens
twice. Clocks that start while a hold lasts begin by standing still.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.instants import local_date
from permitflow.models import Clock, ClockPause, Hold, Jurisdiction
from permitflow.prepared import Channel
from permitflow.services import clockwork, files, record, visits
from permitflow.services.actors import SYSTEM
from permitflow.services.files import File
from permitflow.services.record import Datum, Entry

LONGEST_REASON = 500
log = logging.getLogger(__name__)


class HoldProblem(Exception):
    """Why a hold cannot be declared or lifted, as a sentence."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A hold as somebody declares it; `from_on` is a local date of the city, `at` the instant in microseconds.

    `by` is a user, None on the command line; without `application_id` it stops every open file of the city.
    """

    jurisdiction_id: str
    reason: str
    at: int
    from_on: date | None = None
    by: str | None = None
    application_id: str | None = None


def declare(session: Session, declared: Declaration) -> str:
    """Write a hold down and return its id; `carry_out` then stops the clocks.

    Raises HoldProblem without a reason, for a day that is still to come, or for an unknown city.
    """
    city = session.get(Jurisdiction, declared.jurisdiction_id)
    if city is None:
        raise HoldProblem("There is no such city.")
    today, reason = local_date(declared.at, city.zone), declared.reason.strip()
    from_on = declared.from_on or today
    if not reason or len(reason) > LONGEST_REASON:
        raise HoldProblem(f"A hold needs a reason of at most {LONGEST_REASON} characters.")
    if from_on > today:
        raise HoldProblem(f"A hold begins today ({today}) or earlier, not on {from_on}.")
    hold_id = new_id()
    session.add(
        Hold(
            id=hold_id,
            jurisdiction_id=declared.jurisdiction_id,
            application_id=declared.application_id,
            reason=reason,
            from_on=from_on,
            declared_at=declared.at,
            declared_by=declared.by,
        )
    )
    session.flush()
    return hold_id


def lift(session: Session, hold_id: str, at: int, by: str | None = None) -> None:
    """End a hold as of the city's date at instant `at`; `carry_out` then lets its clocks go.

    Raises HoldProblem for an unknown hold; lifting it again changes nothing.
    """
    hold = session.get(Hold, hold_id, with_for_update=True)
    if hold is None:
        raise HoldProblem("There is no such hold.")
    if hold.released_at is None:
        zone = session.get_one(Jurisdiction, hold.jurisdiction_id).zone
        hold.released_on, hold.released_at, hold.released_by = local_date(at, zone), at, by
        session.flush()


def carry_out(database: Database, hold_id: str, at: int) -> int:
    """Stop, or let go, the clocks of every file that a hold still has to reach; return the number of files."""
    reached = 0
    while waiting := _waiting(database, hold_id):
        done = sum(_tried(database, hold_id, application_id, at) for application_id in waiting)
        reached += done
        if not done:
            return reached
    with database.transaction() as session:
        hold = session.get(Hold, hold_id, with_for_update=True)
        if hold is not None and hold.released_at is not None and hold.finished_at is None:
            hold.finished_at = at
    return reached


def carry_on(database: Database, now: int) -> int:
    """Carry out every hold that is not finished; return the number of files that were reached."""
    with database.reading() as session:
        lasting = session.scalars(select(Hold.id).where(Hold.finished_at.is_(None)).order_by(Hold.id)).all()
    return sum(carry_out(database, hold_id, now) for hold_id in lasting)


def reach(connection: Connection, hold_id: str, application_id: str, at: int) -> bool:
    """Bring a hold, or its end, to one file; False when there was nothing left to do."""
    file = files.load(Channel(connection), application_id)
    # After the file: a step that starts a clock locks them in the same order.
    locked = select(Hold.__table__).where(Hold.id == hold_id).with_for_update()
    hold = Hold(**connection.execute(locked).mappings().one())
    today = local_date(at, file.calendar.zone)
    if hold.released_at is None:
        names = frozenset(
            connection.scalars(select(Clock.clock).where(Clock.application_id == file.id, _to_stop(hold)))
        )
        clocks = clockwork.hold(file, hold_id, names, hold.from_on, hold.reason)
        legal_on, action, line = hold.from_on, "hold_clocks", "Clocks held"
    else:
        legal_on = hold.released_on or today
        clocks, action, line = (
            clockwork.release(file, hold_id, legal_on),
            "release_clocks",
            "Clocks run again",
        )
    if not clocks:
        return False
    data: dict[str, Datum] = {"hold": hold_id, "clocks": ", ".join(clocks), **_due_dates(file, clocks)}
    entry = Entry(
        action,
        line,
        hold.declared_by or SYSTEM.id if hold.released_at is None else hold.released_by or SYSTEM.id,
        "system",
        file.phase,
        file.phase,
        at,
        data=data,
        words={"reason": hold.reason},
        legal_on=legal_on.isoformat(),
    )
    visits.move_due_dates(file)
    record.append(file, entry)
    record.tell(file, action, "applicant", at)
    files.save(file, at)
    return True


def _due_dates(file: File, clocks: list[str]) -> dict[str, Datum]:
    dates = {name: file.clocks[name].due_on for name in clocks}
    return {f"due_{name}": due.isoformat() for name, due in dates.items() if due is not None}


def _tried(database: Database, hold_id: str, application_id: str, at: int) -> bool:
    try:
        with database.connection() as connection:
            return reach(connection, hold_id, application_id, at)
    except Exception:
        # One file that cannot be read must not keep the others; the next sweep tries it again.
        log.exception("The hold %s could not reach %s.", hold_id, application_id)
        return False


def _waiting(database: Database, hold_id: str) -> list[str]:
    with database.reading() as session:
        hold = session.get(Hold, hold_id)
        if hold is None:
            raise HoldProblem("There is no such hold.")
        query = select(Clock.application_id).distinct().order_by(Clock.application_id)
        if hold.released_at is None:
            return list(session.scalars(query.where(_to_stop(hold))))
        stands = (ClockPause.hold_id == hold_id, ClockPause.resumed_on.is_(None))
        pauses = query.join(ClockPause, ClockPause.clock_id == Clock.id).where(*stands)
        return list(session.scalars(pauses.where(Clock.stopped_at.is_(None))))


def _to_stop(hold: Hold) -> ColumnElement[bool]:
    """Return the condition for clocks that a hold has yet to stop: those that have run out are left alone."""
    own = exists().where(ClockPause.hold_id == hold.id, ClockPause.clock_id == Clock.id)
    condition = and_(
        Clock.jurisdiction_id == hold.jurisdiction_id,
        Clock.holder.in_(clockwork.HELD),
        Clock.stopped_at.is_(None),
        Clock.lapsed_at.is_(None),
        or_(Clock.due_on.is_(None), Clock.due_on >= hold.from_on),
        ~own,
    )
    return (
        condition
        if hold.application_id is None
        else condition & (Clock.application_id == hold.application_id)
    )
