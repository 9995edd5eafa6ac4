"""Every workflow file that is shipped loads, lints clean and can be drawn."""

from pathlib import Path

import pytest

from permitflow.engine import diagram, loader
from permitflow.engine.pack import load_pack, unknown_gates
from tests.guards.source_tree import ROOT

WORKFLOWS = ROOT / "workflows"
# A folder of definitions is a pack; the mappings of outside files are none.
PACKS = sorted(path.parent for path in WORKFLOWS.glob("*/pack.yaml"))
DEFINITIONS = sorted(path for pack in PACKS for path in pack.glob("*.yaml") if path.name != "pack.yaml")

# A clock whose law was not read may be shipped; it warns and lint says so. Nothing else may be found.
EXPECTED = ("L152", "was not verified, so it will only warn")


def named(path: Path) -> str:
    return path.relative_to(WORKFLOWS).as_posix()


def test_workflows_are_shipped() -> None:
    assert len(DEFINITIONS) >= 12


@pytest.mark.parametrize("folder", PACKS, ids=named)
def test_a_pack_names_every_workflow_of_its_folder(folder: Path) -> None:
    pack = load_pack(folder)
    assert sorted(Path(loaded.file) for loaded in pack.workflows) == [
        p for p in DEFINITIONS if p.parent == folder
    ]


@pytest.mark.parametrize("path", DEFINITIONS, ids=named)
def test_a_shipped_workflow_has_no_problem_but_clocks_whose_law_was_not_read(path: Path) -> None:
    check, words = EXPECTED
    others = [str(one) for one in loader.check_file(path) if one.id != check or words not in one.message]
    assert others == []


def test_a_gate_waits_for_a_workflow_that_is_shipped() -> None:
    assert unknown_gates([load_pack(folder) for folder in PACKS]) == ()


@pytest.mark.parametrize("path", DEFINITIONS, ids=named)
def test_every_number_of_a_clock_says_where_it_comes_from(path: Path) -> None:
    definition = loader.load_file(path).definition
    assert definition.provenance.source
    for name, clock in definition.clocks.items():
        assert len(clock.source) > 10, name
        assert clock.as_of.year >= 2020, name


@pytest.mark.parametrize("path", DEFINITIONS, ids=named)
def test_a_shipped_workflow_can_be_drawn(path: Path) -> None:
    definition = loader.load_file(path).definition
    drawn = diagram.layout(definition)
    assert {box.phase for box in drawn.boxes} == set(definition.phases)
    assert drawn.arrows


def test_every_workflow_has_a_name_of_its_own() -> None:
    names = [loader.load_file(path).definition.workflow for path in DEFINITIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", DEFINITIONS, ids=named)
def test_people_are_told_what_comes_next(path: Path) -> None:
    definition = loader.load_file(path).definition
    silent = [name for name, phase in definition.phases.items() if not phase.next.endswith(".")]
    assert silent == []
    assert all(item.fix for lane in definition.lanes.values() for item in lane.checklist)
    assert all(clause.citation for clause in definition.clauses.values())
