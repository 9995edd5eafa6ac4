"""Commands that write event logs for other programs: of a city's own record, and of imported logs."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.cli.report_refresh import reports_database
from permitflow.instants import now_us
from permitflow.reports.asking import asking
from permitflow.reports.imported_log import UnknownLog, whole_events
from permitflow.reports.log_exports import FORMS, city_export, log_export
from permitflow.reports.scope import EARLIEST, LATEST, Scope, find_city, last_days

a_new_file = click.Path(dir_okay=False, writable=True, path_type=Path)
a_day = click.DateTime(["%Y-%m-%d"])
MEGABYTE = 1_000_000
form_option = click.option(
    "--format", "form", type=click.Choice(list(FORMS)), help="The default follows the file's name."
)
progress_option = click.option(
    "--progress/--no-progress",
    default=None,
    help="Tell how much is written; the default tells it on a terminal.",
)


@click.group()
def exports() -> None:
    """Write event logs for other programs."""


@exports.command()
@click.argument("name")
@click.argument("file", type=a_new_file)
@form_option
@progress_option
@as_json
def log(name: str, file: Path, form: str | None, progress: bool | None, as_json: bool) -> None:
    """Write an imported log as XES, CSV or Parquet; read again it gives the same figures."""
    wanted = _form(file, form)
    if wanted == "ocel":
        raise click.UsageError("An imported log knows one kind of object; write it as xes, csv or parquet.")
    try:
        with database() as opened, opened.reading() as session:
            size = _write(file, log_export(whole_events(session, name), wanted), progress)
    except UnknownLog as error:
        raise click.ClickException(str(error)) from error
    _tell(file, wanted, size, as_json)


@exports.command()
@click.argument("slug")
@click.argument("file", type=a_new_file)
@form_option
@click.option("--from", "first", type=a_day, help="The first day of the period; the default is a year ago.")
@click.option("--to", "last", type=a_day, help="The last day of the period; the default is today.")
@as_json
def city(
    slug: str, file: Path, form: str | None, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Write a city's own record: files open now or decided in the period, from their submission on."""
    wanted = _form(file, form)
    with reports_database() as opened, opened.reading() as session:
        found = find_city(session, slug)
        if found is None:
            raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
        scope = _scope(last_days(found, now_us()), first and first.date(), last and last.date())
        with asking(session, scope) as ask:
            size = _write(file, city_export(ask, wanted), None)
    _tell(file, wanted, size, as_json)


def _scope(usual: Scope, first: date | None, last: date | None) -> Scope:
    scope = replace(usual, from_on=first or usual.from_on, to_on=last or usual.to_on)
    if not EARLIEST <= scope.from_on <= scope.to_on <= LATEST:
        raise click.UsageError("A period begins before it ends and lies between 1970 and 2200.")
    return scope


def _form(file: Path, asked: str | None) -> str:
    """The form asked for, or the one whose files have such names."""
    found = asked or next((name for name, form in FORMS.items() if file.name.endswith(form.suffix)), None)
    if found is None:
        endings = ", ".join(form.suffix for form in FORMS.values())
        raise click.UsageError(f"Name the form with --format, or a file that ends with one of {endings}.")
    return found


def _write(file: Path, portions: Iterator[bytes], progress: bool | None) -> int:
    """Write a file whole or not at all, and return its size in bytes."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    size = 0
    try:
        with unfinished.open("wb") as out:
            for portion in portions:
                size += out.write(portion)
                _show_size(size, portion, progress)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return size


def _show_size(size: int, portion: bytes, wanted: bool | None) -> None:
    passed = size // MEGABYTE > (size - len(portion)) // MEGABYTE
    if passed and (sys.stderr.isatty() if wanted is None else wanted):
        click.echo(f"\r{size // MEGABYTE} MB written", nl=False, err=True)


def _tell(file: Path, form: str, size: int, as_json: bool) -> None:
    document = {"file": str(file), "format": form, "bytes": size}
    show(document, as_json, lambda: f"Written: {file} ({form}, {size:,} bytes).")
