"""Single-use tokens are bound to the person, the file, what was seen, and the action."""

from collections.abc import Iterator

import pytest
from flask import Flask, g

from permitflow.queries.people import Person
from permitflow.web.tokens import BadToken, check, new_token


def somebody(user_id: str = "u1") -> Person:
    return Person(user_id, "Ines", "ines@example.test", "en", {}, frozenset(), "0" * 64)


@pytest.fixture
def request_of_ines(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.person = somebody()
        yield


@pytest.mark.usefixtures("request_of_ines")
def test_a_token_comes_back_as_its_single_use_part() -> None:
    token = new_token("a1", 7, "submit")
    nonce = check(token, "a1", 7, "submit")
    assert len(nonce) == 32
    assert token.startswith(nonce)
    assert new_token("a1", 7, "submit") != token
    assert check(new_token("a1", "visit", "approve"), "a1", "visit", "approve")


@pytest.mark.usefixtures("request_of_ines")
@pytest.mark.parametrize(
    "changed", [("a2", 7, "submit"), ("a1", 8, "submit"), ("a1", 7, "issue"), ("a1", None, "submit")]
)
def test_a_token_is_good_for_one_thing_only(changed: tuple) -> None:
    with pytest.raises(BadToken):
        check(new_token("a1", 7, "submit"), *changed)


@pytest.mark.usefixtures("request_of_ines")
@pytest.mark.parametrize("token", ["", ".", "x", "0" * 32, "0" * 32 + ".sig", "é.ü"])
def test_an_invented_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        check(token, "a1", 7, "submit")


@pytest.mark.usefixtures("request_of_ines")
def test_another_person_cannot_use_it() -> None:
    token = new_token("a1", 7, "submit")
    g.person = somebody("u2")
    with pytest.raises(BadToken):
        check(token, "a1", 7, "submit")
