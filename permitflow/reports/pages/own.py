"""The city's own figures, as the metric files of its pack define them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import config
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.own_metric import Metric, MetricRow, OwnershipMetric, metric_figures, metric_rows
from permitflow.models import Jurisdiction
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Kind, Linked
from permitflow.reports.kept import Dear, kept
from permitflow.reports.own_metric import load_metric
from permitflow.reports.page import Ask, Page
from permitflow.reports.phase_log import MOST_FILES, counted_files, entries
from permitflow.reports.snapshots.gathering import calendar_of

LIBRARY = config.ROOT / "workflows"
FOLDER = "metrics"
MOST_ROWS = 500


def own_metrics(ask: Ask) -> list[Metric]:
    """Return the metrics of the city's pack, in the order of their files; dates are those of the city's zone."""
    pack = ask.session.get_one(Jurisdiction, ask.scope.city.id).pack
    found = [load_metric(file) for file in _files(pack)]
    return [metric.model_copy(update={"zone": ask.scope.city.zone}) for metric in found]


def figures(ask: Ask) -> list[Figure]:
    """Return two figures for each metric: its percentiles, and its rows."""
    metrics = own_metrics(ask)
    if not metrics:
        return [_nothing()]
    counted = kept(ask, COUNTED).value
    sampled = counted_files(ask) > MOST_FILES
    found = []
    for metric in metrics:
        rows = [_row(values) for values in counted[metric.metric]]
        found += [_summary(metric, rows, sampled=sampled), _rows(metric, rows)]
    return found


def _files(pack: str) -> list[Path]:
    return sorted((LIBRARY / pack / FOLDER).glob("*.yaml"))


def _count(ask: Ask) -> dict[str, Any]:
    """The rows of each metric as plain values."""
    calendar = calendar_of(ask.session, ask.scope.city)
    business_days = calendar.business_days_between if calendar else None
    found: dict[str, Any] = {}
    for metric in own_metrics(ask):
        found_entries = entries(ask, metric.activities())
        rows = metric_rows(metric, found_entries, ask.scope.today, business_days)
        found[metric.metric] = [
            [
                row.case,
                row.cycle,
                row.owner,
                row.from_on.isoformat(),
                row.to_on and row.to_on.isoformat(),
                row.days,
            ]
            for row in rows
        ]
    return found


COUNTED = Dear("own", _count)


def _row(values: Sequence[Any]) -> MetricRow:
    case, cycle, owner, first, last, days = values
    return MetricRow(case, cycle, owner, date.fromisoformat(first), last and date.fromisoformat(last), days)


def _summary(metric: Metric, rows: Sequence[MetricRow], *, sampled: bool) -> Figure:
    lines = [_line(metric, Phrase("All"), rows)]
    if isinstance(metric, OwnershipMetric):
        lines += [
            _line(metric, Phrase(owner), [row for row in rows if row.owner == owner])
            for owner in metric.owners
        ]
    notes = [Phrase("{definition}", {"definition": metric.definition})]
    if not metric.verified:
        notes.append(Phrase("This definition was not checked with the city."))
    if sampled:
        notes.append(Phrase("Counted from {n} files that chance chose.", {"n": MOST_FILES}))
    columns = (
        Column("owner", Phrase("Whose")),
        Column("n", Phrase("Counted (n)"), "count"),
        Column("open", Phrase("Open among them"), "count"),
        *(Column(name, title, _kind(metric)) for name, title in _PERCENTILES),
    )
    title = Phrase("{title}", {"title": metric.title})
    return Figure(
        metric.metric, title, "percentiles", columns, lines, notes=tuple(notes), n=len(rows), public=True
    )


_PERCENTILES = (
    ("median", Phrase("Half took no longer than")),
    ("p85", Phrase("85 of 100 no longer than")),
    ("p90", Phrase("90 of 100 no longer than")),
)


def _kind(metric: Metric) -> Kind:
    return "duration" if metric.unit == "calendar_day" else "business"


def _line(metric: Metric, whose: Phrase, rows: Sequence[MetricRow]) -> tuple[Cell, ...]:
    found = metric_figures(metric, rows)
    days = (found.median, found.p85, found.p90)
    return whose, found.n, found.open, *(None if one is None else round(one * DAY_US) for one in days)


def _rows(metric: Metric, rows: Sequence[MetricRow]) -> Figure:
    newest = sorted(rows, key=lambda row: (row.from_on, row.case), reverse=True)[:MOST_ROWS]
    columns = (
        Column("from", Phrase("From"), "date"),
        Column("to", Phrase("To"), "date"),
        Column("owner", Phrase("Whose")),
        Column("days", Phrase("Days"), "count"),
    )
    shown = [
        (row.from_on, row.to_on, row.owner and Phrase(row.owner), Linked(row.days, file=row.case))
        for row in newest
    ]
    notes = (
        (Phrase("Only the newest {n} rows are shown.", {"n": MOST_ROWS}),) if len(rows) > MOST_ROWS else ()
    )
    title = Phrase("{title}: each row", {"title": metric.title})
    return Figure(f"{metric.metric}-rows", title, "percentiles", columns, shown, notes=notes, n=len(rows))


def _nothing() -> Figure:
    return Figure(
        "own",
        Phrase("No figure of its own"),
        "percentiles",
        (),
        (),
        empty=Phrase(
            "The city has defined none. A file in the metrics folder of its workflows does; see the guide."
        ),
    )


PAGE = Page(
    "own",
    Phrase("The city's own figures"),
    Phrase("Counted as the city itself defines them."),
    figures,
)
