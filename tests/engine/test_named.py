"""What a compiled definition knows of the names in it."""

from permitflow.engine.named import named_in
from tests.deep_workflow import deep
from tests.engine.small_workflow import loaded


def test_a_small_workflow_asks_for_nothing_beyond_its_file() -> None:
    named = named_in(loaded().definition)
    assert (named.taken, named.gates, named.lapsed) == (frozenset(), frozenset(), frozenset())
    assert not named.hold_points
    assert named.on_expiry == {"deem_complete"}
    assert named.clock_events == {"pass_screening", "hand_over", "accept", "deem_complete", "withdraw"}
    assert {"attestations.signed", "equipment.level", "equipment.port_count"} <= named.facts


def test_the_past_the_gates_and_the_clocks_are_named_by_the_clauses() -> None:
    named = named_in(deep().definition)
    assert (named.taken, named.gates, named.lapsed) == ({"hold"}, {"zoning"}, {"decision"})
    assert named.hold_points
    assert "utility.answered" in named.clock_events


def test_an_expression_that_cannot_be_read_names_nothing() -> None:
    definition = deep(("expression: gates.zoning", "expression: 'gates.zoning &&& ('")).definition
    assert named_in(definition).gates == frozenset()
