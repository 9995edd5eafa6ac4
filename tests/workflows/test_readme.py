"""The guide for cities is true: its example works as it is written, and its mistakes are found in its words."""

import re
import shutil
from pathlib import Path

import pytest

from permitflow.engine import strict_yaml
from permitflow.engine.findings import CATALOGUE
from permitflow.engine.loader import check_file, load_file
from permitflow.engine.pack import load_pack
from permitflow.services.rehearsal import rehearsal
from permitflow.services.repertoire import repertoire
from tests.workflows.packs import FOLDER

README = (FOLDER / "README.md").read_text(encoding="utf-8")
FILE = re.compile(r"`workflows/(my-town/[\w./-]+)`:\n\n```yaml\n(.*?)```", re.DOTALL)
FIRE = "equipment.station_count >= 3"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The folder of the town, written from the guide into a copy of the packs that it stands on."""
    library = tmp_path / "workflows"
    for folder in ("us-generic", "clocks"):
        shutil.copytree(FOLDER / folder, library / folder, ignore=shutil.ignore_patterns("scenarios"))
    for name, text in FILE.findall(README):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(text, encoding="utf-8")
    return library / "my-town"


def said(path: Path) -> list[str]:
    return [f"{problem.severity} {problem.id}: {problem.message}" for problem in check_file(path)]


def test_the_guide_gives_every_file_of_the_example() -> None:
    names = [name for name, _ in FILE.findall(README)]
    assert names == ["my-town/pack.yaml", "my-town/commercial.yaml", "my-town/scenarios/three-chargers.yaml"]


def test_the_example_has_no_problem_and_changes_what_it_says(town: Path) -> None:
    assert said(town / "commercial.yaml") == []
    (loaded,) = load_pack(town).workflows
    base = load_file(town.parent / "us-generic" / "commercial.yaml").definition
    assert "panel_photograph" in loaded.definition.documents
    assert loaded.definition.clocks["completeness_target"].length == "3"
    assert loaded.definition.clocks["completeness_target"].starts == base.clocks["completeness_target"].starts
    assert loaded.definition.phases == base.phases


def test_the_example_plays_its_scenario(town: Path) -> None:
    found = repertoire(town / "scenarios" / "three-chargers.yaml")
    assert found.problems == ()
    (piece,) = found.pieces
    (scenario,) = piece.scenarios
    with rehearsal() as hall:
        played = hall.play(piece.setting, scenario)
    assert played.ok, played.message


@pytest.mark.parametrize(
    ("old", "new"), [('level == "DC"', 'level == "D"'), (FIRE, "equipment.station_count >= 6")]
)
def test_the_mistakes_in_the_example_are_found(town: Path, old: str, new: str) -> None:
    path = town / "commercial.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    (sentence,) = said(path)
    assert f"\n{sentence}\n" in README
    (problem,) = check_file(path)
    assert (problem.file, problem.line) == (str(path), text[: text.index(old)].count("\n") + 1)


def test_checks_that_the_guide_names_exist() -> None:
    assert set(re.findall(r"\bL\d{3}\b", README)) <= set(CATALOGUE)


def title_of(path: Path) -> object:
    content = strict_yaml.read(path.read_text(encoding="utf-8"), str(path)).value
    return content["title"] if isinstance(content, dict) else None


def test_every_pack_is_listed_with_its_title() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", README, re.MULTILINE)
    packs = {path.parent.name: title_of(path) for path in FOLDER.glob("*/pack.yaml")}
    assert {name: title for name, title in listed if name in packs or name.startswith("us-")} == packs
