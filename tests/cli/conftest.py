"""A command line that works on the test's own database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from permitflow import cli
from permitflow.db import Database
from tests import factories
from tests.factories import City


@dataclass(frozen=True)
class Result:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run one command as a shell would; `typed` is what stands on stdin."""
    environ = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a key for tests that guards nothing at all",
        "PERMITFLOW_INSTANCE_DIR": str(tmp_path / "instance"),
        "PERMITFLOW_PASSWORD_COST": "low",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, typed: str = "") -> Result:
        source = tmp_path / "stdin"
        source.write_text(typed, encoding="utf-8")
        with source.open(encoding="utf-8") as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            status = cli.run(arguments)
        out, err = capsys.readouterr()
        return Result(status, out, err)

    return run


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)
