"""Mappings: strict data, refused with the line at fault."""

from pathlib import Path

import pytest

from permitflow.interchange.permit_mapping import load_mapping
from permitflow.interchange.reading import BadFile

FOLDER = Path(__file__).resolve().parents[2] / "workflows" / "mappings"
SHIPPED = FOLDER / "chicago-ev.yaml"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_can_be_used(path):
    assert load_mapping(path).statuses


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("  number: PermitNum\n", "", "“columns.number”, Field required"),
        ("  number: PermitNum", "  number: PermitNum\n  number: Other", "'number' is given twice"),
        ("  number: PermitNum", "  nummer: PermitNum", "“columns.number”, Field required"),
        ("ACTIVE: issued", "ACTIVE: alive", "“statuses.ACTIVE”"),
        ("encoding: utf-8", "encoding: klingon", "klingon is not an encoding"),
        ("title:", "title: [", "not readable YAML"),
        ("  city: OriginalCity", "  city: 7", "“columns.city”, Input should be a valid string"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path, old, new, sentence):
    path = tmp_path / "city.yaml"
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadFile) as refusal:
        load_mapping(path)

    assert sentence in str(refusal.value)


def test_the_line_of_a_wrong_value_is_given(tmp_path):
    path = tmp_path / "city.yaml"
    text = SHIPPED.read_text(encoding="utf-8").replace("ACTIVE: issued", "ACTIVE: alive")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadFile) as refusal:
        load_mapping(path)

    assert "alive" in text.splitlines()[(refusal.value.line or 0) - 1]
