"""Commands that print reports: on imported event logs, and on a city's own files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import click

from permitflow.analytics.durations import SECOND_US
from permitflow.analytics.eventlog import Trace
from permitflow.analytics.summary import summarise
from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.reports.bottlenecks import bottlenecks as bottleneck_report
from permitflow.reports.imported_log import UnknownLog, load_log, wait_records
from permitflow.reports.scope import EARLIEST, LATEST, Scope, find_city, last_days
from permitflow.reports.tables import Table, all_tables
from permitflow.reports.wording import in_english

LONGEST_CELL = 48
a_log = click.option("--log", "name", required=True, help="The name given to `permitflow import log`.")
a_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def reports() -> None:
    """Print reports."""


@reports.command()
@a_log
@as_json
def summary(name: str, as_json: bool) -> None:
    """Print the counts, durations, edges and months of an imported log."""
    document = summarise(_log(name))
    show(document, as_json, lambda: "\n".join(_summary_lines(document)))


@reports.command()
@a_log
@as_json
def edges(name: str, as_json: bool) -> None:
    """Print which activity follows which in an imported log, how often, and after how many seconds."""
    figures: Any = summarise(_log(name))
    document = {"edges_total": figures["edges_total"], "edges": figures["edges"]}
    show(document, as_json, lambda: _columns(figures["edges"]))


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
        log = _log(name)
        document = {"log": name} | summarise(log) | {"waits": wait_records(log)}
        show(document, as_json, lambda: _columns(wait_records(log)))
        return
    scope, tables = _city_tables(str(slug), first and first.date(), last and last.date())
    show(_city_document(scope, tables), as_json, lambda: _city_text(scope, tables))


@contextmanager
def _plain_refusals() -> Iterator[None]:
    try:
        yield
    except UnknownLog as error:
        raise click.ClickException(str(error)) from error


def _log(name: str) -> list[Trace]:
    with _plain_refusals(), database() as opened, opened.reading() as session:
        return load_log(session, name)


def _city_tables(slug: str, first: date | None, last: date | None) -> tuple[Scope, list[Table]]:
    with database() as opened, opened.reading() as session:
        city = find_city(session, slug)
        if city is None:
            raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
        usual = last_days(city, now_us())
        scope = replace(usual, from_on=first or usual.from_on, to_on=last or usual.to_on)
        if not EARLIEST <= scope.from_on <= scope.to_on <= LATEST:
            raise click.UsageError("A period begins before it ends and lies between 1970 and 2200.")
        return scope, all_tables(bottleneck_report(session, scope))


def _city_document(scope: Scope, tables: Sequence[Table]) -> dict[str, object]:
    period = {"from": scope.from_on.isoformat(), "to": scope.to_on.isoformat()}
    figures = {table.name: {"definition": table.definition, "rows": table.records()} for table in tables}
    return {"city": scope.city.slug, **period, "zone": scope.city.zone, **figures}


def _city_text(scope: Scope, tables: Sequence[Table]) -> str:
    head = f"{scope.city.name}, {scope.from_on} to {scope.to_on}, calendar time"
    parts = [f"{table.name}\n{_columns(table.records()) or 'nothing'}" for table in tables]
    return "\n\n".join([head, *parts])


def _summary_lines(document: dict[str, Any]) -> Iterator[str]:
    for key in ("cases", "events", "activities", "variants", "edges_total"):
        yield f"{key.replace('_', ' '):<12} {document[key]}"
    times = document["case_duration_s"]
    for key in ("median", "p90", "max"):
        value = times[key]
        yield f"{key:<12} {'-' if value is None else in_english(int(value * SECOND_US))}"
    yield "activities:"
    for activity, count in document["activity_counts"].items():
        yield f"  {count:>8}  {activity}"


def _columns(records: Sequence[dict[str, Any]]) -> str:
    """Records as aligned columns; columns named *_s hold seconds and are told in days and hours."""
    if not records:
        return ""
    rows = [list(records[0]), *([_cell(name, value) for name, value in row.items()] for row in records)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


TIMES = ("mean", "median", "min", "max", "sum", "stdev")


def _cell(name: str, value: object) -> str:
    if (name.endswith("_s") or name in TIMES) and isinstance(value, int | float):
        return in_english(int(value * SECOND_US))
    text = "-" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
