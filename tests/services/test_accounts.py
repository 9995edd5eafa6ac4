"""Accounts and roles, on both databases."""

import logging

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.models import RoleGrant, User, Visit
from permitflow.services import accounts, claims
from permitflow.services.accounts import AccountProblem, NewUser
from tests import factories
from tests.factories import City

AT = factories.MONDAY


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def create(database: Database, email: str = "ines@example.test", name: str = "Ines") -> str:
    with database.transaction() as session:
        return accounts.create_user(session, NewUser(email, name, "hash"), AT)


def grants(database: Database, user_id: str) -> list[tuple[str, bool]]:
    with database.reading() as session:
        rows = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user_id).order_by(RoleGrant.id))
        return [(row.role, row.revoked_at is None) for row in rows]


def test_an_account_keeps_its_address_in_lower_case(database: Database) -> None:
    user_id = create(database, "  Ines@Example.TEST ", " Ines ")
    with database.reading() as session:
        user = session.get_one(User, user_id)
    assert (user.email, user.name, user.active, user.created_at) == ("ines@example.test", "Ines", True, AT)


@pytest.mark.parametrize(
    "email", ["", "ines", "@example.test", "a b@example.test", "x@" + "y" * 260 + ".test"]
)
def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    with pytest.raises(AccountProblem, match="is not an e-mail address"):
        create(database, email)


def test_an_address_belongs_to_one_account(database: Database) -> None:
    create(database)
    with pytest.raises(AccountProblem, match="already an account"):
        create(database, "INES@example.test")


def test_an_account_has_a_name(database: Database) -> None:
    with pytest.raises(AccountProblem, match="name is missing"):
        create(database, name="  ")


def test_a_role_is_granted_once_and_revoked_for_good(database: Database, city: City) -> None:
    user_id = create(database)
    with database.transaction() as session:
        user, place = accounts.find_user(session, "ines@example.test"), accounts.find_city(session, city.slug)
        for _ in range(2):
            accounts.grant_role(session, user, place, "inspector", AT)
    assert grants(database, user_id) == [("inspector", True)]
    with database.transaction() as session:
        user, place = accounts.find_user(session, "ines@example.test"), accounts.find_city(session, city.slug)
        accounts.revoke_role(session, user, place, "inspector", AT + 1)
        with pytest.raises(AccountProblem, match="does not hold"):
            accounts.revoke_role(session, user, place, "inspector", AT + 2)
    assert grants(database, user_id) == [("inspector", False)]
    with database.transaction() as session:
        user, place = accounts.find_user(session, "ines@example.test"), accounts.find_city(session, city.slug)
        accounts.grant_role(session, user, place, "inspector", AT + 3)
    assert grants(database, user_id) == [("inspector", False), ("inspector", True)]


def test_who_created_an_account_and_who_granted_and_revoked_a_role_is_kept(
    database: Database, city: City
) -> None:
    clerk, official = city.staff["manager"], city.staff["building_official"]
    with database.transaction() as session:
        user_id = accounts.create_user(session, NewUser("ines@example.test", "Ines", "hash"), AT, clerk)
        user, place = session.get_one(User, user_id), accounts.find_city(session, city.slug)
        accounts.grant_role(session, user, place, "inspector", AT, clerk)
    with database.transaction() as session:
        user, place = session.get_one(User, user_id), accounts.find_city(session, city.slug)
        accounts.revoke_role(session, user, place, "inspector", AT + 1, official)
    with database.reading() as session:
        kept = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user_id)).one()
        assert session.get_one(User, user_id).created_by == clerk
    assert (kept.granted_by, kept.revoked_by, kept.revoked_at) == (clerk, official, AT + 1)


def test_a_city_knows_the_staff_of_its_workflows_and_its_office(database: Database, city: City) -> None:
    with database.reading() as session:
        roles = accounts.staff_roles(session, city.id)
    assert {"permit_technician", "electrical_examiner", "manager", "administrator"} <= roles.keys()
    assert "applicant" not in roles
    assert "system" not in roles


def test_an_unknown_role_is_refused_with_the_known_ones(database: Database, city: City) -> None:
    create(database)
    with database.transaction() as session, pytest.raises(AccountProblem, match=r"no role 'wizard'.*manager"):
        user, place = accounts.find_user(session, "ines@example.test"), accounts.find_city(session, city.slug)
        accounts.grant_role(session, user, place, "wizard", AT)


def test_an_unknown_city_is_refused_with_the_known_ones(database: Database, city: City) -> None:
    with database.reading() as session, pytest.raises(AccountProblem, match="rio-verde"):
        accounts.find_city(session, "atlantis")


def test_an_unknown_account_is_refused(database: Database) -> None:
    with database.reading() as session, pytest.raises(AccountProblem, match="no account"):
        accounts.find_user(session, "ghost@example.test")


def test_each_change_says_who_and_when(
    database: Database, city: City, caplog: pytest.LogCaptureFixture
) -> None:
    clerk = city.staff["manager"]
    with caplog.at_level(logging.INFO, accounts.__name__), database.transaction() as session:
        user_id = accounts.create_user(session, NewUser("ines@example.test", "Ines", "hash"), AT, by=clerk)
    assert f"user_created user={user_id} at={AT} by={clerk}" in caplog.text


@pytest.mark.parametrize("end", ["role", "account"])
def test_what_somebody_had_taken_goes_back_to_the_queue(database: Database, city: City, end: str) -> None:
    application = city.draft("us-ca-commercial-ab970")
    city.act(application, "submit", "applicant")
    technician = city.actor("permit_technician")
    with database.transaction() as session:
        waiting = session.scalars(select(Visit).where(Visit.closed_at.is_(None))).one()
        claims.claim(session.connection(), waiting.id, technician, AT)
    with database.transaction() as session:
        user = session.get_one(User, technician.id)
        if end == "role":
            accounts.revoke_role(
                session, user, accounts.find_city(session, city.slug), "permit_technician", AT + 60
            )
        else:
            accounts.disable_user(session, user.email, AT + 60)
    with database.reading() as session:
        visit = session.get_one(Visit, waiting.id)
    assert (visit.claimed_by, visit.worked_us) == (None, 60)
