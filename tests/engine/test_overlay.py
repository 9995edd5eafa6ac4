"""Overlays: how they are laid over their base, what they may extend, and where their problems are shown."""

import json
from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import check_file, from_body, load_file, load_text
from tests.engine.small_workflow import SMALL, line_of

TOWN = """\
extends: ../base/small.yaml
workflow: town
title: Permit of the town
project_types: [commercial, workplace]
documents:
  site_plan: {help: With the kerb.}
  photograph: {title: Photograph, citation: Town code 1}
actions:
  submit:
    title: Send
permit:
  valid_days: 90
"""


def tree(tmp_path: Path, town: str = TOWN, base: str = SMALL) -> Path:
    """A folder of packs with a base and an overlay; returns the overlay's path."""
    for folder, text in (("base", base), ("town", town)):
        (tmp_path / "packs" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "packs" / folder / "small.yaml").write_text(text)
    return tmp_path / "packs" / "town" / "small.yaml"


def refusal(path: Path) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        load_file(path)
    assert [problem.id for problem in caught.value.problems] == ["L005"]
    return caught.value


def test_blocks_are_merged_lists_are_replaced_and_new_keys_follow(tmp_path: Path) -> None:
    definition = load_file(tree(tmp_path)).definition
    assert (definition.workflow, definition.title) == ("town", "Permit of the town")
    assert definition.project_types == ("commercial", "workplace")
    assert list(definition.documents) == ["site_plan", "photograph"]
    assert definition.documents["site_plan"].title == "Site plan"
    assert definition.documents["site_plan"].help == "With the kerb."
    submit = definition.actions["submit"]
    assert (submit.title, submit.to, submit.when) == ("Send", "screening", ("signed",))
    assert definition.permit is not None
    assert (definition.permit.valid_days, definition.permit.title) == (90, "Permit")
    assert list(definition.phases) == list(load_text(SMALL, "small.yaml").definition.phases)


def test_nothing_takes_a_key_away(tmp_path: Path) -> None:
    town = "extends: ../base/small.yaml\nworkflow: town\nlanes:\n  utility:\nphases:\n  in_review:\n"
    definition = load_file(tree(tmp_path, f"{town}    lanes: [electrical, fire]\n")).definition
    assert list(definition.lanes) == ["electrical", "fire"]


def test_the_identity_is_that_of_the_merged_result(tmp_path: Path) -> None:
    loaded = load_file(tree(tmp_path))
    body = json.loads(loaded.body)
    assert "extends" not in body
    assert from_body(loaded.body) == loaded.definition
    written_out = load_text(json.dumps(body), "whole.yaml")
    assert written_out.hash == loaded.hash
    assert load_file(tree(tmp_path, base=SMALL.replace("Small", "Tiny"))).hash == loaded.hash
    assert load_file(tree(tmp_path, base=SMALL.replace("Plan review", "Review"))).hash != loaded.hash


def test_each_part_is_shown_in_the_file_that_wrote_it(tmp_path: Path) -> None:
    loaded = load_file(tree(tmp_path))
    base = str(tmp_path / "packs" / "base" / "small.yaml")
    assert loaded.place("actions.submit.title") == (loaded.file, line_of(TOWN, "    title: Send"))
    assert loaded.place("actions.submit.to") == (base, line_of(SMALL, "    to: screening"))
    assert loaded.place("project_types.1") == (loaded.file, 4)
    assert loaded.place("documents.photograph.nowhere") == (loaded.file, line_of(TOWN, "  photograph"))
    assert loaded.place("nowhere") == (loaded.file, None)
    assert loaded.base is not None
    assert loaded.base.definition.workflow == "small"


def test_a_problem_is_reported_in_the_file_that_holds_it(tmp_path: Path) -> None:
    path = tree(tmp_path, TOWN.replace("valid_days: 90", "valid_days: soon"))
    (problem,) = check_file(path)
    assert (problem.id, problem.file, problem.line) == ("L004", str(path), line_of(TOWN, "  valid_days"))
    path = tree(tmp_path, TOWN.replace("title: Send", "by: [clerk]"))
    assert str(check_file(path)[0]).startswith(f"{path}:{line_of(TOWN, '    title: Send')}: error L101")
    missing = tree(tmp_path, TOWN + "provenance:\n  source:\n")
    (problem,) = check_file(missing)
    assert problem.message == "'source' is missing in provenance"


def test_a_base_that_cannot_be_read_is_reported_at_its_own_place(tmp_path: Path) -> None:
    path = tree(tmp_path, base=SMALL.replace("valid_days: 180", "valid_days: many"))
    (problem,) = check_file(path)
    assert problem.file.endswith("base/small.yaml")
    (tmp_path / "packs" / "base" / "small.yaml").unlink()
    assert "base/small.yaml: the file cannot be opened" in str(check_file(path)[0]).replace(
        " error L001:", ""
    )


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("/etc/small.yaml", "must be a path relative to this file"),
        ("../../small.yaml", "lies outside the folder of the packs"),
        ("../../../../etc/passwd.yaml", "lies outside the folder of the packs"),
        ("../base/small.txt", "must name a workflow file"),
        ("..\\base\\small.yaml", "must name a workflow file"),
        ('"../base/\\0small.yaml"', "must name a workflow file"),
        ('"../base/\\ud83dsmall.yaml"', "must name a workflow file"),
        ("5", "must name a workflow file"),
        ("[a.yaml]", "must name a workflow file"),
        ("small.yaml", "extends this file in turn"),
    ],
)
def test_what_an_overlay_cannot_extend(tmp_path: Path, named: str, words: str) -> None:
    error = refusal(tree(tmp_path, TOWN.replace("../base/small.yaml", named)))
    assert words in error.message
    assert error.line == 1


def test_a_link_does_not_lead_out_of_the_packs(tmp_path: Path) -> None:
    path = tree(tmp_path, TOWN.replace("../base/small.yaml", "../base/link.yaml"))
    outside = tmp_path / "outside.yaml"
    outside.write_text(SMALL)
    (tmp_path / "packs" / "base" / "link.yaml").symlink_to(outside)
    assert "lies outside" in refusal(path).message


def test_overlays_in_a_circle_and_too_deep_are_refused(tmp_path: Path) -> None:
    path = tree(
        tmp_path, base=TOWN.replace("../base", "../town").replace("workflow: town", "workflow: other")
    )
    assert "extends this file in turn" in refusal(path).message
    tree(tmp_path)
    for depth in range(1, 7):
        name = "small" if depth == 1 else f"town{depth - 1}"
        text = f"extends: {name}.yaml\nworkflow: town{depth}\n"
        (tmp_path / "packs" / "town" / f"town{depth}.yaml").write_text(text)
    assert load_file(tmp_path / "packs" / "town" / "town4.yaml").definition.workflow == "town4"
    assert "more than 5 deep" in refusal(tmp_path / "packs" / "town" / "town5.yaml").message


@pytest.mark.parametrize("line", ["", "workflow: small\n", "workflow:\n"])
def test_an_overlay_has_a_name_of_its_own(tmp_path: Path, line: str) -> None:
    error = refusal(tree(tmp_path, TOWN.replace("workflow: town\n", line)))
    assert "needs a name of its own" in error.message


def test_an_overlay_without_a_place_is_refused() -> None:
    with pytest.raises(DefinitionError, match="is read from its place among the packs"):
        load_text(TOWN, "upload.yaml")


def test_a_text_can_be_read_as_if_it_stood_somewhere(tmp_path: Path) -> None:
    path = tree(tmp_path)
    loaded = load_text(TOWN.replace("title: Send", "title: Hand in"), "upload.yaml", path)
    assert loaded.definition.actions["submit"].title == "Hand in"
    assert loaded.file == "upload.yaml"
