"""Finding workflows and their scenarios."""

import shutil
from pathlib import Path

from permitflow.services.repertoire import repertoire, workflow_files

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
STRAY = "scenario: Stray\nworkflow: nowhere\nstarts: 2026-03-02\nsteps:\n  - {wait: 2026-03-03}\n"


def test_packs_clock_packs_mappings_and_scenarios_are_no_workflows() -> None:
    files = workflow_files(SHIPPED)
    assert SHIPPED / "us-ca" / "commercial-ab970.yaml" in files
    assert not [
        file
        for file in files
        if file.name == "pack.yaml" or file.parent.name in ("scenarios", "clocks", "mappings")
    ]


def test_the_place_comes_from_the_pack() -> None:
    piece = repertoire(SHIPPED / "us-ca" / "residential-instant.yaml").pieces[0]
    assert (piece.setting.country, piece.setting.subdivision) == ("US", "CA")
    assert piece.setting.zone == "America/Los_Angeles"
    assert {scenario.scenario.workflow for scenario in piece.scenarios} == {"us-ca-residential-instant"}
    assert piece.whole


def test_one_scenario_can_be_played_alone() -> None:
    file = next((SHIPPED / "us-ca" / "scenarios").glob("home-denied.yaml"))
    piece, *others = repertoire(file).pieces
    assert others == []
    assert [scenario.file for scenario in piece.scenarios] == [str(file)]
    assert not piece.whole


def test_what_cannot_be_read_does_not_hold_up_the_rest(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "us-generic" / "residential-instant.yaml", tmp_path)
    (tmp_path / "broken.yaml").write_text("workflow: broken\n")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "bad.yaml").write_text("scenario: Bad\n")
    (tmp_path / "scenarios" / "stray.yaml").write_text(STRAY)
    found = repertoire(tmp_path)
    assert [piece.setting.loaded.definition.workflow for piece in found.pieces] == [
        "us-generic-residential-instant"
    ]
    assert [piece.scenarios for piece in found.pieces] == [()]
    assert sorted(problem.rpartition("/")[2].partition(":")[0] for problem in found.problems) == [
        *("bad.yaml", "broken.yaml", "stray.yaml")
    ]
    assert any("stray.yaml:2: there is no workflow 'nowhere'" in problem for problem in found.problems)
