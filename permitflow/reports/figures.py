"""A figure of a report: a table whose columns say what they hold, a chart of it, and what it means.

Pages, CSV, JSON, mails and the public page are all written from the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from permitflow.queries.sentence import Phrase

Kind = Literal["text", "count", "number", "percent", "duration", "business", "date", "instant"]
"""What a column holds. duration: calendar time in microseconds; business: business time in microseconds (shown in business
days); percent: 0 to 100; date: a local date; instant: UTC microseconds, shown in the city's zone."""
Value = str | int | float | bool | date | Phrase | None
"""A text is shown as it stands, a phrase in the reader's language; None is shown as a dash."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A value that leads to the files behind it, or to one file.

    `listing` names a list of the same page (Page.listings) and `parameters` narrow it; `file` is an application's id.
    With `page` it is another page of the report that has the list, or that is opened itself when there is none.
    """

    value: Value
    listing: str = ""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""
    page: str = ""


Cell = Value | Linked


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in CSV and JSON, its heading, and what it holds."""

    id: str
    title: Phrase
    kind: Kind = "text"


ChartKind = Literal["bars", "stacked", "lines", "steps", "area", "scatter", "pareto", "heat", "band"]


@dataclass(frozen=True, slots=True)
class Chart:
    """How the table is drawn: the ids of its columns.

    bars, stacked, lines, steps (a line that jumps), area (stacked): `x` against each of `y`; with `series`, rows
    are sorted into lines by that column and `y` has one column. scatter: points. pareto: bars of the first of `y` and a line of the second
    (cumulative percent). heat: `x` across, `series` down, colour by `y`. band: the line `y[0]` between `y[1]` and `y[2]`.
    `lines` are level lines across the chart: (label, value in the kind of y). `order` names the series in the order of
    their colours and signs, so that each keeps its own whichever of them there are.
    """

    kind: ChartKind
    x: str
    y: tuple[str, ...]
    label: Phrase
    series: str = ""
    lines: tuple[tuple[Phrase, float], ...] = ()
    order: tuple[Phrase, ...] = ()


NOTHING = Phrase("Nothing of this kind happened in the period.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `metric` is an id of analytics/metrics.py, whose definition, unit, formula and least n are shown with it.

    `lead` is what the figure says, in a sentence or two; `notes` are warnings and limits; `empty` stands in place of an
    empty table; `n` is how many files or visits it is counted from. `public`: it names no file and no person, so that it may
    stand on the public page. `meaning` says what exactly is counted, instead of the metric's definition.
    """

    id: str
    title: Phrase
    metric: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    lead: tuple[Phrase, ...] = ()
    chart: Chart | None = None
    notes: tuple[Phrase, ...] = ()
    empty: Phrase = NOTHING
    n: int | None = None
    public: bool = False
    meaning: Phrase | None = None


def plain(cell: Cell) -> Value:
    """Return the value of a cell without its link."""
    return cell.value if isinstance(cell, Linked) else cell
