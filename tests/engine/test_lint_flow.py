"""Checks of the flow where they must stay silent, and what only shows in several phases at once."""

import pytest

from permitflow.engine.lint_flow import by_system, check
from tests.engine.lint_samples import Change, action
from tests.engine.small_workflow import loaded, problems


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of the flow find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def test_a_step_of_the_system_that_people_may_take_too_is_fine() -> None:
    change = (
        "from: [intake], to: in_review, by: [system]",
        "from: [intake], to: in_review, by: [system, building_official]",
    )
    assert problems(change) == ()


def test_a_phase_may_wait_for_a_gate() -> None:
    gate = (
        "phases:\n  draft: {",
        "gates:\n  zoning: {title: Zoning permit, workflows: [zoning], citation: Code}\nphases:\n  draft: {",
    )
    waits = ("expression: equipment.station_count <= 4", "expression: gates.zoning")
    last = ("auto: [pass_screening, hand_over]", "auto: [pass_screening]")
    by_hand = (
        "from: [screening], to: intake, by: [system], entry: Handed",
        "from: [screening], to: intake, by: [permit_technician], entry: Handed",
    )
    started = ("starts: [pass_screening, hand_over]", "starts: [pass_screening]")
    assert problems(gate, waits, last, by_hand, started) == ()
    found = problems(gate, last, by_hand, started)
    assert [problem.id for problem in found] == ["L160"]


def test_a_step_is_the_systems_when_it_is_one_of_those_who_take_it() -> None:
    definition = loaded(("to: ready, by: [system]", "to: ready, by: [building_official, system]")).definition
    taken = [name for name in definition.actions if by_system(definition, name)]
    assert taken == ["pass_screening", "hand_over", "deem_complete", "complete_reviews", "send_corrections"]


AFTER_ELECTRICAL = ("    title: Fire\n", "    title: Fire\n    after: [electrical]\n")


def test_hold_points_may_be_a_chain_but_no_ring() -> None:
    after_fire = ("    title: Utility\n", "    title: Utility\n    after: [fire, electrical]\n")
    assert found(AFTER_ELECTRICAL, after_fire) == []
    after_utility = ("    title: Electrical\n", "    title: Electrical\n    after: [utility]\n")
    assert found(AFTER_ELECTRICAL, after_fire, after_utility) == [
        ("L124", "lanes.electrical.after.0"),
        ("L124", "lanes.fire.after.0"),
        ("L124", "lanes.utility.after.0"),
        ("L124", "lanes.utility.after.1"),
    ]


def test_only_the_lane_that_is_in_the_ring_or_waits_for_it_is_named() -> None:
    alone = ("    title: Electrical\n", "    title: Electrical\n    after: [electrical]\n")
    assert found(AFTER_ELECTRICAL, alone) == [("L124", "lanes.electrical.after.0")]


@pytest.mark.parametrize(
    "text",
    [
        "remind: {title: Remind, from: [denied], by: [building_official], entry: Reminded}",
        "stay: {title: Stay, from: [denied], to: denied, by: [building_official], entry: Stayed}",
        "again: {title: Again, from: [denied], to: ready, by: [building_official], reopens: true, entry: Again}",
    ],
)
def test_what_stays_in_a_final_phase_or_reopens_it_does_not_leave_it_for_good(text: str) -> None:
    assert found(action(text)) == []


def test_a_step_that_only_stays_is_no_way_out() -> None:
    stays = ("outcome: issued, final: true", "outcome: issued")
    nudge = action("nudge: {title: Nudge, from: [issued], by: [building_official], entry: Nudged}")
    assert found(stays, nudge) == [("L112", "phases.issued"), ("L113", "phases.issued")]


def test_a_phase_without_lanes_and_a_join_without_its_effects_are_told_apart() -> None:
    assert found(("    effects: [issue_notice]\n", "")) == [("L127", "phases.in_review.join.corrections")]
    informational = ("    title: Electrical\n", "    title: Electrical\n    informational: true\n")
    assert found(informational) == [("L122", "phases.in_review.lanes")]


def test_without_a_first_phase_nothing_is_called_out_of_reach() -> None:
    assert found(("party: applicant, initial: true", "party: applicant")) == [("L110", "phases")]
