"""Commands that print one report each on an imported event log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from permitflow.analytics.ageing import ageing as ageing_cases
from permitflow.analytics.clock_stop import clock_stop as clock_stops
from permitflow.analytics.durations import DAY_US, SECOND_US
from permitflow.analytics.edges import OFFICE_HOURS, edge_table
from permitflow.analytics.handovers import handovers as handover_counts
from permitflow.analytics.log_quality import quality as quality_counts
from permitflow.analytics.log_queue import queue as queue_times
from permitflow.analytics.log_steps import log_steps
from permitflow.analytics.log_survival import step_survival
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.rework import rework as rework_counts
from permitflow.analytics.summary import summarise
from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.reports import imported_log
from permitflow.reports.imported_log import NoDeadlines, UnknownLog
from permitflow.reports.wording import in_english

LONGEST_CELL = 48
TIMES = ("mean", "median", "min", "max", "sum", "stdev", "p25", "p75")
a_log = click.option("--log", "name", required=True, help="The name given to `permitflow import log`.")
the_ends = click.option("--end", "ends", default="", help="The activities that end a case: A[,B...].")


@contextmanager
def open_log(name: str) -> Iterator[LogTable]:
    """Yield the columns of an imported log; an unknown one is the command's one sentence."""
    try:
        with database() as opened, opened.reading() as session:
            table = imported_log.log_table(session, name)
    except UnknownLog as error:
        raise click.ClickException(str(error)) from error
    with table:
        yield table


@click.command()
@a_log
@as_json
def summary(name: str, as_json: bool) -> None:
    """Print the counts, durations, edges, months and quality of a log."""
    with open_log(name) as table:
        document = summarise(table, now_us())
    show(document, as_json, lambda: "\n".join(_summary_lines(document)))


@click.command()
@a_log
@as_json
def steps(name: str, as_json: bool) -> None:
    """Print how long cases waited before each activity, and its share of all lead time."""
    with open_log(name) as table:
        records = log_steps(table)
    show({"steps": records}, as_json, lambda: columns(records))


@click.command()
@a_log
@click.option("--business-hours", is_flag=True, help=f"Count only the time of {OFFICE_HOURS}.")
@as_json
def edges(name: str, business_hours: bool, as_json: bool) -> None:
    """Print which activity follows which, how often, and after how many seconds."""
    with open_log(name) as table:
        records = [asdict(edge) for edge in edge_table(table, business_hours)]
    convention = {"convention": OFFICE_HOURS} if business_hours else {}
    show({**convention, "edges_total": len(records), "edges": records}, as_json, lambda: columns(records))


@click.command()
@a_log
@as_json
def rework(name: str, as_json: bool) -> None:
    """Print what happened again within a case, by the same person (repeat) or another (redo)."""
    with open_log(name) as table:
        document = rework_counts(table)
    show(document, as_json, lambda: columns(document["activities"]))


@click.command()
@a_log
@as_json
def handovers(name: str, as_json: bool) -> None:
    """Print how often the next step of a case is another person's, and between whom."""
    with open_log(name) as table:
        document = handover_counts(table)
    show(document, as_json, lambda: f"{document['handovers']} handovers\n{columns(document['pairs'])}")


@click.command("clock-stop")
@a_log
@click.option("--stop", required=True, help="The activity that stops the clock.")
@click.option("--restart", required=True, help="The activities that restart it: A[,B...].")
@as_json
def clock_stop(name: str, stop: str, restart: str, as_json: bool) -> None:
    """Print gross, net and stopped days of the cases of a log."""
    with open_log(name) as table:
        if not restart.strip(" ,"):
            raise click.UsageError("--restart names no activity.")
        _check_known(table, [stop])
        document = clock_stops(table, stop, _named(table, restart))
    show(document, as_json, lambda: "\n".join(_flat(document, ("per_case_tolled",))))


@click.command()
@a_log
@click.option(
    "--due", required=True, help="The attribute with the due date, of events or (also as case:...) of cases."
)
@as_json
def deadlines(name: str, due: str, as_json: bool) -> None:
    """Print how many deadlines a log has in an attribute, and how many were missed."""
    try:
        with database() as opened, opened.reading() as session:
            document = imported_log.deadlines(session, name, due)
    except (UnknownLog, NoDeadlines) as error:
        raise click.ClickException(str(error)) from error
    show(document, as_json, lambda: "\n".join(_flat(document)))


@click.command()
@a_log
@click.option("--step", required=True, help="The activity that cases wait for.")
@the_ends
@as_json
def survival(name: str, step: str, ends: str, as_json: bool) -> None:
    """Print how long cases wait for a step, with those that still wait counted as far as they are."""
    with open_log(name) as table:
        _check_known(table, [step])
        document = step_survival(table, step, _named(table, ends))
    show(document, as_json, lambda: "\n".join(_flat(document, ("points",))))


@click.command()
@a_log
@the_ends
@as_json
def ageing(name: str, ends: str, as_json: bool) -> None:
    """Print the open cases, how long each has stood at its last step, and how unusual that is."""
    with open_log(name) as table:
        document = ageing_cases(table, _named(table, ends))
    show(document, as_json, lambda: columns(document["cases"]) or "No case is open.")


@click.command()
@a_log
@as_json
def queue(name: str, as_json: bool) -> None:
    """Print waiting and working time of a log with schedule, start and complete."""
    with open_log(name) as table:
        document = queue_times(table)
    show(document, as_json, lambda: "\n".join(_flat(document)))


@click.command()
@a_log
@as_json
def quality(name: str, as_json: bool) -> None:
    """Print what in a log is missing, coarse or out of place."""
    with open_log(name) as table:
        document = quality_counts(table, now_us())
    with database() as opened, opened.reading() as session:
        document["events_rejected_at_import"] = imported_log.rejected_events(session, name)
    show(document, as_json, lambda: "\n".join(_flat(document)))


LOG_COMMANDS = (
    *(summary, steps, edges, rework, handovers, clock_stop, deadlines, survival, ageing),
    *(queue, quality),
)


def columns(records: Sequence[dict[str, Any]]) -> str:
    """Records as aligned columns; columns named *_s hold seconds and are told in days and hours."""
    if not records:
        return ""
    rows = [list(records[0]), *([_cell(name, value) for name, value in row.items()] for row in records)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _named(table: LogTable, text: str) -> list[str]:
    """The activities of A[,B...]; one whose own name has a comma stands alone."""
    parts = [part for part in text.split(",") if part.strip()]
    if not parts:
        return []
    absent = set(table.absent([text, *parts]))
    if absent.intersection(parts) and text not in absent:
        return [text]
    names = [part.strip() if part in absent else part for part in parts]
    _check_known(table, names)
    return names


def _check_known(table: LogTable, names: Sequence[str]) -> None:
    """Refuse activities of which the log has none, and say on stderr which of several it does not have."""
    absent = table.absent(names)
    if len(absent) == len(names):
        raise click.ClickException(f"The log has no activity {' or '.join(map(repr, names))}.")
    if absent:
        click.echo(f"Not in this log: {', '.join(absent)}.", err=True)


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
    found = {key: count for key, count in document["quality"].items() if count}
    if found:
        yield "to be careful with:"
        yield from (f"  {count:>8}  {key.replace('_', ' ')}" for key, count in found.items())


def _flat(
    document: dict[str, Any], without: Sequence[str] = (), before: str = "", unit_us: int | None = None
) -> Iterator[str]:
    """Lines of a document; what stands below a name has the unit that the name tells, counts aside."""
    for key, value in document.items():
        if key in without:
            continue
        if isinstance(value, dict):
            below = unit_us if before else _unit(key)
            yield from _flat(value, (), f"{before}{key} ", below)
        else:
            unit = unit_us if before and key != "n" else _unit(key)
            yield f"{before}{key}: {_text(value, unit)}"


def _cell(name: str, value: object) -> str:
    return _text(value, _unit(name))


def _unit(name: str) -> int | None:
    """The microseconds of the unit that a name tells, None for what is no time."""
    if name.endswith("_days"):
        return DAY_US
    return SECOND_US if name.endswith("_s") or name in TIMES else None


def _text(value: object, unit_us: int | None) -> str:
    if unit_us is not None and isinstance(value, int | float):
        return in_english(int(value * unit_us))
    text = f"{value:.1f}" if isinstance(value, float) else "-" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
