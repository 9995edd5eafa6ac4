"""The command of a city's own metric, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from permitflow.instants import DAY, now_us
from tests.cli.conftest import Run
from tests.factories import City
from tests.guards.source_tree import ROOT

METRICS = ROOT / "workflows" / "metrics"
HEAD = "case:concept:name,concept:name,time:timestamp\n"
KEYS = ["metric", "title", "definition", "unit", "n", "open", "median", "p85", "p90", "rows"]


def _reviews() -> str:
    """Reviews of 1 to 20 days that began at 22:00 in Asheville on 1 January, and one that is still open."""
    lines = []
    for days in range(1, 21):
        ended = date(2026, 1, 2) + timedelta(days=days)
        lines += [
            f"f{days:02},Building Review,2026-01-02T03:00:00Z",
            f"f{days:02},Approved,{ended}T03:00:00Z",
        ]
    return HEAD + "\n".join([*lines, "f21,Building Review,2026-01-02T03:00:00Z"]) + "\n"


OWNED = f"""{HEAD}m1,Submitted,2026-03-02T16:00:00Z
m1,Corrections Required,2026-03-06T16:00:00Z
m1,Resubmitted,2026-03-09T05:30:00Z
m1,Issued,2026-03-10T16:00:00Z
m2,Submitted,2026-03-09T16:00:00Z
"""


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> None:
    for name, text in (("reviews", _reviews()), ("owned", OWNED)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        assert run("import", "log", str(path), "--name", name).status == 0


def metric(name: str) -> tuple[str, str]:
    return "--metric", str(METRICS / f"{name}.yaml")


@pytest.mark.usefixtures("imported")
def test_building_review_is_counted_in_local_days_with_the_open_one_aged(run: Run) -> None:
    asked = ("report", "own-metric", "--log", "reviews", *metric("asheville-building-review"))
    found = run(*asked, "--as-of", "2026-01-31", "--json").json
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["metric"], found["unit"]) == ("asheville-building-review", "calendar_day")
    # 1 to 20 days and one of 30: the eleventh of 21 values is 11, ranks 17 and 18 (from 0) are 18 and 19.
    assert [found[key] for key in ("n", "open", "median", "p85", "p90")] == [21, 1, 11.0, 18.0, 19.0]
    assert found["rows"][-1] == {
        "case": "f21",
        "cycle": 1,
        "owner": None,
        "from": "2026-01-01",
        "to": None,
        "days": 30,
        "open": True,
    }
    assert found["not_in_log"] == ["Approved with Conditions", "Denied", "Revisions Required"]
    words = run(*asked, "--as-of", "2026-01-31").out
    assert "all: 21 rows, 1 open; median 11.0, p85 18.0, p90 19.0" in words
    assert "This definition was not checked with the city." in words


@pytest.mark.usefixtures("imported")
def test_ownership_has_a_row_for_each_cycle_and_no_percentiles_of_few(run: Run) -> None:
    asked = ("report", "own-metric", "--log", "owned", *metric("missoula-ownership"))
    found = run(*asked, "--as-of", "2026-03-12", "--json").json
    rows = [(row["case"], row["cycle"], row["owner"], row["days"], row["open"]) for row in found["rows"]]
    # The clocks change on 8 March: what came in at 05:30 UTC on the 9th came at 23:30 on the 8th.
    assert rows == [
        ("m1", 1, "city", 4, False),
        ("m1", 2, "applicant", 2, False),
        ("m1", 3, "city", 2, False),
        ("m2", 1, "city", 3, True),
    ]
    assert [found[key] for key in ("n", "open", "median", "p85", "p90")] == [4, 1, None, None, None]
    assert found["owners"]["applicant"]["n"] == 1
    words = run(*asked, "--as-of", "2026-03-12").out
    assert "city: 3 rows, 1 open; no percentiles of fewer than 20" in words
    assert "m1    2      applicant  2026-03-06  2026-03-08  2     False" in words


@pytest.mark.usefixtures("imported")
def test_open_ones_are_aged_to_today_without_a_day(run: Run) -> None:
    found = run("report", "own-metric", "--log", "owned", *metric("missoula-ownership"), "--json").json
    open_for = date.fromisoformat(found["as_of"]) - date(2026, 3, 9)
    assert found["rows"][-1]["days"] == open_for.days


def test_a_wrong_file_is_one_sentence_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "metric.yaml"
    text = (METRICS / "missoula-ownership.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("unit: calendar_day", "unit: week"), encoding="utf-8")
    line = text.splitlines().index("unit: calendar_day") + 1
    result = run("report", "own-metric", "--log", "owned", "--metric", str(path), "--json")
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert f"{path}:{line}: 'week' is not allowed for unit" in result.err
    missing = run("report", "own-metric", "--log", "owned", "--metric", str(tmp_path / "none.yaml"))
    assert (missing.status, missing.out) == (2, "")
    assert "the file cannot be opened" in missing.err


def test_an_unknown_log_is_one_sentence(run: Run) -> None:
    result = run("report", "own-metric", "--log", "other", *metric("missoula-ownership"))
    assert (result.status, result.err) == (1, "There is no log 'other'; imported are: none.\n")


def test_a_city_counts_its_own_record(run: Run, city: City) -> None:
    at = now_us() - 40 * DAY
    for number in range(2):
        file = city.draft("us-ca-commercial-ab970", at)
        city.act(file, "submit", "applicant", at + DAY)
        city.act(file, "accept", "permit_technician", at + 2 * DAY)
        if not number:
            city.act(file, "withdraw", "applicant", at + 9 * DAY, inputs={"reason": "Sold"})
    shipped = str(ROOT / "workflows" / "us-ca" / "metrics" / "building-review.yaml")
    found = run("report", "own-metric", "--city", city.slug, "--metric", shipped, "--json").json
    assert (found["n"], found["open"], found["zone"]) == (2, 1, "America/Los_Angeles")
    assert min(row["days"] for row in found["rows"]) == 7
    assert found["not_in_log"] == ["Corrections to answer", "Denied", "Ready for the decision"]
    for options in ((), ("--city", city.slug, "--log", "x")):
        assert run("report", "own-metric", *options, "--metric", shipped).status == 2
    assert run("report", "own-metric", "--city", "nowhere", "--metric", shipped).status == 1
