"""A reviewer's workspace: one file with everything that is needed to decide it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.definition import Definition
from permitflow.instants import local_date
from permitflow.models import (
    ChecklistAnswer,
    Company,
    CorrectionItem,
    Jurisdiction,
    Lane,
    Permit,
    PermitApplication,
    RoleGrant,
    User,
    Visit,
)
from permitflow.queries.application_page import Notice, Paper, notices, papers
from permitflow.queries.deadlines import Deadline, deadlines
from permitflow.queries.history import History, history
from permitflow.queries.people import Person
from permitflow.queries.standing import file_as_seen
from permitflow.rules import station_facts
from permitflow.rules.electrical import RuleResult
from permitflow.services.files import File

VISIT_COLUMNS = ("id", "step", "lane", "role", "round", "due_on", "opened_at", "claimed_by")


@dataclass(frozen=True, slots=True)
class VisitLine:
    """An open visit with the name of whoever claimed it."""

    id: str
    step: str
    lane: str | None
    role: str | None
    round: int
    due_on: date
    opened_at: int
    claimed_by: str | None
    claimer: str | None


@dataclass(frozen=True, slots=True)
class LaneLine:
    """One discipline's review: how it stands, who decided it, and the visit that is open."""

    lane: Lane
    title: str
    decider: str
    visit: VisitLine | None


@dataclass(frozen=True, slots=True)
class Workspace:
    """One application as a reviewer sees it; `today` is the date in its city."""

    application: PermitApplication
    company: Company
    city: Jurisdiction
    today: date
    file: File
    visits: tuple[VisitLine, ...]
    lanes: tuple[LaneLine, ...]
    drafts: tuple[CorrectionItem, ...]
    notices: tuple[Notice, ...]
    papers: tuple[Paper, ...]
    deadlines: tuple[Deadline, ...]
    answers: dict[tuple[str, str], ChecklistAnswer]
    history: History
    permit: Permit | None
    checks: tuple[RuleResult, ...]

    @property
    def definition(self) -> Definition:
        """The workflow that the file was submitted under."""
        return self.file.machine.definition

    def visit(self, visit_id: str | None, roles: frozenset[str]) -> VisitLine | None:
        """Return the open visit asked for; without one, or when it is closed, the first that waits for the roles."""
        asked = next((visit for visit in self.visits if visit.id == visit_id), None)
        return asked or next((visit for visit in self.visits if visit.role in roles), None)

    def drafts_of(self, lane: str | None) -> tuple[CorrectionItem, ...]:
        """Return the items drafted in one lane, or in the check of the whole file."""
        return tuple(item for item in self.drafts if item.lane == lane)


def find_application(session: Session, person: Person, application_id: str) -> PermitApplication | None:
    """Return an application of a city in which the person is staff; a draft is nobody's but its company's."""
    application = session.get(PermitApplication, application_id)
    if application is None or application.jurisdiction_id not in person.grants:
        return None
    return None if application.submitted_at is None else application


def workspace(session: Session, person: Person, application_id: str, now: int) -> Workspace | None:
    """Return everything a reviewer needs about one file at instant `now`; None when it is not theirs to see."""
    application = find_application(session, person, application_id)
    if application is None:
        return None
    city = session.get_one(Jurisdiction, application.jurisdiction_id)
    lanes = _lanes(session, application_id)
    today = local_date(now, city.zone)
    file = file_as_seen(session, application, lanes, today)
    visits = _visits(session, application_id)
    return Workspace(
        application,
        session.get_one(Company, application.company_id),
        city,
        today,
        file,
        visits,
        _lane_lines(file, lanes, visits),
        _drafts(session, application_id),
        notices(session, application_id),
        papers(session, file),
        deadlines(session, application_id, file.machine.definition, today),
        _answers(session, application),
        history(session, application),
        session.scalar(select(Permit).where(Permit.application_id == application_id)),
        station_facts.results(application.form),
    )


def _visits(session: Session, application_id: str) -> tuple[VisitLine, ...]:
    rows = session.execute(
        select(*(getattr(Visit, name) for name in VISIT_COLUMNS), User.name)
        .outerjoin(User, User.id == Visit.claimed_by)
        .where(Visit.application_id == application_id, Visit.closed_at.is_(None))
        .order_by(Visit.opened_at, Visit.id)
    )
    return tuple(VisitLine(*tuple(row)) for row in rows)


def _lanes(session: Session, application_id: str) -> dict[Lane, str]:
    """Every lane with the name of whoever decided it."""
    rows = session.execute(
        select(Lane, User.name)
        .outerjoin(User, User.id == Lane.decided_by)
        .where(Lane.application_id == application_id)
    )
    return {lane: name or "" for lane, name in rows}


def _lane_lines(file: File, lanes: dict[Lane, str], visits: tuple[VisitLine, ...]) -> tuple[LaneLine, ...]:
    """The lanes in the order of the workflow."""
    open_ = {visit.lane: visit for visit in visits if visit.lane}
    found = {lane.lane: (lane, decider) for lane, decider in lanes.items()}
    return tuple(
        LaneLine(found[name][0], spec.title, found[name][1], open_.get(name))
        for name, spec in file.machine.definition.lanes.items()
        if name in found
    )


def _drafts(session: Session, application_id: str) -> tuple[CorrectionItem, ...]:
    items = session.scalars(
        select(CorrectionItem)
        .where(CorrectionItem.application_id == application_id, CorrectionItem.notice_id.is_(None))
        .order_by(CorrectionItem.created_at, CorrectionItem.id)
    )
    return tuple(items)


def _answers(session: Session, application: PermitApplication) -> dict[tuple[str, str], ChecklistAnswer]:
    """The checklist answers of the present round, by step and line."""
    rows = session.scalars(
        select(ChecklistAnswer)
        .where(ChecklistAnswer.application_id == application.id)
        .where(ChecklistAnswer.round == application.round)
    )
    return {(row.step, row.item): row for row in rows}


def colleagues(session: Session, jurisdiction_id: str, role: str) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody who holds a role in a city, by name."""
    rows = session.execute(
        select(User.id, User.name)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.jurisdiction_id == jurisdiction_id, RoleGrant.role == role)
        .where(RoleGrant.revoked_at.is_(None), User.active)
        .order_by(User.name, User.id)
    )
    return tuple((row.id, row.name) for row in rows)
