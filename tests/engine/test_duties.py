"""Who may act: own roles and lent ones, conflicts of interest, separation of duties."""

import pytest

from permitflow.engine.duties import Actor, Situation
from permitflow.engine.errors import ConflictOfInterest, NotAllowed, WrongRole
from permitflow.engine.machine import Machine, fire, why_not
from tests.deep_workflow import compiled

VOTE = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}
PLANNER = frozenset({"planner"})


def council(**done_by: str) -> Situation:
    people = {step.replace("__", "."): frozenset({who}) for step, who in done_by.items()}
    return Situation("council", "volt", {}, {}, done_by=people)


def grant(actor: Actor, situation: Situation, machine: Machine | None = None) -> object:
    return fire(machine or compiled(), "grant", actor, situation, VOTE)


def refused(actor: Actor, situation: Situation, machine: Machine | None = None) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        grant(actor, situation, machine)
    return caught.value


def test_whoever_took_the_other_step_is_refused_by_its_name() -> None:
    error = refused(Actor("pat", PLANNER), council(recommend="pat"))
    assert type(error) is ConflictOfInterest
    assert error.refusals[0].code == "same_actor"
    assert str(error) == "You did “Recommend” on this file yourself, so a colleague has to do “Grant”."


def test_a_colleague_is_not_refused() -> None:
    assert grant(Actor("lee", PLANNER), council(recommend="pat"))


def test_a_lane_counts_as_a_step() -> None:
    error = refused(Actor("pat", PLANNER), council(footing__approve="pat"))
    assert "“Footing: approve”" in str(error)


def test_a_deputy_is_kept_apart_as_the_person_and_as_whoever_they_act_for() -> None:
    deputy = Actor("dee", PLANNER, frozenset(), {"planner": "pat"})
    assert "yourself" in str(refused(deputy, council(recommend="dee")))
    assert "The colleague you act for" in str(refused(deputy, council(recommend="pat")))
    assert grant(deputy, council(recommend="lee"))


def test_a_lent_role_is_told_and_a_role_of_ones_own_comes_first() -> None:
    both = PLANNER | {"building_official"}
    step = fire(compiled(), "grant", Actor("dee", both, frozenset(), {"planner": "pat"}), council(), VOTE)
    assert (step.role, step.acting_for) == ("building_official", "")
    deputy = Actor("dee", PLANNER, frozenset(), {"planner": "pat"})
    step = fire(compiled(), "grant", deputy, council(), VOTE)
    assert (step.role, step.acting_for) == ("planner", "pat")


def test_nobody_gets_a_role_by_delegation_for_a_file_of_their_own_company() -> None:
    insider = Actor("dee", PLANNER, frozenset({"volt"}), {"planner": "pat"})
    error = refused(insider, council())
    assert type(error) is ConflictOfInterest
    assert error.refusals[0].code == "conflict_of_interest"


def test_a_step_for_which_no_role_is_named_is_nobodys() -> None:
    machine = compiled(("by: [planner, building_official]", "by: []"))
    error = refused(Actor("pat", PLANNER), council(), machine)
    assert type(error) is WrongRole
    assert str(error) == "Nobody can do “Grant”: the workflow names no role for it."
    assert [one.code for one in why_not(machine, "grant", Actor("pat", PLANNER), council())] == ["wrong_role"]


def test_an_actor_can_stand_in_a_set() -> None:
    assert len({Actor("pat", PLANNER), Actor("pat", PLANNER)}) == 1
