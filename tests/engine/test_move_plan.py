"""A plan fills itself where ids are equal, and is refused where a file would lose something."""

from __future__ import annotations

import pytest

from permitflow.engine.move_plan import (
    Active,
    ClockMove,
    FactMoves,
    LaneMove,
    MovePlan,
    PlanProblem,
    problems,
    propose,
    reached_from,
)
from tests.moving import NEW, OLD, changed, plan_for, read


def found(plan: MovePlan, new: str = NEW, active: Active | None = None) -> dict[str, PlanProblem]:
    """The problems by the path they are about."""
    return {one.path: one for one in problems(plan, read(OLD).definition, read(new).definition, active)}


def test_the_plan_that_suggests_itself_can_be_used() -> None:
    plan = plan_for(read(OLD), read(NEW))
    assert found(plan) == {}
    assert plan.phases["in_review"] == "plan_review"
    assert plan.lanes["fire"] == LaneMove(to="fire", policy="keep")
    assert plan.clocks["decision"] == ClockMove(to="decision", policy="keep_due")
    assert plan.step_aliases() == {"in_review": "plan_review"}
    assert "issued" not in plan.phases, "closed files stay where they are"


def test_a_plan_has_one_text_and_one_hash() -> None:
    plan = plan_for(read(OLD), read(NEW))
    again = MovePlan.model_validate_json(plan.body())
    assert (again, again.hash()) == (plan, plan.hash())
    assert plan.model_copy(update={"notice": "Hello"}).hash() != plan.hash()


def test_what_went_away_without_a_successor_has_to_be_mapped() -> None:
    gone = changed(
        ("  ready: {title: Ready, party: agency, role: building_official}\n", ""),
        ("from: [ready]", "from: [plan_review]"),
        ("to: ready", "to: fees_due"),
        ("corrections, ready, fees_due", "corrections, fees_due"),
        text=NEW,
    )
    plan = plan_for(read(OLD), read(gone))
    assert set(found(plan, gone)) == {"phases.ready"}
    active = Active({"ready": 3}, {}, {})
    problem = found(plan, gone, active)["phases.ready"]
    assert (
        problem.message
        == "The plan does not say what becomes of the phase “Ready”, where 3 open files stand."
    )
    assert found(plan, gone, Active({"intake": 3}, {}, {})) == {}, "nobody stands there"


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"phases": {"in_review": "ready"}}, "phases.in_review", "kind"),
        ({"phases": {"intake": "issued"}}, "phases.intake", "decision"),
        ({"phases": {"draft": "intake"}}, "phases.draft", "kind"),
        ({"phases": {"intake": "nowhere"}}, "phases.intake", "unknown"),
        ({"phases": {"nowhere": "intake"}}, "phases.nowhere", "unknown"),
        ({"lanes": {"fire": LaneMove(policy="drop")}}, "lanes.fire", "lost_lane"),
        ({"lanes": {"fire": LaneMove(to="fire", policy="waive")}}, "lanes.fire", "lost_lane"),
        ({"lanes": {"fire": LaneMove(policy="keep")}}, "lanes.fire", "unknown"),
        ({"lanes": {"fire": LaneMove(to="electrical")}}, "lanes", "unknown"),
        ({"clocks": {"answer": ClockMove(to="decision")}}, "clocks", "unknown"),
        (
            {"clocks": {"decision": ClockMove(to="decision", policy="restart")}},
            "clocks.decision",
            "lost_time",
        ),
        ({"clocks": {"decision": ClockMove(policy="drop")}}, "clocks.decision", "lost_time"),
        (
            {"clocks": {"decision": ClockMove(to="answer"), "answer": ClockMove(policy="drop")}},
            "clocks.decision",
            "holder",
        ),
    ],
)
def test_a_plan_that_loses_something_is_refused(
    changes: dict[str, dict[str, object]], path: str, code: str
) -> None:
    plan = plan_for(read(OLD), read(NEW))
    update = {section: {**getattr(plan, section), **more} for section, more in changes.items()}
    refused = problems(plan.model_copy(update=update), read(OLD).definition, read(NEW).definition)
    assert (code, path) in {(problem.code, problem.path) for problem in refused}


@pytest.mark.parametrize(
    "electrical", [LaneMove(to="fire"), LaneMove(to="load_study"), LaneMove(policy="drop")]
)
def test_no_step_takes_the_name_that_another_had(electrical: LaneMove) -> None:
    plan = plan_for(read(OLD), read(NEW))
    lanes = plan.lanes | {"fire": LaneMove(to="electrical"), "electrical": electrical}
    problem = found(plan.model_copy(update={"lanes": lanes}))["lanes.fire"]
    assert problem.message.startswith("'fire' cannot become 'electrical', which was the name of another step")
    joined = plan.phases | {"intake": "corrections"}
    assert "phases.intake" not in found(plan.model_copy(update={"phases": joined}))


def test_two_answers_cannot_become_one() -> None:
    plan = plan_for(read(OLD), read(NEW))
    facts = FactMoves(renames={"site.slope": "site.grade", "site.pitch": "site.grade"})
    (problem,) = found(plan.model_copy(update={"facts": facts})).values()
    assert problem.path == "facts.renames"
    assert "Two fields cannot both become 'site.grade'" in problem.message


def test_an_applicants_clock_may_start_anew() -> None:
    plan = plan_for(read(OLD), read(NEW))
    restarted = plan.model_copy(
        update={"clocks": plan.clocks | {"answer": ClockMove(to="answer", policy="restart")}}
    )
    assert found(restarted) == {}


def test_a_clock_that_counts_otherwise_cannot_keep_its_date_alone() -> None:
    calendar = changed(("title: Decision\n    unit: business_day", "title: Decision\n    unit: calendar_day"))
    plan = plan_for(read(OLD), read(calendar))
    assert plan.clocks["decision"].policy == "keep_consumed"
    kept = plan.model_copy(update={"clocks": plan.clocks | {"decision": ClockMove(to="decision")}})
    assert found(kept, calendar)["clocks.decision"].code == "counts"


def test_a_phase_that_nothing_leads_to_needs_a_reason() -> None:
    island = changed(
        (
            "  ready: {title: Ready,",
            "  island: {title: Island, party: agency, role: building_official}\n  ready: {title: Ready,",
        ),
        ("from: [ready]\n    to: fees_due", "from: [ready, island]\n    to: fees_due"),
        text=NEW,
    )
    plan = plan_for(read(OLD), read(island))
    there = plan.model_copy(update={"phases": plan.phases | {"ready": "island"}})
    assert found(there, island)["phases.ready"].code == "unreachable"
    assert found(there.model_copy(update={"override": "The manager decided so"}), island) == {}


def test_another_workflow_is_no_version() -> None:
    other = NEW.replace("workflow: small", "workflow: other")
    assert "workflow" in found(plan_for(read(OLD), read(other)), other)


def test_reach_can_be_asked_for_round_a_closed_phase() -> None:
    definition = read(OLD).definition
    assert "issued" in reached_from(definition, "draft")
    assert "issued" not in reached_from(definition, "draft", without="in_review")
    assert reached_from(definition, "draft", without="draft") == frozenset()


def test_hints_fill_the_plan() -> None:
    from permitflow.engine.version_diff import Renames

    plan = propose(
        read(OLD).definition, read(NEW).definition, ("a", "b"), Renames(actions={"accept": "approve"})
    )
    assert "in_review" not in plan.phases
    assert plan.actions == {"accept": "approve"}
