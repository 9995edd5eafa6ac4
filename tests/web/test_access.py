"""A view says who may open it, and one that does not is opened to nobody."""

import pytest
from flask import Flask

from permitflow.queries.people import Person
from permitflow.web.access import Access, access


def somebody(*roles: str) -> Person:
    grants = {"city": frozenset(roles)} if roles else {}
    return Person("u", "N", "e", "en", grants, frozenset(), "0" * 64)


@pytest.mark.parametrize(
    "declared",
    [{}, {"public": True, "staff": True}, {"signed_in": True, "roles": ("planner",)}, {"roles": ()}],
)
def test_a_view_names_exactly_one_kind_of_access(declared: dict) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        access(**declared)


@pytest.mark.parametrize(
    ("rule", "roles", "admitted"),
    [
        (Access(), (), True),
        (Access(staff=True), (), False),
        (Access(staff=True), ("planner",), True),
        (Access(roles=frozenset({"manager"})), ("planner",), False),
        (Access(roles=frozenset({"manager", "planner"})), ("planner",), True),
        (Access(roles=frozenset({"manager"})), (), False),
    ],
)
def test_a_person_is_admitted_by_their_roles(rule: Access, roles: tuple[str, ...], admitted: bool) -> None:
    assert rule.admits(somebody(*roles)) is admitted


def test_a_silent_view_is_closed(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: "hello")
    with pytest.raises(RuntimeError, match="does not say who may open it"):
        app.test_client().get("/silent")
