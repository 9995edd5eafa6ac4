"""The demo region from the command line; how it is made is tested with its verb."""

from permitflow.db import Database
from permitflow.services.accounts import NewUser, create_user
from tests.cli.conftest import Run


def test_without_the_region_there_are_no_logins(run: Run) -> None:
    assert run("demo", "logins", "--json").json == []
    assert "run `permitflow demo load` first" in run("demo", "logins").out


def test_logins_are_listed_as_the_sign_in_page_shows_them(run: Run, database: Database) -> None:
    with database.transaction() as session:
        create_user(session, NewUser("volt@installer.example", "Volt", "hash"), 1)
    (login,) = run("demo", "logins", "--json").json
    assert login["email"] == "volt@installer.example"
    assert set(login) == {"email", "password", "role", "city"}
    words = run("demo", "logins").out
    assert login["password"] in words
    assert "volt@installer.example  Installer" in words
