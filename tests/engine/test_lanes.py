"""Which reviews a file needs, and when a round is complete."""

import itertools
from typing import cast

from permitflow.engine.lanes import (
    LANE_STATES,
    OPEN_STATES,
    LaneStanding,
    LaneState,
    join,
    lanes_for,
    reopen,
    waits_for,
)
from tests.engine.small_workflow import loaded

SMALL_SITE = {"equipment": {"station_count": 2, "level": "L2"}}
LARGE_SITE = {"equipment": {"station_count": 8, "level": "L2"}}


def needs(facts: dict[str, object]) -> dict[str, tuple[bool, bool]]:
    found = lanes_for(loaded().definition, "in_review", facts)
    return {need.lane: (need.required, need.unknown) for need in found}


def test_a_lane_is_required_when_its_condition_holds() -> None:
    assert needs(LARGE_SITE)["fire"] == (True, False)
    assert needs(SMALL_SITE)["fire"] == (False, False)
    assert needs(SMALL_SITE)["electrical"] == (True, False)


def test_a_condition_that_cannot_be_decided_makes_the_lane_required() -> None:
    assert needs({})["fire"] == (True, True)


def test_a_phase_without_lanes_needs_none() -> None:
    assert lanes_for(loaded().definition, "draft", {}) == ()


def test_lanes_that_are_not_needed_open_as_not_applicable() -> None:
    lanes = reopen(lanes_for(loaded().definition, "in_review", SMALL_SITE), {}, "none", 1)
    assert {name: lane.state for name, lane in lanes.items()} == {
        "electrical": "waiting",
        "fire": "not_applicable",
        "utility": "waiting",
    }
    assert lanes["utility"].informational
    assert all(lane.round == 1 for lane in lanes.values())


def lane(state: str, required: bool = True, informational: bool = False) -> LaneState:
    return LaneState("x", required, informational, state, 1)  # type: ignore[arg-type] # built from the list of states


def test_a_lane_is_open_until_it_is_answered() -> None:
    assert {state for state in LANE_STATES if lane(state).is_open} == OPEN_STATES


def test_the_join_over_every_pair_of_states() -> None:
    for first, second in itertools.product(LANE_STATES, repeat=2):
        answer = join({"a": lane(first), "b": lane(second)})
        if OPEN_STATES & {first, second}:
            assert answer == "open"
        elif "corrections_requested" in (first, second):
            assert answer == "corrections"
        else:
            assert answer == "approved"


def test_informational_and_unneeded_lanes_never_hold_the_join() -> None:
    lanes = {
        "a": lane("approved"),
        "b": lane("waiting", informational=True),
        "c": lane("waiting", required=False),
    }
    assert join(lanes) == "approved"
    asking = lanes | {"b": lane("corrections_requested", informational=True)}
    assert join(asking) == "approved"


def test_nothing_reviewed_is_never_approved() -> None:
    assert join({}) == "open"
    assert join({"a": lane("approved", required=False)}) == "open"
    assert join({"a": lane("approved", informational=True)}) == "open"


def answered() -> dict[str, LaneState]:
    opened = reopen(lanes_for(loaded().definition, "in_review", LARGE_SITE), {}, "none", 1)
    return {
        "electrical": LaneState("electrical", True, False, "corrections_requested", 1),
        "fire": LaneState("fire", True, False, "approved", 1),
        "utility": opened["utility"],
    }


def test_only_the_lanes_that_asked_are_opened_again() -> None:
    needed = lanes_for(loaded().definition, "in_review", LARGE_SITE)
    lanes = reopen(needed, answered(), "asked", 2)
    assert (lanes["electrical"].state, lanes["electrical"].round) == ("waiting", 2)
    assert (lanes["fire"].state, lanes["fire"].round) == ("approved", 1)


def test_all_required_lanes_can_be_opened_again() -> None:
    lanes = reopen(lanes_for(loaded().definition, "in_review", LARGE_SITE), answered(), "all", 2)
    assert {lane.state for lane in lanes.values()} == {"waiting"}


def test_none_is_opened_again() -> None:
    assert (
        reopen(lanes_for(loaded().definition, "in_review", LARGE_SITE), answered(), "none", 2) == answered()
    )


def test_a_lane_that_changed_facts_newly_require_is_opened() -> None:
    definition = loaded().definition
    before = reopen(lanes_for(definition, "in_review", SMALL_SITE), {}, "none", 1)
    after = reopen(lanes_for(definition, "in_review", LARGE_SITE), before, "asked", 2)
    assert (after["fire"].state, after["fire"].required, after["fire"].round) == ("waiting", True, 2)


def test_a_lane_that_was_never_opened_is_opened() -> None:
    after = reopen(lanes_for(loaded().definition, "in_review", LARGE_SITE), {}, "none", 1)
    assert after["electrical"].state == "waiting"


def lane_of(name: str, state: str, *, informational: bool = False) -> LaneState:
    return LaneState(name, True, informational, cast(LaneStanding, state), 1)


def round_of(*lanes: LaneState) -> dict[str, LaneState]:
    return {lane.lane: lane for lane in lanes}


def test_a_waived_lane_holds_nothing() -> None:
    assert join(round_of(lane_of("a", "waived"), lane_of("b", "approved"))) == "approved"


def test_the_first_request_ends_the_round_where_the_workflow_says_so() -> None:
    lanes = round_of(lane_of("a", "corrections_requested"), lane_of("b", "waiting"))
    assert (join(lanes), join(lanes, "first")) == ("open", "corrections")
    assert join(round_of(lane_of("a", "approved"), lane_of("b", "waiting")), "first") == "open"
    informational = lane_of("a", "corrections_requested", informational=True)
    assert join(round_of(informational, lane_of("b", "waiting")), "first") == "open"


def test_a_lane_held_by_a_request_for_corrections_is_not_waited_for() -> None:
    after = {"b": ("a",), "c": ("b",), "d": ()}
    held = [lane_of("b", "waiting"), lane_of("c", "waiting")]
    assert join(round_of(lane_of("a", "corrections_requested"), *held), "all", after) == "corrections"
    free = lane_of("d", "waiting")
    assert join(round_of(lane_of("a", "corrections_requested"), *held, free), "all", after) == "open"
    assert join(round_of(lane_of("a", "approved"), *held), "all", after) == "open"


def test_only_a_lane_that_counts_and_is_not_done_is_a_hold_point() -> None:
    lanes = round_of(
        lane_of("open", "in_review"),
        lane_of("asked", "corrections_requested"),
        lane_of("waived", "waived"),
        lane_of("done", "approved_with_conditions"),
        lane_of("for_information", "waiting", informational=True),
    )
    every = ("open", "asked", "waived", "done", "for_information", "elsewhere")
    assert waits_for(every, lanes) == ("open", "asked")
