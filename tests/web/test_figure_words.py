"""How the values of figures look, and what the script that draws charts is told."""

from __future__ import annotations

import json
from datetime import date

import pytest
from flask import Flask

from permitflow.analytics.durations import DAY_US
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure, Kind, Linked, Value
from permitflow.web.figure_words import chart_options, heading, in_column, raw, shown, told_of

ZONE = "America/Los_Angeles"
NOON = 1_780_000_000_000_000
FIGURE = Figure(
    "f",
    Phrase("Days of {name}", {"name": "Fire"}),
    "lead_time",
    (
        Column("at", Phrase("Day"), "date"),
        Column("took", Phrase("Time"), "duration"),
        Column("who", Phrase("Who")),
    ),
    [(date(2026, 3, 8), 2 * DAY_US, "A")],
    lead=(Phrase("Half took {days} days.", {"days": 2}),),
    chart=Chart(
        "lines",
        "at",
        ("took",),
        Phrase("Days"),
        "who",
        ((Phrase("half"), 3.5 * DAY_US),),
        (Phrase("A"), Phrase("B")),
    ),
)


@pytest.mark.parametrize(
    ("value", "kind", "words", "number"),
    [
        (None, "count", "-", ""),
        (1234, "count", "1,234", "1234"),
        (0.125, "number", "0.12", "0.125"),
        (98.76, "percent", "98.8 %", "98.76"),
        (2 * DAY_US + DAY_US // 2, "duration", "2 d 12 h", "2.5"),
        (752.92, "number", "753", "752.92"),
        (47.23, "number", "47.2", "47.23"),
        (DAY_US // 3, "business", "0.33 business days", "0.333333"),
        (10 * DAY_US + DAY_US // 3, "business", "10.3 business days", "10.3333"),
        (date(2026, 3, 8), "date", "Sun 8 Mar 2026", "2026-03-08"),
        (NOON, "instant", "Thu 28 May 2026, 13:26 PDT", "2026-05-28T13:26:40"),
        (Phrase("There: {n}", {"n": 3}), "text", "There: 3", "There: 3"),
        ("<b>", "text", "<b>", "<b>"),
    ],
)
def test_values_have_words_and_numbers(app: Flask, value: Value, kind: Kind, words: str, number: str) -> None:
    with app.test_request_context():
        assert shown(value, kind, ZONE) == shown(Linked(value), kind, ZONE) == words
        assert raw(value, kind, ZONE) == number


def test_the_heading_names_business_days_once_for_all_cells(app: Flask) -> None:
    with app.test_request_context():
        assert heading(Column("age", Phrase("Net age"), "business")) == "Net age (business days)"
        assert heading(Column("took", Phrase("Time"), "duration")) == "Time"
        assert in_column(Linked(7 * DAY_US // 2), "business", ZONE) == "3.5"
        assert (in_column(None, "business", ZONE), in_column(DAY_US, "duration", ZONE)) == ("-", "1 d")


def test_the_script_is_told_columns_by_their_places_and_levels_in_days(app: Flask) -> None:
    with app.test_request_context():
        told = json.loads(chart_options(FIGURE))
        assert told_of(FIGURE) == "Days of Fire Half took 2 days."
    assert (told["x"], told["y"], told["series"], told["kind"]) == (0, [1], 2, "lines")
    assert told["lines"] == [["half", 3.5]]
    assert [column["unit"] for column in told["columns"]] == ["", "days", ""]
    assert told["order"] == ["A", "B"]


def test_a_figure_without_chart_tells_nothing(app: Flask) -> None:
    with app.test_request_context():
        assert chart_options(Figure("f", Phrase("F"), "lead_time", (), [])) == "{}"
