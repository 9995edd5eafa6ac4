"""Work of reports that takes longer than a request: asked for, done by one worker at a time, kept for a month.

A worker holds a run by a lease that each sign of progress renews. When the worker dies, the lease runs out and another
takes the run up from its beginning; what kills three workers is given up.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.instants import DAY, SECOND, local_date
from permitflow.ledger.canonical import canonical_bytes
from permitflow.models import Jurisdiction, PermitApplication, ReportRun

LEASE = 60 * SECOND
KEPT = 30 * DAY
MOST_TRIES = 3
CANCELLED = "cancelled"
LONGEST_FAILURE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of a city's record: the kind of work, and its question as JSON without fractions."""

    city_id: str
    kind: str
    question: dict[str, Any]
    asked_by: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that a worker holds."""

    id: str
    city_id: str
    kind: str
    question: dict[str, Any]
    worker: str


def ask(session: Session, wanted: Wanted, at: int) -> str:
    """Queue a run and return its id; the same question on the same record on the same day is not worked on twice.

    `at` is the instant in microseconds.
    """
    same = _fingerprint(session, wanted, at)
    run = ReportRun(
        id=new_id(),
        jurisdiction_id=wanted.city_id,
        kind=wanted.kind,
        question=wanted.question,
        same=same,
        asked_by=wanted.asked_by,
        asked_at=at,
    )
    asked_before = select(ReportRun.id).where(ReportRun.same == same)
    found = session.scalar(asked_before)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        # Somebody else asked the same in this very moment.
        return session.scalars(asked_before).one()
    return run.id


def _fingerprint(session: Session, wanted: Wanted, at: int) -> str:
    newest = select(func.max(PermitApplication.updated_at)).where(
        PermitApplication.jurisdiction_id == wanted.city_id
    )
    today = local_date(at, session.get_one(Jurisdiction, wanted.city_id).zone)
    parts = [wanted.city_id, wanted.kind, wanted.question, session.scalar(newest), today.isoformat()]
    return hashlib.sha256(canonical_bytes(parts)).hexdigest()


def is_waiting(session: Session, at: int) -> bool:
    """Say whether there is a run that nobody holds."""
    return session.scalar(select(ReportRun.id).where(*_free(at)).limit(1)) is not None


def claim(session: Session, worker: str, at: int) -> Claimed | None:
    """Take the oldest run that nobody holds, or None; what has killed three workers is given up instead."""
    run = session.scalars(
        select(ReportRun)
        .where(*_free(at))
        .order_by(ReportRun.asked_at, ReportRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if run is None:
        return None
    if run.tries >= MOST_TRIES:
        run.finished_at, run.same = at, None
        run.failure = "The work was broken off three times. Ask for a shorter period or fewer files."
        session.flush()
        return claim(session, worker, at)
    run.started_at = run.started_at or at
    run.worker, run.lease_until_at, run.tries, run.done = worker, at + LEASE, run.tries + 1, 0
    return Claimed(run.id, run.jurisdiction_id, run.kind, run.question, worker)


def _free(at: int) -> tuple[Any, ...]:
    lease_over = or_(ReportRun.lease_until_at.is_(None), ReportRun.lease_until_at <= at)
    return ReportRun.finished_at.is_(None), lease_over


def progress(session: Session, run: Claimed, done: int, total: int, at: int) -> bool:
    """Note how far a run is and renew its lease; False when it was cancelled, or is in other hands by now."""
    return _write(session, run, {"done": done, "total": total, "lease_until_at": at + LEASE})


def finish(session: Session, run: Claimed, result: dict[str, Any], at: int) -> bool:
    """Keep the result of a run; False when nobody waits for it any more."""
    return _write(
        session, run, {"result": result, "finished_at": at, "lease_until_at": None, "done": ReportRun.total}
    )


def fail(session: Session, run: Claimed, why: str, at: int) -> bool:
    """Note why a run has no result; the same question may be asked again."""
    ended = {"failure": why[:LONGEST_FAILURE], "finished_at": at, "lease_until_at": None, "same": None}
    return _write(session, run, ended)


def give_back(session: Session, run: Claimed) -> bool:
    """Let go of a run that another worker may take up at once; this was no failure."""
    return _write(session, run, {"worker": None, "lease_until_at": None, "tries": ReportRun.tries - 1})


def _write(session: Session, run: Claimed, values: dict[str, Any]) -> bool:
    still_held = (ReportRun.id == run.id, ReportRun.worker == run.worker, ReportRun.finished_at.is_(None))
    written = session.execute(update(ReportRun).where(*still_held).values(values).returning(ReportRun.id))
    return written.first() is not None


def cancel(session: Session, run_id: str, cities: frozenset[str], at: int) -> bool:
    """Break off a run of one of the cities; its worker notices at its next sign of progress."""
    written = session.execute(
        update(ReportRun)
        .where(ReportRun.id == run_id, ReportRun.jurisdiction_id.in_(cities), ReportRun.finished_at.is_(None))
        .values(finished_at=at, failure=CANCELLED, same=None, lease_until_at=None)
        .returning(ReportRun.id)
    )
    return written.first() is not None


def has_old(session: Session, at: int) -> bool:
    """Say whether there is anything to forget, so that nobody asks to write for nothing."""
    return session.scalar(select(ReportRun.id).where(ReportRun.finished_at <= at - KEPT).limit(1)) is not None


def forget_old(session: Session, at: int) -> int:
    """Delete runs that ended more than 30 days ago and return how many."""
    gone = session.scalars(
        delete(ReportRun).where(ReportRun.finished_at <= at - KEPT).returning(ReportRun.id)
    )
    return len(gone.all())


def find(session: Session, run_id: str, cities: frozenset[str]) -> ReportRun | None:
    """Return a run of one of the cities."""
    query = select(ReportRun).where(ReportRun.id == run_id, ReportRun.jurisdiction_id.in_(cities))
    return session.scalars(query).first()


def newest(session: Session, kind: str, cities: frozenset[str], most: int = 10) -> list[ReportRun]:
    """Return the newest runs of a kind of some cities, the newest first."""
    query = select(ReportRun).where(ReportRun.kind == kind, ReportRun.jurisdiction_id.in_(cities))
    ordered = query.order_by(ReportRun.asked_at.desc(), ReportRun.id.desc())
    return list(session.scalars(ordered.limit(most)))
