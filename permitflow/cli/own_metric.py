"""The command that computes a city's own metric on an imported event log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from permitflow.analytics.percentiles import ENOUGH
from permitflow.cli.installation import as_json, show
from permitflow.cli.log_reports import a_log, columns, open_log
from permitflow.engine.errors import DefinitionError
from permitflow.instants import local_date, now_us
from permitflow.reports.own_metric import load_metric, metric_document

UNITS = {"calendar_day": "calendar days", "business_day": "business days"}


@click.command("own-metric")
@a_log
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
def own_metric(name: str, file: Path, today: datetime | None, as_json: bool) -> None:
    """Print a city's own metric, as its file defines it, with a row for each case or cycle."""
    try:
        metric = load_metric(file)
    except DefinitionError as error:
        raise click.UsageError(f"{error}.") from error
    on = today.date() if today else local_date(now_us(), metric.zone)
    with open_log(name) as table:
        document = metric_document(table, metric, on)
    show(document, as_json, lambda: "\n".join(_lines(document)))


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
