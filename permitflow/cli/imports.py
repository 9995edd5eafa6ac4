"""Commands that take over permits and event logs from other systems."""

from __future__ import annotations

import gc
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

import config
from permitflow.analytics.eventlog import LogEvent
from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.interchange.event_csv import EventColumns, load_event_columns, read_event_csv
from permitflow.interchange.permit_mapping import PermitMapping, load_mapping
from permitflow.interchange.permits_csv import read_permits, write_rejections
from permitflow.interchange.reading import BadFile, Progress, RejectedEvent
from permitflow.interchange.xes import read_xes
from permitflow.services import accounts, log_import, permit_import
from permitflow.services.log_import import LogRefused, NewLog, TakenLog
from permitflow.services.permit_import import Source, TakenPermits

MAPPINGS = config.ROOT / "workflows" / "mappings"
MOST_NAMED = 10
an_existing_file = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
progress_option = click.option(
    "--progress/--no-progress", default=None, help="Show a progress bar; the default shows it on a terminal."
)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What was asked about one log; the columns are those of a CSV file."""

    file: Path
    name: str
    kind: str | None
    case: str | None
    activity: str | None
    time: str | None
    resource: str | None
    lifecycle: str | None
    mapping: Path | None
    replace: bool
    progress: bool | None
    as_json: bool

    def columns(self) -> dict[str, Any]:
        """Return the columns that were named."""
        given = {"case": self.case, "activity": self.activity, "time": self.time, "resource": self.resource}
        given["lifecycle"] = self.lifecycle
        return {field: column for field, column in given.items() if column}


@click.group()
def imports() -> None:
    """Take over permits and event logs."""


@imports.command()
@click.argument("file", type=an_existing_file)
@click.option(
    "--jurisdiction", "slug", required=True, help="The city's short name; see `permitflow city list`."
)
@click.option(
    "--mapping", "mapping_name", required=True, help="A name in workflows/mappings, or a YAML file."
)
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where to write rejected rows."
)
@progress_option
@as_json
def permits(
    file: Path, slug: str, mapping_name: str, errors: Path | None, progress: bool | None, as_json: bool
) -> None:
    """Take over historic permits from a CSV file; the same file again changes nothing."""
    mapping = _mapping(mapping_name)
    with _plain_refusals(), database() as opened:
        with opened.reading() as session:
            source = Source(accounts.find_city(session, slug).id, file.name)
        with _bar(file, progress) as tell:
            outcomes = list(read_permits(file, mapping, tell))
        with opened.transaction() as session:
            taken = permit_import.take_permits(session, source, outcomes)
    if errors is not None:
        write_rejections(errors, taken.rejected)
    if taken.rejected and not taken.taken:
        first = taken.rejected[0]
        raise click.ClickException(f"No row of {file.name} could be taken; line {first.line}: {first.reason}")
    show(_permits_document(taken), as_json, lambda: _permits_sentence(taken, errors))


@imports.command()
@click.argument("file", type=an_existing_file)
@click.option("--name", required=True, help="The name under which reports find the log.")
@click.option(
    "--format", "kind", type=click.Choice(["xes", "csv"]), help="The default follows the file's name."
)
@click.option("--case", help="CSV: the column of the case.")
@click.option("--activity", help="CSV: the column of the activity.")
@click.option("--time", help="CSV: the column of the date and time.")
@click.option("--resource", help="CSV: the column of whoever did it.")
@click.option("--lifecycle", help="CSV: the column of schedule, start, complete.")
@click.option(
    "--mapping", type=an_existing_file, help="CSV: a YAML file with columns, time formats and zone."
)
@click.option("--replace", is_flag=True, help="Replace a log of the same name.")
@progress_option
@as_json
def log(**options: Any) -> None:
    """Take over an event log in XES (plain or gzipped) or CSV; the same file again changes nothing."""
    asked = LogOptions(**options)
    rejected: list[RejectedEvent] = []
    with _plain_refusals(), database() as opened:
        digest = _sha256(asked.file)
        with opened.reading() as session:
            # To replace a log by its own file is to read it anew, for example with other columns.
            taken = None if asked.replace else log_import.known_log(session, asked.name, digest)
        if taken is None:
            with _bar(asked.file, asked.progress) as tell, _no_collection():
                events = list(_fitting(_events(asked, tell, rejected), rejected))
            if rejected and not events:
                raise click.ClickException(f"Nothing was imported: {_told(min(rejected, key=_place))}")
            new = NewLog(asked.name, digest, len(rejected), asked.replace)
            with opened.transaction() as session:
                taken = log_import.take_log(session, new, events, now_us())
    _name_rejected(rejected)
    show(_log_document(taken), asked.as_json, lambda: _log_sentence(taken))


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Turn the refusal of a file into the command's one sentence."""
    try:
        yield
    except (BadFile, LogRefused) as error:
        raise click.ClickException(str(error)) from error


def _mapping(name: str) -> PermitMapping:
    shipped = MAPPINGS / f"{name}.yaml"
    path = shipped if shipped.parent == MAPPINGS and shipped.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in MAPPINGS.glob("*.yaml")))
        raise click.ClickException(f"There is no mapping {name!r}; shipped are: {known}.")
    with _plain_refusals():
        return load_mapping(path)


@contextmanager
def _bar(file: Path, wanted: bool | None) -> Iterator[Progress]:
    """Yield what the readers tell how many bytes they have read; the bar goes to stderr."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield lambda _read: None
        return
    with click.progressbar(length=file.stat().st_size, label=file.name, file=sys.stderr) as bar:
        yield lambda read: bar.update(read - bar.pos)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cycles away: it would walk through every event read so far, again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _events(asked: LogOptions, tell: Progress, rejected: list[RejectedEvent]) -> Iterator[LogEvent]:
    named = asked.columns()
    if (asked.kind or _kind_of(asked.file)) == "csv":
        base = load_event_columns(asked.mapping) if asked.mapping else EventColumns()
        return read_event_csv(asked.file, replace(base, **named), tell, rejected.append)
    if asked.mapping:
        raise click.UsageError("--mapping describes a CSV file.")
    if named:
        raise click.UsageError(f"--{next(iter(named))} names a column of a CSV file.")
    return read_xes(asked.file, tell, rejected.append)


def _kind_of(file: Path) -> str:
    return "csv" if file.name.lower().endswith((".csv", ".csv.gz")) else "xes"


def _fitting(events: Iterator[LogEvent], rejected: list[RejectedEvent]) -> Iterator[LogEvent]:
    for event in events:
        reason = log_import.why_not_kept(event)
        if reason is None:
            yield event
        else:
            rejected.append(RejectedEvent(event.case, event.seq, 0, reason))


def _name_rejected(rejected: list[RejectedEvent]) -> None:
    """Say on stderr why events were not taken, a few of them one by one."""
    for event in sorted(rejected, key=_place)[:MOST_NAMED]:
        click.echo(f"Rejected {_told(event)}", err=True)
    if len(rejected) > MOST_NAMED:
        click.echo(f"... and {len(rejected) - MOST_NAMED} more.", err=True)


def _place(event: RejectedEvent) -> int:
    return event.seq


def _told(event: RejectedEvent) -> str:
    place = f"line {event.line}" if event.line else f"event {event.seq + 1}"
    return f"{place}: {event.reason}"


def _sha256(file: Path) -> str:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _permits_document(taken: TakenPermits) -> dict[str, object]:
    return {
        "added": taken.added,
        "changed": taken.changed,
        "unchanged": taken.unchanged,
        "rejected": len(taken.rejected),
        "with_station_count": taken.with_stations,
    }


def _permits_sentence(taken: TakenPermits, errors: Path | None) -> str:
    counts = f"{taken.added} added, {taken.changed} changed, {taken.unchanged} unchanged"
    where = f" (see {errors})" if errors and taken.rejected else ""
    stations = f"{taken.with_stations} of {taken.taken} say how many charging spaces they are for."
    return f"Permits: {counts}, {len(taken.rejected)} rejected{where}. {stations}"


def _log_document(taken: TakenLog) -> dict[str, object]:
    counts = {"events": taken.events, "rejected": taken.rejected, "attributes_left_out": taken.left_out}
    return {"name": taken.name, "added": taken.added, **counts}


def _log_sentence(taken: TakenLog) -> str:
    done = "was imported" if taken.added else "is there already from the same file; nothing was changed"
    left_out = f" Values of attributes left out as too long: {taken.left_out}." if taken.left_out else ""
    return f"The log {taken.name!r} {done}: {taken.events} events, {taken.rejected} rejected.{left_out}"
