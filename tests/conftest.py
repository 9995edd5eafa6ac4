"""Fixtures shared by all tests: a migrated, empty database of each kind, settings, the app and a strict client."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import hypothesis
import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache

import config
from permitflow import instants
from tests.postgres import Cluster, PostgresMissing, running_cluster
from tests.presence import absent
from tests.rendered_templates import RenderedTemplates

# What was red once has to be red again; the long runs under benchmarks/ draw other cases.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile("steady")

if TYPE_CHECKING:
    from flask import Flask

    from permitflow.db import Database
    from tests.strict_client import StrictClient


MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2_000_000_000
TODAY_NS = 1_795_456_800_000_000_000
"""Monday, 2026-11-23, 10:00 in Los Angeles: when every run of the tests begins, by the clock of the program."""
YOUNG_OBJECTS = 50_000


def pytest_configure(config: pytest.Config) -> None:
    """Live on the same day in every run, keep what is written in memory, and count which templates are rendered.

    What is green today is then green at midnight, in March, and when the deadlines of the tests' files have passed.
    Half of the time of a run on disk is waiting for databases to be durable, which is no test's subject.
    """
    ahead = TODAY_NS - time.time_ns()
    instants.time = SimpleNamespace(time_ns=lambda: time.time_ns() + ahead)  # type: ignore[assignment]
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_NEEDED:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
    # Thousands of small applications are built and thrown away; looking for their cycles as often as by default takes
    # a twentieth of the run.
    gc.set_threshold(YOUNG_OBJECTS)
    # DuckDB looks for this library on the disk four times a statement where it is not installed.
    sys.modules.setdefault("pandas", None)
    config.pluginmanager.register(RenderedTemplates(config), "rendered-templates")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for each worker of a test run."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_cluster())
        except PostgresMissing as missing:
            absent(str(missing))
        yield server


@pytest.fixture(scope="session")
def postgresql_database(cluster: Cluster) -> Iterator[str]:
    """The name of a migrated PostgreSQL database that the tests of a worker use one after another."""
    from permitflow.db import upgrade

    name = f"permitflow_{os.getpid()}"
    upgrade(cluster.create(name))
    yield name
    cluster.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    from permitflow.db import upgrade

    path = tmp_path_factory.mktemp("template") / "permitflow.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database of this test alone."""
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'permitflow.sqlite3')}"


@pytest.fixture
def postgresql_url(cluster: Cluster, postgresql_database: str) -> str:
    """A migrated, empty PostgreSQL database."""
    cluster.empty(postgresql_database)
    return cluster.url(postgresql_database)


@pytest.fixture
def blank_postgresql_url(cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database without any table, for tests of migrations."""
    name = f"permitflow_blank_{os.getpid()}"
    yield cluster.create(name)
    cluster.drop(name)


@pytest.fixture
def blank_sqlite_url(tmp_path: Path) -> str:
    """A SQLite database without any table, for tests of migrations."""
    return f"sqlite:///{tmp_path / 'blank.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without any table; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"blank_{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database; the test runs once on each kind."""
    from permitflow.db import Database

    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a demo installation with everything it keeps inside the test's own folder."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a key for tests that guards nothing at all",
        "PERMITFLOW_INSTANCE_DIR": str(tmp_path / "instance"),
        "PERMITFLOW_BASE_URL": "http://localhost",
        "PERMITFLOW_PASSWORD_COST": "low",
        "PERMITFLOW_MIN_FREE_DISK_MB": "0",
        "PERMITFLOW_SWEEP_SECONDS": "0",
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> config.Settings:
    """The settings of a demo installation."""
    return config.load(environ)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """The templates as Jinja compiled them for the first test that needed each."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def app(settings: config.Settings, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The whole application on an empty database, with the client that reads strictly."""
    from permitflow.app import create_app
    from tests.strict_client import StrictClient

    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = True
    app.test_client_class = StrictClient
    yield app
    app.extensions["permitflow"].database.dispose()


@pytest.fixture
def client(app: Flask) -> StrictClient:
    """A browser without script that refuses pages which break the laws of the house."""
    return app.test_client()
