"""One lane's answers: who may give them, and what each needs."""

import pytest

from permitflow.engine.errors import ConflictOfInterest, MissingInput, NotAllowed, WrongPhase, WrongRole
from permitflow.engine.lanes import LANE_STATES, LaneAnswer, LaneState
from permitflow.engine.machine import Actor, Machine, Situation, compile_machine
from permitflow.engine.review import LANE_ACTIONS, LaneStep, fire_lane, why_not_lane
from tests.engine.small_workflow import loaded

EXAMINER = Actor("eva", frozenset({"electrical_examiner"}))


def compiled() -> Machine:
    found = loaded()
    return compile_machine(found.hash, found.definition)


def situation(state: str = "waiting", phase: str = "in_review") -> Situation:
    lane = LaneState("electrical", True, False, state, 1)  # type: ignore[arg-type] # built from the list of states
    return Situation(phase, "volt", {}, {"electrical": lane})


def answer(action: str, **prepared: object) -> LaneAnswer:
    return LaneAnswer("electrical", action, **prepared)  # type: ignore[arg-type] # the tests name the fields


def refused(given: LaneAnswer, actor: Actor = EXAMINER, where: Situation | None = None) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        fire_lane(compiled(), given, actor, where or situation())
    return caught.value


def test_an_approval() -> None:
    step = fire_lane(compiled(), answer("approve"), EXAMINER, situation("in_review"))
    assert step == LaneStep(
        "electrical", "approve", "Approved", "in_review", "approved", "electrical_examiner"
    )


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (answer("approve"), "approved"),
        (answer("approve_with_conditions", conditions=1), "approved_with_conditions"),
        (answer("request_corrections", open_items=2), "corrections_requested"),
        (answer("mark_not_applicable", reason="No electrical work."), "not_applicable"),
    ],
)
def test_every_answer_can_be_given_with_or_without_starting_first(given: LaneAnswer, state: str) -> None:
    for before in ("waiting", "in_review"):
        assert fire_lane(compiled(), given, EXAMINER, situation(before)).to_state == state


def test_a_review_is_started_and_released() -> None:
    assert fire_lane(compiled(), answer("start_review"), EXAMINER, situation()).to_state == "in_review"
    assert fire_lane(compiled(), answer("release"), EXAMINER, situation("in_review")).to_state == "waiting"


def test_a_review_that_was_answered_is_not_answered_again() -> None:
    for state in LANE_STATES[2:]:
        for action in LANE_ACTIONS:
            error = refused(answer(action, open_items=1, conditions=1, reason="x"), where=situation(state))
            assert type(error) is WrongPhase
    assert str(error) == f"This review stands at “{state.replace('_', ' ')}”, so this step does not fit."


def test_a_review_is_not_started_twice() -> None:
    assert type(refused(answer("start_review"), where=situation("in_review"))) is WrongPhase


def test_a_lane_is_only_answered_in_its_phase() -> None:
    error = refused(answer("approve"), where=situation(phase="ready"))
    assert type(error) is WrongPhase
    assert str(error) == "This review cannot be answered now: the application stands at “Ready”."


def test_an_unknown_lane_or_action_is_refused() -> None:
    assert type(refused(LaneAnswer("plumbing", "approve"))) is WrongPhase
    assert refused(answer("to_approved")).refusals[0].code == "unknown_action"


def test_only_the_lane_s_role_answers() -> None:
    error = refused(answer("approve"), Actor("tom", frozenset({"permit_technician"})))
    assert type(error) is WrongRole
    assert str(error) == "“Electrical” can only be answered by: Electrical examiner."


def test_nobody_reviews_a_file_of_their_own_company() -> None:
    insider = Actor("eva", frozenset({"electrical_examiner"}), frozenset({"volt"}))
    assert type(refused(answer("approve"), insider)) is ConflictOfInterest


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (answer("approve", open_items=1), ["items_open"]),
        (answer("approve_with_conditions"), ["missing_conditions"]),
        (answer("approve_with_conditions", open_items=1), ["items_open", "missing_conditions"]),
        (answer("request_corrections"), ["missing_items"]),
        (answer("mark_not_applicable", reason=" "), ["missing_reason"]),
    ],
)
def test_what_an_answer_needs_is_listed_completely(given: LaneAnswer, codes: list[str]) -> None:
    error = refused(given)
    assert type(error) is MissingInput
    assert [refusal.code for refusal in error.refusals] == codes
    assert all(refusal.who_can_fix == "electrical_examiner" for refusal in error.refusals)
    assert why_not_lane(compiled(), given, EXAMINER, situation()) == error.refusals


def test_why_not_is_empty_when_it_can_be_done() -> None:
    assert why_not_lane(compiled(), answer("approve"), EXAMINER, situation()) == ()
