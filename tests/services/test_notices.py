"""Draft items: prepared by the reviewer of an open review, unseen until the round's one notice goes out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.errors import NotAllowed, WrongRole
from permitflow.engine.machine import Actor
from permitflow.models import CorrectionItem, CorrectionNotice, Visit
from permitflow.services import claims, notices
from permitflow.services.errors import Stale
from permitflow.services.notices import Finding
from tests.factories import MONDAY, City, city

BREAKER = Finding("The breaker is too small.", "CEC 625.41", "Use a 60 A breaker.", "E-1", "required")


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def application(hall: City) -> str:
    return hall.in_review()


def visit_of(hall: City, lane: str | None) -> str:
    with hall.database.reading() as session:
        open_ = select(Visit.id).where(Visit.closed_at.is_(None), Visit.lane.is_not_distinct_from(lane))
        return session.scalars(open_).one()


def draft(hall: City, visit_id: str, role: str, finding: Finding = BREAKER) -> str:
    with hall.database.transaction() as session:
        return notices.draft_item(session.connection(), visit_id, finding, hall.actor(role), MONDAY)


def remove(hall: City, visit_id: str, item_id: str, role: str) -> None:
    with hall.database.transaction() as session:
        notices.remove_item(session.connection(), visit_id, item_id, hall.actor(role))


def items(hall: City) -> list[CorrectionItem]:
    with hall.database.reading() as session:
        return list(session.scalars(select(CorrectionItem).order_by(CorrectionItem.number)))


def decide(hall: City, application_id: str, lane: str, role: str, action: str) -> None:
    hall.act(application_id, action, role, lane=lane, visit_id=visit_of(hall, lane))


def test_an_item_is_a_draft_of_its_lane(hall: City, application: str) -> None:
    item_id = draft(hall, visit_of(hall, "electrical"), "electrical_examiner")
    (item,) = items(hall)
    assert (item.id, item.lane, item.status, item.notice_id) == (item_id, "electrical", "draft", None)
    assert (item.text, item.code_section, item.fix) == (BREAKER.text, BREAKER.code_section, BREAKER.fix)
    assert hall.file(application).draft_items == 1


def test_a_draft_can_be_taken_back_once(hall: City, application: str) -> None:
    visit_id = visit_of(hall, "electrical")
    item_id = draft(hall, visit_id, "electrical_examiner")
    remove(hall, visit_id, item_id, "electrical_examiner")
    assert (items(hall), hall.file(application).draft_items) == ([], 0)
    with pytest.raises(Stale, match="already removed"):
        remove(hall, visit_id, item_id, "electrical_examiner")
    assert hall.file(application).draft_items == 0


def test_nobody_removes_the_item_of_another_lane(hall: City, application: str) -> None:
    item_id = draft(hall, visit_of(hall, "electrical"), "electrical_examiner")
    with pytest.raises(WrongRole):
        remove(hall, visit_of(hall, "electrical"), item_id, "fire_reviewer")
    with pytest.raises(Stale, match="already removed"):
        remove(hall, visit_of(hall, "fire"), item_id, "fire_reviewer")
    assert hall.file(application).draft_items == 1


def test_another_roles_review_takes_no_items(hall: City, application: str) -> None:
    with pytest.raises(WrongRole):
        draft(hall, visit_of(hall, "electrical"), "fire_reviewer")


def test_a_review_claimed_by_a_colleague_takes_no_items(hall: City, application: str) -> None:
    visit_id = visit_of(hall, "electrical")
    with hall.database.transaction() as session:
        claims.claim(session.connection(), visit_id, hall.actor("electrical_examiner"), MONDAY)
    other = Actor(hall.staff["planner"], frozenset({"electrical_examiner"}))
    with hall.database.transaction() as session, pytest.raises(Stale, match="has taken"):
        notices.draft_item(session.connection(), visit_id, BREAKER, other, MONDAY)


def test_a_decided_review_takes_no_items(hall: City, application: str) -> None:
    visit_id = visit_of(hall, "electrical")
    decide(hall, application, "electrical", "electrical_examiner", "approve")
    with pytest.raises(Stale, match="already decided"):
        draft(hall, visit_id, "electrical_examiner")


def test_approval_waits_until_the_drafts_are_gone(hall: City, application: str) -> None:
    draft(hall, visit_of(hall, "electrical"), "electrical_examiner")
    with pytest.raises(NotAllowed, match="remove them"):
        decide(hall, application, "electrical", "electrical_examiner", "approve")


def test_corrections_of_all_lanes_leave_as_one_notice_when_the_round_is_complete(
    hall: City, application: str
) -> None:
    draft(hall, visit_of(hall, "fire"), "fire_reviewer", Finding("Lane blocked.", "CFC 503", "Move stall 4."))
    draft(hall, visit_of(hall, "electrical"), "electrical_examiner")
    decide(hall, application, "electrical", "electrical_examiner", "request_corrections")
    decide(hall, application, "fire", "fire_reviewer", "request_corrections")
    decide(hall, application, "building", "building_examiner", "approve")
    assert {item.status for item in items(hall)} == {"draft"}
    assert hall.file(application).state == "in_review"
    decide(hall, application, "accessibility", "accessibility_reviewer", "approve")
    with hall.database.reading() as session:
        (notice,) = session.scalars(select(CorrectionNotice))
    sent = [(item.number, item.lane, item.status, item.notice_id) for item in items(hall)]
    assert sent == [(1, "electrical", "open", notice.id), (2, "fire", "open", notice.id)]
    file = hall.file(application)
    assert (file.state, file.draft_items, file.open_items) == ("corrections", 0, 2)


def test_the_completeness_check_drafts_items_without_a_lane(hall: City) -> None:
    application_id = hall.draft("us-ca-commercial-ab970")
    hall.act(application_id, "submit", "applicant")
    visit_id = visit_of(hall, None)
    item_id = draft(hall, visit_id, "permit_technician")
    draft(hall, visit_id, "permit_technician", Finding("No parcel.", "CBC 105.3", "Give the parcel."))
    remove(hall, visit_id, item_id, "permit_technician")
    hall.act(application_id, "request_information", "permit_technician")
    assert [(item.lane, item.status, item.number) for item in items(hall)] == [(None, "open", 1)]
