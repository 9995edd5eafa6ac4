"""The summary of a log against hand-made traces and against an independent library's figures."""

import json
import math
import time

import pytest

from permitflow.analytics.log_table import LogTable
from permitflow.analytics.summary import summarise
from permitflow.interchange.event_csv import EventColumns, read_event_csv
from permitflow.interchange.xes import read_xes
from tests.analytics.small_logs import table_of
from tests.reference_data import reference_figures, reference_file

LOGS = [
    ("receipt.xes.gz", "reference_receipt"),
    ("BPIC15_1.xes.gz", "reference_bpic15_1"),
    ("fixtures/receipt_60.xes.gz", "reference_fixture_receipt_60"),
    ("fixtures/receipt_60.csv", "reference_fixture_receipt_60"),
    ("fixtures/bpic15_1_25.xes.gz", "reference_fixture_bpic15_1_25"),
    ("fixtures/bpic15_1_25.csv", "reference_fixture_bpic15_1_25"),
]
EXACT = [
    *("cases", "events", "activities", "variants", "start_activities", "end_activities", "activity_counts"),
    *("rework_cases_per_activity", "edges_total", "months", "resources", "events_without_resource"),
    *("lifecycle", "top_resources", "top_edges_by_median_min_count"),
    *("handovers", "same_resource_steps", "self_loops"),
]


def summary_of(name):
    path = reference_file(name)
    events = read_event_csv(path, EventColumns()) if path.suffix == ".csv" else read_xes(path)
    return summarise(LogTable.of_events(events))


@pytest.mark.parametrize(("log", "reference"), LOGS)
def test_counts_equal_those_of_an_independent_library(log, reference):
    expected = reference_figures(reference)
    expected |= expected["own_pandas"]
    summary = summary_of(log)

    assert {key: summary[key] for key in EXACT} == {key: expected[key] for key in EXACT}


@pytest.mark.parametrize(("log", "reference"), LOGS)
def test_durations_and_edges_equal_those_of_an_independent_library(log, reference):
    expected = reference_figures(reference)
    summary = summary_of(log)

    assert summary["case_duration_s"] == pytest.approx(expected["case_duration_s"], abs=1e-3)
    assert summary["case_duration_days"] == pytest.approx(expected["case_duration_days"], abs=1e-4)
    assert summary["events_per_case"] == pytest.approx(expected["events_per_case"], abs=1e-9)
    assert summary["case_arrival_average_s"] == pytest.approx(expected["case_arrival_average_s"])
    counts = [variant["cases"] for variant in summary["top_variants"]]
    assert counts == [variant["cases"] for variant in expected["top_variants"]]
    assert summary["top_variants"][0] == expected["top_variants"][0]
    assert len(summary["edges"]) == expected["edges_total"]
    # The larger reference lists only its more frequent edges.
    for edge, wanted in zip(summary["edges"], expected["edges"], strict=False):
        assert {key: _comparable(value) for key, value in edge.items()} == {
            key: pytest.approx(value, abs=1e-3, nan_ok=True) if isinstance(value, float) else value
            for key, value in wanted.items()
        }


def _comparable(value):
    return math.nan if value is None else value


def test_a_real_log_is_read_and_summarised_well_under_two_seconds():
    reference_file("receipt.xes.gz")
    started = time.perf_counter()

    summary_of("receipt.xes.gz")

    assert time.perf_counter() - started < 2


def test_rework_counts_cases_not_repetitions():
    rows = [("a", at, at, "x") for at in range(5)] + [("b", 0, 9, "x")]

    assert summarise(table_of(rows))["rework_cases_per_activity"] == {"x": 1}


def test_variants_are_distinct_sequences():
    rows = [("a", 0, 0, "x"), ("a", 1, 1, "y"), ("b", 0, 2, "x"), ("b", 5, 3, "y"), ("c", 0, 4, "y")]

    assert summarise(table_of(rows))["variants"] == 2


def test_a_case_belongs_to_the_months_of_its_first_and_last_event_in_utc():
    last_of_january = 31 * 86_400_000_000 - 1
    rows = [("a", last_of_january, 0, "x"), ("a", last_of_january + 1, 1, "y")]

    assert summarise(table_of(rows))["months"] == {
        "cases_started_per_month": {"1970-01": 1},
        "cases_ended_per_month": {"1970-02": 1},
    }


def test_an_empty_log_is_summarised_without_inventing_figures():
    summary = summarise(table_of([]))

    assert (summary["cases"], summary["events"], summary["edges"]) == (0, 0, [])
    assert summary["case_duration_s"]["n"] == 0
    assert summary["case_duration_s"]["median"] is None


def test_the_summary_is_one_json_document():
    rows = [("a", 0, 0, "x"), ("a", 1, 1, "y")]
    summary = summarise(table_of(rows))

    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
