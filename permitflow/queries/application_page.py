"""One application as its applicant sees it: where it stands, what to do now, and everything that is in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.conditions import holds
from permitflow.engine.definition import Definition, DocumentDef, PhaseDef
from permitflow.engine.machine import Actor, Choice, allowed
from permitflow.instants import local_date
from permitflow.models import (
    Company,
    CorrectionItem,
    CorrectionNotice,
    Document,
    Fee,
    Jurisdiction,
    Lane,
    Payment,
    Permit,
    PermitApplication,
    Refund,
    User,
    Visit,
)
from permitflow.queries.applications import standing_of
from permitflow.queries.deadlines import Deadline, count_of, deadlines, earliest_due
from permitflow.queries.history import History, history
from permitflow.queries.projects import ProjectShown, project_shown
from permitflow.queries.sentence import Phrase, sentence
from permitflow.queries.standing import file_as_seen
from permitflow.services.actors import APPLICANT
from permitflow.services.companies import licence_valid
from permitflow.services.drafts import may_answer, with_applicant
from permitflow.services.files import File


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document: whether it is required (None: not known yet), and its versions, newest first."""

    kind: str
    spec: DocumentDef
    required: bool | None
    versions: tuple[Document, ...]

    @property
    def missing(self) -> bool:
        """Whether it has to be added: what may be required counts as required."""
        return self.required is not False and not self.versions


@dataclass(frozen=True, slots=True)
class LaneLine:
    """One discipline's review: who holds or decided it, and when its present visit opened or it was decided."""

    lane: Lane
    title: str
    role: str
    person: str
    since_at: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A correction notice with its items, in their order."""

    notice: CorrectionNotice
    items: tuple[CorrectionItem, ...]

    @property
    def answered(self) -> int:
        """How many items need no answer any more."""
        return sum(item.status != "open" for item in self.items)


@dataclass(frozen=True, slots=True)
class Money:
    """Fees and payments of an application, in cents."""

    fees: tuple[Fee, ...]
    payments: tuple[Payment, ...]
    due_cents: int
    paid_cents: int
    refunds: tuple[Refund, ...] = ()
    """What a late decision still owes to the applicant."""
    paid_out: tuple[Refund, ...] = ()

    @property
    def balance_cents(self) -> int:
        """What is still to pay."""
        return self.due_cents - self.paid_cents


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """One application with its city, its company and all its parts."""

    application: PermitApplication
    city: Jurisdiction
    company: Company
    file: File
    today: date
    due_on: date | None
    sentence: tuple[Phrase, ...]
    choices: tuple[Choice, ...]
    lanes: tuple[LaneLine, ...]
    papers: tuple[Paper, ...]
    notices: tuple[Notice, ...]
    money: Money
    deadlines: tuple[Deadline, ...]
    history: History
    permit: Permit | None
    project: ProjectShown | None

    @property
    def definition(self) -> Definition:
        """The workflow that the application keeps."""
        return self.file.machine.definition

    @property
    def phase(self) -> PhaseDef:
        """Where the application stands."""
        return self.definition.phases[self.application.state]

    @property
    def may_change(self) -> bool:
        """Whether forms and documents can be changed by the applicant now."""
        return with_applicant(self.definition, self.application.state)

    @property
    def may_answer(self) -> bool:
        """Whether the applicant can answer correction items and add documents now."""
        return may_answer(self.definition, self.application.state, self.application.open_items)

    @property
    def role_titles(self) -> Mapping[str, str]:
        """The words for the roles, for reasons that name who can fix them."""
        return {name: role.title for name, role in self.definition.roles.items()}

    @property
    def open_notice(self) -> Notice | None:
        """The newest notice that waits for answers."""
        waiting = (
            one for one in self.notices if any(item.status in ("open", "answered") for item in one.items)
        )
        return next(waiting, None) if self.may_answer else None


def application_page(
    session: Session, application: PermitApplication, user_id: str, now: int
) -> ApplicationPage:
    """Return everything an applicant may see of a file at instant `now`; what reviewers draft is not among it."""
    city = session.get_one(Jurisdiction, application.jurisdiction_id)
    company = session.get_one(Company, application.company_id)
    lanes = session.scalars(select(Lane).where(Lane.application_id == application.id)).all()
    today = local_date(now, city.zone)
    file = file_as_seen(session, application, lanes, today)
    definition = file.machine.definition
    clocks = deadlines(session, application.id, definition, today)
    standing = standing_of(application, earliest_due(clocks, "applicant"))
    return ApplicationPage(
        application,
        city,
        company,
        file,
        today,
        standing.due_on,
        sentence(standing, definition, city.zone, today=today, count=count_of(clocks, standing.due_on)),
        choices(file, user_id, licence_today(company, today)),
        _lanes(session, file, lanes),
        papers(session, file),
        notices(session, application.id),
        _money(session, application),
        clocks,
        history(session, application),
        session.scalar(select(Permit).where(Permit.application_id == application.id)),
        project_shown(session, application.project_id),
    )


def choices(file: File, user_id: str, known: Mapping[str, Mapping[str, object]]) -> tuple[Choice, ...]:
    """Return what the applicant may do now, each action with what still hinders it.

    `known` are groups of facts that are newer than the stored ones: the licence as it is today, or declarations
    that the page itself asks for.
    """
    situation = file.situation()
    facts = {**file.facts(), **known}
    company = frozenset({str(file.columns["company_id"])})
    actor = Actor(user_id, frozenset({APPLICANT}), company)
    return allowed(file.machine, actor, replace(situation, facts=facts))


def licence_today(company: Company, today: date) -> dict[str, Mapping[str, object]]:
    """Return the fact about the contractor licence as it is on a day: the stored one may be old."""
    valid = licence_valid(company.licence_number, company.licence_expires_on, today)
    return {"contractor": {} if valid is None else {"licence_valid": valid}}


def papers(session: Session, file: File) -> tuple[Paper, ...]:
    """Return every kind of document of the workflow, with its versions."""
    found: dict[str, list[Document]] = {}
    query = (
        select(Document)
        .where(Document.application_id == file.id)
        .order_by(Document.kind, Document.version.desc())
    )
    for document in session.scalars(query):
        found.setdefault(document.kind, []).append(document)
    facts = file.facts()
    return tuple(
        Paper(kind, spec, holds(spec.required_when, facts), tuple(found.get(kind, ())))
        for kind, spec in file.machine.definition.documents.items()
    )


def notices(session: Session, application_id: str) -> tuple[Notice, ...]:
    """Return the notices that were sent, newest first."""
    sent = session.scalars(
        select(CorrectionNotice)
        .where(CorrectionNotice.application_id == application_id)
        .order_by(CorrectionNotice.number.desc())
    ).all()
    items = session.scalars(
        select(CorrectionItem)
        .where(CorrectionItem.application_id == application_id, CorrectionItem.notice_id.is_not(None))
        .order_by(CorrectionItem.number)
    ).all()
    return tuple(Notice(one, tuple(item for item in items if item.notice_id == one.id)) for one in sent)


def _lanes(session: Session, file: File, lanes: Sequence[Lane]) -> tuple[LaneLine, ...]:
    """Return the reviews in the order of the workflow."""
    visits = session.execute(
        select(Visit.lane, Visit.opened_at, Visit.claimed_by).where(
            Visit.application_id == file.id, Visit.lane.is_not(None), Visit.closed_at.is_(None)
        )
    ).all()
    waiting = {row.lane: row for row in visits}
    wanted = {row.claimed_by for row in visits} | {lane.decided_by for lane in lanes}
    people = session.execute(select(User.id, User.name).where(User.id.in_(wanted - {None})))
    names = {row.id: row.name for row in people}
    definition = file.machine.definition
    found = {lane.lane: lane for lane in lanes}
    lines = []
    for name, spec in definition.lanes.items():
        if name not in found:
            continue
        lane, visit = found[name], waiting.get(name)
        holder = visit.claimed_by if visit else lane.decided_by
        since = visit.opened_at if visit else lane.decided_at
        lines.append(
            LaneLine(lane, spec.title, definition.roles[spec.role].title, names.get(holder, ""), since)
        )
    return tuple(lines)


def _money(session: Session, application: PermitApplication) -> Money:
    fees = session.scalars(select(Fee).where(Fee.application_id == application.id).order_by(Fee.fee))
    paid = session.scalars(
        select(Payment)
        .where(Payment.application_id == application.id)
        .order_by(Payment.received_at, Payment.id)
    )
    refunds = session.scalars(
        select(Refund).where(Refund.application_id == application.id).order_by(Refund.created_at, Refund.id)
    ).all()
    owed = tuple(one for one in refunds if one.settled_at is None)
    settled = tuple(one for one in refunds if one.settled_at is not None)
    due, received = application.fees_due_cents, application.fees_paid_cents
    return Money(tuple(fees), tuple(paid), due, received, owed, settled)
