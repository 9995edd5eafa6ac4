"""The report as plain tables, for CSV files and programs: durations in seconds, shares in percent, dates as ISO text.

Percentiles of fewer than 20 visits or files are left empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.durations import DAY_US, SECOND_US
from permitflow.interchange.csv_table import csv_safe
from permitflow.reports import definitions
from permitflow.reports.causes import causes_of
from permitflow.reports.courts import split_files
from permitflow.reports.deadlines import due_lines
from permitflow.reports.decisions import decision_lines
from permitflow.reports.file_lists import names
from permitflow.reports.intervals import shown
from permitflow.reports.page import Ask
from permitflow.reports.permits import issued_lines
from permitflow.reports.steps import StepLine, city_steps, file_weeks, outside_steps, step_lines
from permitflow.reports.stuck import histories_of, stuck_files

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, its rows, and what its figures mean."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]

    @property
    def definition(self) -> str:
        """Return what the figures mean."""
        return definitions.ALL[self.name].say()

    def records(self) -> list[dict[str, Cell]]:
        """Return each row as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def as_csv(self) -> str:
        """Return the table as CSV that no spreadsheet takes for formulas; the last column is the definition."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([*self.columns, "definition"])
        for row in self.rows:
            writer.writerow([*map(_csv_cell, row), self.definition])
        return text.getvalue()


def table(name: str, ask: Ask, step: str = "") -> Table:
    """Return one table of the report; `step` chooses whose weeks are told. Raises KeyError for an unknown name."""
    if name == "weeks":
        return _weeks(ask, step)
    return TABLES[name](ask)


def all_tables(ask: Ask) -> list[Table]:
    """Return every table, the weeks of all files among them."""
    return [table(name, ask) for name in definitions.ALL]


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return csv_safe(cell) if isinstance(cell, str) else str(cell)


def _seconds(duration_us: int | None) -> float | None:
    return None if duration_us is None else duration_us / SECOND_US


def _business_days(time_us: int | None) -> float | None:
    return None if time_us is None else round(time_us / DAY_US, 3)


def _causes(ask: Ask) -> Table:
    columns = ("step", "title", "cause", "files", "days_lost", "share_percent", "sentence")
    rows: list[tuple[Cell, ...]] = []
    for one in causes_of(ask).found:
        found = one.finding
        size = (found.files, found.days_lost, one.percent)
        rows.append((found.step, one.title, found.cause, *size, one.say()))
    return Table("causes", columns, rows)


def _courts(ask: Ask) -> Table:
    courts = split_files(ask.snapshot)
    rows = [
        (
            party,
            _seconds(courts.held_us[party]),
            courts.share(party) / 10,
            courts.touched[party],
            courts.now_with[party],
        )
        for party in PARTIES
    ]
    total = ("all", _seconds(courts.elapsed_us), 100.0 if courts.elapsed_us else 0.0, courts.files)
    open_now = sum(courts.now_with.values())
    return Table("courts", ("court", "held_s", "percent", "files", "open_now"), [*rows, (*total, open_now)])


STEP_COLUMNS = (
    *("step", "title", "closed", "open_now", "waiting_p50_s", "waiting_p90_s", "working_p50_s"),
    *("working_p90_s", "stay_p50_s", "stay_p90_s", "oldest_open_s", "arrived_12_weeks", "left_12_weeks"),
    *("waiting_p50_low_s", "waiting_p50_high_s", "waiting_p50_business_days", "waiting_p90_business_days"),
    *("closed_before", "waiting_p50_before_s"),
)


def _step_row(line: StepLine) -> tuple[Cell, ...]:
    one = line.figures
    waits = (one.waiting_p50, one.waiting_p90, one.working_p50, one.working_p90)
    durations = (shown(value, one.closed) for value in (*waits, one.sojourn_p50, one.sojourn_p90))
    business = (shown(value, one.closed) for value in (one.business_p50, one.business_p90))
    return (
        *(line.step, line.title, one.closed, one.open_now),
        *map(_seconds, (*durations, one.oldest_open_us)),
        *(line.arrived, line.left, _seconds(one.waiting_low), _seconds(one.waiting_high)),
        *map(_business_days, business),
        *(one.closed_before, _seconds(shown(one.before, one.closed_before))),
    )


def _steps(ask: Ask) -> Table:
    return Table("steps", STEP_COLUMNS, [_step_row(line) for line in city_steps(step_lines(ask))])


def _outside(ask: Ask) -> Table:
    columns = (
        *("step", "title", "party", "closed", "open_now", "stay_p50_s", "stay_p90_s", "oldest_open_s"),
        *("arrived_12_weeks", "left_12_weeks"),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in outside_steps(step_lines(ask)):
        one = line.figures
        times = (shown(value, one.closed) for value in (one.sojourn_p50, one.sojourn_p90))
        counts = (line.step, line.title, line.party, one.closed, one.open_now)
        rows.append((*counts, *map(_seconds, (*times, one.oldest_open_us)), line.arrived, line.left))
    return Table("outside", columns, rows)


def _weeks(ask: Ask, step: str) -> Table:
    of_step = {line.step: line.weeks for line in step_lines(ask)} if step else {}
    known = step if step in of_step else ""
    counts = of_step[known] if known else file_weeks(ask)
    rows: list[tuple[Cell, ...]] = [
        (known, count.week.starts_on.isoformat(), count.arrived, count.left) for count in counts
    ]
    return Table("weeks", ("step", "week_from", "arrived", "left"), rows)


def _decisions(ask: Ask) -> Table:
    columns = (
        *("workflow", "title", "decided", "median_s", "p90_s", "given_up", "open_now"),
        *("median_low_s", "median_high_s", "median_business_days", "p90_business_days"),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in decision_lines(ask):
        times = (shown(value, line.decided) for value in (line.median_us, line.p90_us))
        business = (shown(value, line.decided) for value in (line.business_median_us, line.business_p90_us))
        counts = (line.given_up, line.open_now, _seconds(line.low_us), _seconds(line.high_us))
        names = (line.workflow, line.title, line.decided)
        rows.append((*names, *map(_seconds, times), *counts, *map(_business_days, business)))
    return Table("decisions", columns, rows)


def _clocks(ask: Ask) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (line.clock, line.title, line.n, line.in_time, line.late, line.overdue, line.share)
        for line in due_lines(ask)
    ]
    return Table("clocks", ("clock", "title", "n", "in_time", "late", "overdue", "percent_in_time"), rows)


def _stuck(ask: Ask) -> Table:
    columns = ("number", "title", "severity", "court", "steps", "due_on", "reasons")
    found = stuck_files(ask, histories_of(ask)).first
    called = names(ask.session, [one.application_id for one in found])
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        name = called[one.application_id]
        due_on = one.due_on.isoformat() if one.due_on else None
        reasons = " ".join(reason.template % reason.params for reason in one.reasons)
        where = "; ".join(map(ask.workflows.step_title, one.steps))
        rows.append((name.number, name.title, one.severity, one.party, where, due_on, reasons))
    return Table("stuck", columns, rows)


def _permits(ask: Ask) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (line.period, line.source, line.permits, line.stations, line.with_stations)
        for line in issued_lines(ask.session, ask.scope)
    ]
    return Table("permits", ("period", "source", "permits", "stations", "permits_with_stations"), rows)


TABLES: Mapping[str, Callable[[Ask], Table]] = MappingProxyType(
    {
        "causes": _causes,
        "courts": _courts,
        "steps": _steps,
        "outside": _outside,
        "decisions": _decisions,
        "clocks": _clocks,
        "stuck": _stuck,
        "permits": _permits,
    }
)
