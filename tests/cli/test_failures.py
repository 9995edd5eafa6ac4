"""Failures that a command can name in one sentence, and those that nobody expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from permitflow.cli.failures import known
from permitflow.db import TurnTimeout
from permitflow.services.errors import NotFound, Stale
from permitflow.services.move_plans import PlanRefused
from tests.cli.conftest import Run


def test_a_database_that_is_not_set_up_says_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    result = run("city", "list")
    assert result.status == 1
    assert "run `permitflow db upgrade` first" in result.err
    assert len(result.err.splitlines()) == 1
    assert run("db", "upgrade").status == 0
    assert run("city", "list").out == "There is no city yet.\n"


def test_a_database_that_cannot_be_reached_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////no/such/folder/x.sqlite3")
    result = run("city", "list")
    assert result.status == 1
    assert result.err == "The database could not be used: unable to open database file.\n"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound("There is no such plan."), "There is no such plan."),
        (Stale("a", 3, "The file has changed."), "The file has changed."),
        (PlanRefused("One.", "Two."), "One. Two."),
        (TurnTimeout("The database is busy."), "The database is busy."),
        (
            FileNotFoundError(2, "No such file or directory", "log.csv"),
            "No such file or directory (log.csv).",
        ),
        (OSError(28, "No space left on device"), "No space left on device."),
        (
            OperationalError("SELECT 1", None, Exception("server closed\nmore words")),
            "The database could not be used: server closed.",
        ),
        (
            ProgrammingError("SELECT 1", None, Exception('relation "x" does not exist')),
            'The database is not set up: run `permitflow db upgrade` first (relation "x" does not exist).',
        ),
    ],
)
def test_a_known_failure_is_one_sentence(error: Exception, sentence: str) -> None:
    assert known(error) == sentence


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError("no words"), IntegrityError("INSERT", None, Exception("twice"))]
)
def test_a_failure_that_nobody_expected_has_no_sentence(error: Exception) -> None:
    assert known(error) is None
