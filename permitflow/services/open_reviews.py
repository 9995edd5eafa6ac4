"""An open review: one visit of a file at a step of the city, and who may work on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from permitflow.engine.definition import ChecklistItem, Definition
from permitflow.engine.errors import ConflictOfInterest, Refusal, WrongRole
from permitflow.engine.machine import Actor, conflict
from permitflow.models import PermitApplication, User, Visit
from permitflow.services.definitions import definition_for
from permitflow.services.errors import NotFound, Stale


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A visit that is still open; `lane` is None when the whole file waits at a phase, such as the intake check."""

    visit_id: str
    application_id: str
    jurisdiction_id: str
    company_id: str
    step: str
    lane: str | None
    role: str | None
    round: int
    claimed_by: str | None
    claimer: str
    definition: Definition

    @property
    def title(self) -> str:
        """The step's title as the workflow has it."""
        return step_title(self.definition, self.step)

    @property
    def checklist(self) -> tuple[ChecklistItem, ...]:
        """The lines to check at this step."""
        return checklist_of(self.definition, self.step)


def step_title(definition: Definition, step: str) -> str:
    """Return the title of a lane or a phase."""
    spec = definition.lanes.get(step) or definition.phases.get(step)
    return spec.title if spec else step


def checklist_of(definition: Definition, step: str) -> tuple[ChecklistItem, ...]:
    """Return the checklist of a lane or a phase."""
    spec = definition.lanes.get(step) or definition.phases.get(step)
    return spec.checklist if spec else ()


def lock_review(connection: Connection, visit_id: str, action: str, actor: Actor) -> OpenReview:
    """Lock the file of an open visit for the rest of the transaction and return the review.

    Raises NotFound for an unknown visit, WrongRole and ConflictOfInterest when the actor may not do `action` there,
    and Stale when the visit has been closed.
    """
    application_id = connection.scalar(select(Visit.application_id).where(Visit.id == visit_id))
    if application_id is None:
        raise NotFound
    # Two reviewers of one file take turns: a decision cannot close the visit between this check and the write.
    locked = select(PermitApplication.definition_hash).where(PermitApplication.id == application_id)
    definition = definition_for(connection, connection.scalars(locked.with_for_update()).one())
    visit = connection.execute(
        select(Visit.__table__, User.name)
        .outerjoin(User, User.id == Visit.claimed_by)
        .where(Visit.id == visit_id)
    ).one()
    review = OpenReview(
        visit_id,
        application_id,
        visit.jurisdiction_id,
        visit.company_id,
        visit.step,
        visit.lane,
        visit.role,
        visit.round,
        visit.claimed_by,
        visit.name or "",
        definition,
    )
    check_reviewer(review, action, actor)
    if visit.closed_at is not None:
        raise Stale(application_id, None, "This review was already decided or opened anew.")
    return review


def check_reviewer(review: OpenReview, action: str, actor: Actor) -> None:
    """Refuse somebody without the review's role, or of the company that applied.

    Raises WrongRole or ConflictOfInterest.
    """
    role = review.role or ""
    if role not in actor.roles:
        known = review.definition.roles.get(role)
        message = "“{step}” can only be worked on by: {role}."
        params = {"step": review.title, "role": known.title if known else role}
        raise WrongRole(action, [Refusal("wrong_role", message, params, role)])
    if review.company_id in actor.company_ids:
        raise ConflictOfInterest(action, [conflict(role)])


def refuse_claimed(review: OpenReview, actor: Actor) -> None:
    """Refuse work on a review that somebody else has claimed; raises Stale with who has it."""
    if review.claimed_by not in (None, actor.id):
        raise claimed(review)


def claimed(review: OpenReview) -> Stale:
    """Return the refusal that says who has claimed a review."""
    message = f"{review.claimer} has taken this file. Ask for its release, or take another one."
    return Stale(review.application_id, None, message)
