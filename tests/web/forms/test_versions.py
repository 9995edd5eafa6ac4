"""A plan is shown line by line and read back as it stands; what cannot be read gets a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from permitflow.engine.move_plan import ClockMove, FactMoves, LaneMove
from permitflow.web.forms.versions import MapRow, as_lines, plan_rows, proposal_form, read_plan
from tests.moving import NEW, OLD, plan_for, read
from tests.web.forms.sending import opened, sent, sentences

OLD_ONE = read(OLD)
PLAN = plan_for(OLD_ONE, read(NEW))
NOBODY: dict[str, dict[str, int]] = {"phases": {}, "lanes": {}, "clocks": {}}


@pytest.fixture(autouse=True)
def _page() -> Iterator[None]:
    with opened():
        yield


def typed(**changes: str) -> dict[str, str]:
    """The editor's form as the plan fills it, with some fields changed."""
    rows = plan_rows(PLAN, OLD_ONE.definition, NOBODY)
    fields = {f"phase.{row.name}": row.to for row in rows["phases"]}
    for kind in ("lane", "clock"):
        for row in rows[f"{kind}s"]:
            fields |= {f"{kind}.{row.name}.to": row.to, f"{kind}.{row.name}.policy": row.policy}
    texts = {"reason": PLAN.reason, "actions": as_lines(PLAN.actions)}
    return fields | texts | {name.replace("__", "."): value for name, value in changes.items()}


def test_a_plan_that_nobody_changed_comes_back_as_it_was() -> None:
    assert read_plan(typed(), PLAN, OLD_ONE.definition) == PLAN


def test_every_open_phase_review_and_clock_has_a_line_with_its_files() -> None:
    counts = {"phases": {"in_review": 3}, "lanes": {"fire": 2}, "clocks": {"decision": 1}}
    rows = plan_rows(PLAN, OLD_ONE.definition, counts)
    assert MapRow("in_review", "Plan review", 3, "plan_review") in rows["phases"]
    assert MapRow("fire", "Fire", 2, "fire", "keep") in rows["lanes"]
    assert MapRow("decision", "Decision", 1, "decision", PLAN.clocks["decision"].policy) in rows["clocks"]
    assert not {"issued", "denied", "withdrawn"} & {row.name for row in rows["phases"]}


def test_what_the_plan_leaves_open_is_shown_open() -> None:
    empty = PLAN.model_copy(update={"phases": {}, "lanes": {}, "clocks": {}})
    rows = plan_rows(empty, OLD_ONE.definition, NOBODY)
    assert {row.to for lines in rows.values() for row in lines} == {""}
    assert {row.policy for row in rows["lanes"]} == {"keep"}
    assert {row.policy for row in rows["clocks"]} == {"keep_due"}


def test_what_is_dropped_goes_nowhere_and_what_has_no_place_is_left_out() -> None:
    form = typed(
        lane__fire__policy="drop", lane__utility__to="", clock__decision__policy="restart", phase__ready=""
    )
    plan = read_plan(form, PLAN, OLD_ONE.definition)
    assert plan.lanes["fire"] == LaneMove(to=None, policy="drop")
    assert "utility" not in plan.lanes
    assert plan.clocks["decision"] == ClockMove(to="decision", policy="restart")
    assert "ready" not in plan.phases


def test_values_are_read_as_they_are_meant_and_written_back_alike() -> None:
    lines = "site.trees = 0\nsite.flat = false\n\n site.slope = -3 \nsite.zip = 01234\nsite.code = --5\nsite.sum = 5²"
    plan = read_plan(typed(fact_values=lines, fact_names="site.a = site.b"), PLAN, OLD_ONE.definition)
    defaults = {
        "site.trees": 0,
        "site.flat": False,
        "site.slope": -3,
        "site.zip": "01234",
        "site.code": "--5",
        "site.sum": "5²",
    }
    assert plan.facts == FactMoves(renames={"site.a": "site.b"}, defaults=defaults)
    assert {name: type(value) for name, value in plan.facts.defaults.items()} == {
        name: type(value) for name, value in defaults.items()
    }
    again = read_plan(typed(fact_values=as_lines(plan.facts.defaults)), PLAN, OLD_ONE.definition)
    assert again.facts.defaults == plan.facts.defaults


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("actions", "accept", "Write one pair in each line, such as “old = new”, not “accept”."),
        ("fact_values", " = 3 ", "Write one pair in each line, such as “old = new”, not “= 3”."),
        ("fact_names", "site.a = site.b\nsite.a = site.c", "“site.a” stands in two lines"),
        ("fact_names", "site.a = Site B", "renames.site.a: "),
        ("lane.fire.policy", "forget", "policy: "),
        ("reason", "x" * 2001, "reason: "),
    ],
)
def test_what_cannot_be_read_is_said(field: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence):
        read_plan(typed() | {field: text}, PLAN, OLD_ONE.definition)


def test_a_proposal_needs_its_day_and_its_reason_and_one_of_the_versions_offered() -> None:
    offered = [("small.yaml", "Small permit")]
    with sent(shipped=""):
        assert sentences(proposal_form(offered)) == {
            "effective_on": ["Enter the day."],
            "note": ["Say why the version changes; it is kept for ever."],
        }
    with sent(shipped="other.yaml", effective_on="2026-01-01", note="So"):
        assert list(sentences(proposal_form(offered))) == ["shipped"]
    with sent(shipped="", effective_on="2026-01-01", note="So"):
        assert sentences(proposal_form(offered)) == {}
