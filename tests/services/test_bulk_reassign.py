"""Giving files to colleagues: shared out evenly, and each given only as it was seen."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from permitflow.db import Database
from permitflow.engine.errors import ConflictOfInterest, WrongRole
from permitflow.engine.machine import Actor
from permitflow.models import CompanyMember, Event, RoleGrant, UsedToken, Visit
from permitflow.queries.reassigning import Colleague, Stay, Team
from permitflow.services import claims
from permitflow.services.bulk_reassign import Handing, Load, hand_over, propose
from permitflow.services.errors import Stale
from tests.factories import MONDAY, City, city, person

EXAMINER = "electrical_examiner"
TOKEN = "a" * 32


def stay(number: int, holder: str = "", company: str = "amp") -> Stay:
    return Stay(
        f"v{number}", f"a{number}", "c", company, f"N-{number}", "", "h", "fire", "f", holder, "", True
    )


def team(**loads: int) -> Team:
    people = tuple(Colleague(name, name.title(), load) for name, load in sorted(loads.items()))
    return Team({"f": people}, {"own": frozenset({"ben"})})


def chosen(stays: list[Stay], able: Team, **wanted: str) -> list[str]:
    return [one.to.user_id if one.to else "" for one in propose(stays, able, wanted)[0]]


def test_files_go_to_whom_has_the_fewest_by_then() -> None:
    able = team(anna=3, ben=1, carl=2)
    assert chosen([stay(n) for n in range(5)], able) == ["ben", "ben", "carl", "anna", "ben"]
    _, loads = propose([stay(n) for n in range(3)], able)
    assert loads == [Load("Ben", 1, 3), Load("Carl", 2, 3)]


def test_who_gives_a_file_away_has_one_less() -> None:
    proposals, loads = propose([stay(1, "anna"), stay(2, "anna")], team(anna=2, ben=0))
    assert [one.to and one.to.user_id for one in proposals] == ["ben", "ben"]
    assert loads == [Load("Anna", 2, 0), Load("Ben", 0, 2)]


def test_a_choice_stands_where_that_person_can_take_the_file() -> None:
    able = team(anna=0, ben=5)
    assert chosen([stay(1)], able, v1="ben") == ["ben"]
    assert chosen([stay(1, "ben")], able, v1="ben") == ["anna"]
    assert chosen([stay(1, company="own")], able, v1="ben") == ["anna"]
    assert chosen([stay(1)], able, v1="nobody") == ["anna"]


def test_nobody_is_proposed_where_nobody_can() -> None:
    proposals, loads = propose([stay(1, "anna")], team(anna=1))
    assert (proposals[0].to, proposals[0].choices, loads) == (None, (), [])


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


def second(hall: City) -> Actor:
    with hall.database.transaction() as session:
        user_id = person(session, "Second Examiner")
        session.add(RoleGrant(user_id=user_id, jurisdiction_id=hall.id, role=EXAMINER, granted_at=MONDAY))
    return Actor(user_id, frozenset({EXAMINER}))


def give(hall: City, handing: Handing, manager: str = "manager") -> None:
    with hall.database.transaction() as session:
        hand_over(session.connection(), handing, hall.actor(manager), MONDAY + 5)


def standing(hall: City, visit: str) -> tuple[str | None, int, int]:
    """Who has the visit, the number of events and of tokens spent."""
    with hall.database.reading() as session:
        row = session.get_one(Visit, visit)
        events, spent = (session.scalar(select(func.count()).select_from(one)) for one in (Event, UsedToken))
        return row.claimed_by, events or 0, spent or 0


def test_a_file_is_given_and_recorded_once(hall: City, visit: str) -> None:
    to = second(hall)
    _, events, spent = standing(hall, visit)
    handing = Handing(visit, to, "", TOKEN)
    give(hall, handing)
    assert standing(hall, visit) == (to.id, events + 1, spent + 1)
    with pytest.raises(Stale, match="sent before"):
        give(hall, handing)
    with pytest.raises(Stale, match="sent before"):
        give(hall, replace(handing, holder=to.id))
    assert standing(hall, visit) == (to.id, events + 1, spent + 1)


def test_a_file_that_somebody_took_meanwhile_stays_with_them(hall: City, visit: str) -> None:
    to = second(hall)
    with hall.database.transaction() as session:
        claims.claim(session.connection(), visit, hall.actor(EXAMINER), MONDAY)
    before = standing(hall, visit)
    with pytest.raises(Stale, match="has taken this file"):
        give(hall, Handing(visit, to, "", TOKEN))
    assert standing(hall, visit) == before
    with hall.database.transaction() as session:
        claims.release(session.connection(), visit, hall.actor(EXAMINER), MONDAY + 1)
    with pytest.raises(Stale, match="released meanwhile"):
        give(hall, Handing(visit, to, hall.staff[EXAMINER], TOKEN))


def test_a_review_that_was_decided_meanwhile_is_not_given(hall: City, visit: str) -> None:
    to = second(hall)
    with hall.database.reading() as session:
        application_id = session.get_one(Visit, visit).application_id
    hall.act(application_id, "approve", EXAMINER, lane="electrical", visit_id=visit)
    before = standing(hall, visit)
    with pytest.raises(Stale, match="already decided"):
        give(hall, Handing(visit, to, "", TOKEN))
    assert standing(hall, visit) == before


def test_roles_and_companies_are_looked_at(hall: City, visit: str) -> None:
    to = second(hall)
    before = standing(hall, visit)
    with pytest.raises(WrongRole):
        give(hall, Handing(visit, hall.actor("fire_reviewer"), "", TOKEN))
    with pytest.raises(WrongRole, match="Only a manager"):
        give(hall, Handing(visit, to, "", TOKEN), EXAMINER)
    with hall.database.transaction() as session:
        session.execute(
            insert(CompanyMember).values(company_id=hall.company_id, user_id=to.id, joined_at=MONDAY)
        )
    with pytest.raises(ConflictOfInterest):
        give(hall, Handing(visit, replace(to, company_ids=frozenset({hall.company_id})), "", TOKEN))
    assert standing(hall, visit) == before


def test_of_two_clicks_at_once_one_has_its_effect(hall: City, visit: str) -> None:
    to = second(hall)
    before = standing(hall, visit)
    heard: list[str] = []
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        try:
            give(hall, Handing(visit, to, "", TOKEN))
        except Stale as stale:
            heard.append(str(stale))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 3
    assert standing(hall, visit) == (to.id, before[1] + 1, before[2] + 1)
