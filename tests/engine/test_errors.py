"""What the engine refuses is said in sentences, all of them at once, each with the place where it can be mended."""

from __future__ import annotations

import pytest

from permitflow.engine.errors import (
    ConflictOfInterest,
    DefinitionError,
    EngineError,
    MissingInput,
    NotAllowed,
    Problem,
    Refusal,
    UnknownFacts,
    UnmetClauses,
    WrongPhase,
    WrongRole,
)


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
    assert "its values" in str(UnknownFacts("1 / 0", []))


def test_several_problems_of_a_file_are_kept_behind_the_first() -> None:
    found = (
        Problem("L002", "error", "city.yaml", 3, "no key is called 'a'"),
        Problem("L003", "error", "city.yaml", None, "'title' is missing"),
    )
    error = DefinitionError("city.yaml", None, "two things are wrong", found)
    assert (str(error), error.problems) == ("city.yaml: two things are wrong", found)
    assert [str(problem) for problem in found] == [
        "city.yaml:3: error L002: no key is called 'a'",
        "city.yaml: error L003: 'title' is missing",
    ]


@pytest.mark.parametrize("kind", [WrongPhase, WrongRole, ConflictOfInterest, MissingInput, UnmetClauses])
def test_each_kind_of_refusal_is_caught_as_one(kind: type[NotAllowed]) -> None:
    with pytest.raises(NotAllowed, match="One") as caught:
        raise kind("approve", [Refusal("a", "One.")])
    assert isinstance(caught.value, EngineError)
