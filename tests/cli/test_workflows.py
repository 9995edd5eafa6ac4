"""Rehearsing, drawing, tabulating and converting workflows from the command line."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.interchange.test_machine_json import SMALL

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
HOME = SHIPPED / "us-generic" / "residential-instant.yaml"
WRONG = "scenario: Wrong\nworkflow: us-generic-residential-instant\nstarts: 2026-03-02\nsteps:\n  - {expect: {phase: issued}}\n"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workflow with one scenario that fails."""
    target = tmp_path / "pack"
    (target / "scenarios").mkdir(parents=True)
    shutil.copy(HOME, target)
    (target / "scenarios" / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    return target


def test_shipped_scenarios_pass(run: Run) -> None:
    result = run("workflow", "test", str(HOME))
    assert result.status == 0
    assert "us-generic-residential-instant:" in result.out
    assert result.out.rstrip().splitlines()[-1].startswith("Fine: 1 workflows")


def test_figures_as_json(run: Run) -> None:
    document = run("workflow", "test", str(HOME), "--json").json
    assert document["ok"] is True
    (workflow,) = document["workflows"]
    assert set(workflow) == {"workflow", "scenarios", "actions", "clauses"}
    assert workflow["actions"]["taken"] == workflow["actions"]["all"]
    assert workflow["actions"]["missing"] == []
    assert all(set(scenario) == {"name", "file", "ok", "message"} for scenario in workflow["scenarios"])


def test_a_scenario_that_fails_and_actions_that_nobody_takes(run: Run, folder: Path) -> None:
    result = run("workflow", "test", str(folder))
    assert result.status == 1
    assert "wrong.yaml:5: step 1 (expect): expected phase 'issued', but it is 'draft'" in result.out
    assert "residential-instant.yaml:" in result.out
    assert "error L271: no scenario takes the action 'submit'" in result.out
    document = run("workflow", "test", str(folder), "--json").json
    assert document["ok"] is False
    assert "withdraw" in document["workflows"][0]["actions"]["missing"]
    assert len(document["problems"]) == len(document["workflows"][0]["actions"]["missing"])


def test_a_file_that_cannot_be_read_is_told(run: Run, folder: Path) -> None:
    (folder / "scenarios" / "wrong.yaml").write_text("scenario: Half\n", encoding="utf-8")
    result = run("workflow", "test", str(folder))
    assert result.status == 1
    assert "wrong.yaml:1: 'workflow' is missing" in result.out


def test_converted_machines_come_back_as_tables(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "machines.json"
    source.write_text(json.dumps([SMALL]), encoding="utf-8")
    result = run("workflow", "convert", str(source), "--out", str(tmp_path / "out"))
    assert result.status == 0
    assert "'colour' has no place" in result.out
    table = run("workflow", "table", str(tmp_path / "out" / "street-works.yaml"), "--json").json
    assert set(table) == {"name", "initial", "states", "terminal", "transitions"}
    assert (table["name"], table["states"]) == (SMALL["name"], SMALL["states"])
    lint = run("lint", str(tmp_path / "out"))
    assert lint.status == 0
    words = run("workflow", "table", str(tmp_path / "out" / "street-works.yaml")).out
    assert "true -- RE OPEN -> Nóvy stav by Clerk A" in words


@pytest.mark.parametrize("text", ["[", "[]", '[{"name": "x"}]', "[" * 100_000])
def test_a_file_of_no_machines_is_refused_in_a_sentence(run: Run, tmp_path: Path, text: str) -> None:
    source = tmp_path / "machines.json"
    source.write_text(text, encoding="utf-8")
    result = run("workflow", "convert", str(source), "--out", str(tmp_path / "out"))
    assert result.status == 1
    assert result.err.startswith(str(source))
    assert len(result.err.splitlines()) == 1
    assert not list(tmp_path.glob("out/*"))


def test_a_picture_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    printed = run("workflow", "draw", str(HOME)).out
    assert printed.startswith("<svg ")
    assert run("workflow", "draw", str(HOME), "--out", str(tmp_path / "home.svg")).out == ""
    assert (tmp_path / "home.svg").read_text(encoding="utf-8") == printed


def test_a_workflow_that_does_not_load_is_told(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("workflow: x\n", encoding="utf-8")
    for command in ("draw", "table"):
        result = run("workflow", command, str(broken))
        assert (result.status, result.out) == (1, "")
        assert "broken.yaml" in result.err


def test_the_schema_is_printed(run: Run) -> None:
    schema = run("workflow", "schema").json
    assert "workflow" in json.dumps(schema)
