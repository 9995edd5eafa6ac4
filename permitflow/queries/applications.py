"""An installer's applications: the list, and the way to one that belongs to a company of theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session

from permitflow.instants import local_date
from permitflow.models import Clock, Company, Jurisdiction, JurisdictionWorkflow, PermitApplication
from permitflow.queries.sentence import Phrase, sentence
from permitflow.services.definitions import definition_for

PAGE = 25
MOST_UNPAID = 100
APPLICANTS_COURT = ("applicant", "payment")
_NEEDS_APPLICANT = case(
    (PermitApplication.outcome.is_(None) & PermitApplication.party.in_(APPLICANTS_COURT), 1), else_=0
)
_APPLICANT_DUE = (
    select(func.min(Clock.due_on))
    .where(Clock.application_id == PermitApplication.id)
    .where(Clock.state == "running", Clock.holder == "applicant")
    .scalar_subquery()
)
_ORDER = (_NEEDS_APPLICANT.label("needs"), PermitApplication.updated_at, PermitApplication.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands for the one whose turn it is: the due date is the applicant's in the applicant's court."""

    state: str
    party: str
    party_since_at: int
    due_on: date | None


def standing_of(application: PermitApplication, applicant_due: date | None) -> Standing:
    """Return where a file stands; `applicant_due` is the earliest date of a clock that runs against the applicant."""
    mine = application.party in APPLICANTS_COURT
    due_on = applicant_due if mine else application.due_on
    return Standing(application.state, application.party, application.party_since_at, due_on)


@dataclass(frozen=True, slots=True)
class ListedApplication:
    """A row of the list: what and where, in which city, whose court, and what comes next."""

    id: str
    number: str | None
    title: str
    city: str
    company: str
    phase: str
    party: str
    due_on: date | None
    today: date
    needs_me: bool
    sentence: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class ApplicationList:
    """One page of the list; `next_cursor` leads to the next one."""

    rows: tuple[ListedApplication, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of project that a city takes applications for."""

    jurisdiction_id: str
    city: str
    state: str
    project_type: str
    workflow: str
    summary: str


def find(session: Session, application_id: str, company_ids: Collection[str]) -> PermitApplication | None:
    """Return an application of one of the companies, or None: another company's is as good as absent."""
    application = session.get(PermitApplication, application_id)
    if application is None or application.company_id not in company_ids:
        return None
    return application


def listed(
    session: Session, company_ids: Collection[str], now: int, cursor: str | None = None, size: int = PAGE
) -> ApplicationList:
    """Return a page of the companies' applications at instant `now`: what needs the applicant first, then by change."""
    query = (
        select(
            PermitApplication,
            *_ORDER,
            Jurisdiction.name.label("city"),
            Jurisdiction.zone,
            Company.name.label("company"),
            _APPLICANT_DUE.label("applicant_due"),
        )
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .join(Company, Company.id == PermitApplication.company_id)
        .where(PermitApplication.company_id.in_(company_ids))
        .order_by(*(column.desc() for column in _ORDER))
        .limit(size + 1)
    )
    after = _read_cursor(cursor)
    if after is not None:
        query = query.where(tuple_(*_ORDER) < tuple_(*after))
    found = session.execute(query).all()
    last = found[size - 1] if len(found) > size else None
    rows = tuple(_row(session, row, now) for row in found[:size])
    return ApplicationList(rows, f"{last.needs}.{last.updated_at}.{last.id}" if last else None)


def _row(session: Session, row: Any, now: int) -> ListedApplication:
    application = row.PermitApplication
    definition = definition_for(session.connection(), application.definition_hash)
    today = local_date(now, row.zone)
    standing = standing_of(application, row.applicant_due)
    return ListedApplication(
        application.id,
        application.number,
        application.title,
        row.city,
        row.company,
        definition.phases[application.state].title,
        application.party,
        standing.due_on,
        today,
        bool(row.needs),
        sentence(standing, definition, row.zone, today=today),
    )


def _read_cursor(cursor: str | None) -> tuple[int, int, str] | None:
    needs, _, rest = (cursor or "").partition(".")
    updated_at, _, application_id = rest.partition(".")
    if not (needs.isascii() and needs.isdigit() and updated_at.isascii() and updated_at.isdigit()):
        return None
    return int(needs[:1]), int(updated_at[:18]), application_id


def offers(session: Session) -> tuple[Offer, ...]:
    """Return what can be applied for: every project type of every city's active workflows."""
    rows = session.execute(
        select(Jurisdiction.id, Jurisdiction.name, Jurisdiction.state, JurisdictionWorkflow.definition_hash)
        .join(JurisdictionWorkflow, JurisdictionWorkflow.jurisdiction_id == Jurisdiction.id)
        .where(JurisdictionWorkflow.active)
        .order_by(Jurisdiction.name, JurisdictionWorkflow.workflow)
    )
    found = []
    for row in rows:
        definition = definition_for(session.connection(), row.definition_hash)
        for project_type in definition.project_types:
            offer = Offer(row.id, row.name, row.state, project_type, definition.title, definition.summary)
            found.append(offer)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An application that waits for money; amounts in cents, `since_at` in microseconds."""

    id: str
    number: str | None
    title: str
    city: str
    zone: str
    since_at: int
    balance_cents: int


def unpaid(session: Session, jurisdiction_ids: Collection[str]) -> tuple[Unpaid, ...]:
    """Return what waits for payment in some cities, the longest waiting first; at most 100."""
    rows = session.execute(
        select(
            PermitApplication.id,
            PermitApplication.number,
            PermitApplication.title,
            Jurisdiction.name,
            Jurisdiction.zone,
            PermitApplication.party_since_at,
            PermitApplication.fees_due_cents - PermitApplication.fees_paid_cents,
        )
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .where(PermitApplication.jurisdiction_id.in_(jurisdiction_ids), PermitApplication.party == "payment")
        .order_by(PermitApplication.party_since_at, PermitApplication.id)
        .limit(MOST_UNPAID)
    )
    return tuple(Unpaid(*row) for row in rows)
