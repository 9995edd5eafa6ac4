"""An open review: found with its claimer and its workflow's words, and refused to those who may not work on it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest, WrongRole
from permitflow.engine.machine import Actor
from permitflow.models import Visit
from permitflow.services.errors import NotFound, Stale
from permitflow.services.open_reviews import (
    OpenReview,
    checklist_of,
    lock_review,
    refuse_claimed,
    step_title,
)
from tests.factories import City, city

TECHNICIAN = "permit_technician"


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def visit(hall: City) -> str:
    application_id = hall.draft("us-ca-commercial-ab970")
    hall.act(application_id, "submit", "applicant")
    with hall.database.reading() as session:
        return session.scalars(select(Visit.id).where(Visit.closed_at.is_(None))).one()


def locked(hall: City, visit: str, actor: Actor | None = None) -> OpenReview:
    with hall.database.transaction() as session:
        return lock_review(session.connection(), visit, "claim", actor or hall.actor(TECHNICIAN))


def test_a_review_of_the_whole_file_has_no_lane_but_a_checklist(hall: City, visit: str) -> None:
    review = locked(hall, visit)
    assert (review.step, review.lane, review.role, review.round) == ("intake", None, TECHNICIAN, 1)
    assert review.title == "Completeness check"
    assert [line.id for line in review.checklist] == ["checklist_met", "address", "documents_readable"]


def test_who_may_not_work_on_it_is_refused(hall: City, visit: str) -> None:
    with pytest.raises(NotFound):
        locked(hall, "0" * 32)
    with pytest.raises(WrongRole, match="Permit technician"):
        locked(hall, visit, hall.actor("planner"))
    insider = Actor("somebody", frozenset({TECHNICIAN}), frozenset({hall.company_id}))
    with pytest.raises(ConflictOfInterest):
        locked(hall, visit, insider)


def test_a_closed_review_is_stale(hall: City, visit: str) -> None:
    with hall.database.reading() as session:
        application_id = session.get_one(Visit, visit).application_id
    hall.act(application_id, "accept", TECHNICIAN)
    with pytest.raises(Stale, match="already decided"):
        locked(hall, visit)


def test_a_claim_keeps_others_off_and_lets_its_holder_work(hall: City, visit: str) -> None:
    with hall.database.transaction() as session:
        session.execute(update(Visit).where(Visit.id == visit).values(claimed_by=hall.staff["planner"]))
    review = locked(hall, visit)
    with pytest.raises(Stale, match="rio-verde planner has taken this file"):
        refuse_claimed(review, hall.actor(TECHNICIAN))
    refuse_claimed(review, hall.actor("planner"))


def test_steps_are_lanes_or_phases_and_an_unknown_one_keeps_its_id(hall: City, visit: str) -> None:
    definition = locked(hall, visit).definition
    assert step_title(definition, "electrical") == "Electrical"
    assert step_title(definition, "in_review") == "Plan review"
    assert step_title(definition, "gone") == "gone"
    assert checklist_of(definition, "electrical")[0].id == "breaker"
    assert checklist_of(definition, "gone") == ()
