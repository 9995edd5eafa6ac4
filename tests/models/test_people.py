"""What the tables of people refuse: an address, a live role, a membership or a session twice."""

from __future__ import annotations

from permitflow.models import Company, CompanyMember, Jurisdiction, RoleGrant, User, WebSession
from tests.rows import Rows


def test_an_address_belongs_to_one_person(rows: Rows) -> None:
    rows.add(User, email="olga@example.test")
    assert rows.refusal(User, email="olga@example.test") == "twice"


def test_a_role_is_held_once_at_a_time(rows: Rows) -> None:
    rows.add(RoleGrant, role="planner", revoked_at=1)
    rows.add(RoleGrant, role="planner")
    assert rows.refusal(RoleGrant, role="planner") == "twice"
    assert rows.refusal(RoleGrant, role="planner", revoked_at=2) is None
    assert rows.refusal(RoleGrant, role="manager") is None
    elsewhere = rows.add(Jurisdiction)["id"]
    assert rows.refusal(RoleGrant, role="planner", jurisdiction_id=elsewhere) is None


def test_a_person_is_in_a_company_once_and_may_be_in_two(rows: Rows) -> None:
    rows.add(CompanyMember, left_at=1)
    assert rows.refusal(CompanyMember) == "twice", "who comes back gets the old row back"
    assert rows.refusal(CompanyMember, company_id=rows.add(Company)["id"]) is None


def test_a_token_opens_one_session(rows: Rows) -> None:
    rows.add(WebSession, token_hash="f" * 64)
    assert rows.refusal(WebSession, token_hash="f" * 64, user_id=rows.add(User)["id"]) == "twice"


def test_a_new_person_may_sign_in(rows: Rows) -> None:
    user = rows.add(User)
    assert (user["active"], user["failed_sign_ins"], user["blocked_until_at"]) == (True, 0, None)
    assert user["locale"] == "en"


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(User) == {"created_by"}
    assert rows.references(RoleGrant) == {"user_id", "jurisdiction_id", "granted_by", "revoked_by"}
    assert rows.references(CompanyMember) == {"company_id", "user_id"}
    assert rows.references(WebSession) == {"user_id"}
