"""Writing event logs from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from permitflow.instants import DAY, now_us
from tests.cli.conftest import Run
from tests.factories import City
from tests.reference_data import reference_file

EVENTS = (
    "case:concept:name,concept:name,time:timestamp,fee,case:kind\n"
    "1,a,2026-01-01T00:00:00Z,5,DC\n2,b,2026-01-01T08:00:00Z,,\n1,b,2026-01-02T09:00:00Z,,DC\n"
)


def nearly(value: Any) -> Any:
    """The figures of a report to compare with; deviations are sums of fractions, which depend on the rows' order."""
    if isinstance(value, dict):
        return {
            key: pytest.approx(one, rel=1e-9) if key == "stdev" and one else nearly(one)
            for key, one in value.items()
        }
    return [nearly(one) for one in value] if isinstance(value, list) else value


def imported(run: Run, folder: Path) -> None:
    path = folder / "log.csv"
    path.write_text(EVENTS, encoding="utf-8")
    assert run("import", "log", str(path), "--name", "old").status == 0


def test_an_imported_log_comes_back_with_its_attributes(run: Run, tmp_path: Path) -> None:
    imported(run, tmp_path)
    file = tmp_path / "out.xes"
    written = run("export", "log", "old", str(file), "--json")
    assert written.json == {"file": str(file), "format": "xes", "bytes": file.stat().st_size}
    assert run("import", "log", str(file), "--name", "again").status == 0
    for report in ("summary", "edges", "steps"):
        first = run("report", report, "--log", "old", "--json").json
        assert run("report", report, "--log", "again", "--json").json == first
    assert 'key="fee" value="5"' in file.read_text(encoding="utf-8")


def test_a_real_log_gives_identical_figures_after_the_way_out_and_in(run: Run, tmp_path: Path) -> None:
    source, file = str(reference_file("receipt.xes.gz")), str(tmp_path / "out.xes")
    assert run("import", "log", source, "--name", "receipt").status == 0
    assert run("export", "log", "receipt", file).status == 0
    assert run("import", "log", file, "--name", "again").status == 0
    for report in ("summary", "edges", "rework", "handovers"):
        first = run("report", report, "--log", "receipt", "--json").json
        again = run("report", report, "--log", "again", "--json").json
        assert again == nearly(first), report


def test_a_city_is_written_in_each_form(run: Run, city: City, tmp_path: Path) -> None:
    file = city.draft("us-ca-commercial-ab970", now_us() - 3 * DAY)
    city.act(file, "submit", "applicant", now_us() - 2 * DAY)
    for suffix in (".xes", ".csv", ".ocel.json", ".parquet"):
        path = tmp_path / f"city{suffix}"
        result = run("export", "city", city.slug, str(path))
        assert (result.status, result.err) == (0, "")
        assert path.stat().st_size > 100
    assert json.loads((tmp_path / "city.ocel.json").read_text(encoding="utf-8"))["events"]
    assert sorted(path.name for path in tmp_path.glob("city*")) == [
        "city.csv",
        "city.ocel.json",
        "city.parquet",
        "city.xes",
    ]


def test_what_cannot_be_written_is_said_in_a_sentence_and_leaves_nothing(
    run: Run, city: City, tmp_path: Path
) -> None:
    imported(run, tmp_path)
    for arguments, sentence in [
        (("log", "nobody", "x.xes"), "There is no log 'nobody'"),
        (("log", "old", "x.ocel.json"), "one kind of object"),
        (("log", "old", "x.doc"), "Name the form with --format"),
        (("city", "nowhere", "x.xes"), "There is no city 'nowhere'"),
        (("city", city.slug, "x.xes", "--from", "2026-02-01", "--to", "2026-01-01"), "A period begins"),
    ]:
        kind, name, target, *more = arguments
        result = run("export", kind, name, str(tmp_path / target), *more)
        assert result.status in (1, 2)
        assert sentence in result.err
    assert not list(tmp_path.glob("*x.*"))


def test_an_older_file_stays_until_the_new_one_is_whole(run: Run, tmp_path: Path) -> None:
    imported(run, tmp_path)
    file = tmp_path / "out.xes"
    file.write_text("old", encoding="utf-8")
    folder = tmp_path / "out"
    folder.mkdir()
    assert run("export", "log", "missing", str(file)).status == 1
    assert file.read_text(encoding="utf-8") == "old"
    assert run("export", "log", "old", str(file), "--progress").status == 0
    assert file.read_text(encoding="utf-8").startswith("<?xml")
