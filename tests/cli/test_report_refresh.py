"""Renewing by hand what report pages read, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from permitflow.cli.report_refresh import _progress
from permitflow.reports.snapshots.manifest import read_manifest
from tests.cli.conftest import Run
from tests.factories import City


def test_the_reports_of_a_city_are_renewed(run: Run, city: City, tmp_path: Path) -> None:
    file = city.draft("us-ca-commercial-ab970")
    city.act(file, "submit", "applicant")
    done = run("report", "refresh", "--city", city.slug)
    assert done.status == 0
    assert "show 1 files (" in done.out
    assert done.err == "1 of 1 files read\n"
    (folder,) = tmp_path.rglob(f"snapshots/{city.slug}")
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.files == 1
    again = run("report", "refresh", "--city", city.slug)
    assert (again.status, again.err) == (0, "")


def test_an_unknown_city_is_refused(run: Run, city: City) -> None:
    assert "There is no city" in run("report", "refresh", "--city", "nowhere").err


def test_progress_is_told_in_steps(capsys: pytest.CaptureFixture[str]) -> None:
    say = _progress()
    for done in range(0, 1001, 10):
        say(done, 1000)
    assert len(capsys.readouterr().err.splitlines()) == 20
