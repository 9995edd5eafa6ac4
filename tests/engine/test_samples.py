"""The made-up answers reach both sides of whatever an expression distinguishes."""

from itertools import islice

import pytest

from permitflow.engine.conditions import value_of
from permitflow.engine.samples import MOST, samples
from tests.engine.small_workflow import loaded

DEFINITION = loaded().definition


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("equipment.station_count <= 25 ? 5 : 10", {5, 10}),
        ("equipment.station_count == 26 ? 1 : 0", {0, 1}),
        ('equipment.level == "DC" && site.flood_zone ? 1 : 2', {1, 2}),
        ('project.type == "plaza" ? 1 : 2', {1, 2}),
        ("project.includes_canopy ? (project.includes_storage ? 1 : 2) : 3", {1, 2, 3}),
        ("taken.accept == 0 ? 1 : 2", {1, 2}),
        ("7", {7}),
    ],
)
def test_every_branch_is_reached(expression: str, values: set[int]) -> None:
    assert {value_of(expression, facts) for facts in samples(DEFINITION, expression)} == values


def test_what_only_the_other_expression_names_is_tried_too() -> None:
    found = list(samples(DEFINITION, "equipment.station_count <= 4", "equipment.station_count <= 7"))
    counts = {facts["equipment"]["station_count"] for facts in found if isinstance(facts["equipment"], dict)}
    assert {4, 5, 7, 8} <= counts


def test_combinations_are_bounded() -> None:
    many = " + ".join(
        f"equipment.{name}" for name in ("station_count", "port_count", "max_amps", "max_watts")
    )
    assert len(list(samples(DEFINITION, f"{many} + site.slope + site.existing_stalls"))) == MOST
    assert list(islice(samples(DEFINITION, "true"), 5)) == [{}]
