"""The data types of a workflow file."""

import pytest
from pydantic import ValidationError

from permitflow.engine.definition import Definition
from tests.engine.small_workflow import loaded


def test_a_definition_cannot_be_changed() -> None:
    definition = loaded().definition
    with pytest.raises(ValidationError):
        definition.title = "Other"
    with pytest.raises(ValidationError):
        definition.phases["draft"].title = "Other"


def test_the_first_phase_is_found_wherever_it_stands() -> None:
    moved = loaded(
        ("party: applicant, initial: true", "party: applicant"),
        ("{title: Corrections, party: applicant}", "{title: Corrections, party: applicant, initial: true}"),
    )
    assert moved.definition.initial() == "corrections"


def test_editors_get_a_schema_of_the_file() -> None:
    schema = Definition.model_json_schema()
    assert {"workflow", "phases", "actions", "clocks"} <= set(schema["properties"])
    assert "from" in schema["$defs"]["ActionDef"]["properties"]
    assert schema["additionalProperties"] is False
