"""The command that sets the database up: it makes the folder and the tables, and may be run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from permitflow import cli


def test_an_empty_place_becomes_a_database(
    blank_sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = tmp_path / "deep" / "instance"
    monkeypatch.setenv("DATABASE_URL", blank_sqlite_url)
    monkeypatch.setenv("SECRET_KEY", "a key for tests that guards nothing at all")
    monkeypatch.setenv("PERMITFLOW_INSTANCE_DIR", str(instance))
    for _ in range(2):
        assert cli.run(["db", "upgrade"]) == 0
        assert capsys.readouterr().out == "The database has the newest schema.\n"
    assert instance.is_dir()
    engine = create_engine(blank_sqlite_url)
    assert {"permit_applications", "events", "alembic_version"} <= set(inspect(engine).get_table_names())
    engine.dispose()
