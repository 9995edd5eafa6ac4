"""Figures as a mail shows them: their sentences and a small table, in English, without names and without charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from permitflow.instants import to_datetime
from permitflow.queries.sentence import Phrase, english_day
from permitflow.reports.figures import Cell, Figure, Kind, Linked, plain
from permitflow.reports.wording import elapsed, in_business_days

MOST_ROWS = 8
OF_PEOPLE = frozenset({"workload", "handovers", "overrides"})
"""Metrics whose figures may name people: a mail only says that they are there."""
NOTHING = "–"
ON_THE_PAGE = Phrase("This figure is about the work of people; it is shown on the page only.")


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of a mail: title, sentences, and a table whose cells are words; `left_out` rows are on the page."""

    title: str
    told: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int

    def lines(self) -> list[str]:
        """Return the table as lines of text: in columns when it is narrow enough for a mail."""
        table = [self.heads, *self.rows]
        widths = [max(len(row[place]) for row in table) for place in range(len(self.heads))]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]


def part_of(figure: Figure, zone: str, most: int = MOST_ROWS) -> Part:
    """Return a figure as words; what names people, and lists of single files, stay behind the sign-in."""
    if figure.metric in OF_PEOPLE and not figure.public:
        return Part(figure.title.say(), (ON_THE_PAGE.say(),), (), (), 0)
    said = [phrase.say() for phrase in (*figure.lead, *figure.notes)]
    if not figure.rows:
        said.append(figure.empty.say())
    shown = [] if _lists_files(figure) else figure.rows[:most]
    rows = [
        tuple(in_english(cell, column.kind, zone) for column, cell in zip(figure.columns, row, strict=True))
        for row in shown
    ]
    heads = tuple(column.title.say() for column in figure.columns) if rows else ()
    return Part(figure.title.say(), tuple(said), heads, tuple(rows), len(figure.rows) - len(rows))


def _lists_files(figure: Figure) -> bool:
    return any(isinstance(cell, Linked) and cell.file for row in figure.rows[:1] for cell in row)


def parts_of(figures: Sequence[Figure], zone: str) -> tuple[Part, ...]:
    """Return the figures of a page as words."""
    return tuple(part_of(figure, zone) for figure in figures)


def in_english(cell: Cell, kind: Kind, zone: str) -> str:
    """Return a value in English words; instants on the city's clock."""
    value = plain(cell)
    if value is None:
        return NOTHING
    if isinstance(value, Phrase):
        return value.say()
    if isinstance(value, date):
        return english_day(value)
    if isinstance(value, (str, bool)):
        return str(value)
    return _number(value, kind, zone)


def _number(value: float, kind: Kind, zone: str) -> str:
    if kind == "duration":
        return elapsed(int(value)).say()
    if kind == "business":
        return in_business_days(value).say()
    if kind == "percent":
        return f"{value:.1f} %"
    if kind == "instant":
        return f"{to_datetime(int(value), zone):%Y-%m-%d %H:%M}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
