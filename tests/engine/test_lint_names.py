"""Checks of names and expressions: what counts as a name, and where a comparison is one."""

import pytest

from permitflow.engine.lint_names import check
from tests.engine.lint_samples import Change
from tests.engine.small_workflow import loaded, problems

CLAUSE = "expression: equipment.station_count <= 4"
LENGTH = 'length: "equipment.station_count <= 25 ? 5 : 10"'


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of names find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def test_a_field_cannot_be_a_value_and_a_group() -> None:
    both = ("  site.slope: {", "  site: {title: Site, type: integer}\n  site.slope: {")
    for expression in ("site.slope > 1 && site > 1", "site > 1 && site.slope > 1"):
        found = problems(both, ("expression: equipment.station_count <= 4", f"expression: {expression}"))
        assert [problem.id for problem in found] == ["L108"]


def test_a_comparison_inside_a_text_is_no_comparison() -> None:
    change = ("expression: equipment.station_count <= 4", """expression: project.type != "a == 'b'" """)
    assert problems(change) == ()


@pytest.mark.parametrize(
    "expression",
    [
        'equipment.level == "D"',
        "'D' == equipment.level",
        'equipment.level != "D"',
        'equipment.level in ["DC", "D"]',
        'site.slope > 1 && "D" != equipment.level',
    ],
)
def test_a_word_that_is_no_choice_is_found_on_either_side(expression: str) -> None:
    (problem,) = check(loaded((CLAUSE, f"expression: >-\n      {expression}")).definition)
    assert (problem.id, problem.path) == ("L109", "clauses.few_stations.expression")
    assert problem.message == "'D' is not a choice of equipment.level; did you mean 'DC'?"


@pytest.mark.parametrize("verb", ["answered", "approve", "request_corrections", "waive"])
def test_a_step_in_a_lane_is_an_event(verb: str) -> None:
    stops = (
        "stops: [accept, deem_complete, withdraw]",
        f"stops: [accept, fire.{verb}, deem_complete, withdraw]",
    )
    assert found(stops) == []


def test_both_halves_of_an_event_are_looked_up() -> None:
    stops = (
        "stops: [accept, deem_complete, withdraw]",
        "stops: [accept, fires.aprove, deem_complete, withdraw]",
    )
    assert found(stops) == [("L104", "clocks.completeness.stops.1"), ("L116", "clocks.completeness.stops.1")]


def test_an_extension_is_looked_up_with_its_event_and_its_length() -> None:
    extended = (
        "    outcome: deemed_complete",
        "    extended_by: {nudge: {length: 'site.slop'}}\n    outcome: deemed_complete",
    )
    place = "clocks.completeness.extended_by.nudge"
    assert found(extended) == [("L105", place), ("L106", f"{place}.length")]


def test_what_is_far_from_every_name_gets_no_suggestion() -> None:
    (near,) = check(loaded(("when: [few_stations]", "when: [few_station]")).definition)
    (far,) = check(loaded(("when: [few_stations]", "when: [zzz]")).definition)
    assert near.message.endswith("; did you mean 'few_stations'?")
    assert far.message == "there is no clause called 'zzz'"


def test_a_number_that_is_a_yes_or_no_for_one_answer_only_is_refused() -> None:
    either = (LENGTH, 'length: "site.slope > 1 ? 5 : site.slope > 0"')
    assert found(either) == [("L108", "clocks.completeness.length")]
