"""Where a person can go."""

import pytest
from flask import Flask

from permitflow.models import CompanyMember
from permitflow.queries.people import Person
from permitflow.web.navigation import home_of
from tests import factories
from tests.browsing import database_of, signed_in, tree


def somebody(*roles: str) -> Person:
    return Person("u", "N", "e", "en", {"c": frozenset(roles)} if roles else {}, frozenset(), "0" * 64)


@pytest.mark.parametrize(
    ("roles", "start"),
    [
        ((), "/applications/"),
        (("planner",), "/review/"),
        (("planner", "manager"), "/review/"),
        (("planner", "cashier"), "/review/"),
        (("cashier", "manager"), "/payments/"),
        (("manager", "administrator"), "/reports/overview"),
        (("administrator",), "/admin/outbox"),
    ],
)
def test_a_person_starts_where_their_work_is(roles: tuple[str, ...], start: str) -> None:
    assert home_of(somebody(*roles)) == start


def test_every_link_of_every_role_leads_to_a_page(app: Flask) -> None:
    city = factories.city(database_of(app))
    for user in (None, city.installer_id, *city.staff.values()):
        client = signed_in(app, user) if user else app.test_client()
        page = client.get("/").text
        navigation = page[page.index("<nav") : page.index("</nav>")]
        paths = [part.split('"')[0] for part in navigation.split('href="')[1:]]
        assert paths
        for path in paths:
            assert client.get(path, follow_redirects=True).status_code == 200, path


def test_staff_who_also_install_reach_both(app: Flask) -> None:
    city = factories.city(database_of(app))
    with city.database.transaction() as session:
        member = CompanyMember(company_id=city.company_id, user_id=city.staff["planner"], joined_at=1)
        session.add(member)
    page = signed_in(app, city.staff["planner"]).get("/").text
    assert 'href="/review/"' in page
    assert 'href="/applications/"' in page


def test_only_cashiers_are_led_to_the_fees(app: Flask) -> None:
    city = factories.city(database_of(app))
    led = {
        role for role, user in city.staff.items() if 'href="/payments/"' in signed_in(app, user).get("/").text
    }
    assert led == {"cashier"}


def test_the_page_that_is_open_is_marked(app: Flask) -> None:
    page = app.test_client().get("/permits").text
    assert '<a href="/permits" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1


def test_everything_on_a_page_stands_in_a_landmark(app: Flask) -> None:
    page = app.test_client().get("/")
    assert "Demonstration: invented cities" in page.text
    body = tree(page).find("body")
    assert body is not None
    skip_link, *parts = list(body)
    assert skip_link.get("href") == "#main"
    assert [part.tag for part in parts] == ["aside", "header", "main", "footer"]
