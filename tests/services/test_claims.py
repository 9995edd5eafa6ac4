"""Claims: one holder at a time, working time that adds up, and nobody on a file of their own company."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest, WrongRole
from permitflow.engine.machine import Actor
from permitflow.instants import SECOND
from permitflow.models import CompanyMember, Event, RoleGrant, Visit
from permitflow.services import claims
from permitflow.services.errors import NotFound, Stale
from tests.factories import MONDAY, City, city, person

EXAMINER = "electrical_examiner"


@pytest.fixture
def hall(database: Database) -> City:
    return city(database)


@pytest.fixture
def visit(hall: City) -> str:
    """The open electrical review of a file."""
    application_id = hall.draft("us-ca-commercial-ab970")
    hall.act(application_id, "submit", "applicant")
    hall.act(application_id, "accept", "permit_technician")
    with hall.database.reading() as session:
        return session.scalars(select(Visit.id).where(Visit.lane == "electrical")).one()


def stored(hall: City, visit_id: str) -> Visit:
    with hall.database.reading() as session:
        found = session.get(Visit, visit_id)
        assert found is not None
        return found


def colleague(hall: City, name: str = "Second Examiner", role: str = EXAMINER) -> Actor:
    with hall.database.transaction() as session:
        user_id = person(session, name)
        session.add(RoleGrant(user_id=user_id, jurisdiction_id=hall.id, role=role, granted_at=MONDAY))
    return Actor(user_id, frozenset({role}))


def claim(hall: City, visit_id: str, actor: Actor, at: int = MONDAY) -> None:
    with hall.database.transaction() as session:
        claims.claim(session.connection(), visit_id, actor, at)


def release(hall: City, visit_id: str, actor: Actor, at: int = MONDAY) -> None:
    with hall.database.transaction() as session:
        claims.release(session.connection(), visit_id, actor, at)


def events(hall: City) -> list[str]:
    with hall.database.reading() as session:
        return list(session.scalars(select(Event.action).order_by(Event.seq)))


def test_a_claim_is_recorded_and_names_its_holder(hall: City, visit: str) -> None:
    actor = hall.actor(EXAMINER)
    claim(hall, visit, actor, MONDAY + 5)
    row = stored(hall, visit)
    assert (row.claimed_by, row.claimed_at, row.first_claimed_at) == (actor.id, MONDAY + 5, MONDAY + 5)
    assert events(hall)[-1] == "claimed"


def test_the_second_person_hears_who_has_the_file(hall: City, visit: str) -> None:
    claim(hall, visit, hall.actor(EXAMINER))
    with pytest.raises(Stale, match="rio-verde electrical_examiner has taken this file"):
        claim(hall, visit, colleague(hall))
    assert stored(hall, visit).claimed_by == hall.staff[EXAMINER]
    assert events(hall).count("claimed") == 1


def test_working_time_adds_up_over_claims_and_the_decision(hall: City, visit: str) -> None:
    actor, second = hall.actor(EXAMINER), colleague(hall)
    claim(hall, visit, actor, MONDAY)
    release(hall, visit, actor, MONDAY + 100 * SECOND)
    claim(hall, visit, second, MONDAY + 500 * SECOND)
    row = stored(hall, visit)
    assert (row.worked_us, row.first_claimed_at) == (100 * SECOND, MONDAY)
    release(hall, visit, second, MONDAY + 530 * SECOND)
    assert stored(hall, visit).worked_us == 130 * SECOND
    claim(hall, visit, actor, MONDAY + 600 * SECOND)
    decided = {"lane": "electrical", "visit_id": visit}
    hall.act(row.application_id, "approve", EXAMINER, MONDAY + 607 * SECOND, **decided)
    assert stored(hall, visit).worked_us == 137 * SECOND
    assert events(hall)[-5:] == ["released", "claimed", "released", "claimed", "approve"]


def test_only_the_holder_releases(hall: City, visit: str) -> None:
    with pytest.raises(Stale, match="Nobody has taken"):
        release(hall, visit, hall.actor(EXAMINER))
    claim(hall, visit, hall.actor(EXAMINER))
    with pytest.raises(Stale, match="has taken this file"):
        release(hall, visit, colleague(hall))
    release(hall, visit, hall.actor(EXAMINER), MONDAY + 7)
    row = stored(hall, visit)
    assert (row.claimed_by, row.claimed_at, row.worked_us) == (None, None, 7)


def test_a_closed_review_cannot_be_claimed(hall: City, visit: str) -> None:
    application_id = stored(hall, visit).application_id
    hall.act(application_id, "approve", EXAMINER, lane="electrical", visit_id=visit)
    with pytest.raises(Stale, match="already decided"):
        claim(hall, visit, hall.actor(EXAMINER))


def test_another_role_cannot_claim(hall: City, visit: str) -> None:
    with pytest.raises(WrongRole, match="Electrical plans examiner"):
        claim(hall, visit, hall.actor("fire_reviewer"))


def test_an_unknown_visit_is_not_found(hall: City) -> None:
    with pytest.raises(NotFound):
        claim(hall, "0" * 32, hall.actor(EXAMINER))


def test_nobody_claims_a_file_of_their_own_company(hall: City, visit: str) -> None:
    with hall.database.transaction() as session:
        session.execute(
            insert(CompanyMember).values(
                company_id=hall.company_id, user_id=hall.staff[EXAMINER], joined_at=MONDAY
            )
        )
    with pytest.raises(ConflictOfInterest):
        claim(hall, visit, hall.actor(EXAMINER))
    assert stored(hall, visit).claimed_by is None


def test_a_manager_gives_a_file_to_a_colleague(hall: City, visit: str) -> None:
    claim(hall, visit, hall.actor(EXAMINER), MONDAY)
    second = colleague(hall)
    with hall.database.transaction() as session:
        claims.reassign(session.connection(), visit, second, hall.actor("manager"), MONDAY + 40)
    row = stored(hall, visit)
    assert (row.claimed_by, row.claimed_at, row.worked_us) == (second.id, MONDAY + 40, 40)
    assert (row.first_claimed_at, events(hall)[-1]) == (MONDAY, "reassigned")


@pytest.mark.parametrize(("giver", "receiver"), [(EXAMINER, EXAMINER), ("manager", "fire_reviewer")])
def test_a_file_is_given_only_by_a_manager_and_only_to_its_role(
    hall: City, visit: str, giver: str, receiver: str
) -> None:
    with hall.database.transaction() as session, pytest.raises(WrongRole):
        claims.reassign(session.connection(), visit, hall.actor(receiver), hall.actor(giver), MONDAY)
    assert stored(hall, visit).claimed_by is None


def test_what_was_claimed_in_a_role_returns_to_the_queue_when_the_role_ends(hall: City, visit: str) -> None:
    actor = hall.actor(EXAMINER)
    claim(hall, visit, actor, MONDAY)
    with hall.database.transaction() as session:
        connection = session.connection()
        assert claims.release_all(connection, actor.id, hall.id, "fire_reviewer", MONDAY + 9) == 0
        assert claims.release_all(connection, actor.id, hall.id, EXAMINER, MONDAY + 9) == 1
    row = stored(hall, visit)
    assert (row.claimed_by, row.worked_us, row.first_claimed_at) == (None, 9, MONDAY)
    assert events(hall)[-1] == "released"


def test_a_visit_closed_meanwhile_is_left_as_it_is(hall: City, visit: str) -> None:
    actor = hall.actor(EXAMINER)
    claim(hall, visit, actor, MONDAY)
    hall.act(stored(hall, visit).application_id, "approve", EXAMINER, lane="electrical", visit_id=visit)
    with hall.database.transaction() as session:
        assert claims.release_all(session.connection(), actor.id, hall.id, EXAMINER, MONDAY + 9) == 0
        session.execute(update(Visit).where(Visit.id == visit).values(claimed_by=actor.id))
    assert stored(hall, visit).closed_at == MONDAY
