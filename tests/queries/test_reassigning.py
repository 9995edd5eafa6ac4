"""Who has a file and who else could have it, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import Executable, update
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.models import CompanyMember, RoleGrant, User, Visit
from permitflow.queries.reassigning import Colleague, stays, team
from tests.desk import NOON, Desk

DUE = date(2026, 6, 1)
FIRE = "fire_reviewer"


@dataclass
class House:
    """A city with two fire reviewers, Anna who has two files and Ben who has none, and three open files."""

    city: str
    company: str
    people: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)


@pytest.fixture
def house(database: Database) -> House:
    with database.transaction() as session:
        desk = Desk(session)
        found = House(desk.city_id, desk.company_id)
        for name in ("Ben", "Anna"):
            found.people[name] = desk.person(f"{name} Adams", FIRE)
        found.people["Zoe"] = desk.person("Zoe Planner", "planner")
        for number in range(3):
            values = {"claimed_by": found.people["Anna"], "claimed_at": NOON} if number else {}
            found.visits.append(desk.waiting(f"TV-{number}", FIRE, DUE, title=f"Garage {number}", **values))
        return found


def change(database: Database, statement: Executable) -> None:
    with database.transaction() as session:
        session.execute(statement)


def names(session: Session, house: House, number: int = 0) -> list[str]:
    (stay,) = stays(session, [house.city], [house.visits[number]])
    return [one.name for one in team(session, house.city, {FIRE}).who_can_take(stay)]


def test_stays_are_as_they_are_now_in_the_order_asked_for(database: Database, house: House) -> None:
    wanted = [house.visits[2], house.visits[0], house.visits[2], "0" * 32]
    with database.reading() as session:
        second, first = stays(session, [house.city], wanted)
        assert stays(session, ["elsewhere"], wanted) == []
    assert (first.number, first.title, first.holder, first.holder_name) == ("TV-0", "Garage 0", "", "")
    assert (second.number, second.holder_name, second.is_open) == ("TV-2", "Anna Adams", True)
    change(database, update(Visit).where(Visit.id == house.visits[0]).values(closed_at=NOON + 1))
    with database.reading() as session:
        assert not stays(session, [house.city], wanted)[1].is_open


def test_loads_are_the_open_files_in_the_city(database: Database, house: House) -> None:
    with database.reading() as session:
        own = team(session, house.city, {FIRE}).by_role
    expected = (
        Colleague(house.people["Anna"], "Anna Adams", 2),
        Colleague(house.people["Ben"], "Ben Adams", 0),
    )
    assert own == {FIRE: expected}
    change(database, update(Visit).where(Visit.id == house.visits[1]).values(closed_at=NOON + 1))
    with database.reading() as session:
        assert team(session, house.city, {FIRE}).by_role[FIRE][0].load == 1
        assert team(session, "elsewhere", {FIRE}).by_role == {}


def test_the_holder_is_no_choice(database: Database, house: House) -> None:
    with database.reading() as session:
        assert names(session, house) == ["Anna Adams", "Ben Adams"]
        assert names(session, house, 1) == ["Ben Adams"]


def test_members_of_the_company_that_applied_are_no_choice(database: Database, house: House) -> None:
    with database.transaction() as session:
        session.add(CompanyMember(company_id=house.company, user_id=house.people["Ben"], joined_at=NOON))
    with database.reading() as session:
        assert names(session, house) == ["Anna Adams"]


@pytest.mark.parametrize("gone", ["disabled", "revoked"])
def test_who_is_gone_is_no_choice(database: Database, house: House, gone: str) -> None:
    ben = house.people["Ben"]
    if gone == "disabled":
        change(database, update(User).where(User.id == ben).values(active=False))
    else:
        change(database, update(RoleGrant).where(RoleGrant.user_id == ben).values(revoked_at=NOON + 1))
    with database.reading() as session:
        assert names(session, house) == ["Anna Adams"]
