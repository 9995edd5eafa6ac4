"""Accounts and roles from the command line, on both databases."""

from permitflow.db import Database
from permitflow.models import User
from permitflow.services import accounts, passwords
from tests.cli.conftest import Run
from tests.factories import City

EMAIL = "ines@example.test"
PASSWORD = "a kettle on the moon"


def add(run: Run, email: str = EMAIL, password: str = PASSWORD):
    return run("user", "add", email, "--name", "Ines", "--password-stdin", typed=password + "\nmore\n")


def test_a_new_account_can_sign_in(run: Run, database: Database) -> None:
    assert add(run).out == f"{EMAIL} can sign in.\n"
    with database.reading() as session:
        kept = accounts.find_user(session, EMAIL).password_hash
    assert passwords.matches(kept, PASSWORD, "low")


def test_a_refused_account_is_one_sentence(run: Run) -> None:
    weak = add(run, password="short")
    assert (weak.status, weak.out) == (1, "")
    assert weak.err.startswith("The password must have at least 15 characters.")
    assert add(run, "no address").status == 1
    assert add(run).status == 0
    assert add(run).err == f"There is already an account for {EMAIL}.\n"


def test_roles_are_granted_listed_and_revoked(run: Run, city: City) -> None:
    add(run)
    assert run("role", "grant", EMAIL, "inspector", "--city", city.slug).status == 0
    listed = next(one for one in run("user", "list", "--json").json if one["email"] == EMAIL)
    assert listed["roles"] == [["rio-verde", "inspector"]]
    assert f"{EMAIL}  Ines  inspector@rio-verde" in run("user", "list").out
    assert run("role", "revoke", EMAIL, "inspector", "--city", city.slug).status == 0
    assert run("role", "revoke", EMAIL, "inspector", "--city", city.slug).status == 1
    assert "inspector" in run("role", "list", "--city", city.slug, "--json").json
    assert "inspector  Inspector" in run("role", "list", "--city", city.slug).out


def test_what_does_not_exist_is_named(run: Run, city: City) -> None:
    assert "no account for ghost@example.test" in run("user", "disable", "ghost@example.test").err
    add(run)
    assert "known are: rio-verde" in run("role", "grant", EMAIL, "inspector", "--city", "atlantis").err
    assert "has no role 'wizard'" in run("role", "grant", EMAIL, "wizard", "--city", city.slug).err


def test_an_account_is_disabled(run: Run, database: Database) -> None:
    add(run)
    assert run("user", "disable", EMAIL).status == 0
    with database.reading() as session:
        assert [user.active for user in session.query(User)] == [False]
    assert "(disabled)" in run("user", "list").out
