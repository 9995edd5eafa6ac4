"""Figures as CSV and JSON: plain units, no formulas, and what the figures mean."""

from __future__ import annotations

import csv
import io
from datetime import date

from permitflow.analytics.durations import DAY_US, SECOND_US
from permitflow.analytics.metrics import metric
from permitflow.queries.sentence import Phrase
from permitflow.reports.figure_files import as_csv, as_json, names
from permitflow.reports.figures import Column, Figure, Linked

FIGURE = Figure(
    "waits",
    Phrase("Waits of {city}", {"city": "Rio Verde"}),
    "step_times",
    (
        Column("step", Phrase("Step")),
        Column("wait", Phrase("Wait"), "duration"),
        Column("net", Phrase("Net"), "business"),
        Column("since", Phrase("Since"), "date"),
        Column("at", Phrase("At"), "instant"),
        Column("open", Phrase("Open"), "count"),
        Column("share", Phrase("Share"), "percent"),
    ),
    [
        (Phrase("Fire"), 90 * SECOND_US, 3 * DAY_US // 2, date(2026, 3, 8), 0, Linked(4, "open"), 12.5),
        ("=cmd()", None, None, None, None, 0, None),
    ],
    lead=(Phrase("{n} wait.", {"n": 4}),),
    n=4,
)


def test_csv_holds_seconds_business_days_and_iso_dates() -> None:
    head, fire, odd = csv.reader(io.StringIO(as_csv(FIGURE)))
    meaning = metric("step_times").definition
    assert head == [
        *("step", "wait_s", "net_business_days", "since", "at", "open", "share_percent", "definition"),
    ]
    assert fire == ["Fire", "90.0", "1.5", "2026-03-08", "1970-01-01T00:00:00+00:00", "4", "12.5", meaning]
    assert odd == ["'=cmd()", "", "", "", "", "0", "", meaning]


def test_a_column_names_its_unit_once() -> None:
    columns = [Column(id_, Phrase("Share"), "percent") for id_ in ("percent", "percent_before", "kept")]
    assert names(tuple(columns)) == ["percent", "percent_before", "kept_percent"]


def test_json_says_what_is_counted_and_how() -> None:
    told = as_json(FIGURE)
    assert (told["title"], told["metric"], told["n"]) == ("Waits of Rio Verde", "step_times", 4)
    assert told["formula"] == metric("step_times").formula
    assert told["told"] == ["4 wait."]
    rows = told["rows"]
    assert isinstance(rows, list)
    assert rows[0]["wait_s"] == 90.0
    assert rows[1] == {
        **dict.fromkeys(("wait_s", "net_business_days", "since", "at", "share_percent")),
        "step": "=cmd()",
        "open": 0,
    }
