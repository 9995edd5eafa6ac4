"""Reports from the command line, on both databases."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.factories import City
from tests.reference_data import reference_figures, reference_file

EVENTS = (
    "case:concept:name,concept:name,time:timestamp\n"
    "1,a,2026-01-01T00:00:00Z\n1,b,2026-01-02T00:00:00Z\n1,b,2026-01-02T01:00:00Z\n2,a,2026-02-01T00:00:00Z\n"
)
SECOND = 1.0


@pytest.fixture
def log(run: Run, tmp_path: Path) -> str:
    path = tmp_path / "log.csv"
    path.write_text(EVENTS, encoding="utf-8")
    assert run("import", "log", str(path), "--name", "small").status == 0
    return "small"


def test_the_summary_of_a_log(run: Run, log: str) -> None:
    figures = run("report", "summary", "--log", log, "--json").json
    assert (figures["cases"], figures["events"], figures["activities"], figures["variants"]) == (2, 4, 2, 2)
    assert figures["case_duration_s"]["max"] == 90_000.0
    assert figures["rework_cases_per_activity"] == {"b": 1}
    assert figures["months"]["cases_started_per_month"] == {"2026-01": 1, "2026-02": 1}
    words = run("report", "summary", "--log", log).out
    assert "max          1 d 1 h" in words


def test_the_edges_of_a_log(run: Run, log: str) -> None:
    figures = run("report", "edges", "--log", log, "--json").json
    assert set(figures) == {"edges_total", "edges"}
    assert [(edge["source"], edge["target"], edge["sum"]) for edge in figures["edges"]] == [
        ("a", "b", 86_400.0),
        ("b", "b", 3_600.0),
    ]
    assert "1 d" in run("report", "edges", "--log", log).out


def test_where_cases_of_a_log_wait(run: Run, log: str) -> None:
    figures = run("report", "bottlenecks", "--log", log, "--json").json
    assert (figures["log"], figures["cases"], figures["edges_total"]) == ("small", 2, 2)
    assert figures["waits"] == [
        {"activity": "b", "n": 2, "median_s": 45_000.0, "p90_s": 78_120.0, "total_s": 90_000.0}
    ]
    assert "12 h 30 min" in run("report", "bottlenecks", "--log", log).out


@pytest.mark.parametrize("report", ["summary", "edges", "bottlenecks"])
def test_an_unknown_log_is_one_sentence(run: Run, log: str, report: str) -> None:
    result = run("report", report, "--log", "other", "--json")
    assert (result.status, result.out) == (1, "")
    assert result.err == "There is no log 'other'; imported are: small.\n"


def test_where_a_citys_files_wait(run: Run, city: City) -> None:
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    usual = run("report", "bottlenecks", "--city", city.slug, "--json").json
    assert usual["city"] == city.slug
    period = ("--from", "2026-01-01", "--to", "2026-12-31")
    figures = run("report", "bottlenecks", "--city", city.slug, *period, "--json").json
    (step,) = figures["steps"]["rows"]
    assert (step["step"], step["open_now"], step["closed"]) == ("intake", 1, 0)
    assert figures["courts"]["rows"][0]["court"] == "agency"
    assert figures["steps"]["definition"].startswith("One line for each step")
    words = run("report", "bottlenecks", "--city", city.slug, *period).out
    assert "Completeness check" in words
    assert words.startswith("Rio Verde, 2026-01-01 to 2026-12-31")


def test_what_cannot_be_reported_is_said(run: Run, city: City) -> None:
    assert "There is no city 'atlantis'" in run("report", "bottlenecks", "--city", "atlantis").err
    assert run("report", "bottlenecks").status == 2
    assert run("report", "bottlenecks", "--city", city.slug, "--log", "x").status == 2
    for first, last in (
        ("2026-02-01", "2026-01-01"),
        ("2026-01-01", "9999-12-31"),
        ("0001-01-01", "2026-01-01"),
    ):
        period = ("--from", first, "--to", last)
        assert run("report", "bottlenecks", "--city", city.slug, *period).status == 2


def test_a_real_log_gives_the_reference_figures(run: Run) -> None:
    run("import", "log", str(reference_file("receipt.xes.gz")), "--name", "receipt")
    known = reference_figures("reference_receipt")
    figures = run("report", "summary", "--log", "receipt", "--json").json
    for key in ("cases", "events", "activities", "variants", "start_activities", "end_activities", "months"):
        assert figures[key] == known[key], key
    for key in ("activity_counts", "rework_cases_per_activity", "edges_total", "resources", "lifecycle"):
        assert figures[key] == known[key], key
    assert figures["case_duration_s"] == pytest.approx(known["case_duration_s"], abs=SECOND)
    edges = run("report", "edges", "--log", "receipt", "--json").json
    assert edges["edges_total"] == known["edges_total"]
    assert _by_name(edges["edges"]).keys() == _by_name(known["edges"]).keys()
    for name, edge in _by_name(edges["edges"]).items():
        assert edge == pytest.approx(_by_name(known["edges"])[name], abs=SECOND), name


def _by_name(edges: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, float]]:
    names = ("source", "target")
    return {
        (edge["source"], edge["target"]): {
            key: value
            for key, value in edge.items()
            # The spread of a single walk is told as null here and as "not a number" there.
            if key not in names and value is not None and not math.isnan(value)
        }
        for edge in edges
    }
