"""Where actions lead, forwards and backwards, also round a circle."""

from __future__ import annotations

from permitflow.engine.definition import ActionDef
from permitflow.engine.paths import reached, steps


def action(*sources: str, to: str | None) -> ActionDef:
    return ActionDef.model_validate({"title": "A", "from": sources, "to": to, "by": (), "entry": "Done"})


ACTIONS = [
    action("draft", "corrections", to="review"),
    action("review", to="corrections"),
    action("review", to="issued"),
    action("review", to=None),
    action("attic", to="issued"),
]


def test_each_source_of_an_action_leads_to_its_target() -> None:
    assert steps(ACTIONS) == {
        "draft": {"review"},
        "corrections": {"review"},
        "review": {"corrections", "issued", "review"},
        "attic": {"issued"},
    }


def test_backwards_the_same_steps_are_turned_round() -> None:
    forward, backward = steps(ACTIONS), steps(ACTIONS, backwards=True)
    turned = {(end, start) for start, ends in forward.items() for end in ends}
    assert {(start, end) for start, ends in backward.items() for end in ends} == turned


def test_what_is_reached_holds_its_start_and_ends_in_a_circle() -> None:
    ahead = steps(ACTIONS)
    assert reached(ahead, ["draft"]) == {"draft", "review", "corrections", "issued"}
    assert reached(ahead, ["issued", "nowhere"]) == {"issued", "nowhere"}
    assert reached(ahead, []) == set()
    assert "attic" not in reached(ahead, ["draft"])
    assert reached(steps(ACTIONS, backwards=True), ["issued"]) == {
        "issued",
        "review",
        "attic",
        "draft",
        "corrections",
    }
