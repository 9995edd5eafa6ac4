"""The command that computes a city's own metric on an imported event log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from permitflow.analytics.own_metric import Metric
from permitflow.analytics.percentiles import ENOUGH
from permitflow.cli.installation import as_json, show
from permitflow.cli.log_reports import columns, open_log
from permitflow.cli.report_refresh import reports_database
from permitflow.engine.errors import DefinitionError
from permitflow.instants import local_date, now_us
from permitflow.reports.asking import asking
from permitflow.reports.own_metric import city_document, load_metric, metric_document
from permitflow.reports.scope import find_city, last_days

UNITS = {"calendar_day": "calendar days", "business_day": "business days"}


@click.command("own-metric")
@click.option("--log", "name", help="The name given to `permitflow import log`.")
@click.option("--city", "slug", help="The city's short name; see `permitflow city list`.")
@click.option(
    "--metric", "file", required=True, type=click.Path(path_type=Path), help="The metric's file (YAML)."
)
@click.option(
    "--as-of",
    "today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to which open ones are aged; the default is today.",
)
@as_json
def own_metric(name: str | None, slug: str | None, file: Path, today: datetime | None, as_json: bool) -> None:
    """Print a city's own metric, as its file defines it, on an imported log or on a city's own record."""
    if (name is None) == (slug is None):
        raise click.UsageError("Name either a log (--log) or a city (--city).")
    try:
        metric = load_metric(file)
    except DefinitionError as error:
        raise click.UsageError(f"{error}.") from error
    on = today.date() if today else None
    document = _of_log(name, metric, on) if name is not None else _of_city(str(slug), metric, on)
    show(document, as_json, lambda: "\n".join(_lines(document)))


def _of_log(name: str, metric: Metric, on: date | None) -> dict[str, Any]:
    with open_log(name) as table:
        return metric_document(table, metric, on or local_date(now_us(), metric.zone))


def _of_city(slug: str, metric: Metric, on: date | None) -> dict[str, Any]:
    with reports_database() as opened, opened.reading() as session:
        city = find_city(session, slug)
        if city is None:
            raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
        with asking(session, last_days(city, now_us())) as ask:
            return city_document(ask, metric, on or ask.scope.today)


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield f"{document['title']}, as of {document['as_of']} ({UNITS[document['unit']]})"
    yield document["definition"]
    if not document["verified"]:
        yield "This definition was not checked with the city."
    yield _figures("all", document)
    yield from (_figures(owner, found) for owner, found in document["owners"].items())
    if document["not_in_log"]:
        yield f"Not in this log: {', '.join(document['not_in_log'])}."
    yield columns(document["rows"]) or "No case has come under this metric."


def _figures(whose: str, found: dict[str, Any]) -> str:
    counts = f"{whose}: {found['n']} rows, {found['open']} open"
    if found["median"] is None:
        return f"{counts}; no percentiles of fewer than {ENOUGH}"
    return f"{counts}; median {found['median']:.1f}, p85 {found['p85']:.1f}, p90 {found['p90']:.1f}"
