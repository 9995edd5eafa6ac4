"""Playing a record again: phase, round, outcome, lanes and clocks from the events alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from permitflow.ledger.replay import ClockStanding, LaneStanding, Standing, differences, replay

LANE = {"state": "waiting", "required": True, "round": 1}
CLOCK = {"state": "running", "started_on": "2026-03-02", "due_on": "2026-03-30"}


def event(seq: int, source: str, target: str, **more: Any) -> dict[str, Any]:
    body = {"v": 2, "seq": seq, "version": seq, "round": 1, "definition_hash": "d", "lane": ""}
    return {**body, "from": source, "to": target, **more}


def record() -> list[dict[str, Any]]:
    return [
        event(1, "", "draft"),
        event(2, "draft", "in_review", lanes={"fire": LANE}, clocks={"decision": CLOCK}),
        event(3, "waiting", "approved", lane="fire", lanes={"fire": {**LANE, "state": "approved"}}),
        event(4, "in_review", "issued", round=2, clocks={"decision": None}, outcome="issued"),
    ]


def test_the_events_alone_say_how_a_file_stands() -> None:
    assert replay(record()[:2]) == Standing(
        "in_review", 1, None, "d", 2, 2, {"fire": LaneStanding(**LANE)}, {"decision": ClockStanding(**CLOCK)}
    )
    standing = replay(record())
    assert (standing.phase, standing.round, standing.outcome) == ("issued", 2, "issued")
    assert standing.lanes == {"fire": LaneStanding("approved", True, 1)}
    assert standing.clocks == {}
    assert standing.whole


def test_an_answer_in_a_lane_leaves_the_file_where_it_is() -> None:
    assert replay(record()[:3]).phase == "in_review"


def test_a_record_with_a_gap_or_a_leap_cannot_be_played() -> None:
    first, second, _third, last = record()
    with pytest.raises(ValueError, match="Event 4 stands where event 3 belongs"):
        replay([first, second, last])
    with pytest.raises(ValueError, match="leaves “intake”, but the file stands at “draft”"):
        replay([first, event(2, "intake", "in_review")])


def test_what_differs_is_named_with_both_sides() -> None:
    told, found = replay(record()[:3]), replay(record()[:3])
    assert list(differences(told, found)) == []
    found = dataclasses.replace(found, round=2, lanes={"fire": LaneStanding("waiting", True, 1)})
    assert [name for name, _told, _found in differences(told, found)] == ["round", "lanes"]


def test_an_older_record_is_compared_only_in_what_it_tells() -> None:
    old = replay([event(1, "", "draft", v=1), event(2, "draft", "in_review", v=1)])
    assert not old.whole
    found = Standing("in_review", 1, "issued", "d", 2, 2, {"fire": LaneStanding(**LANE)})
    assert list(differences(old, found)) == []
    found = dataclasses.replace(found, phase="draft")
    assert list(differences(old, found)) == [("phase", "in_review", "draft")]
