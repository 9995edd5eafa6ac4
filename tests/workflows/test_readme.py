"""The guide for cities is true: its example works, and it lists every check."""

import re

from permitflow.engine.findings import CATALOGUE
from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text
from tests.workflows.packs import FOLDER

README = (FOLDER / "README.md").read_text()
CHANGES = {
    "fire": '    required_when: equipment.station_count >= 6 || equipment.level == "DC"',
    "document": '    required_when: "!electrical.service_upgrade"',
    "clock": '    length: "7"',
}


def example() -> str:
    """The generic workflow with the example's three changes."""
    text = (FOLDER / "us-generic" / "commercial.yaml").read_text()
    old_lane = '    required_when: equipment.station_count >= 4 || project.includes_storage || equipment.level == "DC"'
    assert text.count(old_lane) == 1
    text = text.replace(old_lane, CHANGES["fire"]).replace("pack: generic-ibc", "pack: my-town")
    blocks = re.findall(r"   ```yaml\n(.*?)   ```", README, re.DOTALL)
    document = next(block for block in blocks if "panel_photograph" in block)
    photograph = "\n".join(line[3:] for line in document.splitlines()[1:])
    text = text.replace("documents:\n", f"documents:\n{photograph}\n", 1)
    target = text.index("  completeness_target:")
    return text[:target] + text[target:].replace('length: "5"', 'length: "7"', 1)


def test_the_example_has_no_problem() -> None:
    assert all(change in README for change in CHANGES.values())
    loaded = load_text(example(), "commercial.yaml")
    assert lint(loaded) == ()
    assert "panel_photograph" in loaded.definition.documents
    assert loaded.definition.clocks["completeness_target"].length == "7"


def test_the_mistake_in_the_example_is_found() -> None:
    wrong = example().replace('level == "DC"', 'level == "D"', 1)
    (problem,) = lint(load_text(wrong, "commercial.yaml"))
    assert (problem.id, problem.message) == (
        "L109",
        "'D' is not a choice of equipment.level; did you mean 'DC'?",
    )
    assert problem.message in README


def test_every_check_is_listed_as_it_is() -> None:
    rows = re.findall(r"^\| (L\d+) \| (\w+) \| (.*) \|$", README, re.MULTILINE)
    assert {check: (severity, what) for check, severity, what in rows} == {
        check: (entry.severity, entry.what) for check, entry in CATALOGUE.items()
    }


def test_every_pack_is_listed() -> None:
    packs = {path.parent.name for path in FOLDER.glob("*/pack.yaml")}
    assert packs == set(re.findall(r"^\| `([\w-]+)` \| (?:a city)", README, re.MULTILINE))
