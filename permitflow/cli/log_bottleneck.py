"""The command that names the bottlenecks of an imported event log, or of a city's own files."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.reports.causes import load_causes
from permitflow.reports.imported_log import UnknownLog
from permitflow.reports.log_bottlenecks import bottleneck_records
from permitflow.reports.scope import find_city, last_days

HEALTHY = "No step holds files up: none waits long enough, or for a large enough part of the lead time."


@click.command()
@click.option("--log", "name", help="The name given to `permitflow import log`.")
@click.option("--city", "slug", help="The city's short name; its own files of the last year are looked at.")
@as_json
def bottleneck(name: str | None, slug: str | None, as_json: bool) -> None:
    """Name the steps that hold files up: why, how much, and what it would take."""
    if (name is None) == (slug is None):
        raise click.UsageError("Name either a log (--log) or a city (--city).")
    with database() as opened, opened.reading() as session:
        if slug is not None:
            steps = _of_city(session, slug)
        else:
            steps = _of_log(session, str(name))
    show({"steps": steps}, as_json, lambda: "\n".join(str(step["sentence"]) for step in steps) or HEALTHY)


def _of_log(session: Session, name: str) -> list[dict[str, object]]:
    try:
        return bottleneck_records(session, name)
    except UnknownLog as error:
        raise click.ClickException(str(error)) from error


def _of_city(session: Session, slug: str) -> list[dict[str, object]]:
    city = find_city(session, slug)
    if city is None:
        raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
    return [one.record() for one in load_causes(session, last_days(city, now_us())).found]
