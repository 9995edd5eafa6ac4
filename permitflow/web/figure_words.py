"""How the values of a figure look on a page, and how its chart is told to the script that draws it."""

from __future__ import annotations

import json
from datetime import date

from flask import Flask
from flask_babel import format_decimal
from flask_babel import gettext as _

from permitflow.analytics.durations import DAY_US
from permitflow.instants import to_datetime
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Kind, plain
from permitflow.reports.wording import business_days, elapsed
from permitflow.web.filters import NOTHING, local_day, local_time

DAYS = ("duration", "business")
"""Kinds that are lengths of time in microseconds."""


def said(words: Phrase | str) -> str:
    """A phrase in the reader's language; a text as it stands."""
    return words.say(_, local_day) if isinstance(words, Phrase) else words


def shown(cell: Cell, kind: Kind, zone: str) -> str:
    """A value in the reader's words."""
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(value, (Phrase, str)):
        return said(value)
    if isinstance(value, date):
        return local_day(value)
    if kind == "duration":
        return elapsed(int(value)).say(_)
    if kind == "business":
        return _("%(days)s business days", days=format_decimal(business_days(value)))
    if kind == "instant":
        return local_time(int(value), zone)
    if kind == "percent":
        return f"{format_decimal(round(value, 1))} %"
    return format_decimal(value if isinstance(value, int) else round(value, decimals(value)))


def heading(column: Column) -> str:
    """The heading of a column; business days are named here once, where every cell would repeat them."""
    title = said(column.title)
    return f"{title} ({unit(column.kind)})" if column.kind == "business" else title


def in_column(cell: Cell, kind: Kind, zone: str) -> str:
    """A value under its heading, which names the unit."""
    value = plain(cell)
    if kind == "business" and isinstance(value, (int, float)):
        return format_decimal(business_days(value))
    return shown(cell, kind, zone)


def decimals(value: float) -> int:
    """How many decimals a number is shown with: more would say nothing that the ones before it do not."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


def raw(cell: Cell, kind: Kind, zone: str) -> str:
    """A value for the script that draws the chart: days for lengths of time, the city's wall clock for instants."""
    value = plain(cell)
    if isinstance(value, (Phrase, str)):
        return said(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return ""
    if kind in DAYS:
        return f"{value / DAY_US:.6g}"
    return to_datetime(int(value), zone).strftime("%Y-%m-%dT%H:%M:%S") if kind == "instant" else str(value)


def chart_options(figure: Figure) -> str:
    """What the script needs to know of a figure's chart, as JSON; names of columns are their places in the table."""
    chart = figure.chart
    if chart is None:
        return "{}"
    places = {column.id: place for place, column in enumerate(figure.columns)}
    columns = [
        {"title": said(column.title), "kind": column.kind, "unit": unit(column.kind)}
        for column in figure.columns
    ]
    level_kind = figure.columns[places[chart.y[0]]].kind
    lines = [[said(label), value / DAY_US if level_kind in DAYS else value] for label, value in chart.lines]
    told = {
        "kind": chart.kind,
        "x": places[chart.x],
        "y": [places[name] for name in chart.y],
        "series": places[chart.series] if chart.series else None,
        "columns": columns,
        "lines": lines,
        "order": [said(name) for name in chart.order],
    }
    return json.dumps(told)


def drawable(figure: Figure) -> bool:
    """Say whether a figure has a chart with something in it: one of nothing but zeros says less than its table."""
    if figure.chart is None:
        return False
    places = [place for place, column in enumerate(figure.columns) if column.id in figure.chart.y]
    return any(plain(row[place]) for row in figure.rows for place in places)


def chart_rows(figure: Figure, start: int, zone: str) -> str:
    """The rows from `start` on as JSON, for a chart whose table shows only those before.

    Each column that the chart draws is a pair of its raw value and its words; the others are null.
    """
    chart = figure.chart
    if chart is None:
        return "[]"
    drawn = {chart.x, chart.series, *chart.y}
    named = {chart.x, chart.series}
    rows = [
        [
            (raw(cell, column.kind, zone), shown(cell, column.kind, zone) if column.id in named else "")
            if column.id in drawn
            else None
            for column, cell in zip(figure.columns, row, strict=True)
        ]
        for row in figure.rows[start:]
    ]
    return json.dumps(rows, separators=(",", ":"))


def unit(kind: Kind) -> str:
    """The unit that stands at the axis of a chart."""
    return {"duration": _("days"), "business": _("business days"), "percent": "%"}.get(kind, "")


def told_of(figure: Figure) -> str:
    """A figure in words, for those who hear the chart."""
    return " ".join(said(phrase) for phrase in (figure.title, *figure.lead))


def install(app: Flask) -> None:
    """Make the filters known to templates, under their own names."""
    for function in (said, shown, in_column, heading, raw, chart_options, chart_rows, told_of):
        app.add_template_filter(function)
    app.add_template_test(drawable)
