"""Who acts: granted roles, roles lent for some days, and the companies a person belongs to."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import Company, CompanyMember, Delegation, Jurisdiction, RoleGrant, User
from permitflow.services.actors import APPLICANT, acting, actor_for, lent_to
from tests import factories
from tests.factories import MONDAY, City
from tests.lending import FIRST, LAST, lend, person_at, roles_on
from tests.rows import written


@pytest.fixture
def hall(database: Database) -> City:
    return factories.city(database)


def test_a_role_counts_on_the_days_it_is_lent_for(hall: City) -> None:
    lend(hall)
    lent = {"electrical_examiner": hall.staff["electrical_examiner"]}
    assert roles_on(hall, date(2026, 3, 2)) == {}
    assert roles_on(hall, FIRST) == roles_on(hall, LAST) == lent
    assert roles_on(hall, date(2026, 3, 7)) == {}


def test_a_role_of_ones_own_is_not_a_lent_one(hall: City) -> None:
    lend(hall)
    with hall.database.transaction() as session:
        session.add(
            RoleGrant(
                user_id=hall.staff["planner"],
                jurisdiction_id=hall.id,
                role="electrical_examiner",
                granted_at=MONDAY,
            )
        )
    assert roles_on(hall, FIRST) == {}
    assert person_at(hall, MONDAY + DAY).lent_in(hall.id) == {}


def test_what_is_lent_ends_with_the_lender_s_role(hall: City) -> None:
    lend(hall)
    with hall.database.transaction() as session:
        query = select(RoleGrant).where(RoleGrant.role == "electrical_examiner")
        session.scalars(query).one().revoked_at = MONDAY + 1
    assert roles_on(hall, FIRST) == {}
    assert person_at(hall, MONDAY + DAY).grants[hall.id] == {"planner"}


def test_somebody_is_an_applicant_only_for_their_own_company() -> None:
    own = acting("u", frozenset(), frozenset({"volt", "watt"}), "volt")
    assert own.roles == {APPLICANT}
    assert acting("u", frozenset(), frozenset({"watt"}), "volt").roles == frozenset()
    assert acting("u", frozenset({"planner"}), frozenset({"watt"}), None).roles == {"planner"}


def test_nobody_becomes_an_applicant_by_a_grant_or_a_loan() -> None:
    granted = acting("u", frozenset({APPLICANT, "planner"}), frozenset(), "volt")
    assert granted.roles == {"planner"}
    assert acting("u", frozenset(), frozenset(), "volt", {APPLICANT: "x"}).roles == frozenset()


def test_a_lent_role_names_its_lender() -> None:
    deputy = acting("u", frozenset({"planner"}), frozenset(), None, {"fire_reviewer": "lender"})
    assert deputy.roles == {"planner", "fire_reviewer"}
    assert deputy.delegated == {"fire_reviewer": "lender"}


def test_who_left_a_company_or_lost_a_role_acts_for_neither(database: Database) -> None:
    with written(database) as rows:
        user, city = rows.add(User)["id"], rows.add(Jurisdiction)["id"]
        now, once = (rows.add(Company)["id"] for _ in range(2))
        rows.add(CompanyMember, user_id=user, company_id=now)
        rows.add(CompanyMember, user_id=user, company_id=once, left_at=1)
        for role, revoked in (("planner", None), ("manager", 1)):
            rows.add(RoleGrant, user_id=user, jurisdiction_id=city, role=role, revoked_at=revoked)
        rows.add(RoleGrant, user_id=user, jurisdiction_id=rows.add(Jurisdiction)["id"], role="cashier")
        with rows.session() as session:
            assert actor_for(session, user, city, now).roles == {"planner", APPLICANT}
            assert actor_for(session, user, city, once).roles == {"planner"}


def test_of_two_lenders_of_a_role_the_first_counts(database: Database) -> None:
    with written(database) as rows:
        first, second, deputy = (rows.add(User)["id"] for _ in range(3))
        city = rows.add(Jurisdiction)["id"]
        for at, lender in ((2, second), (1, first)):
            rows.add(RoleGrant, user_id=lender, jurisdiction_id=city, role="planner")
            rows.add(
                Delegation,
                from_user=lender,
                to_user=deputy,
                jurisdiction_id=city,
                role="planner",
                from_on=FIRST,
                until_on=LAST,
                created_at=at,
            )
        with rows.session() as session:
            assert lent_to(session, deputy, city, FIRST) == {"planner": first}
            assert lent_to(session, first, city, FIRST) == {}
