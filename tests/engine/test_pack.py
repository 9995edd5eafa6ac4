"""A pack's folder: its file, its workflows, and what does not fit together."""

from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.pack import load_pack
from tests.engine.small_workflow import SMALL, variant

PACK = """\
pack: generic-test
title: Test city
country: US
summary: For tests.
workflows: [small.yaml]
"""


def folder(tmp_path: Path, pack: str = PACK, **workflows: str) -> Path:
    (tmp_path / "pack.yaml").write_text(pack)
    for name, text in (workflows or {"small": SMALL}).items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def refusal(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_pack(path)
    return str(caught.value)


def test_a_pack_is_read_with_its_workflows(tmp_path: Path) -> None:
    pack = load_pack(folder(tmp_path))
    assert (pack.spec.country, pack.spec.subdivision) == ("US", None)
    assert [loaded.definition.workflow for loaded in pack.workflows] == ["small"]


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    assert "pack.yaml: the file cannot be opened" in refusal(tmp_path)


def test_a_mistake_in_the_pack_is_said_with_its_line(tmp_path: Path) -> None:
    assert "pack.yaml:3: unknown key 'contry' in the pack; did you mean 'country'?" in refusal(
        folder(tmp_path, PACK.replace("country", "contry"))
    )


def test_a_workflow_that_is_not_there_is_refused(tmp_path: Path) -> None:
    missing = folder(tmp_path, PACK.replace("small.yaml", "large.yaml"))
    assert "large.yaml: the file cannot be opened" in refusal(missing)


def test_a_pack_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    outside = folder(tmp_path, PACK.replace("small.yaml", "../small.yaml"))
    assert "workflows.0 is not a valid name" in refusal(outside)


def test_a_workflow_of_another_pack_is_refused(tmp_path: Path) -> None:
    stranger = folder(tmp_path, PACK.replace("pack: generic-test", "pack: other"))
    assert "small.yaml:4: the workflow belongs to the pack 'generic-test', not to 'other'" in refusal(
        stranger
    )


def test_two_workflows_for_one_kind_of_project_are_refused(tmp_path: Path) -> None:
    pack = PACK.replace("[small.yaml]", "[small.yaml, second.yaml]")
    second = variant(("workflow: small", "workflow: second"))
    message = refusal(folder(tmp_path, pack, small=SMALL, second=second))
    assert "the project type 'commercial' is already served by 'small'" in message


def test_a_workflow_with_errors_is_refused(tmp_path: Path) -> None:
    wrong = variant(("    to: screening\n", "    to: screning\n"))
    assert "no phase called 'screning'" in refusal(folder(tmp_path, small=wrong))
