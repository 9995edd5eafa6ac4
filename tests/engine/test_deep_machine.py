"""Steps that stay, are counted, reopen a file, or end other people's reviews."""

from collections.abc import Mapping
from datetime import date
from typing import cast

import pytest

from permitflow.engine.duties import Actor, Situation
from permitflow.engine.errors import MissingInput, UnmetClauses, WrongPhase, WrongRole
from permitflow.engine.lanes import LaneAnswer, LaneStanding, LaneState
from permitflow.engine.machine import allowed, automatic, fire, joined, why_not
from permitflow.engine.review import fire_lane, why_not_lane
from tests.deep_workflow import compiled

PLANNER = Actor("pat", frozenset({"planner"}))
INSPECTOR = Actor("ina", frozenset({"inspector"}))
OFFICIAL = Actor("olga", frozenset({"building_official"}))
APPLICANT = Actor("alice", frozenset({"applicant"}), frozenset({"volt"}))
UNTIL = {"until": "2026-03-12"}
TODAY = date(2026, 3, 2)


def lanes(**states: str) -> dict[str, LaneState]:
    known = {"footing": "waiting", "rough": "waiting", "utility": "waiting"} | states
    return {name: LaneState(name, True, False, cast(LaneStanding, state), 1) for name, state in known.items()}


def at(
    phase: str, lanes: Mapping[str, LaneState] | None = None, taken: Mapping[str, int] | None = None
) -> Situation:
    return Situation(phase, "volt", {}, lanes or {}, TODAY, taken or {})


def test_a_step_that_stays_says_so_and_leads_nowhere() -> None:
    step = fire(compiled(), "hold", PLANNER, at("council"), UNTIL)
    assert (step.from_phase, step.to_phase, step.stay) == ("council", "council", True)
    assert not fire(compiled(), "submit", APPLICANT, at("draft"), {}).stay


def test_an_input_that_does_not_fit_is_refused_beside_everything_else() -> None:
    with pytest.raises(MissingInput) as caught:
        fire(compiled(), "hold", PLANNER, at("council", taken={"hold": 2}), {"until": "2026-03-11"})
    assert [one.code for one in caught.value.refusals] == ["too_soon", "at_most_reached"]


def test_a_step_is_taken_at_most_so_often() -> None:
    assert fire(compiled(), "hold", PLANNER, at("council", taken={"hold": 1}), UNTIL)
    with pytest.raises(UnmetClauses) as caught:
        fire(compiled(), "hold", PLANNER, at("council", taken={"hold": 2}), UNTIL)
    assert "2 times" in str(caught.value)
    once = compiled(("at_most: 2", "at_most: 1"))
    reasons = why_not(once, "hold", PLANNER, at("council", taken={"hold": 1}))
    assert [one.code for one in reasons] == ["at_most_reached"]
    assert "only once" in reasons[0].sentence()


def test_only_a_step_that_reopens_leads_out_of_a_final_phase() -> None:
    step = fire(compiled(), "appeal", APPLICANT, at("denied"), {})
    assert (step.to_phase, step.reopens) == ("council", True)
    closed = compiled(("reopens: true, ", ""))
    with pytest.raises(WrongPhase) as caught:
        fire(closed, "appeal", APPLICANT, at("denied"), {})
    assert caught.value.refusals[0].code == "ended"
    assert "has ended at “Denied”" in str(caught.value)


def test_a_final_file_may_still_be_reported_on() -> None:
    assert fire(compiled(), "report", APPLICANT, at("issued"), {}).stay


def test_a_vote_is_part_of_the_step_and_of_its_choice() -> None:
    vote = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}
    step = fire(compiled(), "grant", PLANNER, at("council"), vote)
    assert step.data["votes_for"] == 6
    assert step.opens == ("deep",)
    with pytest.raises(MissingInput):
        fire(compiled(), "grant", PLANNER, at("council"), vote | {"votes_for": "5"})
    choice = next(one for one in allowed(compiled(), PLANNER, at("council")) if one.action == "grant")
    assert "votes_for" in choice.inputs


def test_a_phase_waits_until_its_gate_is_open() -> None:
    shut = Situation("awaiting_zoning", "volt", {"gates": {"zoning": False}})
    opened = Situation("awaiting_zoning", "volt", {"gates": {"zoning": True}})
    assert (automatic(compiled(), shut), automatic(compiled(), opened)) == (None, "begin_review")


def test_an_automatic_step_that_was_taken_often_enough_is_not_taken_again() -> None:
    machine = compiled(("when: [zoned], entry", "at_most: 1, entry"))
    assert automatic(machine, at("awaiting_zoning")) == "begin_review"
    assert automatic(machine, at("awaiting_zoning", taken={"begin_review": 1})) is None


def test_the_join_of_inspections_goes_back_at_the_first_request() -> None:
    asked = at("in_review", lanes=lanes(footing="corrections_requested"))
    assert joined(compiled(), asked) == "send_back"
    patient = compiled(("collect: first", "collect: all"))
    assert joined(patient, asked) is None, "the utility may still answer"
    rest = at("in_review", lanes=lanes(footing="corrections_requested", utility="approved"))
    assert joined(patient, rest) == "send_back", "the rough wiring cannot be inspected in this round"


def test_a_lane_after_a_hold_point_waits_until_it_is_done() -> None:
    answer = LaneAnswer("rough", "approve")
    with pytest.raises(WrongPhase) as caught:
        fire_lane(compiled(), answer, INSPECTOR, at("in_review", lanes=lanes()))
    assert caught.value.refusals[0].code == "hold_point"
    assert str(caught.value) == "“Rough wiring” comes after: Footing. It can be answered when they are done."
    for done in ("approved", "approved_with_conditions", "not_applicable", "waived"):
        assert fire_lane(compiled(), answer, INSPECTOR, at("in_review", lanes=lanes(footing=done)))
    failed = at("in_review", lanes=lanes(footing="corrections_requested"))
    assert [one.code for one in why_not_lane(compiled(), answer, INSPECTOR, failed)] == ["hold_point"]


def test_a_lane_is_waived_by_its_authority_with_a_reason() -> None:
    waiver = LaneAnswer("rough", "waive", reason="Seen on the photographs; Code 7.")
    step = fire_lane(compiled(), waiver, OFFICIAL, at("in_review", lanes=lanes()))
    assert (step.to_state, step.role, step.entry) == ("waived", "building_official", "Waived")
    assert step.events == {"rough.waive", "rough.answered"}


def test_nobody_else_waives_and_nobody_without_a_reason() -> None:
    waiver = LaneAnswer("rough", "waive", reason="I would like to.")
    situation = at("in_review", lanes=lanes())
    with pytest.raises(WrongRole, match="can only be waived by: Building official"):
        fire_lane(compiled(), waiver, INSPECTOR, situation)
    insider = Actor("olga", frozenset({"building_official"}), frozenset({"volt"}))
    assert [one.code for one in why_not_lane(compiled(), waiver, insider, situation)] == [
        "conflict_of_interest"
    ]
    silent = LaneAnswer("rough", "waive", open_items=1)
    assert [one.code for one in why_not_lane(compiled(), silent, OFFICIAL, situation)] == [
        "items_open",
        "missing_reason",
    ]
    with pytest.raises(WrongRole, match="cannot be waived by anybody"):
        fire_lane(compiled(), LaneAnswer("utility", "waive", reason="Late."), PLANNER, situation)


def test_a_lent_role_answers_for_whoever_lent_it() -> None:
    deputy = Actor("dee", frozenset({"inspector"}), frozenset(), {"inspector": "ina"})
    step = fire_lane(compiled(), LaneAnswer("footing", "approve"), deputy, at("in_review", lanes=lanes()))
    assert step.acting_for == "ina"
    started = fire_lane(
        compiled(), LaneAnswer("footing", "start_review"), INSPECTOR, at("in_review", lanes=lanes())
    )
    assert started.events == {"footing.start_review"}
