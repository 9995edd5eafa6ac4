"""The picture of a workflow as a file of its own."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_file, load_text
from permitflow.interchange.diagram_svg import svg
from permitflow.services.repertoire import workflow_files
from tests.engine.small_workflow import SMALL, loaded

SPACE = "{http://www.w3.org/2000/svg}"
SHIPPED = [load_file(path).definition for path in workflow_files(Path("workflows").resolve())]


def parsed(definition: Definition) -> ET.Element:
    return ET.fromstring(svg(definition))  # Our own text.


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda definition: definition.workflow)
def test_it_names_every_phase_and_clock_and_needs_nothing_else(definition: Definition) -> None:
    text = svg(definition)
    root = ET.fromstring(text)  # Our own text.
    assert root.get("role") == "img"
    assert root.find(f"{SPACE}title") is not None
    assert root.find(f"{SPACE}desc") is not None
    assert not re.search(r"<script|href|url\((?!#)|@import|on\w+=", text)
    said = " ".join(root.itertext())
    titles = [phase.title for phase in definition.phases.values()]
    titles += [clock.title for clock in definition.clocks.values()]
    for title in titles:
        assert " ".join(title.split()) in " ".join(said.split())


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda definition: definition.workflow)
def test_everything_lies_within_the_picture(definition: Definition) -> None:
    root = parsed(definition)
    width, height = int(root.get("width", 0)), int(root.get("height", 0))
    for text in root.iter(f"{SPACE}text"):
        assert 0 < int(text.get("x", 0)) < width
        assert 0 < int(text.get("y", 0)) < height


def test_words_that_look_like_markup_stay_words() -> None:
    changed = SMALL.replace("title: Small permit", "title: '</title><script>alert(1)</script> & \"x\"'")
    definition = load_text(changed.replace("{title: Draft,", "{title: '<b>Draft</b>',"), "x.yaml").definition
    root = parsed(definition)
    assert root.find(f".//{SPACE}script") is None
    assert "<b>Draft</b>" in "".join(root.itertext())


def test_a_process_of_sixty_phases_stays_readable() -> None:
    base = loaded().definition
    middle, submit = base.phases["intake"], base.actions["accept"]
    names = ["draft", *(f"step_{number}" for number in range(60)), "issued"]
    phases = {name: middle.model_copy(update={"title": name}) for name in names[1:-1]}
    actions = {
        f"go_{number}": submit.model_copy(update={"from_": (source,), "to": target, "title": f"Go {number}"})
        for number, (source, target) in enumerate(itertools.pairwise(names))
    }
    actions |= {
        f"fan_{number}": submit.model_copy(
            update={"from_": ("step_0",), "to": f"step_{number}", "title": f"Fan {number}"}
        )
        for number in range(10, 30)
    }
    wide = base.model_copy(
        update={
            "phases": {"draft": base.phases["draft"], **phases, "issued": base.phases["issued"]},
            "actions": actions,
            "clocks": {},
        }
    )
    root = parsed(wide)
    assert int(root.get("width", 0)) < 6 * 300 + 60 * 20
    assert len(list(root.iter(f"{SPACE}rect"))) >= 62
