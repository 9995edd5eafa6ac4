"""The workspace: one file of one's own city with everything to decide it, whatever its length in statements."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from permitflow.db import Database
from permitflow.queries.people import Person
from permitflow.queries.workspace import Workspace, colleagues, workspace
from permitflow.services import claims, notices
from permitflow.services.notices import Finding
from tests.factories import MONDAY, City, city
from tests.statements import statements

EXAMINER = "electrical_examiner"


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def application(hall: City) -> str:
    return hall.in_review()


def reviewer(hall: City, city_id: str | None = None) -> Person:
    grants = MappingProxyType({city_id or hall.id: frozenset({EXAMINER})})
    return Person(hall.staff[EXAMINER], "Eve", "eve@example.test", "en", grants, frozenset(), "")


def look(hall: City, application_id: str, person: Person | None = None) -> Workspace:
    with hall.database.reading() as session:
        found = workspace(session, person or reviewer(hall), application_id, MONDAY)
        assert found is not None
        return found


def test_lanes_stand_in_the_order_of_the_workflow_with_their_visits(hall: City, application: str) -> None:
    seen = look(hall, application)
    assert [line.lane.lane for line in seen.lanes][:3] == ["electrical", "building", "fire"]
    opened = {line.lane.lane for line in seen.lanes if line.visit}
    assert opened == {line.lane.lane for line in seen.lanes if line.lane.state == "waiting"}
    assert {visit.lane for visit in seen.visits} == opened


def test_the_visit_is_the_one_asked_for_else_the_one_of_my_role(hall: City, application: str) -> None:
    seen = look(hall, application)
    fire = next(visit for visit in seen.visits if visit.lane == "fire")
    assert seen.visit(fire.id, frozenset({EXAMINER})) == fire
    mine = seen.visit("0" * 32, frozenset({EXAMINER}))
    assert mine is not None
    assert mine.lane == "electrical"
    assert seen.visit(None, frozenset({"planner"})) is None


def test_drafts_and_claims_are_told_by_lane(hall: City, application: str) -> None:
    mine = look(hall, application).visit(None, frozenset({EXAMINER}))
    assert mine is not None
    with hall.database.transaction() as session:
        connection, actor = session.connection(), hall.actor(EXAMINER)
        claims.claim(connection, mine.id, actor, MONDAY)
        notices.draft_item(connection, mine.id, Finding("a", "b", "c"), actor, MONDAY)
    seen = look(hall, application)
    assert len(seen.drafts_of("electrical")) == 1
    assert (seen.drafts_of("fire"), seen.drafts_of(None)) == ((), ())
    claimed = seen.visit(mine.id, frozenset())
    assert claimed is not None
    assert claimed.claimer == "rio-verde electrical_examiner"


def test_another_city_and_drafts_are_not_there(hall: City, application: str) -> None:
    unsent = hall.draft("us-ca-commercial-ab970")
    with hall.database.reading() as session:
        assert workspace(session, reviewer(hall, "elsewhere"), application, MONDAY) is None
        assert workspace(session, reviewer(hall), unsent, MONDAY) is None
        assert workspace(session, reviewer(hall), "0" * 32, MONDAY) is None


def test_a_longer_history_takes_no_more_statements(hall: City, application: str) -> None:
    sent = []
    for _ in range(2):
        look(hall, application)
        with statements(hall.database) as seen:
            visit = look(hall, application).visit(None, frozenset({EXAMINER}))
        sent.append(len(seen))
        assert visit is not None
        with hall.database.transaction() as session:
            connection, actor = session.connection(), hall.actor(EXAMINER)
            for step in range(3):
                claims.claim(connection, visit.id, actor, MONDAY + step)
                claims.release(connection, visit.id, actor, MONDAY + step)
    assert sent[0] == sent[1]


def test_colleagues_hold_the_role_now(hall: City) -> None:
    with hall.database.reading() as session:
        found = colleagues(session, hall.id, EXAMINER)
        assert found == ((hall.staff[EXAMINER], "rio-verde electrical_examiner"),)
        assert colleagues(session, "elsewhere", EXAMINER) == ()
