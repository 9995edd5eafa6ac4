"""Checking workflow files from the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.factories import ROOT

SHIPPED = ROOT / "workflows" / "us-ca"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A shipped workflow with a typo."""
    text = (SHIPPED / "residential-instant.yaml").read_text(encoding="utf-8")
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace("\nphases:", "\nfases:", 1), encoding="utf-8")
    return path


def test_the_shipped_packs_are_fine(run: Run) -> None:
    result = run("lint", "--json")
    assert result.status == 0
    assert result.json["ok"] is True
    assert {problem["severity"] for problem in result.json["problems"]} <= {"warning"}


def test_a_typo_is_named_with_file_and_line(run: Run, broken: Path) -> None:
    result = run("lint", str(broken), "--json")
    assert result.status == 1
    assert result.json["ok"] is False
    problem = result.json["problems"][0]
    assert set(problem) == {"id", "severity", "file", "line", "message"}
    assert problem["file"] == str(broken)
    assert any("fases" in one["message"] for one in result.json["problems"])
    words = run("lint", str(broken))
    assert f"{broken}:" in words.out
    assert "Refused: " in words.out


def test_a_folder_of_loose_files_is_checked(run: Run, broken: Path) -> None:
    assert run("lint", str(broken.parent)).status == 1


def test_a_pack_with_a_missing_file_is_refused(run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text((SHIPPED / "pack.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    result = run("lint", str(tmp_path), "--json")
    assert result.status == 1
    assert result.json["problems"]
