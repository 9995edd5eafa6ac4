"""The command that sets the database up."""

from __future__ import annotations

import click

from permitflow.cli.installation import settings as read_settings
from permitflow.db import upgrade as upgrade_database


@click.group()
def db() -> None:
    """Set up the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    settings = read_settings()
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    upgrade_database(settings.database_url)
    click.echo("The database has the newest schema.")
