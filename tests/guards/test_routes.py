"""Every address of the program says who may open it, and keeps everybody else out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from permitflow.db import Database
from permitflow.web.access import Access
from tests import factories
from tests.browsing import signed_in
from tests.factories import City
from tests.strict_client import StrictClient

NOBODYS_ID = "0" * 32
REFUSED = {401, 403, 404}
WORKFLOW = "us-ca-commercial-ab970"
# A body in a form or in JSON: methods that change something.
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
SIGNED = "saved_reports.stop_by_link"
"""The one address whose signature stands for the form's token: mail programs post there, who have seen no form."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    endpoint: str
    method: str
    path: str
    arguments: frozenset[str]
    access: Access

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


def routes(app: Flask, **values: str) -> Iterator[Route]:
    """Every route, its address filled with the given values and otherwise with ids that belong to nobody."""
    address = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        filled = {name: values.get(name, example(rule, name)) for name in rule.arguments}
        access = app.view_functions[rule.endpoint].access
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = address.build(rule.endpoint, filled, method=method)
            yield Route(rule.endpoint, method, path, frozenset(rule.arguments), access)


def example(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return 1
    return min(converter.items) if isinstance(converter, AnyConverter) else NOBODYS_ID


def statuses(client: StrictClient, chosen: list[Route]) -> dict[str, int]:
    return {str(route): client.open(route.path, method=route.method).status_code for route in chosen}


@pytest.fixture
def city(app: Flask) -> City:
    """A city with a login for each role, in the app's own database."""
    return factories.city(app.extensions["permitflow"].database)


@pytest.fixture
def without_form_tokens(app: Flask) -> None:
    """Forms pass without their token, so that what is behind it can be seen."""
    app.config["WTF_CSRF_ENABLED"] = False


def test_every_address_says_who_may_open_it(app: Flask) -> None:
    silent = [
        name
        for name, view in app.view_functions.items()
        if name != "static" and not isinstance(getattr(view, "access", None), Access)
    ]
    assert not silent


@pytest.mark.usefixtures("without_form_tokens")
def test_a_stranger_is_asked_to_sign_in(app: Flask, client: StrictClient) -> None:
    closed = [route for route in routes(app) if not route.access.public]
    assert closed
    for route in closed:
        response = client.open(route.path, method=route.method)
        if route.method == "GET":
            assert response.status_code == 302, route
            assert response.location.startswith("/auth/sign-in?next="), route
        else:
            assert response.status_code in REFUSED, route


def test_no_form_is_taken_without_its_token(app: Flask, city: City) -> None:
    chosen = [route for route in routes(app) if route.method in WRITING and route.endpoint != SIGNED]
    assert chosen
    for client in (app.test_client(), signed_in(app, city.installer_id)):
        answered = statuses(client, chosen)
        assert {route: status for route, status in answered.items() if status != 400} == {}


@pytest.mark.usefixtures("without_form_tokens")
def test_a_role_opens_only_its_own_pages(app: Flask, city: City) -> None:
    for role, user_id in [("applicant", city.installer_id), *city.staff.items()]:
        closed = [
            route
            for route in routes(app)
            if (route.access.roles and role not in route.access.roles)
            or (route.access.staff and role == "applicant")
        ]
        answered = statuses(signed_in(app, user_id), closed)
        assert {route: status for route, status in answered.items() if status not in REFUSED} == {}, role


@pytest.mark.usefixtures("without_form_tokens")
def test_other_companies_and_other_cities_find_nothing(app: Flask, city: City) -> None:
    database = city.database
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    elsewhere = factories.city(database, slug="monte-alto")
    ours, nobodys = [
        [route for route in routes(app, application_id=key) if is_about_a_file(route)]
        for key in (application_id, NOBODYS_ID)
    ]
    for user_id in (elsewhere.installer_id, *elsewhere.staff.values()):
        client = signed_in(app, user_id)
        answered = statuses(client, ours)
        assert {route: status for route, status in answered.items() if status not in REFUSED | {400}} == {}
        # The answer must not even tell that there is such a file.
        assert list(answered.values()) == list(statuses(client, nobodys).values())


def is_about_a_file(route: Route) -> bool:
    return "application_id" in route.arguments and not route.access.public


class ReadingOnly:
    """A database that nobody may write to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def transaction(self) -> NoReturn:
        raise AssertionError("a page that is only read has written to the database")

    connection = transaction


def test_no_page_writes_when_it_is_read(app: Flask, city: City) -> None:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    clients = [app.test_client()]
    clients += [signed_in(app, user_id) for user_id in (city.installer_id, *city.staff.values())]
    installation = app.extensions["permitflow"]
    app.extensions["permitflow"] = replace(installation, database=ReadingOnly(installation.database))
    chosen = [route for route in routes(app, application_id=application_id) if route.method == "GET"]
    for client in clients:
        failed = {route: status for route, status in statuses(client, chosen).items() if status >= 500}
        assert failed == {}
