"""The report as plain tables, for CSV files and programs: durations in seconds, dates as ISO text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.durations import SECOND_US
from permitflow.interchange.csv_table import csv_safe
from permitflow.reports import definitions
from permitflow.reports.bottlenecks import Bottlenecks
from permitflow.reports.causes import causes_of
from permitflow.reports.steps import StepLine, WeekCount

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


def table(name: str, report: Bottlenecks, step: str = "") -> Table:
    """Return one table of the report; `step` chooses whose weeks are told. Raises KeyError for an unknown name."""
    if name == "weeks":
        return _weeks(report, step)
    return TABLES[name](report)


def all_tables(report: Bottlenecks) -> list[Table]:
    """Return every table, the weeks of all files among them."""
    return [table(name, report) for name in definitions.ALL]


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return csv_safe(cell) if isinstance(cell, str) else str(cell)


def _seconds(duration_us: int | None) -> float | None:
    return None if duration_us is None else duration_us / SECOND_US


def _causes(report: Bottlenecks) -> Table:
    columns = ("step", "title", "cause", "files", "days_lost", "share", "sentence")
    rows: list[tuple[Cell, ...]] = []
    for one in causes_of(report).found:
        found = one.finding
        size = (found.files, found.days_lost, found.share)
        rows.append((found.step, one.title, found.cause, *size, one.say()))
    return Table("causes", columns, rows)


def _courts(report: Bottlenecks) -> Table:
    courts = report.courts
    rows = [
        (
            party,
            _seconds(courts.held_us[party]),
            courts.share(party) / 10,
            courts.touched(party),
            courts.now_with[party],
        )
        for party in PARTIES
    ]
    total = ("all", _seconds(courts.elapsed_us), 100.0 if courts.elapsed_us else 0.0, len(courts.per_file))
    open_now = sum(courts.now_with.values())
    return Table("courts", ("court", "held_s", "percent", "files", "open_now"), [*rows, (*total, open_now)])


STEP_COLUMNS = (
    *("step", "title", "closed", "open_now", "waiting_p50_s", "waiting_p90_s", "working_p50_s"),
    *("working_p90_s", "stay_p50_s", "stay_p90_s", "oldest_open_s", "arrived_12_weeks", "left_12_weeks"),
)


def _step_row(line: StepLine) -> tuple[Cell, ...]:
    figures = line.figures
    durations = (
        figures.waiting_p50,
        figures.waiting_p90,
        figures.working_p50,
        figures.working_p90,
        figures.sojourn_p50,
        figures.sojourn_p90,
        figures.oldest_open_us,
    )
    counts = (line.step, line.title, figures.closed, figures.open_now)
    return (*counts, *map(_seconds, durations), line.arrived, line.left)


def _steps(report: Bottlenecks) -> Table:
    return Table("steps", STEP_COLUMNS, [_step_row(line) for line in report.city_steps])


def _outside(report: Bottlenecks) -> Table:
    columns = (
        *("step", "title", "party", "closed", "open_now", "stay_p50_s", "stay_p90_s", "oldest_open_s"),
        *("arrived_12_weeks", "left_12_weeks"),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in report.outside_steps:
        figures = line.figures
        times = map(_seconds, (figures.sojourn_p50, figures.sojourn_p90, figures.oldest_open_us))
        counts = (line.step, line.title, line.party, figures.closed, figures.open_now)
        rows.append((*counts, *times, line.arrived, line.left))
    return Table("outside", columns, rows)


def _weeks(report: Bottlenecks, step: str) -> Table:
    line = report.line(step)
    counts: Iterable[WeekCount] = report.weeks if line is None else line.weeks
    rows: list[tuple[Cell, ...]] = [
        (line.step if line else "", count.week.starts_on.isoformat(), count.arrived, count.left)
        for count in counts
    ]
    return Table("weeks", ("step", "week_from", "arrived", "left"), rows)


def _decisions(report: Bottlenecks) -> Table:
    columns = ("workflow", "title", "decided", "median_s", "p90_s", "given_up", "open_now")
    rows: list[tuple[Cell, ...]] = [
        (
            *(line.workflow, line.title, line.decided, _seconds(line.median_us), _seconds(line.p90_us)),
            *(line.given_up, line.open_now),
        )
        for line in report.decisions
    ]
    return Table("decisions", columns, rows)


def _clocks(report: Bottlenecks) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (line.clock, line.title, line.n, line.in_time, line.late, line.overdue, line.share)
        for line in report.due_lines
    ]
    return Table("clocks", ("clock", "title", "n", "in_time", "late", "overdue", "percent_in_time"), rows)


def _stuck(report: Bottlenecks) -> Table:
    columns = ("number", "title", "severity", "court", "steps", "due_on", "reasons")
    rows: list[tuple[Cell, ...]] = []
    for one in report.stuck:
        due_on = one.file.due_on.isoformat() if one.file.due_on else None
        reasons = " ".join(reason.template % reason.params for reason in one.reasons)
        where = "; ".join(map(report.workflows.step_title, one.steps))
        rows.append((one.file.number, one.file.title, one.severity, one.file.party, where, due_on, reasons))
    return Table("stuck", columns, rows)


def _permits(report: Bottlenecks) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (line.period, line.source, line.permits, line.stations, line.with_stations) for line in report.issued
    ]
    return Table("permits", ("period", "source", "permits", "stations", "permits_with_stations"), rows)


TABLES: Mapping[str, Callable[[Bottlenecks], Table]] = MappingProxyType(
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
