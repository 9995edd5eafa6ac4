"""The schema that editors use says the same as the loader, for whole files and for overlays."""

from pathlib import Path

import pytest

from permitflow.engine import strict_yaml
from permitflow.engine.schema import DIALECT, json_schema
from tests.engine.schema_checker import faults
from tests.engine.small_workflow import SMALL, variant
from tests.engine.test_overlay import TOWN

SCHEMA = json_schema()
ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(
    path for pack in (ROOT / "workflows").glob("*/pack.yaml") for path in pack.parent.glob("*.yaml")
)


def found(text: str) -> list[str]:
    return list(faults(SCHEMA, SCHEMA, strict_yaml.read(text, "sample.yaml").value))


@pytest.mark.parametrize(
    "path", [p for p in SHIPPED if p.name != "pack.yaml"], ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_every_shipped_workflow_fits(path: Path) -> None:
    assert found(path.read_text()) == []


@pytest.mark.parametrize("text", [SMALL, TOWN, "extends: ../a/b.yaml\nworkflow: c\nlanes:\n  fire:\n"])
def test_a_whole_file_and_an_overlay_fit(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        variant(("phases:\n", "pharses:\n")),
        variant(("title: Ready, ", "")),
        variant(("valid_days: 180", "valid_days: many")),
        variant(("valid_days: 180", "valid_days: 0")),
        variant(("verified: true}\nroles", "verified: yes}\nroles")),
        variant(("unit: business_day", "unit: busines_day")),
        variant(("  ready: {", "  Ready: {")),
        variant(("as_of: 2026-01-01, verified", "as_of: 2026-02-30, verified")),
        variant(("project_types: [commercial]", "project_types: []")),
        TOWN.replace("workflow: town\n", ""),
        TOWN.replace("title: Send", "titel: Send"),
        TOWN.replace("extends: ../base/small.yaml\n", ""),
        "extends: ../a/b.yaml\nworkflow: c\nlanes:\n  Fire: {}\n",
    ],
)
def test_what_the_loader_refuses_does_not_fit(text: str) -> None:
    assert found(text)


def test_the_schema_says_what_it_is_and_explains_keys() -> None:
    assert (SCHEMA["$schema"], SCHEMA["$id"]) == (DIALECT, "workflow.schema.json")
    lane = SCHEMA["$defs"]["LaneDef"]["properties"]
    assert lane["waived_by"]["description"].startswith("The staff role with the authority")
    assert "from" in SCHEMA["$defs"]["ActionDef"]["properties"]
    assert "required" not in SCHEMA["$defs"]["ActionDefInOverlay"]
