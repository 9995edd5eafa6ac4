"""Figures as a mail shows them: words, small tables, and nobody's name."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.instants import DAY
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Kind, Linked
from permitflow.reports.mailed import NOTHING, ON_THE_PAGE, in_english, part_of
from tests.factories import MONDAY

ZONE = "America/Los_Angeles"
COLUMNS = (Column("step", Phrase("Step")), Column("files", Phrase("Files"), "count"))


def figure(rows: list[tuple[Cell, ...]], metric: str = "step_times", **more: object) -> Figure:
    return Figure("f", Phrase("Files"), metric, COLUMNS, rows, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        (None, "count", NOTHING),
        (12345, "count", "12,345"),
        (Linked(7, "open"), "count", "7"),
        (0.256, "number", "0.26"),
        (12.34, "percent", "12.3 %"),
        (3 * DAY, "duration", "3 d"),
        (int(2.5 * DAY), "business", "2.5 business days"),
        (date(2026, 8, 4), "date", "Tue 4 Aug 2026"),
        (MONDAY, "instant", "2026-03-02 09:00"),
        (Phrase("{n} files", {"n": 2}), "text", "2 files"),
        ("Fire", "text", "Fire"),
    ],
)
def test_values_are_words(cell: Cell, kind: Kind, words: str) -> None:
    assert in_english(cell, kind, ZONE) == words


def test_a_long_table_is_cut_and_says_so() -> None:
    part = part_of(figure([("Fire", n) for n in range(11)], lead=(Phrase("Many."),)), ZONE)
    assert (len(part.rows), part.left_out, part.told) == (8, 3, ("Many.",))
    assert part.lines()[:2] == ["Step  Files", "Fire  0"]


def test_an_empty_figure_says_so() -> None:
    part = part_of(figure([]), ZONE)
    assert part.told == ("Nothing of this kind happened in the period.",)
    assert (part.heads, part.rows) == ((), ())


def test_lists_of_files_stay_on_the_page() -> None:
    part = part_of(figure([("Fire", Linked(3, file="a" * 32))] * 2), ZONE)
    assert (part.rows, part.left_out) == ((), 2)


def test_what_may_name_people_stays_on_the_page_unless_it_is_public() -> None:
    told = figure([("Rae Reviewer", 3)], "workload", lead=(Phrase("Rae Reviewer has most."),))
    part = part_of(told, ZONE)
    assert "Rae" not in str(part)
    assert part.told == (ON_THE_PAGE.say(),)
    assert part_of(figure([("all", 3)], "workload", public=True), ZONE).rows == (("all", "3"),)
