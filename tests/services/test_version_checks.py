"""A new version has to pass the scenarios that its pack ships."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import load_file
from permitflow.services import version_checks
from tests import factories

MARCH = """\
scenario: March
workflow: us-ca-commercial-ab970
starts: "2026-03-02T09:00"
steps:
  - {do: submit, who: applicant}
"""


def test_the_shipped_scenarios_are_played_under_the_proposed_version() -> None:
    loaded = load_file(factories.ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml")
    scenario = factories.ROOT / "workflows" / "us-ca" / "scenarios" / "commercial-silent-office.yaml"
    texts = {scenario.name: scenario.read_text()}
    assert version_checks.rehearse(loaded, texts) == []
    wrong = {scenario.name: texts[scenario.name].replace("phase: intake", "phase: in_review", 1)}
    (said,) = version_checks.rehearse(loaded, wrong)
    assert "A silent office" in said
    assert "in_review" in said


def test_a_scenario_that_cannot_be_read_is_told_and_none_is_written_outside_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    loaded = load_file(factories.ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml")
    (said,) = version_checks.rehearse(loaded, {"broken.yaml": "scenario: [", "../escape.yaml": MARCH})
    assert said.startswith("The scenario broken.yaml cannot be read")
    assert list(tmp_path.iterdir()) == []


def test_only_scenarios_that_name_the_workflow_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "own.yaml").write_text(MARCH)
    (tmp_path / "scenarios" / "other.yaml").write_text(MARCH.replace("us-ca-commercial", "us-ca-other"))
    found = version_checks.scenarios_beside(tmp_path / "x.yaml", "us-ca-commercial-ab970")
    assert found == {"own.yaml": MARCH}
    (tmp_path / "scenarios" / "third.yaml").write_text("scenario: [")
    with pytest.raises(DefinitionError):
        version_checks.scenarios_beside(tmp_path / "x.yaml", "us-ca-commercial-ab970")


def test_a_pack_ships_scenarios_for_its_own_workflows() -> None:
    shipped = version_checks.shipped_scenarios("us-ca-commercial-ab970", "us-ca")
    assert "commercial-silent-office.yaml" in shipped
    assert version_checks.shipped_scenarios("us-ca-commercial-ab970", "us-nj") == {}
