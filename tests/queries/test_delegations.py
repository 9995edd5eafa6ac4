"""Who sees which loans of roles, how each stands, and who could lend one."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.queries.delegations import delegations, holders
from permitflow.services import delegations as verbs
from tests import factories
from tests.factories import MONDAY, City
from tests.lending import lend


@pytest.fixture
def hall(database: Database) -> City:
    return factories.city(database)


def test_the_list_says_how_each_loan_stands(hall: City) -> None:
    delegation = lend(hall)

    def standing(at: int) -> str:
        with hall.database.reading() as session:
            (line,) = delegations(session, hall.staff["planner"], [], at)
        return line.standing

    assert [standing(MONDAY + days * DAY) for days in (0, 1, 4, 5)] == [
        "planned",
        "running",
        "running",
        "over",
    ]
    with hall.database.transaction() as session:
        verbs.end(session, delegation, hall.staff["planner"], MONDAY + DAY)
    assert standing(MONDAY + DAY) == "ended"


def test_holders_are_those_with_a_role_of_their_own(hall: City) -> None:
    lend(hall)
    with hall.database.reading() as session:
        found = {(one.user_id, one.role) for one in holders(session, [hall.id])}
    assert (hall.staff["planner"], "planner") in found
    assert (hall.staff["planner"], "electrical_examiner") not in found


def test_a_loan_is_seen_by_its_two_people_and_by_the_office(hall: City) -> None:
    lend(hall)

    def seen_by(role: str, *office: str) -> int:
        with hall.database.reading() as session:
            return len(delegations(session, hall.staff[role], office, MONDAY))

    assert [seen_by(role) for role in ("electrical_examiner", "planner", "cashier")] == [1, 1, 0]
    assert seen_by("administrator", hall.id) == 1
    assert seen_by("administrator", "elsewhere") == 0
