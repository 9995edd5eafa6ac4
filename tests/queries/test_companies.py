"""A company as its members see it."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.models import CompanyMember
from permitflow.queries.companies import companies_of, company_page
from tests.scene import AT, scene


def test_members_see_it_and_administrators_may_edit(database: Database) -> None:
    city = scene(database)
    with database.reading() as session:
        mine = company_page(session, city.company_id, city.olga)
        assert mine is not None
        assert mine.may_edit
        assert [member.name for member in mine.members] == ["Carl", "Olga"]
        carls = company_page(session, city.company_id, city.carl)
        assert carls is not None
        assert not carls.may_edit
        assert company_page(session, city.company_id, city.sam) is None
        assert company_page(session, "nothing", city.olga) is None


def test_who_left_sees_nothing(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        session.get_one(CompanyMember, (city.company_id, city.carl)).left_at = AT
    with database.reading() as session:
        assert company_page(session, city.company_id, city.carl) is None


def test_companies_by_name(database: Database) -> None:
    city = scene(database)
    with database.reading() as session:
        found = companies_of(session, {city.company_id, city.other_company_id})
        assert [company.name for company in found] == ["Volt & Sons", "Watt Else"]
        assert companies_of(session, set()) == ()
