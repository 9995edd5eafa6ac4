"""Companies are changed by their administrators only, and never lose the last one."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.models import Company, CompanyMember, User
from permitflow.services import companies
from permitflow.services.companies import CompanyDetails, CompanyRefused
from permitflow.services.errors import NotFound, Stale

AT = 1_780_000_000_000_000
VOLT = CompanyDetails("Volt & Sons", "C10-1", "C-10", date(2027, 1, 1), "1 Mill St", "555-0100")


def person(session: Session, name: str) -> str:
    user = User(
        id=new_id(), email=f"{name}@example.test", name=name.title(), password_hash="-", created_at=AT
    )
    session.add(user)
    session.flush()
    return user.id


def test_the_founder_administers_the_company(database: Database) -> None:
    with database.transaction() as session:
        ana = person(session, "ana")
        company_id = companies.found(session, VOLT, ana, AT)
    with database.reading() as session:
        company = session.get_one(Company, company_id)
        member = session.get_one(CompanyMember, (company_id, ana))
        assert (company.name, company.licence_expires_on, company.version) == (
            "Volt & Sons",
            date(2027, 1, 1),
            1,
        )
        assert (member.is_admin, member.joined_at, member.left_at) == (True, AT, None)


def test_only_an_administrator_changes_it(database: Database) -> None:
    with database.transaction() as session:
        ana, bo, stranger = person(session, "ana"), person(session, "bo"), person(session, "cy")
        company_id = companies.found(session, VOLT, ana, AT)
        companies.add_member(session, company_id, " BO@example.test ", ana, AT)
        for by in (bo, stranger):
            with pytest.raises(NotFound):
                companies.describe(session, company_id, VOLT, 1, by)
            with pytest.raises(NotFound):
                companies.add_member(session, company_id, "cy@example.test", by, AT)
        companies.appoint(session, company_id, bo, ana)
        companies.describe(session, company_id, CompanyDetails("Volt"), 1, bo)
        with pytest.raises(Stale, match="changed the company"):
            companies.describe(session, company_id, VOLT, 1, ana)
        with pytest.raises(NotFound):
            companies.describe(session, new_id(), VOLT, 1, ana)
    with database.reading() as session:
        company = session.get_one(Company, company_id)
        assert (company.name, company.licence_number, company.version) == ("Volt", "", 2)


def test_members_come_go_and_come_back(database: Database) -> None:
    with database.transaction() as session:
        ana, bo = person(session, "ana"), person(session, "bo")
        company_id = companies.found(session, VOLT, ana, AT)
        companies.add_member(session, company_id, "bo@example.test", ana, AT)
        with pytest.raises(CompanyRefused, match="already"):
            companies.add_member(session, company_id, "bo@example.test", ana, AT)
        with pytest.raises(CompanyRefused, match="Nobody has an account"):
            companies.add_member(session, company_id, "nobody@example.test", ana, AT)
        companies.end_membership(session, company_id, bo, ana, AT + 1)
        with pytest.raises(NotFound):
            companies.end_membership(session, company_id, bo, ana, AT + 1)
        companies.add_member(session, company_id, "bo@example.test", ana, AT + 2)
        member = session.get_one(CompanyMember, (company_id, bo))
        assert (member.joined_at, member.left_at, member.is_admin) == (AT + 2, None, False)


def test_the_last_administrator_stays(database: Database) -> None:
    with database.transaction() as session:
        ana, bo = person(session, "ana"), person(session, "bo")
        company_id = companies.found(session, VOLT, ana, AT)
        companies.add_member(session, company_id, "bo@example.test", ana, AT)
        with pytest.raises(CompanyRefused, match="at least one administrator"):
            companies.end_membership(session, company_id, ana, ana, AT)
        companies.appoint(session, company_id, bo, ana)
        companies.end_membership(session, company_id, ana, bo, AT)
        with pytest.raises(NotFound):
            companies.describe(session, company_id, VOLT, 1, ana)


def test_nobody_inactive_joins(database: Database) -> None:
    with database.transaction() as session:
        ana, bo = person(session, "ana"), person(session, "bo")
        session.get_one(User, bo).active = False
        company_id = companies.found(session, VOLT, ana, AT)
        with pytest.raises(CompanyRefused, match="Nobody has an account"):
            companies.add_member(session, company_id, "bo@example.test", ana, AT)


@pytest.mark.parametrize(
    ("number", "expires", "expected"),
    [
        ("C10-1", date(2026, 11, 22), True),
        ("C10-1", date(2026, 11, 21), False),
        ("C10-1", None, None),
        ("", date(2027, 1, 1), None),
    ],
)
def test_a_licence_is_valid_through_its_last_day(
    number: str, expires: date | None, expected: bool | None
) -> None:
    assert companies.licence_valid(number, expires, date(2026, 11, 22)) is expected
