"""A company's page: seen by its members, changed by its administrators."""

from __future__ import annotations

import pytest
from flask import Flask

from permitflow.models import Company, CompanyMember
from tests.browsing import database_of, filled, forms, send, send_from, signed_in, words
from tests.scene import Scene, person, scene
from tests.strict_client import StrictClient


@pytest.fixture
def city(app: Flask) -> Scene:
    return scene(database_of(app))


@pytest.fixture
def olga(app: Flask, city: Scene) -> StrictClient:
    return signed_in(app, city.olga)


def newcomer(app: Flask) -> str:
    with database_of(app).transaction() as session:
        return person(session, "nina")


def member(app: Flask, city: Scene, user_id: str) -> CompanyMember | None:
    with database_of(app).reading() as session:
        return session.get(CompanyMember, (city.company_id, user_id))


def test_a_new_installer_founds_a_company(app: Flask, city: Scene) -> None:
    nina = signed_in(app, newcomer(app))
    assert "Create yours" in words(nina.get("/companies/"))
    refused = send(nina, "/companies/new", licence_class="C-10")
    assert refused.status_code == 422
    assert words(refused).count("Enter the company's name.") == 2
    founded = send(nina, "/companies/new", name="Nina's Amps", licence_expires_on="2027-03-31")
    page = words(nina.get(founded.location))
    assert "Nina's Amps" in page
    assert "administrator" in page
    assert nina.get("/companies/").location == founded.location


def test_an_administrator_changes_it(app: Flask, city: Scene, olga: StrictClient) -> None:
    path = f"/companies/{city.company_id}"
    page = olga.get(path)
    assert filled(forms(page)[0])["licence_expires_on"] == "2027-06-30"
    assert send_from(olga, page, path, phone="555-0199").status_code == 302
    with database_of(app).reading() as session:
        company = session.get_one(Company, city.company_id)
        assert (company.phone, company.name, company.version) == ("555-0199", "Volt & Sons", 2)
    late = send_from(olga, page, path, phone="555-0200")
    assert late.status_code == 409
    assert "A colleague changed the company" in words(late)
    assert filled(forms(late)[0])["phone"] == "555-0200", "what was typed stays"
    assert send_from(olga, late, path).status_code == 302, "the page now knows the newest version"
    wrong = send(olga, path, licence_expires_on="next year")
    assert wrong.status_code == 422


def test_members_are_added_appointed_and_removed(app: Flask, city: Scene, olga: StrictClient) -> None:
    path, nina = f"/companies/{city.company_id}", newcomer(app)
    for address in ("nobody@example.test", "not an address", ""):
        assert _add(olga, path, address).status_code == 422
    assert _add(olga, path, f"{nina}@example.test").status_code == 302
    assert "Nina" in words(olga.get(path))
    _press(olga, path, f"/members/{nina}/appoint")
    found = member(app, city, nina)
    assert found is not None
    assert found.is_admin
    _press(olga, path, f"/members/{nina}/end")
    found = member(app, city, nina)
    assert found is not None
    assert found.left_at is not None
    last = _press(olga, path, f"/members/{city.olga}/end")
    assert last.status_code == 409
    assert "at least one administrator" in words(last)


def test_one_can_leave_a_company(app: Flask, city: Scene, olga: StrictClient) -> None:
    path = f"/companies/{city.company_id}"
    _press(olga, path, f"/members/{city.carl}/appoint")
    left = _press(olga, path, f"/members/{city.olga}/end")
    assert left.location == "/companies/"
    assert olga.get(path).status_code == 404


def _add(client: StrictClient, path: str, email: str):  # type: ignore[no-untyped-def]  # An answer of the client.
    page = client.get(path)
    number = next(n for n, form in enumerate(forms(page)) if (form.get("action") or "").endswith("/members"))
    return send_from(client, page, path, number, email=email)


def _press(client: StrictClient, path: str, ending: str):  # type: ignore[no-untyped-def]  # An answer of the client.
    page = client.get(path)
    number = next(n for n, form in enumerate(forms(page)) if (form.get("action") or "").endswith(ending))
    return send_from(client, page, path, number)


def test_a_member_sees_and_a_stranger_does_not(app: Flask, city: Scene) -> None:
    path = f"/companies/{city.company_id}"
    carl = signed_in(app, city.carl)
    page = carl.get(path)
    assert "C10-1" in words(page)
    assert forms(page) == []
    token = filled(forms(carl.get("/companies/new"))[0])["csrf_token"]
    assert carl.post(path, data={"csrf_token": token, "name": "Carl's"}).status_code == 404
    members = f"{path}/members"
    for ending in (f"/{city.olga}/end", f"/{city.carl}/appoint"):
        assert carl.post(members + ending, data={"csrf_token": token}).status_code == 404
    sam = signed_in(app, city.sam)
    assert sam.get(path).status_code == 404
    token = filled(forms(sam.get("/companies/new"))[0])["csrf_token"]
    for target in (path, members, f"{members}/{city.carl}/end"):
        given = {"csrf_token": token, "name": "Sam's", "email": "sam@example.test"}
        assert sam.post(target, data=given).status_code == 404


def test_leaving_ends_the_access_at_once(app: Flask, city: Scene, olga: StrictClient) -> None:
    carl = signed_in(app, city.carl)
    with database_of(app).transaction() as session:
        application_id = city.draft(session)
    assert carl.get(f"/applications/{application_id}").status_code == 200
    _press(olga, f"/companies/{city.company_id}", f"/members/{city.carl}/end")
    assert carl.get(f"/applications/{application_id}").status_code == 404
    assert carl.get(f"/companies/{city.company_id}").status_code == 404
