"""The file of a city's own metric: read strictly, and the two that are shipped."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from permitflow.analytics.own_metric import OwnershipMetric, SpanMetric
from permitflow.engine.calendars import Calendar
from permitflow.engine.errors import DefinitionError
from permitflow.reports.own_metric import load_metric, metric_document
from tests.analytics.small_logs import DAY, table_of
from tests.guards.source_tree import ROOT

SHIPPED = ROOT / "workflows" / "metrics"
TEXT = """metric: days-in-hand
title: Days in hand
definition: Days that each had it.
unit: business_day
zone: UTC
kind: ownership
owners:
  city: [in]
  applicant: [back]
ends: [out]
open: left_out
source: The city
as_of: 2026-01-01
verified: true
"""


def test_what_is_shipped_says_what_it_counts_and_that_nobody_checked_it() -> None:
    building, ownership = (
        load_metric(SHIPPED / f"{name}.yaml") for name in ("asheville-building-review", "missoula-ownership")
    )
    assert isinstance(building, SpanMetric)
    assert (building.start.entry, building.start.of, len(building.to)) == ("first", ("Building Review",), 4)
    assert isinstance(ownership, OwnershipMetric)
    assert list(ownership.owners) == ["city", "applicant"]
    for metric in (building, ownership):
        assert (metric.unit, metric.open_ones, metric.verified) == ("calendar_day", "aged_to_today", False)


def test_every_metric_that_is_shipped_is_called_as_its_file() -> None:
    found = {path.stem: load_metric(path).metric for path in SHIPPED.glob("*.yaml")}
    assert len(found) == 2
    assert all(stem == name for stem, name in found.items())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("kind: ownership", "kind: average", 6, "the metric needs a 'kind': span or ownership"),
        ("kind: ownership\n", "", 1, "the metric needs a 'kind'"),
        (TEXT, "- a list\n", 1, "the metric needs a 'kind'"),
        ("unit: business_day", "unit: hour", 4, "'hour' is not allowed for unit"),
        ("zone: UTC", "zone: Mars/Base", 5, "zone: the time zone 'Mars/Base' is not known"),
        ("zone: UTC", "zone: ../UTC", 5, "the time zone '../UTC' is not known"),
        (
            "open: left_out",
            "opened: left_out",
            11,
            "unknown key 'opened' in the metric; did you mean 'open'?",
        ),
        ("title: Days in hand\n", "", 1, "'title' is missing in the metric"),
        ("  applicant: [back]\n", "", 7, "a case changes hands between two owners at least"),
        ("[back]", "[back, in]", 7, "'in' is named twice"),
        ("[back]", "[back, back]", 7, "'back' is named twice"),
        ("ends: [out]", "ends: [back]", 10, "'back' is named twice"),
        ("city: [in]", "city: []", 8, "owners.city must not be empty"),
        ("ends: [out]", "ends: [7]", 10, "ends.0 must be text: put '7' in double quotes"),
        ("ends: [out]", "ends: [out]\nends: [out]", 11, "the key 'ends' is given twice"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    path = tmp_path / "metric.yaml"
    assert TEXT.count(old) == 1
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_metric(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert words in str(refused.value)


def test_a_document_counts_on_the_calendar_it_is_given_and_keeps_owners_apart(tmp_path: Path) -> None:
    path = tmp_path / "metric.yaml"
    path.write_text(TEXT, encoding="utf-8")
    metric = load_metric(path)
    # 1 January 1970 was a Thursday: in on Thursday, back on Monday, in again on Tuesday.
    told = [("1", 0, 0, "in"), ("1", 4 * DAY, 1, "back"), ("1", 5 * DAY, 2, "in")]
    closed = {date(1970, 1, 2): "Bridge day"}
    calendar = Calendar("town", 1, "UTC", frozenset(range(5)), closed, time(8), time(17))
    with table_of(told) as table:
        plain = metric_document(table, metric, date(1970, 1, 9))
        closed_on_friday = metric_document(table, metric, date(1970, 1, 9), calendar)
    assert [row["days"] for row in plain["rows"]] == [2, 1]
    assert [row["days"] for row in closed_on_friday["rows"]] == [1, 1]
    assert (plain["n"], plain["open"], plain["not_in_log"]) == (2, 1, ["out"])
    assert {owner: (found["n"], found["open"]) for owner, found in plain["owners"].items()} == {
        "city": (1, 1),
        "applicant": (1, 0),
    }
