"""A figure as CSV or JSON: durations in seconds, business time in business days, shares in percent, instants as ISO text in UTC."""

from __future__ import annotations

import csv
import io
from datetime import date

from permitflow.analytics.durations import DAY_US, SECOND_US
from permitflow.analytics.metrics import Metric, metric
from permitflow.instants import to_datetime
from permitflow.interchange.csv_table import csv_safe
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Kind, plain

Plain = str | int | float | bool | None
UNITS = {"duration": "_s", "business": "_business_days", "percent": "_percent"}
"""What the names of such columns end with, unless they say so themselves."""


def names(columns: tuple[Column, ...]) -> list[str]:
    """Return the names of columns, with the unit where there is one."""
    return [_named(column.id, UNITS.get(column.kind, "")) for column in columns]


def records(figure: Figure) -> list[dict[str, Plain]]:
    """Return each row as column -> value."""
    heads = names(figure.columns)
    return [dict(zip(heads, _row(figure, row), strict=True)) for row in figure.rows]


def as_csv(figure: Figure) -> str:
    """Return the table as CSV that no spreadsheet takes for formulas; the last column is the definition."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*names(figure.columns), "definition"])
    meaning = _meaning(figure)
    for row in figure.rows:
        writer.writerow([*map(_csv_cell, _row(figure, row)), meaning])
    return text.getvalue()


def as_json(figure: Figure) -> dict[str, object]:
    """Return the figure with its definition, unit, formula and n."""
    meant = metric(figure.metric)
    told = {"definition": _meaning(figure), "unit": meant.unit, "formula": meant.formula, "n": figure.n}
    lead = [phrase.say() for phrase in (*figure.lead, *figure.notes)]
    return {
        "figure": figure.id,
        "title": figure.title.say(),
        "metric": meant.id,
        **told,
        "told": lead,
        "rows": records(figure),
    }


def as_meaning(meant: Metric) -> dict[str, Plain]:
    """Return what a metric means, with its unit, formula and the least n it is shown from."""
    told = {"definition": meant.definition, "unit": meant.unit, "formula": meant.formula}
    return {"metric": meant.id, "title": meant.title, **told, "least_n": meant.least_n}


def _named(id_: str, unit: str) -> str:
    return id_ if unit.removeprefix("_") in id_.split("_") else id_ + unit


def _meaning(figure: Figure) -> str:
    return figure.meaning.say() if figure.meaning else metric(figure.metric).definition


def _row(figure: Figure, row: object) -> list[Plain]:
    assert isinstance(row, (tuple, list))
    return [_value(column.kind, cell) for column, cell in zip(figure.columns, row, strict=True)]


def _value(kind: Kind, cell: Cell) -> Plain:
    value = plain(cell)
    if isinstance(value, Phrase):
        return value.say()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool)):
        return value
    if kind == "duration":
        return value / SECOND_US
    if kind == "business":
        return round(value / DAY_US, 3)
    return to_datetime(int(value), "UTC").isoformat() if kind == "instant" else value


def _csv_cell(cell: Plain) -> str:
    if cell is None:
        return ""
    return csv_safe(cell) if isinstance(cell, str) else str(cell)
