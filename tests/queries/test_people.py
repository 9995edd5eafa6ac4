"""Who a session belongs to: one statement, and what it says now."""

import pytest

from permitflow.db import Database
from permitflow.instants import SECOND
from permitflow.models import User
from permitflow.queries.people import Person, accounts, find_session
from permitflow.services import sessions
from permitflow.services.accounts import find_city, find_user, revoke_role
from permitflow.services.sessions import Limits
from tests import factories
from tests.factories import City
from tests.statements import statements

AT = factories.MONDAY
LIMITS = Limits(10 * SECOND, 10 * SECOND, 100 * SECOND)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def person_of(database: Database, user_id: str) -> Person:
    with database.transaction() as session:
        token_hash = sessions.hash_token(sessions.open_session(session, user_id, AT, LIMITS))
    with database.reading() as session:
        found = find_session(session.connection(), token_hash, AT)
    assert found is not None
    return found.person


def test_staff_have_their_roles_and_cities(database: Database, city: City) -> None:
    found = person_of(database, city.staff["planner"])
    assert found.grants == {city.id: frozenset({"planner"})}
    assert found.cities == {city.id: "Rio Verde"}
    assert found.company_ids == frozenset()
    assert found.is_staff
    assert found.cities_with("planner", "manager") == {city.id}
    assert found.cities_with("manager") == frozenset()


def test_installers_have_their_company(database: Database, city: City) -> None:
    found = person_of(database, city.installer_id)
    assert (found.grants, found.company_ids, found.is_staff) == ({}, frozenset({city.company_id}), False)


def test_it_takes_one_statement_however_much_there_is(database: Database, city: City) -> None:
    factories.city(database, slug="other-town")
    with database.transaction() as session:
        token = sessions.open_session(session, city.staff["planner"], AT, LIMITS)
    with statements(database) as seen, database.reading() as session:
        find_session(session.connection(), sessions.hash_token(token), AT)
    assert len(seen) == 1


def test_a_lost_role_is_lost_at_once(database: Database, city: City) -> None:
    with database.transaction() as session:
        token = sessions.open_session(session, city.staff["planner"], AT, LIMITS)
        email = next(one.email for one in accounts(session) if ("rio-verde", "planner") in one.roles)
        revoke_role(session, find_user(session, email), find_city(session, city.slug), "planner", AT)
    with database.reading() as session:
        found = find_session(session.connection(), sessions.hash_token(token), AT)
    assert found is not None
    assert found.person.grants == {}


def test_an_unknown_token_belongs_to_nobody(database: Database) -> None:
    with database.reading() as session:
        assert find_session(session.connection(), "0" * 64, AT) is None


def test_accounts_are_listed_with_their_roles(database: Database, city: City) -> None:
    with database.reading() as session:
        found = {one.name: one for one in accounts(session)}
    assert found["rio-verde planner"].roles == (("rio-verde", "planner"),)
    assert found["rio-verde installer"].roles == ()
    assert list(found) == sorted(found, key=lambda name: found[name].email)


def test_a_person_who_is_not_active_has_no_session_whoever_changed_that(
    database: Database, city: City
) -> None:
    with database.transaction() as session:
        token = sessions.open_session(session, city.installer_id, AT, LIMITS)
        session.get_one(User, city.installer_id).active = False
    with database.reading() as session:
        assert find_session(session.connection(), sessions.hash_token(token), AT) is None
