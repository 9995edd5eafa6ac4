"""The data types of a workflow file."""

import pytest
from pydantic import ValidationError

from permitflow.engine.definition import Definition
from permitflow.engine.errors import DefinitionError, NotAllowed, Refusal, UnknownFacts
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


def test_a_refusal_fills_its_places() -> None:
    assert Refusal("x", "Fill in “{input}”.", {"input": "Finding"}).sentence() == "Fill in “Finding”."
    assert Refusal("x", "A brace { stays.").sentence() == "A brace { stays."


def test_a_refused_action_says_every_reason() -> None:
    error = NotAllowed("approve", [Refusal("a", "One."), Refusal("b", "Two.")])
    assert (str(error), error.action, len(error.refusals)) == ("One. Two.", "approve", 2)


def test_a_definition_error_always_has_a_problem() -> None:
    error = DefinitionError("city.yaml", 3, "the key 'a' is given twice")
    assert str(error) == "city.yaml:3: the key 'a' is given twice"
    assert [(problem.id, problem.line) for problem in error.problems] == [("L001", 3)]


def test_unknown_facts_are_named() -> None:
    assert "equipment.port_count" in str(UnknownFacts("equipment.port_count * 2", ["equipment.port_count"]))
