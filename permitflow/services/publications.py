"""A city takes another version of a workflow: one person proposes it, another approves it, and a date brings it.

Nothing is edited in place. A proposal and what was said to it are append-only rows; on its date the version becomes
the one that new applications run under, while open files keep theirs until somebody moves them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from permitflow.db import Database, new_id
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.lint import lint
from permitflow.engine.lint_release import changed_terms
from permitflow.engine.loader import from_body
from permitflow.engine.version_diff import compare
from permitflow.instants import local_date
from permitflow.models import (
    Jurisdiction,
    JurisdictionWorkflow,
    PublicationAnswer,
    PublicationProposal,
    RoleGrant,
    StoredDefinition,
)
from permitflow.queries.versions import impact_of
from permitflow.services import definitions
from permitflow.services.errors import NotFound

OFFICE = ("administrator", "manager")
APPROVED, WITHDRAWN = "approved", "withdrawn"
Rehearse = Callable[[LoadedDefinition, dict[str, str]], list[str]]
"""Plays scenarios (file name -> text) under a definition and returns a sentence for each that went wrong."""


class PublicationRefused(ValueError):
    """A version that cannot be proposed or approved so; `reasons` are sentences."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What is proposed: the definition, from which local date, why, by whom, and the scenarios that it has to pass.

    `key` becomes the proposal's id, so that a form sent twice makes one.
    """

    jurisdiction_id: str
    loaded: LoadedDefinition
    effective_on: date
    note: str
    by: str
    at: int
    scenarios: dict[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to a proposal at an instant (µs)."""

    proposal_id: str
    by: str
    at: int
    note: str = ""


def propose(session: Session, new: NewProposal, rehearse: Rehearse) -> str:
    """Store a proposal with its differences, its checks and what it means for open files; return its id.

    Raises NotFound for another city's office, PublicationRefused with every reason.
    """
    city, definition = office_of(session, new.jurisdiction_id, new.by), new.loaded.definition
    current = definitions.current_hash(session.connection(), city.id, definition.workflow)
    reasons = [
        *_wrong(session, city.id, new.loaded),
        *_changed(session, current, definition),
        *_unplayed(new.loaded, new.scenarios, rehearse),
    ]
    if current == new.loaded.hash:
        reasons.append("The city uses exactly this version already.")
    if new.effective_on < local_date(new.at, city.zone):
        reasons.append("A version cannot take effect in the past; choose today or a later day.")
    if reasons:
        raise PublicationRefused(*reasons)
    definitions.store(session, new.loaded, new.at)
    change_class = "first"
    if current is not None:
        old = definitions.definition_for(session.connection(), current)
        change_class = compare(old, definition).change_class
    proposal = PublicationProposal(
        id=new.key or new_id(),
        jurisdiction_id=city.id,
        workflow=definition.workflow,
        definition_hash=new.loaded.hash,
        previous_hash=current,
        version=definitions.version_of(session, city.id, definition, new.loaded.hash),
        change_class=change_class,
        effective_on=new.effective_on,
        note=new.note.strip(),
        lint_ok=True,
        scenarios_ok=True,
        impact=impact_of(session, city.id, current, definition) | {"scenarios": new.scenarios},
        proposed_by=new.by,
        proposed_at=new.at,
    )
    session.add(proposal)
    session.flush()
    return proposal.id


def approve(session: Session, answer: Answer, rehearse: Rehearse) -> PublicationProposal:
    """Approve a proposal as its second person; on its date, or at once, new files run under it.

    The checks are made again. Raises NotFound, PublicationRefused.
    """
    proposal = _open(session, answer)
    if answer.by == proposal.proposed_by:
        raise PublicationRefused(_own_proposal(session, proposal))
    current = definitions.current_hash(session.connection(), proposal.jurisdiction_id, proposal.workflow)
    if current != proposal.previous_hash:
        raise PublicationRefused("Another version was published since this was proposed; propose it anew.")
    loaded = stored(session, proposal.definition_hash)
    scenarios = proposal.impact.get("scenarios")
    reasons = [
        *_wrong(session, proposal.jurisdiction_id, loaded),
        *_unplayed(loaded, scenarios if isinstance(scenarios, dict) else {}, rehearse),
    ]
    if reasons:
        raise PublicationRefused(*reasons)
    _say(session, proposal, answer, APPROVED)
    activate_due(session, answer.at, proposal.jurisdiction_id)
    return proposal


def withdraw(session: Session, answer: Answer) -> None:
    """Take a proposal back, also an approved one whose date has not come; raises NotFound, PublicationRefused."""
    proposal = _open(session, answer, (WITHDRAWN,))
    if session.scalar(
        select(JurisdictionWorkflow.id).where(JurisdictionWorkflow.publication_id == proposal.id)
    ):
        raise PublicationRefused("The version is in use; publish the earlier one again instead.")
    _say(session, proposal, answer, WITHDRAWN)


def activate_due(session: Session, now: int, jurisdiction_id: str | None = None) -> int:
    """Let new files run under each approved version whose local date has come; return how many versions came.

    One statement when there is nothing to do. Versions that are due together come in the order of their dates.
    """
    came = 0
    for proposal in _due(session, now, jurisdiction_id):
        # Two that come together need instants of their own: the later one is the one in use.
        loaded, by = stored(session, proposal.definition_hash), proposal.proposed_by
        definitions.publish(session, proposal.jurisdiction_id, loaded, now + came, by, proposal.id)
        came += 1
    return came


def _due(session: Session, now: int, jurisdiction_id: str | None = None) -> list[PublicationProposal]:
    withdrawn = aliased(PublicationAnswer)
    query = (
        select(PublicationProposal, Jurisdiction.zone)
        .join(PublicationAnswer, PublicationAnswer.proposal_id == PublicationProposal.id)
        .join(Jurisdiction, Jurisdiction.id == PublicationProposal.jurisdiction_id)
        .outerjoin(JurisdictionWorkflow, JurisdictionWorkflow.publication_id == PublicationProposal.id)
        .outerjoin(
            withdrawn, (withdrawn.proposal_id == PublicationProposal.id) & (withdrawn.answer == WITHDRAWN)
        )
        .where(
            PublicationAnswer.answer == APPROVED, withdrawn.id.is_(None), JurisdictionWorkflow.id.is_(None)
        )
        # Somewhere on earth it is already tomorrow; each city's own date decides below.
        .where(PublicationProposal.effective_on <= local_date(now, "UTC") + timedelta(days=1))
        .order_by(PublicationProposal.effective_on, PublicationProposal.proposed_at)
    )
    if jurisdiction_id is not None:
        query = query.where(PublicationProposal.jurisdiction_id == jurisdiction_id)
    rows = session.execute(query).all()
    return [proposal for proposal, zone in rows if local_date(now, zone) >= proposal.effective_on]


def activate_all(database: Database, now: int) -> int:
    """Do `activate_due` for every city in a transaction of its own, which is only begun when something is due."""
    with database.reading() as session:
        if not _due(session, now):
            return 0
    with database.transaction() as session:
        return activate_due(session, now)


def stored(session: Session, definition_hash: str) -> LoadedDefinition:
    """Return a stored definition as if it were read from its file; raises NotFound."""
    row = session.get(StoredDefinition, definition_hash)
    if row is None:
        raise NotFound("There is no such version.")
    return LoadedDefinition(from_body(row.body), row.hash, row.body, row.title, {})


def _wrong(session: Session, jurisdiction_id: str, loaded: LoadedDefinition) -> list[str]:
    """Return what lint says against a definition in a city with these people."""
    found = lint(loaded, staff_of(session, jurisdiction_id))
    return [f"The file has errors: {problem.message}." for problem in found if problem.severity == "error"]


def _changed(session: Session, current: str | None, definition: Definition) -> list[str]:
    if current is None:
        return []
    old = definitions.definition_for(session.connection(), current)
    return [f"What was published keeps its meaning: {one.message}." for one in changed_terms(old, definition)]


def _unplayed(loaded: LoadedDefinition, scenarios: dict[str, str], rehearse: Rehearse) -> list[str]:
    if not scenarios:
        return ["No scenario plays this workflow, so nobody has seen it work; write at least one."]
    return rehearse(loaded, scenarios)


def staff_of(session: Session, jurisdiction_id: str) -> dict[str, int]:
    """Return how many people hold each staff role of a city now."""
    rows = session.execute(
        select(RoleGrant.role, func.count(RoleGrant.user_id.distinct()))
        .where(RoleGrant.jurisdiction_id == jurisdiction_id, RoleGrant.revoked_at.is_(None))
        .group_by(RoleGrant.role)
    )
    return dict(list(rows))


def office_of(session: Session, jurisdiction_id: str, user_id: str) -> Jurisdiction:
    """Return a city for somebody of its office; raises NotFound for everybody else."""
    city = session.get(Jurisdiction, jurisdiction_id)
    if city is None or user_id not in _people(session, jurisdiction_id):
        raise NotFound("There is no such city, or you hold no office role in it.")
    return city


def _people(session: Session, jurisdiction_id: str) -> set[str]:
    rows = session.scalars(
        select(RoleGrant.user_id)
        .where(RoleGrant.jurisdiction_id == jurisdiction_id, RoleGrant.role.in_(OFFICE))
        .where(RoleGrant.revoked_at.is_(None))
    )
    return set(rows)


def _own_proposal(session: Session, proposal: PublicationProposal) -> str:
    if len(_people(session, proposal.jurisdiction_id)) == 1:
        return (
            "A second person has to approve, and you are the only administrator or manager of this city: "
            "give somebody one of these roles first."
        )
    return "Nobody approves their own proposal; another administrator or manager has to."


def _open(
    session: Session, answer: Answer, closing: tuple[str, ...] = (APPROVED, WITHDRAWN)
) -> PublicationProposal:
    proposal = session.get(PublicationProposal, answer.proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    office_of(session, proposal.jurisdiction_id, answer.by)
    said = session.scalars(
        select(PublicationAnswer.answer).where(PublicationAnswer.proposal_id == proposal.id)
    )
    for word in said:
        if word in closing:
            raise PublicationRefused(f"The proposal was {word} already.")
    return proposal


def _say(session: Session, proposal: PublicationProposal, answer: Answer, word: str) -> None:
    session.add(
        PublicationAnswer(
            id=new_id(),
            jurisdiction_id=proposal.jurisdiction_id,
            proposal_id=proposal.id,
            answer=word,
            note=answer.note.strip(),
            lint_ok=word == APPROVED,
            scenarios_ok=word == APPROVED,
            given_by=answer.by,
            given_at=answer.at,
        )
    )
    session.flush()
