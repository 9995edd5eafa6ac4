"""A pack's folder: its file, its workflows, and what does not fit together."""

from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.pack import load_pack, unknown_gates
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


OPENS = (
    "from: [intake], to: in_review, by: [permit_technician]",
    "from: [intake], to: in_review, opens: [second]",
)
GATE = (
    "phases:\n  draft: {",
    "gates:\n  zoning: {title: Zoning permit, workflows: [zoning, town-zoning], citation: Code}\nphases:\n  draft: {",
)


def test_a_workflow_that_is_opened_must_be_of_the_pack(tmp_path: Path) -> None:
    opens = variant((OPENS[0], f"{OPENS[1]}, by: [permit_technician]"))
    line = opens[: opens.index("opens:")].count("\n") + 1
    message = refusal(folder(tmp_path, small=opens))
    assert (
        f"small.yaml:{line}: the action 'accept' opens 'second', which is no workflow of this pack" in message
    )
    pack = PACK.replace("[small.yaml]", "[small.yaml, second.yaml]")
    second = variant(("workflow: small", "workflow: second"), ("[commercial]", "[other]"))
    assert len(load_pack(folder(tmp_path, pack, small=opens, second=second)).workflows) == 2


def test_a_gate_on_a_workflow_that_no_pack_has_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "county").mkdir()
    (tmp_path / "town").mkdir()
    county = load_pack(folder(tmp_path / "county", small=variant(GATE)))
    (warning,) = unknown_gates([county])
    assert (warning.id, warning.severity) == ("L167", "warning")
    assert "the gate 'zoning' waits for zoning or town-zoning, which no pack here has" in str(warning)
    assert warning.line == variant(GATE)[: variant(GATE).index("  zoning: {")].count("\n") + 1
    town = load_pack(folder(tmp_path / "town", small=variant(("workflow: small", "workflow: town-zoning"))))
    assert unknown_gates([county, town]) == ()
