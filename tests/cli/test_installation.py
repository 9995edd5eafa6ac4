"""What every command needs: the settings of the environment, a database that is closed again, one way to print."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from permitflow.cli.installation import database, settings, show


@pytest.fixture
def here(blank_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment that names a database."""
    monkeypatch.setenv("DATABASE_URL", blank_sqlite_url)
    monkeypatch.setenv("SECRET_KEY", "a key for tests that guards nothing at all")
    return blank_sqlite_url


def test_the_environment_names_the_database(here: str) -> None:
    assert settings().database_url == here
    with database() as opened:
        assert opened.url == here


def test_the_database_is_closed_after_an_error_too(here: str) -> None:
    with pytest.raises(KeyError), database() as opened:
        with opened.glance() as connection:
            connection.execute(text("SELECT 1"))
        assert opened._reader.pool.checkedin() == 1  # type: ignore[attr-defined]
        raise KeyError
    assert opened._reader.pool.checkedin() == 0  # type: ignore[attr-defined]


def test_a_result_is_one_document_or_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    show({"city": "Cañon Verde"}, True, lambda: pytest.fail("Nobody asked for words."))
    written = capsys.readouterr().out
    assert json.loads(written) == {"city": "Cañon Verde"}
    assert "ñ" in written, "names stay readable"
    show({}, False, lambda: "Done.")
    assert capsys.readouterr().out == "Done.\n"
