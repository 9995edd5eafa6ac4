"""The commands about clocks stand under one name, and the arithmetic needs no database."""

from __future__ import annotations

import subprocess
import sys

import click

from permitflow.cli.clocks import clock
from tests.factories import ROOT


def test_the_command_starts_without_the_database() -> None:
    code = (
        "import sys, permitflow.cli.clock_compute\n"
        "print([name for name in ('sqlalchemy', 'flask', 'alembic') if name in sys.modules])"
    )
    found = subprocess.run(  # This very interpreter.
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_every_command_about_clocks_is_found_under_one_name() -> None:
    assert set(clock.list_commands(click.Context(clock))) == {"compute", "hold", "release", "statement"}
