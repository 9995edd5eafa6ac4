"""Projects: several applications of one company for one undertaking, perhaps in several cities, one before another."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, tuple_, update
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.errors import NotAllowed, Refusal, WrongPhase
from permitflow.engine.machine import Actor
from permitflow.instants import local_date
from permitflow.models import GateWake, Jurisdiction, PermitApplication, Project, Visit
from permitflow.prepared import as_date
from permitflow.services import siblings, transitions
from permitflow.services.actors import APPLICANT, SYSTEM
from permitflow.services.errors import NotFound
from permitflow.services.files import File
from permitflow.services.transitions import Act, Applied, Note

LONGEST_TITLE = 200
_AT_MOST = 500
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that has to be looked at again, and the legal date of the decision it may have waited for."""

    wake_id: str
    application_id: str
    legal_on: date
    created_at: int


def create(session: Session, title: str, company_id: str, actor: Actor, at: int) -> str:
    """Begin a project of a company at instant `at`; return its id. Raises NotFound for a stranger to the company."""
    if company_id not in actor.company_ids:
        raise NotFound
    project = Project(
        id=new_id(),
        title=" ".join(title.split())[:LONGEST_TITLE] or "Project",
        company_id=company_id,
        created_at=at,
        created_by=actor.id,
    )
    session.add(project)
    session.flush()
    return project.id


def attach(session: Session, application_id: str, project_id: str, actor: Actor, at: int) -> Applied:
    """Put an application into a project of the same company, and let it and its siblings be looked at again.

    An application stays in the project it is in: attaching it again, or to another one, is refused.

    Raises:
        NotFound: no such application or project of a company of the actor's.
        WrongPhase: the application is in a project already.
    """
    project = session.get(Project, project_id)
    if project is None or project.company_id not in actor.company_ids:
        raise NotFound

    def change(file: File) -> None:
        if file.columns["company_id"] != project.company_id:
            raise NotFound
        if file.columns["project_id"] is not None:
            message = "This application belongs to a project already."
            raise WrongPhase("attach_project", [Refusal("has_project", message)])
        file.columns["project_id"] = project.id
        _look_again(file, at)

    noted = Note(
        application_id,
        "attach_project",
        "Made part of a project",
        actor.id,
        APPLICANT,
        at,
        data={"project": project.id},
        change=change,
    )
    return transitions.note(session.connection(), noted)


def members(session: Session, project_id: str) -> list[PermitApplication]:
    """Return the applications of a project, in the order in which they were begun."""
    query = select(PermitApplication).where(PermitApplication.project_id == project_id)
    return list(session.scalars(query.order_by(PermitApplication.created_at, PermitApplication.id)))


def wake(database: Database, now: int) -> int:
    """Take the automatic steps of every file that a decision in its project may have freed; return how many moved.

    Each decision in a transaction of its own and in their order, with its legal date: a file that waited for two
    moves with the second. Doing it twice changes nothing.
    """
    with database.reading() as session:
        waiting = _waiting(session.connection())
    moved = 0
    for one in waiting:
        with database.connection() as connection:
            moved += _wake(connection, one, now)
    return moved


def _waiting(connection: Connection) -> list[Waiting]:
    query = (
        select(GateWake.id, GateWake.application_id, GateWake.legal_on, GateWake.created_at)
        .where(GateWake.woken_at.is_(None))
        .order_by(GateWake.created_at, GateWake.id)
        .limit(_AT_MOST)
    )
    found = []
    for row in connection.execute(query):
        legal_on = as_date(row.legal_on)
        assert legal_on is not None
        found.append(Waiting(row.id, row.application_id, legal_on, row.created_at))
    return found


def _wake(connection: Connection, waiting: Waiting, now: int) -> bool:
    # Taken before anything else: of two that wake at once, the second waits here and finds it done.
    taken = connection.execute(
        update(GateWake)
        .where(GateWake.id == waiting.wake_id, GateWake.woken_at.is_(None))
        .values(woken_at=now)
    )
    if not taken.rowcount:
        return False
    on = max(waiting.legal_on, _arrived_on(connection, waiting.application_id))
    act = Act(waiting.application_id, "wake", SYSTEM, now, effective_on=on)
    try:
        return transitions.settle(connection, act, _decided_later(connection, waiting)) is not None
    except NotAllowed as refused:
        _LOG.info("gate of %s opened without effect: %s", waiting.application_id, refused)
        return False


def _decided_later(connection: Connection, waiting: Waiting) -> frozenset[str]:
    """Return the applications whose decisions still wait to be looked at: they came after this one."""
    later = (
        select(GateWake.predecessor_id)
        .where(GateWake.application_id == waiting.application_id, GateWake.woken_at.is_(None))
        .where(tuple_(GateWake.created_at, GateWake.id) > (waiting.created_at, waiting.wake_id))
    )
    return frozenset(connection.scalars(later))


def _arrived_on(connection: Connection, application_id: str) -> date:
    """Return the day on which a file came to where it stands: nothing that follows is dated before."""
    row = connection.execute(
        select(PermitApplication.created_at, Jurisdiction.zone, func.max(Visit.opened_at).label("opened_at"))
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .outerjoin(Visit, (Visit.application_id == PermitApplication.id) & Visit.closed_at.is_(None))
        .where(PermitApplication.id == application_id)
        .group_by(PermitApplication.created_at, Jurisdiction.zone)
    ).one()
    return local_date(row.opened_at or row.created_at, row.zone)


def _look_again(file: File, at: int) -> None:
    """Queue the file itself when it has gates, and its siblings when it is decided already."""
    on = local_date(at, file.calendar.zone)
    if file.machine.named.gates:
        siblings.queue_wake(file, siblings.itself(file), on, at)
    if file.columns["outcome"] is not None:
        siblings.queue_wakes(file, on, at)
