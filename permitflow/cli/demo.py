"""Commands of the demo region."""

from __future__ import annotations

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.cli.installation import settings as read_settings
from permitflow.db import Database
from permitflow.services import demo as demo_region


@click.group()
def demo() -> None:
    """The invented demo region."""


@demo.command()
@click.option(
    "--once", is_flag=True, help="Do nothing when the region is there already (it is never loaded twice)."
)
def load(once: bool) -> None:
    """Load two invented cities with a year of files."""
    settings = read_settings()
    if not settings.allows_demo_data:
        raise click.ClickException("Demo data is refused in production: PERMITFLOW_ENV is production.")
    with database() as opened:
        loaded = demo_region.load(opened, settings.upload_dir, cost=settings.password_cost, say=click.echo)
    if not loaded and not once:
        raise click.ClickException("The demo region is there already.")


@demo.command()
@as_json
def logins(as_json: bool) -> None:
    """Print the logins of the demo region."""
    with database() as opened, opened.reading() as session:
        found = demo_region.logins(session)
    document = [
        {"email": login.email, "password": login.password, "role": login.role, "city": login.city}
        for login in found
    ]
    show(document, as_json, lambda: _table(found))


def print_logins(opened: Database) -> None:
    """Print the logins as a table."""
    with opened.reading() as session:
        click.echo(_table(demo_region.logins(session)))


def _table(logins: list[demo_region.Login]) -> str:
    if not logins:
        return "There are no demo logins: run `permitflow demo load` first."
    widest = max(len(login.email) for login in logins)
    lines = [
        f"  {login.email:<{widest}}  {login.role}{f', {login.city}' if login.city else ''}"
        for login in logins
    ]
    return "\n".join([f"Demo logins, password “{logins[0].password}”:", *lines])
