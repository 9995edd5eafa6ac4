"""Checklists: answers are saved together, per round, by the reviewer of the step."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.errors import WrongRole
from permitflow.engine.machine import Actor
from permitflow.models import ChecklistAnswer, Visit
from permitflow.services import checklists, claims
from permitflow.services.checklists import Answer
from permitflow.services.errors import Stale
from tests.factories import MONDAY, City, city


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def visit(hall: City) -> str:
    """The open completeness check of a file."""
    application_id = hall.draft("us-ca-commercial-ab970")
    hall.act(application_id, "submit", "applicant")
    with hall.database.reading() as session:
        return session.scalars(select(Visit.id).where(Visit.closed_at.is_(None))).one()


def save(hall: City, visit: str, answers: dict[str, Answer], role: str = "permit_technician") -> int:
    with hall.database.transaction() as session:
        return checklists.save_checklist(session.connection(), visit, answers, hall.actor(role), MONDAY)


def stored(hall: City) -> dict[str, tuple[str, str, int]]:
    with hall.database.reading() as session:
        rows = session.scalars(select(ChecklistAnswer))
        return {row.item: (row.answer, row.note, row.round) for row in rows}


def test_answers_are_kept_with_their_round(hall: City, visit: str) -> None:
    kept = save(hall, visit, {"checklist_met": Answer("pass"), "address": Answer("fail", "parcel is old")})
    assert kept == 2
    assert stored(hall) == {"checklist_met": ("pass", "", 1), "address": ("fail", "parcel is old", 1)}


def test_saving_again_replaces_everything(hall: City, visit: str) -> None:
    save(hall, visit, {"checklist_met": Answer("pass"), "address": Answer("fail")})
    save(hall, visit, {"address": Answer("needs_info")})
    assert stored(hall) == {"address": ("needs_info", "", 1)}
    assert save(hall, visit, {}) == 0
    assert stored(hall) == {}


def test_a_line_that_the_workflow_lacks_is_dropped(hall: City, visit: str) -> None:
    assert save(hall, visit, {"breaker": Answer("pass")}) == 0


def test_another_role_answers_nothing(hall: City, visit: str) -> None:
    with pytest.raises(WrongRole):
        save(hall, visit, {"address": Answer("pass")}, "planner")
    assert stored(hall) == {}


def test_a_claimed_step_is_answered_by_its_holder_only(hall: City, visit: str) -> None:
    with hall.database.transaction() as session:
        claims.claim(session.connection(), visit, hall.actor("permit_technician"), MONDAY)
    other = Actor(hall.staff["planner"], frozenset({"permit_technician"}))
    with hall.database.transaction() as session, pytest.raises(Stale, match="has taken"):
        checklists.save_checklist(session.connection(), visit, {"address": Answer("pass")}, other, MONDAY)
