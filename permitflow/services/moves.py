"""Moving the open files of a city from one version of a workflow to another: plan, rehearse, approve, do, undo.

Each file is moved in a transaction of its own, under its lock, together with the row that says so: a process that
dies loses at most the file it was at, and whoever goes on begins with the next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.engine.definition import Definition
from permitflow.engine.move_plan import MovePlan
from permitflow.models import Move, PermitApplication, StoredMovePlan
from permitflow.prepared import Channel
from permitflow.queries.versions import roles_held
from permitflow.services import definitions, files, move_file, move_plans
from permitflow.services.errors import NotFound, Stale
from permitflow.services.move_file import Migrated, NotMovable, Order
from permitflow.services.move_rows import Picture
from permitflow.services.publications import office_of

MOVED, UNMOVED, FAILED, UNDONE = "moved", "unmoved", "failed", "undone"
BATCH = 25
_FIRST_ERRORS = 3
_ERROR_PERCENT = 10
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a plan would do to one file: the move, or the reasons why the file stays."""

    application_id: str
    number: str
    phase: str
    migrated: Migrated | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan has come: files by result, and those that it has not looked at yet."""

    results: dict[str, int]
    waiting: int

    @property
    def done(self) -> int:
        """Return how many files were looked at."""
        return sum(self.results.values())


class _TakenBack(Exception):
    """Ends a rehearsal's transaction without an effect."""


def rehearse(
    database: Database, city_id: str, plan: MovePlan, by: str, now: int, limit: int = 200
) -> list[Rehearsed]:
    """Move up to `limit` open files, each in a transaction that is taken back, and return what became of each.

    `now` is the instant in microseconds.
    """
    with database.reading() as session:
        order = _order(session, city_id, plan, by, now)
        old = definitions.definition_for(session.connection(), plan.from_hash)
        waiting = session.execute(_open_files(city_id, plan, old).limit(limit)).all()
    return [_rehearsed(database, row, order) for row in waiting]


def _rehearsed(database: Database, row: Row[Any], order: Order) -> Rehearsed:
    application_id, number, phase = row.id, row.number, row.state
    found = Rehearsed(application_id, number or "", phase, None)
    try:
        with database.connection() as connection:
            migrated = move_file.migrate(connection, application_id, order)
            found = Rehearsed(application_id, number or "", phase, migrated)
            raise _TakenBack
    except _TakenBack:
        return found
    except NotMovable as refused:
        return Rehearsed(application_id, number or "", phase, None, refused.reasons)
    except (LookupError, ValueError, RuntimeError, SQLAlchemyError) as error:
        log.exception("The rehearsal of %s failed.", application_id)
        return Rehearsed(application_id, number or "", phase, None, (f"It fails: {error}",))


def continue_running(database: Database, now: int, batch: int = BATCH, plan_id: str | None = None) -> int:
    """Take the next files of every plan that runs, or of one, each in a transaction of its own.

    Return how many files were looked at; 0 when nothing is left to do.
    """
    with database.reading() as session:
        query = (
            select(StoredMovePlan)
            .where(StoredMovePlan.started_at.is_not(None))
            .where(StoredMovePlan.finished_at.is_(None), StoredMovePlan.stopped_at.is_(None))
            .order_by(StoredMovePlan.started_at)
        )
        if plan_id is not None:
            query = query.where(StoredMovePlan.id == plan_id)
        running = session.scalars(query).all()
    return sum(_continue(database, row, now, batch) for row in running)


def _continue(database: Database, row: StoredMovePlan, now: int, batch: int) -> int:
    plan = move_plans.plan_of(row)
    with database.reading() as session:
        order = _order(session, row.jurisdiction_id, plan, row.approved_by or row.created_by, now)
        old = definitions.definition_for(session.connection(), plan.from_hash)
        waiting = session.execute(_waiting_files(row, plan, old).limit(batch)).all()
    for application_id, _number, _phase in waiting:
        failed = _move_one(database, row.id, application_id, order) == FAILED
        if failed and _too_many_errors(database, row.id, now):
            return len(waiting)
    if len(waiting) < batch:
        with database.transaction() as session:
            session.execute(
                update(StoredMovePlan)
                .where(StoredMovePlan.id == row.id, StoredMovePlan.finished_at.is_(None))
                .values(finished_at=now)
            )
    return len(waiting)


def _move_one(database: Database, plan_id: str, application_id: str, order: Order) -> str:
    try:
        with database.connection() as connection:
            _move_locked(connection, plan_id, application_id, order)
        return MOVED
    except NotMovable as refused:
        result, reasons = UNMOVED, list(refused.reasons)
    except (LookupError, ValueError, RuntimeError, SQLAlchemyError) as error:
        log.exception("The move of %s failed.", application_id)
        result, reasons = FAILED, [f"It failed and was taken back: {type(error).__name__}."]
    with database.connection() as connection:
        file = files.load(Channel(connection), application_id)
        if not _is_moved(connection, plan_id, application_id):
            values = {"result": result, "reasons": reasons, "seq": None, "before": None}
            _store_move(connection, plan_id, file.jurisdiction_id, application_id, values | {"at": order.at})
    return result


def _move_locked(connection: Connection, plan_id: str, application_id: str, order: Order) -> None:
    """Move a file unless somebody else did while we waited for its lock."""
    file = files.load(Channel(connection), application_id)
    if _is_moved(connection, plan_id, application_id):
        return
    migrated = move_file.move(file, order)
    values = {"result": MOVED, "reasons": [], "seq": migrated.seq, "before": migrated.before, "at": order.at}
    _store_move(connection, plan_id, file.jurisdiction_id, application_id, values)


def _is_moved(connection: Connection, plan_id: str, application_id: str) -> bool:
    query = select(Move.plan_id).where(Move.plan_id == plan_id, Move.application_id == application_id)
    return connection.execute(query).first() is not None


def _store_move(
    connection: Connection, plan_id: str, city_id: str, application_id: str, values: dict[str, object]
) -> None:
    key = {"plan_id": plan_id, "application_id": application_id, "jurisdiction_id": city_id}
    connection.execute(insert(Move), key | values)


def undo(session: Session, plan_id: str, application_id: str, by: str, at: int) -> None:
    """Bring one file back to where it was before its move, while nothing was done to it since.

    Raises NotFound, or Stale once the file has a later event.
    """
    found = session.get(Move, (plan_id, application_id))
    if found is None or found.result != MOVED or found.seq is None or found.before is None:
        raise NotFound("This file was not moved by this plan, or was brought back already.")
    row = move_plans.plan_row(session, plan_id)
    office_of(session, row.jurisdiction_id, by)
    order = _order(session, row.jurisdiction_id, move_plans.plan_of(row), by, at)
    before: Picture = found.before
    move_file.undo(session.connection(), application_id, found.seq, order, before)
    done = session.execute(
        update(Move)
        .where(Move.plan_id == plan_id, Move.application_id == application_id, Move.result == MOVED)
        .values(result=UNDONE, undone_at=at, undone_by=by)
        .returning(Move.plan_id)
    )
    if done.first() is None:
        raise Stale(application_id, None, "Somebody else brought the file back.")


def progress(session: Session, plan_id: str) -> Progress:
    """Return how far a plan has come."""
    row = move_plans.plan_row(session, plan_id)
    old = definitions.definition_for(session.connection(), row.from_hash)
    waiting = _waiting_files(row, move_plans.plan_of(row), old).order_by(None).subquery()
    left = session.scalar(select(func.count()).select_from(waiting)) or 0
    return Progress(_results(session, plan_id), left)


def _results(session: Session, plan_id: str) -> dict[str, int]:
    rows = session.execute(
        select(Move.result, func.count()).where(Move.plan_id == plan_id).group_by(Move.result)
    )
    return dict(list(rows))


def left_behind(
    session: Session, plan_id: str, limit: int = 500
) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield (application id, number, result, reasons) of the files that a plan looked at and did not move."""
    rows = session.execute(
        select(Move.application_id, PermitApplication.number, Move.result, Move.reasons)
        .join(PermitApplication, PermitApplication.id == Move.application_id)
        .where(Move.plan_id == plan_id, Move.result.in_((UNMOVED, FAILED)))
        .order_by(PermitApplication.number)
        .limit(limit)
    )
    for application_id, number, result, reasons in rows:
        yield application_id, number or "", result, list(reasons)


def _order(session: Session, city_id: str, plan: MovePlan, by: str, at: int) -> Order:
    version = definitions.versions(session, city_id, plan.workflow).get(plan.to_hash, plan.to_hash[:12])
    return Order(plan, version, by, at, roles_held(session, city_id))


def _open_files(city_id: str, plan: MovePlan, old: Definition) -> Any:
    phases = [name for name, phase in old.phases.items() if not phase.final]
    return (
        select(PermitApplication.id, PermitApplication.number, PermitApplication.state)
        .where(PermitApplication.jurisdiction_id == city_id)
        .where(PermitApplication.definition_hash == plan.from_hash)
        .where(PermitApplication.state.in_(phases))
        .order_by(PermitApplication.id)
    )


def _waiting_files(row: StoredMovePlan, plan: MovePlan, old: Definition) -> Any:
    looked_at = exists().where(Move.plan_id == row.id, Move.application_id == PermitApplication.id)
    return _open_files(row.jurisdiction_id, plan, old).where(~looked_at)


def _too_many_errors(database: Database, plan_id: str, now: int) -> bool:
    """Stop a plan of which more than one file in ten fails; the first failures alone do not."""
    with database.transaction() as session:
        counts = _results(session, plan_id)
        failed, done = counts.get(FAILED, 0), sum(counts.values())
        if failed < _FIRST_ERRORS or failed * 100 <= done * _ERROR_PERCENT:
            return False
        move_plans.stop(session, plan_id, now, f"{failed} of {done} files failed.")
        return True
