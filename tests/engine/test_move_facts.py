"""An application's facts under another version: other names, defaults, and nothing known is lost."""

from __future__ import annotations

from typing import Any

import pytest

from permitflow.engine.move_facts import moved_facts
from permitflow.engine.move_plan import FactMoves


def test_facts_get_new_names_and_values() -> None:
    moves = FactMoves(
        renames={"site.slope": "site.grade.percent"}, defaults={"site.trees": 0, "site.zone": "R1"}
    )
    facts = {"site": {"slope": 4, "zone": "C2"}}
    assert moved_facts(facts, moves) == {"site": {"grade": {"percent": 4}, "zone": "C2", "trees": 0}}
    assert facts == {"site": {"slope": 4, "zone": "C2"}}
    assert moved_facts({}, moves) == {"site": {"trees": 0, "zone": "R1"}}


@pytest.mark.parametrize(
    ("renames", "facts", "moved"),
    [
        # Names that change places, in both orders, and a chain of them.
        ({"a.x": "a.y", "a.y": "a.x"}, {"a": {"x": 1, "y": 2}}, {"a": {"x": 2, "y": 1}}),
        ({"a.y": "a.x", "a.x": "a.y"}, {"a": {"x": 1, "y": 2}}, {"a": {"x": 2, "y": 1}}),
        ({"a.x": "a.y", "a.y": "a.z"}, {"a": {"x": 1, "y": 2}}, {"a": {"y": 1, "z": 2}}),
        # A new name takes the place of what stood there.
        ({"a.x": "a.y"}, {"a": {"x": 1, "y": 2}}, {"a": {"y": 1}}),
        # No and nought are answers; an open question is none.
        ({"a.x": "b.x", "a.y": "b.y"}, {"a": {"x": False, "y": 0}}, {"a": {}, "b": {"x": False, "y": 0}}),
        ({"a.x": "b.x"}, {"a": {"x": None}, "b": {"x": 1}}, {"a": {}, "b": {"x": 1}}),
        # A whole group, and a name below what was a single value.
        ({"a": "b"}, {"a": {"x": 1}}, {"b": {"x": 1}}),
        ({"a.x": "a.x.low"}, {"a": {"x": 1}}, {"a": {"x": {"low": 1}}}),
        ({"a.x.low": "b"}, {"a": {"x": 1}}, {"a": {"x": 1}}),
    ],
)
def test_every_value_arrives_under_its_new_name(
    renames: dict[str, str], facts: dict[str, Any], moved: dict[str, Any]
) -> None:
    assert moved_facts(facts, FactMoves(renames=renames)) == moved


def test_a_default_below_a_single_value_takes_its_place() -> None:
    moves = FactMoves(defaults={"site.slope.percent": 3})
    assert moved_facts({"site": {"slope": 4}}, moves) == {"site": {"slope": {"percent": 3}}}
    assert moved_facts({"site": {"slope": {"percent": 4}}}, moves) == {"site": {"slope": {"percent": 4}}}
