"""Plans of moves: stored as they are, approved by a second person, started and stopped."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.definition import Definition
from permitflow.engine.move_plan import MovePlan, PlanProblem, problems, reused
from permitflow.models import StepAlias, StoredMovePlan
from permitflow.queries.versions import active_of
from permitflow.services import definitions
from permitflow.services.errors import NotFound
from permitflow.services.publications import office_of


class PlanRefused(ValueError):
    """A plan that cannot be stored, approved or started so; `reasons` are sentences."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def check_plan(session: Session, city_id: str, plan: MovePlan) -> tuple[PlanProblem, ...]:
    """Return why a plan cannot be used for the files that are open now; empty when it can."""
    try:
        old, new = both(session, plan)
    except LookupError as unknown:
        return (PlanProblem("unknown", "from_hash", str(unknown)),)
    found = list(problems(plan, old, new, active_of(session, city_id, plan.from_hash)))
    found += _reused(session, city_id, plan)
    known = definitions.versions(session, city_id, plan.workflow)
    if plan.to_hash not in known:
        found.append(
            PlanProblem("unpublished", "to_hash", "Files can only move to a version the city has published.")
        )
    if plan.from_hash == plan.to_hash:
        found.append(PlanProblem("same", "to_hash", "The plan leads from a version to itself."))
    if not plan.reason.strip():
        found.append(
            PlanProblem("reason", "reason", "Say why the open files move; it is kept with the plan.")
        )
    return tuple(found)


def both(session: Session, plan: MovePlan) -> tuple[Definition, Definition]:
    """Return the old and the new definition of a plan; raises LookupError."""
    connection = session.connection()
    return (
        definitions.definition_for(connection, plan.from_hash),
        definitions.definition_for(connection, plan.to_hash),
    )


def store_plan(session: Session, city_id: str, plan: MovePlan, by: str, at: int, key: str = "") -> str:
    """Keep a plan as it is, to be approved by somebody else; return its id, which `key` may give.

    Raises PlanRefused with every reason.
    """
    office_of(session, city_id, by)
    found = check_plan(session, city_id, plan)
    if found:
        raise PlanRefused(*(problem.message for problem in found))
    row = StoredMovePlan(
        id=key or new_id(),
        jurisdiction_id=city_id,
        workflow=plan.workflow,
        hash=plan.hash(),
        body=plan.body(),
        from_hash=plan.from_hash,
        to_hash=plan.to_hash,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def approve_plan(session: Session, plan_id: str, by: str, at: int) -> None:
    """Approve a plan as its second person and let it start; raises PlanRefused, NotFound.

    The plan is checked again: other files may be open than when it was written.
    """
    row = plan_row(session, plan_id)
    office_of(session, row.jurisdiction_id, by)
    if row.approved_at is not None:
        raise PlanRefused("The plan was approved already.")
    if row.created_by == by:
        raise PlanRefused("Nobody approves their own plan; another administrator or manager has to.")
    plan = plan_of(row)
    found = check_plan(session, row.jurisdiction_id, plan)
    if found:
        raise PlanRefused(*(problem.message for problem in found))
    row.approved_by, row.approved_at = by, at
    session.flush()


def start(session: Session, plan_id: str, at: int) -> None:
    """Let an approved plan run, or go on after it was stopped; `continue_running` does the work. Raises PlanRefused."""
    row = plan_row(session, plan_id)
    if row.approved_at is None:
        raise PlanRefused("A second person has to approve the plan first.")
    if row.finished_at is None:
        row.started_at = row.started_at or at
        row.stopped_at, row.stopped_why = None, ""
        _remember_aliases(session, row, at)
        session.flush()


def stop(session: Session, plan_id: str, at: int, why: str) -> None:
    """Let a running plan rest after the file it is at."""
    row = plan_row(session, plan_id)
    if row.finished_at is None:
        row.stopped_at, row.stopped_why = at, why
        session.flush()


def plan_of(row: StoredMovePlan) -> MovePlan:
    """Return what a stored plan says."""
    return MovePlan.model_validate_json(row.body)


def plan_row(session: Session, plan_id: str) -> StoredMovePlan:
    """Return a stored plan; raises NotFound."""
    row = session.get(StoredMovePlan, plan_id)
    if row is None:
        raise NotFound("There is no such plan.")
    return row


def _reused(session: Session, city_id: str, plan: MovePlan) -> list[PlanProblem]:
    """Names that another step had before an earlier plan; a step may have its own former name again."""
    earlier = session.execute(
        select(StepAlias.old_step, StepAlias.new_step).where(
            StepAlias.jurisdiction_id == city_id, StepAlias.workflow == plan.workflow
        )
    )
    known = {row.old_step: row.new_step for row in earlier}
    aliases = plan.step_aliases().items()
    return [
        reused(plan, name, to) for name, to in aliases if to in known and known[to] != known.get(name, name)
    ]


def _remember_aliases(session: Session, row: StoredMovePlan, at: int) -> None:
    """Let reports show a step under the name it has now, also one that was renamed before."""
    for old, new in plan_of(row).step_aliases().items():
        mine = (StepAlias.jurisdiction_id == row.jurisdiction_id, StepAlias.workflow == row.workflow)
        session.execute(update(StepAlias).where(*mine, StepAlias.new_step == old).values(new_step=new))
        session.execute(delete(StepAlias).where(*mine, StepAlias.old_step.in_((old, new))))
        session.add(
            StepAlias(
                jurisdiction_id=row.jurisdiction_id,
                workflow=row.workflow,
                old_step=old,
                new_step=new,
                created_at=at,
            )
        )
        session.flush()
