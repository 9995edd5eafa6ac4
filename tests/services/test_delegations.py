"""A role is lent for some days: by whoever has it, to a colleague, and what they do is in both names."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.errors import WrongRole
from permitflow.instants import DAY, SECOND
from permitflow.models import Event, Visit
from permitflow.queries.delegations import delegations
from permitflow.queries.history import history
from permitflow.services import claims, transitions
from permitflow.services import delegations as verbs
from permitflow.services.actors import actor_for
from permitflow.services.delegations import DelegationProblem
from permitflow.services.errors import NotFound
from permitflow.services.transitions import Act
from tests import factories
from tests.factories import MONDAY, City
from tests.lending import FIRST, lend, loan, person_at, roles_on


@pytest.fixture
def hall(database: Database) -> City:
    return factories.city(database)


def test_the_day_is_the_city_s_own(hall: City) -> None:
    lend(hall)
    before = person_at(hall, factories.instant("2026-03-02T23:59-08:00"))
    during = person_at(hall, factories.instant("2026-03-03T00:00-08:00"))
    last = person_at(hall, factories.instant("2026-03-06T23:59-08:00"))
    after = person_at(hall, factories.instant("2026-03-07T00:00-08:00"))
    assert [bool(one.lent_in(hall.id)) for one in (before, during, last, after)] == [False, True, True, False]
    assert during.grants[hall.id] == {"planner", "electrical_examiner"}
    assert during.lent_in(hall.id) == {"electrical_examiner": hall.staff["electrical_examiner"]}
    assert before.grants[hall.id] == {"planner"}


def test_a_deputy_answers_and_the_history_names_both(hall: City) -> None:
    application = hall.in_review()
    lend(hall)
    with hall.database.transaction() as session:
        deputy = actor_for(session, hall.staff["planner"], hall.id, None, FIRST)
        act = Act(application, "approve", deputy, MONDAY + DAY, lane="electrical")
        transitions.apply(session.connection(), act)
    with hall.database.reading() as session:
        query = select(Event.body).where(Event.action == "approve")
        body = json.loads(session.scalars(query).one())
        line = history(session, hall.file(application)).lines[0]
    assert (body["actor"], body["acting_for"]) == (hall.staff["planner"], hall.staff["electrical_examiner"])
    assert (line.who, line.for_whom) == ("rio-verde planner", "rio-verde electrical_examiner")


def test_without_the_loan_the_same_person_is_refused(hall: City) -> None:
    application = hall.in_review()
    with hall.database.transaction() as session, pytest.raises(WrongRole):
        deputy = actor_for(session, hall.staff["planner"], hall.id, None, FIRST)
        transitions.apply(
            session.connection(), Act(application, "approve", deputy, MONDAY + DAY, lane="electrical")
        )


@pytest.mark.parametrize(
    ("changes", "by", "sentence"),
    [
        ({"role": "fire_reviewer"}, "electrical_examiner", "a role they do not hold"),
        ({}, "planner", "only your own roles"),
        ({}, "manager", "only your own roles"),
        ({"role": "administrator"}, "administrator", "cannot be lent"),
        ({"until_on": date(2026, 3, 2)}, "electrical_examiner", "before the first"),
        ({"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}, "electrical_examiner", "is over"),
        ({"reason": "  "}, "electrical_examiner", "Say why"),
        ({"to_user": "0" * 32}, "electrical_examiner", "no such colleague"),
    ],
)
def test_what_cannot_be_lent_is_refused_in_a_sentence(
    hall: City, changes: dict[str, object], by: str, sentence: str
) -> None:
    with pytest.raises(DelegationProblem, match=sentence):
        lend(hall, by, **changes)


def test_a_role_is_lent_to_a_colleague_of_the_same_city_who_lacks_it(hall: City) -> None:
    other = factories.city(hall.database, slug="next-door")
    with pytest.raises(DelegationProblem, match="same city"):
        lend(hall, to_user=other.staff["planner"])
    with pytest.raises(DelegationProblem, match="somebody else"):
        lend(hall, to_user=hall.staff["electrical_examiner"])
    with hall.database.transaction() as session, pytest.raises(DelegationProblem, match="only your own"):
        verbs.lend(session, loan(hall), other.staff["administrator"], MONDAY)


def test_a_lent_role_is_not_lent_on(hall: City) -> None:
    lend(hall)
    with pytest.raises(DelegationProblem, match="do not hold"):
        lend(hall, "planner", from_user=hall.staff["planner"], to_user=hall.staff["cashier"])


def test_an_administrator_lends_for_somebody_who_is_ill(hall: City) -> None:
    assert lend(hall, "administrator")
    assert roles_on(hall, FIRST)


def test_the_same_role_is_not_lent_twice_to_the_same_colleague(hall: City) -> None:
    first = lend(hall)
    with pytest.raises(DelegationProblem, match="already"):
        lend(hall)
    with hall.database.transaction() as session:
        assert verbs.end(session, first, hall.staff["electrical_examiner"], MONDAY)
    assert lend(hall)


def test_a_loan_ends_at_once_and_its_claims_go_back(hall: City) -> None:
    application = hall.in_review()
    delegation = lend(hall)
    with hall.database.transaction() as session:
        deputy = actor_for(session, hall.staff["planner"], hall.id, None, FIRST)
        visit = session.scalars(select(Visit).where(Visit.lane == "electrical")).one()
        claims.claim(session.connection(), visit.id, deputy, MONDAY + DAY)
    with hall.database.transaction() as session:
        assert verbs.end(session, delegation, hall.staff["manager"], MONDAY + DAY + SECOND)
        assert not verbs.end(session, delegation, hall.staff["manager"], MONDAY + DAY + SECOND)
    assert roles_on(hall, FIRST) == {}
    with hall.database.reading() as session:
        query = select(Visit.claimed_by).where(
            Visit.lane == "electrical", Visit.application_id == application
        )
        assert session.scalars(query).one() is None


def test_strangers_neither_see_nor_end_a_loan(hall: City) -> None:
    delegation = lend(hall)
    other = factories.city(hall.database, slug="next-door")
    for stranger in (hall.staff["cashier"], other.staff["administrator"]):
        with hall.database.transaction() as session, pytest.raises(NotFound):
            verbs.end(session, delegation, stranger, MONDAY)
    with hall.database.reading() as session:
        assert delegations(session, hall.staff["cashier"], [], MONDAY) == []
        assert delegations(session, other.staff["administrator"], [other.id], MONDAY) == []
