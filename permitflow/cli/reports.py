"""Commands that print reports: on imported event logs, and on a city's own files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import click

from permitflow.analytics.summary import summarise
from permitflow.cli.installation import as_json, show
from permitflow.cli.log_bottleneck import bottleneck
from permitflow.cli.log_reports import LOG_COMMANDS, columns, open_log
from permitflow.cli.own_metric import own_metric
from permitflow.cli.report_refresh import refresh, reports_database
from permitflow.instants import now_us
from permitflow.reports.asking import asking
from permitflow.reports.imported_log import wait_records
from permitflow.reports.scope import EARLIEST, LATEST, Scope, find_city, last_days
from permitflow.reports.tables import Table, all_tables

a_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def reports() -> None:
    """Print reports."""


for one in (*LOG_COMMANDS, bottleneck, own_metric, refresh):
    reports.add_command(one)


@reports.command()
@click.option("--log", "name", help="The name given to `permitflow import log`.")
@click.option("--city", "slug", help="The city's short name; see `permitflow city list`.")
@click.option("--from", "first", type=a_day, help="The first day of the period; the default is a year ago.")
@click.option("--to", "last", type=a_day, help="The last day of the period; the default is today.")
@as_json
def bottlenecks(
    name: str | None, slug: str | None, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Print where files lose their time: of an imported log, or of a city's own files."""
    if (name is None) == (slug is None):
        raise click.UsageError("Name either a log (--log) or a city (--city).")
    if name is not None:
        with open_log(name) as log:
            records = wait_records(log)
            document = {"log": name} | summarise(log) | {"waits": records}
        show(document, as_json, lambda: columns(records))
        return
    scope, tables = _city_tables(str(slug), first and first.date(), last and last.date())
    show(_city_document(scope, tables), as_json, lambda: _city_text(scope, tables))


def _city_tables(slug: str, first: date | None, last: date | None) -> tuple[Scope, list[Table]]:
    with reports_database() as opened, opened.reading() as session:
        city = find_city(session, slug)
        if city is None:
            raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
        usual = last_days(city, now_us())
        scope = replace(usual, from_on=first or usual.from_on, to_on=last or usual.to_on)
        if not EARLIEST <= scope.from_on <= scope.to_on <= LATEST:
            raise click.UsageError("A period begins before it ends and lies between 1970 and 2200.")
        with asking(session, scope) as ask:
            return ask.scope, all_tables(ask)


def _city_document(scope: Scope, tables: Sequence[Table]) -> dict[str, object]:
    period = {"from": scope.from_on.isoformat(), "to": scope.to_on.isoformat()}
    figures = {table.name: {"definition": table.definition, "rows": table.records()} for table in tables}
    return {"city": scope.city.slug, **period, "zone": scope.city.zone, **figures}


def _city_text(scope: Scope, tables: Sequence[Table]) -> str:
    head = f"{scope.city.name}, {scope.from_on} to {scope.to_on}, calendar time"
    parts = [f"{table.name}\n{columns(table.records()) or 'nothing'}" for table in tables]
    return "\n\n".join([head, *parts])
