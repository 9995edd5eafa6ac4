"""The command that renews what report pages read, and the database as commands that print reports need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from permitflow.cli.installation import settings
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.reports.scope import City, find_city
from permitflow.reports.snapshots.renewal import with_reports
from permitflow.reports.snapshots.store import KEY, Store

STEPS = 20
"""A line of progress for each twentieth."""


@contextmanager
def reports_database() -> Iterator[Database]:
    """Yield the database of the settings with its snapshots, and close it afterwards."""
    opened = with_reports(settings())
    try:
        yield opened
    finally:
        opened.dispose()


@click.command()
@click.option("--city", "slug", required=True, help="The city's short name; see `permitflow city list`.")
def refresh(slug: str) -> None:
    """Renew what the report pages of a city read, with progress; pages do so by themselves."""
    with reports_database() as database:
        store: Store = database.info[KEY]
        with database.reading() as session:
            city = find_city(session, slug)
        if city is None:
            raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
        click.echo(_renewed(store, city))


def _renewed(store: Store, city: City) -> str:
    manifest = store.refresh(city, now_us(), _progress())
    if manifest is None:
        raise click.ClickException("Another process is renewing the reports of this city; try again later.")
    size = (manifest.base_bytes + manifest.delta_bytes) / 1_000_000
    return f"The reports of {city.name} show {manifest.files:,} files ({size:,.1f} MB)."


def _progress() -> Callable[[int, int], None]:
    told = 0

    def say(done: int, total: int) -> None:
        nonlocal told
        share = done * STEPS // max(total, 1)
        if share > told:
            told = share
            click.echo(f"{done:,} of {total:,} files read", err=True)

    return say
